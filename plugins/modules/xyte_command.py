#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: xyte_command
short_description: Tell the Xyte cloud how far a command is
version_added: 0.1.0
description:
  - Reports the status of a command that the cloud has sent.
  - A status that the snapshot shows for this command is not reported again, unless there is a O(text) with it.
  - The cloud does not show commands that are over, so V(done), V(error) and V(failed) are always reported, and the task is V(changed).
  - The command may be executed once only; that is up to who executes it. The role P(siteops.devices.xyte_bridge#role) does so.
extends_documentation_fragment:
  - siteops.devices.xyte
  - siteops.devices.xyte.answer
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_xyte
options:
  id:
    description:
      - Id of the command; text or number, passed on as the snapshot has it, else as it is.
      - With ansible-core up to 2.18, a template makes a text of a number. Leave out O(response_topic), so that the snapshot is asked.
    type: raw
    required: true
  status:
    description: Status of the command. The vendor's MQTT document calls the bad end V(error), its HTTP pages call it V(failed).
    type: str
    required: true
    choices: [in_progress, done, error, failed]
  text:
    description:
      - A sentence for people.
      - Tasks may write C(message) for it, as the vendor's document does; Ansible lets no module have an option of that name.
    type: str
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: The command is over
  siteops.devices.xyte_command:
    broker: mqtts://mqtt.example.com:8883
    device_id: "{{ xyte_device_id }}"
    access_key: "{{ vault_xyte_access_key }}"
    id: 3b0f0f6c-4f2b-4a7e-8d0a-7f1c9d2f8f10
    status: done
    text: The sensor runs 1.3.4.
"""

RETURN = r"""
topic:
  description: Where it was sent.
  returned: success
  type: str
  sample: v1/device/0d7f6a3e-58c4-4c0e-9f5b-0b0c8b9a0d11/commands/update
payload:
  description: What was sent, or would be in check mode.
  returned: success
  type: dict
  sample:
    id: 3b0f0f6c-4f2b-4a7e-8d0a-7f1c9d2f8f10
    status: done
    message: The sensor runs 1.3.4.
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
from ansible_collections.siteops.devices.plugins.module_utils.xyte.answers import ANSWER_OPTIONS, Question, answer, command, find
from ansible_collections.siteops.devices.plugins.module_utils.xyte.client import XyteClient

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    ANSWER_OPTIONS,
    {
        "id": {"type": "raw", "required": True},
        "status": {"type": "str", "required": True, "choices": ["in_progress", "done", "error", "failed"]},
        "text": {"type": "str"},
    },
    renamed={"message": "text"},
)


def run(task):
    payload = command(task.params)
    question = Question("command", "id", task.params["id"])
    with XyteClient.open(task) as cloud:
        message = find(task, cloud, question)
        return answer(task, cloud, question, message, payload)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
