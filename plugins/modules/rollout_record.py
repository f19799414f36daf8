#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: rollout_record
short_description: Keep the record of a rollout
version_added: 0.1.0
description:
  - The playbook C(siteops.devices.rollout) keeps its record with it. It is not for use by itself.
  - The record is a JSON file on the controller, one for each run. It is begun before the first device, and is brought up to date while
    the run goes on, so that it is true after a C(kill -9), too. The file is replaced in one step each time.
  - Its shape is C(docs/schemas/rollout.schema.json).
options:
  state:
    description:
      - V(begun) makes the record, with V(running) as its state, and looks for records of runs that did not end.
      - V(going) sets rows.
      - V(failed) counts a device that failed in the limit of the run. It sets rows where there is a record, and adds to their reasons
        which step had been done on the device before.
      - V(ended) sets rows and the state V(ended). Without O(path) it makes the record.
    type: str
    required: true
    choices: [begun, going, failed, ended]
  path:
    description: The record, as O(state=begun) has returned it.
    type: path
  directory:
    description: Folder of the records. It is made when it is missing.
    type: path
  job:
    description: Number of the job; part of the record's name.
    type: str
    default: ""
  by:
    description: Who runs it. The default is the user of the controller's process.
    type: str
    default: ""
  about:
    description: More members of the record, such as the limit of failures.
    type: dict
    default: {}
  rows:
    description: Rows to set, each with C(host). A row's other members stay as they are.
    type: list
    elements: dict
    default: []
  counted:
    description: With O(state=failed), whether a device module has counted the failure already.
    type: bool
    default: false
  serial:
    description: The sizes of the waves, as the play has them, for O(state=begun).
    type: raw
attributes:
  check_mode:
    description: Can run in check mode and return what it would do, without writing anything.
    support: full
  diff_mode:
    description: Shows no differences.
    support: none
  idempotent:
    description: A second run with the same options changes nothing.
    support: none
notes:
  - Runs on the controller. It never tells that it changed something, for it is nothing of a device.
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Begin the record of this run
  siteops.devices.rollout_record:
    state: begun
    directory: "{{ inventory_dir }}/records"
    rows:
      - {host: gate-01, system: msk}
      - {host: gate-02, system: msk}
    serial: [1, "100%"]
  run_once: true
  register: rollout_begun
"""

RETURN = r"""
path:
  description: The record.
  returned: success, but in check mode
  type: str
  sample: /srv/site/records/rollout-20261126T181500Z-42.json
rows:
  description: The rows as they were set.
  returned: O(state=failed)
  type: list
  elements: dict
  sample: []
unended:
  description: A sentence for each record of these hosts whose run did not end, or is still under way.
  returned: O(state=begun)
  type: list
  elements: str
  sample: []
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import refuse_as_module

RECORD_OPTIONS = {
    "state": {"type": "str", "required": True, "choices": ["begun", "going", "failed", "ended"]},
    "path": {"type": "path"},
    "directory": {"type": "path"},
    "job": {"type": "str", "default": ""},
    "by": {"type": "str", "default": ""},
    "about": {"type": "dict", "default": {}},
    "rows": {"type": "list", "elements": "dict", "default": []},
    "counted": {"type": "bool", "default": False},
    "serial": {"type": "raw"},
}


def main():
    refuse_as_module("rollout_record", RECORD_OPTIONS)


if __name__ == "__main__":
    main()
