#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_password
short_description: Set the password of an MSK-101-POE sensor
version_added: 0.1.0
description:
  - Makes O(new_password) the password of the sensor, whichever of the given passwords opens it now, and verifies it by a login.
  - Candidates are tried once each. First O(new_password), then O(password), then O(fallback_passwords).
    The first that opens the sensor is used.
  - A sensor that still has its factory password refuses everything else; this module is how to take it into ownership.
  - The sensor opens with the old or the new password at every moment, so a run may be interrupted anywhere and repeated.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.msk.session
  - siteops.devices.msk.moving
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_msk
options:
  new_password:
    description: The wanted password.
    type: str
    required: true
  fallback_passwords:
    description: Other passwords that the sensor may have, for instance the factory's.
    type: list
    elements: str
    default: []
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Take a factory-new sensor into ownership
  siteops.devices.msk_password:
    host: "{{ ansible_host }}"
    ca_path: "{{ msk_ca_path }}"
    new_password: "{{ vault_msk_password }}"
    fallback_passwords: "{{ vault_msk_factory_passwords }}"
"""

RETURN = r"""
was_default:
  description: Whether the sensor still had its factory password.
  returned: success
  type: bool
  sample: true
host:
  description: Where the sensor is now, when it had to be looked for at O(alternatives).
  returned: when the sensor went away and was found again
  type: str
  sample: 10.20.0.13
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
from ansible_collections.siteops.devices.plugins.module_utils.msk import moving
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS, MskClient
from ansible_collections.siteops.devices.plugins.module_utils.msk.password import candidates_of, change_password

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    moving.OPTIONS,
    {
        "new_password": {"type": "str", "required": True, "no_log": True},
        "fallback_passwords": {"type": "list", "elements": "str", "default": [], "no_log": True},
    },
)


@moving.following
def run(task):
    new = task.params["new_password"]
    candidates = candidates_of(new, task.params["password"], task.params["fallback_passwords"])
    with MskClient.unopened(task) as sensor:
        changed, was_default = change_password(sensor, new, candidates, task.check_mode)
    states = (
        {"before": "another password", "after": "the new password"}
        if changed
        else {"before": "the new password", "after": "the new password"}
    )
    diff = {"diff": {key: {"password": text} for key, text in states.items()}} if task.diff else {}
    return {"changed": changed, "was_default": was_default, **diff}


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
