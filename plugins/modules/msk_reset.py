#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_reset
short_description: Return an MSK-101-POE sensor to factory defaults
version_added: 0.1.0
description:
  - Resets the configuration of the sensor, or that of its communication board.
  - B(A reset of the communication board moves the device.) It gets the network settings, the name and the password of the factory back,
    and refuses everything until that password is changed (M(siteops.devices.msk_password)). See O(follow_host).
  - A communication board can be reset without its password during the 20 seconds after it got power.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.msk.session
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_msk
options:
  component:
    description:
      - V(sensor) resets the configuration of the radar. Network settings, password and name stay.
      - V(com_board) resets network settings, password and name. The configuration of the radar stays.
    type: str
    choices: [sensor, com_board]
    required: true
  wait:
    description: Whether to wait until the device answers again, with factory settings. Without, that is not verified.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait.
    type: float
    default: 120
  follow_host:
    description:
      - Name or address under which the device will answer after a reset of its communication board.
      - It is looked for there, and where it was.
      - The default is its factory address, 192.168.0.50.
      - With its factory password a device tells nobody who it is, so it may be another one.
    type: str
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Forget how the radar was configured
  siteops.devices.msk_reset:
    host: "{{ ansible_host }}"
    password: "{{ vault_msk_password }}"
    ca_path: "{{ msk_ca_path }}"
    component: sensor

- name: Prepare a sensor for another site, and find it in its factory network
  siteops.devices.msk_reset:
    host: 10.20.0.13
    password: "{{ vault_msk_password }}"
    ca_path: "{{ msk_ca_path }}"
    component: com_board
    follow_host: msk101poe-00013.local
"""

RETURN = r"""
component:
  description: What was reset.
  returned: success
  type: str
  sample: com_board
host:
  description: Where the device answers now, or is expected in check mode. V(null) when nobody waited for it.
  returned: success
  type: str
  sample: 192.168.0.50
not_taken:
  description: Names of the values that the device did not take, although it answered success.
  returned: failure, when RV(error.kind) is V(not_taken)
  type: list
  elements: str
last:
  description: What was seen last before the time was up.
  returned: failure, when RV(error.kind) is V(deadline)
  type: dict
  contains:
    state:
      description: The state, in words or as the device names it.
      type: str
took_effect:
  description: Whether the change took effect, V(yes), V(no), V(partly) or V(unknown).
  returned: failure, when the change was in doubt or the run was told to stop
  type: str
  sample: unknown
library:
  description: The Python library that is missing.
  returned: failure, when RV(error.kind) is V(requirement)
  type: str
  sample: requests
error:
  description: What kind of failure it was, for use in conditions.
  returned: failure, unless Ansible's own check refused the options
  type: dict
  contains:
    kind:
      description:
        - Kind of the failure, with sensors one of V(input), V(requirement), V(interrupted), V(defect), V(unreachable), V(certificate),
          V(authentication), V(default_password), V(http), V(reply), V(reply_lost), V(refused), V(not_taken), V(identity), V(busy),
          V(failed) and V(deadline).
      type: str
    http_status:
      description: HTTP status of the reply that led to it.
      type: int
    code:
      description: The sensor's error code.
      type: int
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import run_module
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS
from ansible_collections.siteops.devices.plugins.module_utils.msk.reset import reset_com_board, reset_sensor

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "component": {"type": "str", "choices": ["sensor", "com_board"], "required": True},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "float", "default": 120.0},
        "follow_host": {"type": "str"},
    },
)


def run(task):
    reset = reset_sensor if task.params["component"] == "sensor" else reset_com_board
    return reset(task)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
