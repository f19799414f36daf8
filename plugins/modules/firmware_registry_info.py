#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: firmware_registry_info
short_description: Read entries of the InVue firmware registry
version_added: 0.1.0
description:
  - Reads one entry by its O(id), or those of a type and version.
  - The registry documents no list. Where it has one, that is used; else the entries are those whose ids O(ledger) knows.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.invue
  - siteops.devices.attributes.info_module
  - siteops.devices.attributes.actiongroup_invue
options:
  id:
    description: Id of an entry.
    type: str
  type:
    description: Only entries of this type.
    type: str
  version:
    description: Only entries of this version, compared as text.
    type: str
  ledger:
    description: JSON file that M(siteops.devices.firmware_registry_entry) keeps. It is only read.
    type: path
seealso:
  - module: siteops.devices.firmware_registry_entry
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: See what is published for the OKMs
  siteops.devices.firmware_registry_info:
    access_token: "{{ vault_invue_access_token }}"
    type: OKM
    ledger: "{{ playbook_dir }}/invue-ledger.json"
  register: registry

- name: Show it
  ansible.builtin.debug:
    msg: "{{ registry.entries | items2dict(key_name='version', value_name='url') }}"
"""

RETURN = r"""
entries:
  description: The entries, sorted by type and version. Empty when there is none.
  returned: success
  type: list
  elements: dict
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
source:
  description: How they were found. Only with V(listing) there are surely no others.
  returned: success
  type: str
  sample: listing
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
        - Kind of the failure, with the registry one of V(input), V(requirement), V(interrupted), V(defect), V(unreachable), V(certificate),
          V(authentication), V(http), V(reply), V(reply_lost), V(refused), V(not_taken), V(identity), V(busy) and V(failed).
      type: str
    http_status:
      description: HTTP status of the reply that led to it.
      type: int
    code:
      description: The C(error_code) of the registry.
      type: str
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import run_module
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec
from ansible_collections.siteops.devices.plugins.module_utils.invue.client import CONNECTION_OPTIONS
from ansible_collections.siteops.devices.plugins.module_utils.invue.info import gather

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "id": {"type": "str"},
        "type": {"type": "str"},
        "version": {"type": "str"},
        "ledger": {"type": "path"},
    },
)


def run(task):
    return gather(task)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
