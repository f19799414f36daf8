#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: xyte_license
short_description: Tell the Xyte cloud what became of a license
version_added: 0.1.0
description:
  - Reports that a license is in use or removed, or why it is not.
  - With O(public_key), the license's RSA signature is verified before V(inuse) is reported.
    A bad one is a failure, and nothing is reported.
  - The cloud does not tell what was reported, so the task is always V(changed).
extends_documentation_fragment:
  - siteops.devices.xyte
  - siteops.devices.xyte.answer
  - siteops.devices.attributes.report_module
  - siteops.devices.attributes.actiongroup_xyte
options:
  id:
    description:
      - Id of the license; text or number, passed on as the snapshot has it, else as it is.
      - With ansible-core up to 2.18, a template makes a text of a number. Leave out O(response_topic), so that the snapshot is asked.
    type: raw
    required: true
  state:
    description: What became of the license.
    type: str
    required: true
    choices: [inuse, removed, error]
  error:
    description: What went wrong, with O(state=error).
    type: str
  public_key:
    description: The vendor's RSA public key in PEM form, or the base64 in it, from the partner portal.
    type: str
  data:
    description:
      - The license's data, exactly as the cloud sent it. Without it, the snapshot is asked, which is the safer way - a template may
        turn data that look like JSON into something else.
    type: raw
  signature:
    description: The license's signature over O(data), in hexadecimal digits or base64.
    type: str
  padding:
    description: Padding of the signature. The vendor documents none.
    type: str
    choices: [pkcs1v15, pss]
    default: pkcs1v15
  hash:
    description: Hash function of the signature. The vendor documents none.
    type: str
    choices: [sha1, sha256, sha384, sha512]
    default: sha256
requirements:
  - cryptography, to verify a signature
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Use the license if it is genuine
  siteops.devices.xyte_license:
    broker: mqtts://mqtt.example.com:8883
    device_id: "{{ xyte_device_id }}"
    access_key: "{{ vault_xyte_access_key }}"
    id: 8f0f7f0a-0f4e-4d0b-9a57-4f2f3d1b9c55
    state: inuse
    public_key: "{{ lookup('ansible.builtin.file', 'vendor.pem') }}"
"""

RETURN = r"""
topic:
  description: Where it was sent.
  returned: success
  type: str
  sample: v1/device/0d7f6a3e-58c4-4c0e-9f5b-0b0c8b9a0d11/license/update
payload:
  description: What was sent, or would be in check mode.
  returned: success
  type: dict
  sample:
    id: 8f0f7f0a-0f4e-4d0b-9a57-4f2f3d1b9c55
    state: inuse
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
from ansible_collections.siteops.devices.plugins.module_utils.xyte.answers import ANSWER_OPTIONS, Question, answer, find, license_state
from ansible_collections.siteops.devices.plugins.module_utils.xyte.client import XyteClient
from ansible_collections.siteops.devices.plugins.module_utils.xyte.signature import HASHES, PADDINGS, check_license, needs_message

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    ANSWER_OPTIONS,
    {
        "id": {"type": "raw", "required": True},
        "state": {"type": "str", "required": True, "choices": ["inuse", "removed", "error"]},
        "error": {"type": "str"},
        "public_key": {"type": "str", "no_log": False},
        "data": {"type": "raw"},
        "signature": {"type": "str"},
        "padding": {"type": "str", "choices": list(PADDINGS), "default": "pkcs1v15"},
        "hash": {"type": "str", "choices": list(HASHES), "default": "sha256"},
    },
    required_together=[["data", "signature"]],
    required_by={"data": ["public_key"]},
)


def run(task):
    payload = license_state(task.params)
    question = Question("license", "id", task.params["id"])
    with XyteClient.open(task) as cloud:
        message = find(task, cloud, question, is_needed=needs_message(task.params))
        check_license(task, message)
        return answer(task, cloud, question, message, payload)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
