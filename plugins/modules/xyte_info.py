#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: xyte_info
short_description: Ask the Xyte cloud for a device's snapshot
version_added: 0.1.0
description:
  - Asks for the latest snapshot of the device over MQTT and returns what the cloud sends, from the configuration to the next command.
  - The cloud does not send what it does not have, so what is missing is known only after O(wait) seconds.
    When it has sent nothing at all by then, there is a warning.
  - A message that is not as documented is a failure, for what it holds is not known, unless a good one comes for the same part.
  - What waits at the broker for an event source of the same device was sent before, and counts only when the cloud does not answer.
extends_documentation_fragment:
  - siteops.devices.xyte
  - siteops.devices.attributes.info_module
  - siteops.devices.attributes.actiongroup_xyte
options:
  gather:
    description:
      - What to ask for. Without V(licenses), of which there may be any number, the task ends as soon as all the others are there.
    type: list
    elements: str
    choices: [space, config, command, licenses, firmware]
    default: [space, config, command, licenses, firmware]
  wait:
    description: Seconds to wait for the snapshot after the request was acknowledged.
    type: float
    default: 5
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: See what the cloud wants of this device
  siteops.devices.xyte_info:
    broker: mqtts://mqtt.example.com:8883
    device_id: "{{ xyte_device_id }}"
    access_key: "{{ vault_xyte_access_key }}"
    gather: [command, config]
  register: cloud
"""

RETURN = r"""
xyte:
  description: One member for each of O(gather).
  returned: success
  type: dict
  contains:
    space:
      description: Where the device is, as the cloud tells it. Null when it told nothing.
      type: dict
    config:
      description: The configuration that the cloud holds, with C(version) and C(last_updated). Null when it told nothing.
      type: dict
    command:
      description: >-
          The next command, with C(id), C(status), C(name), C(parameters), C(response_topic) and C(correlation_data).
          Null when there is none.
      type: dict
    licenses:
      description: The licenses, with C(id), C(data), C(signature), C(add), C(update), C(remove), C(response_topic), C(correlation_data).
      type: list
      elements: dict
    firmware:
      description: The newest firmware, with C(latest_fw_version) and C(latest_fw_file_id). Null when the device runs it.
      type: dict
  sample:
    command:
      id: 3b0f0f6c-4f2b-4a7e-8d0a-7f1c9d2f8f10
      status: pending
      name: update_firmware
      parameters:
        url: https://downloads.example.com/fw.zip
        version: 1.3.4
      response_topic: v1/device/0d7f6a3e-58c4-4c0e-9f5b-0b0c8b9a0d11/commands/update
      correlation_data: null
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
from ansible_collections.siteops.devices.plugins.module_utils.xyte.info import SUBSETS, gather

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "gather": {"type": "list", "elements": "str", "choices": list(SUBSETS), "default": list(SUBSETS)},
        "wait": {"type": "float", "default": 5.0},
    },
)


def run(task):
    with XyteClient.open(task) as cloud:
        return {"changed": False, "xyte": gather(task, cloud)}


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
