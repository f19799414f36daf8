#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_name
short_description: Name an MSK-101-POE sensor
version_added: 0.1.0
description:
  - Sets the network name of the sensor, which is also the name of its communication board.
  - With name resolution on, the sensor answers to its name over mDNS and NetBIOS.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.msk.session
  - siteops.devices.msk.moving
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_msk
options:
  name:
    description: The wanted name.
    type: str
    required: true
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Name the sensor after its place
  siteops.devices.msk_name:
    host: "{{ ansible_host }}"
    password: "{{ vault_msk_password }}"
    ca_path: "{{ msk_ca_path }}"
    name: gate-03
"""

RETURN = r"""
name:
  description: The sensor's name after the task. In check mode the predicted one.
  returned: success
  type: str
  sample: gate-03
host:
  description: Where the sensor is now, when it had to be looked for at O(alternatives).
  returned: when the sensor went away and was found again
  type: str
  sample: 10.20.0.13
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
        - Kind of the failure, with sensors one of V(input), V(requirement), V(interrupted), V(defect), V(unreachable), V(certificate),
          V(authentication), V(default_password), V(http), V(reply), V(reply_lost), V(refused), V(not_taken), V(identity), V(busy),
          V(failed) and V(deadline).
      type: str
    http_status:
      description: HTTP status of the reply that led to it.
      type: int
    code:
      description: The sensor's error code.
      type: int
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import run_module
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError
from ansible_collections.siteops.devices.plugins.module_utils.core.plan import converge
from ansible_collections.siteops.devices.plugins.module_utils.msk import moving
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS, MskClient
from ansible_collections.siteops.devices.plugins.module_utils.msk.name import Name

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    moving.OPTIONS,
    {
        "name": {"type": "str", "required": True},
    },
)


@moving.following
def run(task):
    name = task.params["name"]
    if not name.strip():
        raise InputError("name: it is empty.")
    with MskClient.open(task) as sensor:
        return converge(task, Name(sensor), name)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
