# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: msk_mistakes
short_description: What is wrong with the wanted settings of an MSK-101-POE sensor
version_added: 0.1.0
description:
  - Checks settings as M(siteops.devices.msk_config) and M(siteops.devices.msk_netsettings) do before they send anything - names, types,
    choices, and values that exclude each other - without a sensor. It is empty when there is nothing wrong.
  - What depends on what the sensor has already, for instance a pre-alarm distance that is given alone, is found by the modules only.
  - The role P(siteops.devices.msk_commission#role) begins with it, so that a mistake is told before the sensor gets its password.
options:
  configuration:
    description: As the option of M(siteops.devices.msk_config). Empty is right.
    type: dict
    default: {}
  network:
    description: As the option of M(siteops.devices.msk_netsettings). Empty is right.
    type: dict
    default: {}
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Make sure that the settings are possible
  ansible.builtin.assert:
    that: query('siteops.devices.msk_mistakes', configuration=gate_configuration) | length == 0
  vars:
    gate_configuration:
      alarm_distance: 8000
      pre_alarm_distance: 12000
"""

RETURN = r"""
_raw:
  description: A sentence for each of the two that is wrong.
  type: list
  elements: str
"""

import typing as t

from ansible.plugins.lookup import LookupBase

from ansible_collections.siteops.devices.plugins.plugin_utils.msk_mistakes import mistakes_in


class LookupModule(LookupBase):
    """See the documentation above."""

    def run(self, terms: t.Any, variables: t.Any = None, **options: t.Any) -> list[str]:  # noqa: ARG002 (every look-up has them)
        self.set_options(var_options=variables, direct=options)
        return mistakes_in({name: self.get_option(name) for name in ("configuration", "network")})
