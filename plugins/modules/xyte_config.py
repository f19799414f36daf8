#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: xyte_config
short_description: Report or acknowledge a device's configuration to the Xyte cloud
version_added: 0.1.0
description:
  - Reports the configuration that a device has, with its version. With the version that the cloud has pushed, this acknowledges it.
  - The cloud sends its configuration in the same way before and after it was acknowledged,
    so it cannot be told whether that has happened, and the task is always V(changed).
extends_documentation_fragment:
  - siteops.devices.xyte
  - siteops.devices.xyte.answer
  - siteops.devices.attributes.report_module
  - siteops.devices.attributes.actiongroup_xyte
options:
  version:
    description:
      - Version of the configuration; text or number, passed on as the snapshot has it, else as it is.
      - With ansible-core up to 2.18, a template makes a text of a number. Leave out O(response_topic), so that the snapshot is asked.
    type: raw
    required: true
  config:
    description: >-
      The configuration's fields. They stand next to the version in the message; C(version) and C(last_updated) are not among them.
    type: dict
    default: {}
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Acknowledge the configuration that was applied
  siteops.devices.xyte_config:
    broker: mqtts://mqtt.example.com:8883
    device_id: "{{ xyte_device_id }}"
    access_key: "{{ vault_xyte_access_key }}"
    version: "17"
    config:
      led: "on"
"""

RETURN = r"""
topic:
  description: Where it was sent.
  returned: success
  type: str
  sample: v1/device/0d7f6a3e-58c4-4c0e-9f5b-0b0c8b9a0d11/config/update
payload:
  description: What was sent, or would be in check mode.
  returned: success
  type: dict
  sample:
    version: "17"
    last_updated: "2026-08-04T07:45:44.122Z"
    led: "on"
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
from ansible_collections.siteops.devices.plugins.module_utils.xyte.answers import ANSWER_OPTIONS, Question, answer, configuration, find
from ansible_collections.siteops.devices.plugins.module_utils.xyte.client import XyteClient

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    ANSWER_OPTIONS,
    {
        "version": {"type": "raw", "required": True},
        "config": {"type": "dict", "default": {}},
    },
)


def run(task):
    payload = configuration(task.params)
    question = Question("config", "version", task.params["version"])
    with XyteClient.open(task) as cloud:
        message = find(task, cloud, question)
        return answer(task, cloud, question, message, payload)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
