#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_wait
short_description: Wait until an MSK-101-POE sensor answers
version_added: 0.1.0
description:
  - Waits until the sensor's API answers, at its own address or at one of several others, and says where it is.
  - Does not log in, so it cannot tell one sensor from another. O(password) is not used.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.attributes.info_module
  - siteops.devices.attributes.actiongroup_msk
options:
  alternatives:
    description:
      - More addresses at which the sensor may be, for instance the factory's. They count only while O(host) does not answer.
    type: list
    elements: str
    default: []
  wait_timeout:
    description: Seconds to wait. With V(0) it looks once.
    type: float
    default: 120
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Wait for the sensor where it belongs, or where the factory put it
  siteops.devices.msk_wait:
    host: 10.20.0.13
    ca_path: "{{ msk_ca_path }}"
    alternatives: [192.168.0.50]
"""

RETURN = r"""
host:
  description: Where the sensor answers.
  returned: success
  type: str
  sample: 192.168.0.50
last:
  description: What was seen last before the time was up.
  returned: failure, when RV(error.kind) is V(deadline)
  type: dict
  contains:
    state:
      description: The state, in words or as the device names it.
      type: str
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
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS
from ansible_collections.siteops.devices.plugins.module_utils.msk.presence import find_sensor

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "alternatives": {"type": "list", "elements": "str", "default": []},
        "wait_timeout": {"type": "float", "default": 120.0},
    },
)


def run(task):
    return {"changed": False, "host": find_sensor(task)}


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
