#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: firmware_registry_entry
short_description: Publish a firmware URL in the InVue registry
version_added: 0.1.0
description:
  - Creates, changes or deletes the entry that tells InVue devices where the file of a firmware version is.
  - The registry documents no way to look an entry up by its type and version. So the id comes from O(id), from the list of the
    registry if it has one, or else from O(ledger).
  - Only what differs is sent, and the entry is read back afterwards.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.invue
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_invue
options:
  state:
    description:
      - V(present) makes sure that the entry exists and has this O(url).
      - V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  type:
    description: Type of the firmware, such as V(OKM) or V(IR4KEY). Other types are passed on as they are.
    type: str
  version:
    description: Version of the firmware, compared as text. Quote it in YAML, since V(01932023020111482) is a number otherwise.
    type: str
  url:
    description: Full URL of the file.
    type: str
  id:
    description:
      - Id of the entry, a UUID. Then O(type), O(version) and O(url) are what it shall have, and what is left out stays.
      - With O(state=absent), an entry that has another O(type) or O(version) is not deleted.
    type: str
  ledger:
    description:
      - JSON file that maps type and version to the entry's id. It is read, and kept up to date, when the registry has no list.
      - It is sorted and written atomically under a lock, so that parallel hosts and runs lose nothing and Git shows small changes.
      - Use one for each registry. The folder must exist.
    type: path
  url_check:
    description:
      - Fetch the O(url) before it is published, and fail if it does not answer, or not with the right file.
      - The firmware's host is sent neither the access token nor cookies. Up to five redirects are followed.
    type: dict
    suboptions:
      when:
        description: V(changes) fetches only when the entry is to be created or changed, V(always) each time.
        type: str
        choices: [changes, always]
        default: changes
      checksum:
        description:
          - C(sha256:), C(sha384:) or C(sha512:) and the hexadecimal checksum that the file must have. Digits alone are SHA-256.
          - Without it only the beginning of the file is fetched.
        type: str
      max_size:
        description: Bytes. A file that is larger is not read to its end, and fails.
        type: int
        default: 536870912
      timeout:
        description: Seconds for the whole fetch.
        type: float
        default: 300
      validate_certs:
        description: Whether to verify the certificate of the firmware's host.
        type: bool
        default: true
      ca_path:
        description: File or folder with the CA certificates to trust for the firmware's host, in PEM form.
        type: path
notes:
  - When the registry has neither a list nor this entry in the ledger, check mode predicts that it is created. The run may find out that
    it exists already, since the registry says so only to a POST. It then warns, and leaves it as it is.
seealso:
  - module: siteops.devices.firmware_registry_info
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Publish a firmware, after a look at the file
  siteops.devices.firmware_registry_entry:
    access_token: "{{ vault_invue_access_token }}"
    type: OKM
    version: "01932023020111482"
    url: https://storage.example.com/firmware/okm-01932023020111482.bin
    ledger: "{{ playbook_dir }}/invue-ledger.json"
    url_check:
      checksum: sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae

- name: Withdraw it
  siteops.devices.firmware_registry_entry:
    access_token: "{{ vault_invue_access_token }}"
    type: OKM
    version: "01932023020111482"
    ledger: "{{ playbook_dir }}/invue-ledger.json"
    state: absent
"""

RETURN = r"""
entry:
  description:
    - The entry after the task, empty when it is absent. In check mode the predicted one.
    - RV(entry.id) is null when it is not known yet, or cannot be known; RV(entry.url) when an existing entry cannot be looked up.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    type:
      description: Type of the firmware.
      type: str
    version:
      description: Version of the firmware.
      type: str
    url:
      description: Where the file is.
      type: str
  sample:
    id: 421d73aa-af8f-467f-a8e8-ee1331378ea8
    type: OKM
    version: "01932023020111482"
    url: https://storage.example.com/firmware/okm-01932023020111482.bin
url_check:
  description: What was found at the URL.
  returned: when it was fetched
  type: dict
  contains:
    size:
      description: Size of the file in bytes; null when its host does not say it and no checksum was asked for.
      type: int
    checksum:
      description: Its checksum; null when none was asked for.
      type: str
not_taken:
  description: Names of the values that the device did not take, although it answered success.
  returned: failure, when RV(error.kind) is V(not_taken)
  type: list
  elements: str
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
        - Kind of the failure, with the registry one of V(input), V(requirement), V(interrupted), V(defect), V(unreachable), V(certificate),
          V(authentication), V(http), V(reply), V(reply_lost), V(refused), V(not_taken), V(identity), V(busy) and V(failed).
      type: str
    http_status:
      description: HTTP status of the reply that led to it.
      type: int
    code:
      description:
        - V(duplicate) or V(unknown_id) from the registry, or its C(error_code).
        - V(checksum), V(size), V(empty), V(web_page), V(broken_off), V(slow) or V(redirects) from the look at the URL.
      type: str
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import run_module
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec
from ansible_collections.siteops.devices.plugins.module_utils.invue.client import CONNECTION_OPTIONS
from ansible_collections.siteops.devices.plugins.module_utils.invue.entries import publish
from ansible_collections.siteops.devices.plugins.module_utils.invue.firmware_url import OPTIONS

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "type": {"type": "str"},
        "version": {"type": "str"},
        "url": {"type": "str"},
        "id": {"type": "str"},
        "ledger": {"type": "path"},
        "url_check": {"type": "dict", "options": OPTIONS},
    },
)


def run(task):
    return publish(task)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
