#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: xyte_device
short_description: Tell the Xyte cloud a device's name and firmware version
version_added: 0.1.0
description:
  - Updates the name and the firmware version that the cloud shows for a device.
  - The cloud does not tell what it holds, so the task is always V(changed).
extends_documentation_fragment:
  - siteops.devices.xyte
  - siteops.devices.attributes.report_module
  - siteops.devices.attributes.actiongroup_xyte
options:
  name:
    description: Name of the device. Without it, the cloud keeps what it has.
    type: str
  firmware_version:
    description:
      - Version of the firmware that the device runs. Quote it, or YAML makes a number of V(1.10).
      - Without it, the cloud keeps what it has.
    type: str
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Tell which firmware runs
  siteops.devices.xyte_device:
    broker: mqtts://mqtt.example.com:8883
    device_id: "{{ xyte_device_id }}"
    access_key: "{{ vault_xyte_access_key }}"
    firmware_version: "1.3.4"
"""

RETURN = r"""
topic:
  description: Where it was sent.
  returned: success
  type: str
  sample: v1/device/0d7f6a3e-58c4-4c0e-9f5b-0b0c8b9a0d11/update
payload:
  description: What was sent, or would be in check mode.
  returned: success
  type: dict
  sample:
    firmware_version: 1.3.4
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
from ansible_collections.siteops.devices.plugins.module_utils.xyte.reports import device, tell

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "name": {"type": "str"},
        "firmware_version": {"type": "str"},
    },
    required_one_of=[["name", "firmware_version"]],
)


def run(task):
    payload = device(task.params)
    with XyteClient.open(task) as cloud:
        return tell(task, cloud, "update", payload)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
