# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """Connection options of MSK-101-POE sensors."""

    DOCUMENTATION = r"""
options:
  host:
    description: Name or address of the sensor.
    type: str
    required: true
  port:
    description: Port of its HTTPS API.
    type: int
    default: 443
  tls:
    description: Whether to use TLS. Sensors always do; V(false) is for a gateway that ends TLS before them.
    type: bool
    default: true
  password:
    description: The sensor's password. The default is the environment variable E(MSK_PASSWORD).
    type: str
notes:
  - Runs in the controller process when the connection is local or leads to the sensor itself, else on the host that it leads to.
    With C(async), C(become) or C(environment) it always runs as a process of its own.
"""

    SESSION = r"""
options: {}
notes:
  - Each task logs in for itself, and always logs out again.
"""

    MOVING = r"""
options:
  alternatives:
    description:
      - More addresses at which the sensor may be, for instance the one that an interrupted run has given it.
      - When it cannot be reached at O(host), before the task begins or in the middle of it, it is looked for here and at O(host), and the
        task begins anew where it answers.
      - The look does not log in, so it cannot tell one sensor from another. Name only addresses that belong to this sensor.
    type: list
    elements: str
    default: []
  alternatives_timeout:
    description: Seconds to look for it. With V(0) it looks once.
    type: float
    default: 120
"""
