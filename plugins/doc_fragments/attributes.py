# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """What the modules of this collection support."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in check mode and return what it would do, without changing the device.
    support: full
  diff_mode:
    description: Returns what it changes, or would change in check mode.
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
"""

    INFO_MODULE = r"""
attributes:
  check_mode:
    description: Can run in check mode; it changes nothing anyway.
    support: full
  diff_mode:
    description: Returns what it changes, or would change in check mode.
    support: N/A
    details: It changes nothing.
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
"""

    ACTIONGROUP_MSK = r"""
attributes:
  action_group:
    description: Use C(group/siteops.devices.msk) in C(module_defaults) to set the connection once.
    support: full
    membership:
      - siteops.devices.msk
"""

    ACTIONGROUP_NPM = r"""
attributes:
  action_group:
    description: Use C(group/siteops.devices.npm) in C(module_defaults) to set the connection once.
    support: full
    membership:
      - siteops.devices.npm
"""

    ACTIONGROUP_INVUE = r"""
attributes:
  action_group:
    description: Use C(group/siteops.devices.invue) in C(module_defaults) to set the connection once.
    support: full
    membership:
      - siteops.devices.invue
"""

    ACTIONGROUP_SPRINGCARD = r"""
attributes:
  action_group:
    description: Use C(group/siteops.devices.springcard) in C(module_defaults) to set the connection once.
    support: full
    membership:
      - siteops.devices.springcard
"""

    REPORT_MODULE = r"""
attributes:
  check_mode:
    description: Can run in check mode and return what it would do, without changing anything.
    support: full
  diff_mode:
    description: Returns what it changes, or would change in check mode.
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: none
    details: The cloud does not tell what it was told, so each run tells it again and says V(changed).
"""

    ACTIONGROUP_XYTE = r"""
attributes:
  action_group:
    description: Use C(group/siteops.devices.xyte) in C(module_defaults) to set the connection once.
    support: full
    membership:
      - siteops.devices.xyte
"""
