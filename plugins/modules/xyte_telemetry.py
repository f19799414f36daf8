#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: xyte_telemetry
short_description: Report telemetry of a device to the Xyte cloud
version_added: 0.1.0
description:
  - Sends the state of a device and its measurements, with the time of the run.
  - Each run reports anew, so the task is always V(changed).
extends_documentation_fragment:
  - siteops.devices.xyte
  - siteops.devices.attributes.report_module
  - siteops.devices.attributes.actiongroup_xyte
options:
  status:
    description: State of the device.
    type: str
    choices: [online, offline, error]
    default: online
  telemetries:
    description: Measurements by name; numbers, texts and booleans.
    type: dict
    default: {}
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Report the fan
  siteops.devices.xyte_telemetry:
    broker: mqtts://mqtt.example.com:8883
    device_id: "{{ xyte_device_id }}"
    access_key: "{{ vault_xyte_access_key }}"
    telemetries:
      fan_speed: 100.1
      connection: 4g
"""

RETURN = r"""
topic:
  description: Where it was sent.
  returned: success
  type: str
  sample: v1/device/0d7f6a3e-58c4-4c0e-9f5b-0b0c8b9a0d11/telemetry
payload:
  description: What was sent, or would be in check mode.
  returned: success
  type: dict
  sample:
    status: online
    timestamp: "2026-08-04T07:45:44.122Z"
    telemetries:
      fan_speed: 100.1
      connection: 4g
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
        - Kind of the failure, with the Xyte cloud one of V(input), V(requirement), V(interrupted), V(defect), V(unreachable),
          V(certificate), V(authentication), V(reply), V(reply_lost), V(refused) and V(signature).
      type: str
    http_status:
      description: Always null.
      type: int
    code:
      description: The broker's MQTT reason code.
      type: int
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import run_module
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec
from ansible_collections.siteops.devices.plugins.module_utils.xyte.account import CONNECTION_OPTIONS
from ansible_collections.siteops.devices.plugins.module_utils.xyte.client import XyteClient
from ansible_collections.siteops.devices.plugins.module_utils.xyte.reports import telemetry, tell

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "status": {"type": "str", "choices": ["online", "offline", "error"], "default": "online"},
        "telemetries": {"type": "dict", "default": {}},
    },
)


def run(task):
    payload = telemetry(task.params)
    with XyteClient.open(task) as cloud:
        return tell(task, cloud, "telemetry", payload)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
