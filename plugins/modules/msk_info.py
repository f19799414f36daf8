#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_info
short_description: Read what an MSK-101-POE sensor tells about itself
version_added: 0.1.0
description:
  - Returns the replies of the sensor with their keys in snake_case and their units unchanged.
  - Numbers for which the vendor's document has names are returned by name, too.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.msk.session
  - siteops.devices.attributes.info_module
  - siteops.devices.attributes.actiongroup_msk
options:
  gather:
    description: What to read. Each subset costs one request.
    type: list
    elements: str
    choices: [sensor, position, detection, alarms, events, installations, calibration, network, name, configuration]
    default: [sensor, configuration, network, name]
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: See which firmware the sensors run, and whether they see an alarm
  siteops.devices.msk_info:
    host: "{{ ansible_host }}"
    password: "{{ vault_msk_password }}"
    ca_path: "{{ msk_ca_path }}"
    gather: [sensor, alarms]
  register: reply

- name: Show it
  ansible.builtin.debug:
    msg: "{{ reply.msk.sensor.sensor.fw_version }} {{ reply.msk.alarms.alarms | map(attribute='cause_name') }}"
"""

RETURN = r"""
msk:
  description: The subsets by name.
  returned: success
  type: dict
  contains:
    sensor:
      description: >-
        The radar (C(sensor)) and the communication board (C(com_board)), each with model, family, C(fw_version) and C(device_id).
        Distances in mm.
      type: dict
    position:
      description: Measured C(elevation) (negative is down) and C(rotation), in degrees.
      type: dict
    detection:
      description: Frames per second (C(fps)) and the latest C(targets), with C(distance) in mm.
      type: dict
    alarms:
      description: C(fps) and the latest C(alarms), with C(type_name) (V(movement), V(fault), V(tamper)) and C(cause_name).
      type: dict
    events:
      description: The event log, with C(type_name) and C(cause_name). C(elapsed_time) in seconds, distances in mm.
      type: list
      elements: dict
    installations:
      description: Supported installations. Distances and heights in centimetres, elevations positive downwards.
      type: list
      elements: dict
    calibration:
      description: C(value) and C(mse) of the latest calibration since the sensor started.
      type: dict
    network:
      description: The network settings; C(cur_) marks what is in use. Bit masks also as C(dhcp), C(name_resolution) and C(auto_ip).
      type: dict
    name:
      description: The network name.
      type: str
    configuration:
      description: >-
        The configuration of the radar in the sensor's own units, with C(alarm_sensitivity_percent) and the names of modes,
        such as C(led_mode_name).
      type: dict
took_effect:
  description: Always V(unknown), for it cannot be told how far the module had come.
  returned: failure, when the run was told to stop
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
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS, MskClient
from ansible_collections.siteops.devices.plugins.module_utils.msk.info import DEFAULT_SUBSETS, SUBSETS, gather

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "gather": {"type": "list", "elements": "str", "choices": list(SUBSETS), "default": DEFAULT_SUBSETS},
    },
)


def run(task):
    with MskClient.open(task) as sensor:
        return {"changed": False, "msk": gather(sensor, task.params["gather"])}


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
