#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: vault_file
short_description: Set variables in a vaulted file on the controller
version_added: 0.1.0
description:
  - Sets variables in a YAML file that is encrypted with Ansible Vault, and leaves its other variables as they are.
  - The file is replaced in one step. Whoever reads it, and whatever is killed, sees the old content or the new one.
  - The file is written anew, so comments in it are lost. Give passwords that are rotated a file of their own.
  - No value is ever shown, and no plain text is ever written to a disk.
options:
  path:
    description: The file. It is made when there is none.
    type: path
    required: true
  values:
    description: The variables to set.
    type: dict
    required: true
  like:
    description:
      - Another vaulted file, whose vault secret a new file is encrypted with.
      - Without it a new file takes the first secret that the run has. An existing file always keeps the secret that opens it.
    type: path
attributes:
  check_mode:
    description: Can run in check mode and return what it would do, without changing the file.
    support: full
  diff_mode:
    description: Shows no differences, for they are secret.
    support: none
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
notes:
  - Runs on the controller, with the vault secrets of the run (C(--vault-id), C(--vault-password-file), C(--ask-vault-pass)).
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Remember the new password of the sensors
  siteops.devices.vault_file:
    path: "{{ inventory_dir }}/group_vars/msk/vault.yml"
    values:
      vault_msk_password: "{{ new_password }}"
  no_log: true
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /srv/site/group_vars/msk/vault.yml
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import refuse_as_module

VAULT_FILE_OPTIONS = {
    "path": {"type": "path", "required": True},
    "values": {"type": "dict", "required": True, "no_log": True},
    "like": {"type": "path"},
}


def main():
    refuse_as_module("vault_file", VAULT_FILE_OPTIONS)


if __name__ == "__main__":
    main()
