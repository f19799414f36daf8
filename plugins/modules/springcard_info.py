#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: springcard_info
short_description: Read what a SpringCard Companion service and its card readers tell
version_added: 0.1.0
description:
  - Returns the objects of the service with their keys in snake_case, and the firmware of each reader.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.springcard
  - siteops.devices.attributes.info_module
  - siteops.devices.attributes.actiongroup_springcard
options:
  devices:
    description: Serial numbers, unique ids or DeviceIds of the readers to return. Without it, all of the service are returned.
    type: list
    elements: str
    default: []
seealso:
  - module: siteops.devices.springcard_firmware
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Ask the PC at the gate which readers it holds
  siteops.devices.springcard_info:
  delegate_to: gate-pc
  register: reply

- name: Show their firmware
  ansible.builtin.debug:
    msg: "{{ reply.springcard.devices | map(attribute='firmware.revision') }}"
"""

RETURN = r"""
springcard:
  description: What the service tells.
  returned: success
  type: dict
  contains:
    service:
      description: The SERVICE object, such as C(version), C(platform) and C(web_socket_port). Null from a service that has none.
      type: dict
    devices:
      description:
        - The DEVICE objects, such as C(device_id), C(serial_number), C(unique_id), C(status) and C(channel).
      type: list
      elements: dict
      contains:
        firmware:
          description:
            - What firmware it runs. From a reader that does not answer, only what the service knows of it.
          type: dict
          contains:
            vendor:
              description: Vendor.
              type: str
            product:
              description: Product.
              type: str
            firmware:
              description: Family of the firmware. The vendor spells it in upper or lower case.
              type: str
              sample: SpringCore/H518/Puck
            version:
              description: Version, C(M.mm).
              type: str
              sample: "1.23"
            revision:
              description: Version, build and commit, C(M.mm-bbb-gcccccccc).
              type: str
              sample: 1.23-138-g56e5ed58
            date:
              description: When it was built.
              type: str
    missing:
      description: Those of O(devices) that the service does not have, or has as C(missing).
      type: list
      elements: str
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
        - Kind of the failure, with card readers one of V(input), V(requirement), V(interrupted), V(defect), V(unreachable), V(certificate),
          V(authentication), V(http), V(reply), V(reply_lost), V(refused), V(not_taken), V(busy), V(failed) and V(deadline).
      type: str
    http_status:
      description: HTTP status of the reply that led to it.
      type: int
    code:
      description: The message of the service.
      type: str
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import run_module
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec
from ansible_collections.siteops.devices.plugins.module_utils.springcard.client import CONNECTION_OPTIONS
from ansible_collections.siteops.devices.plugins.module_utils.springcard.info import gather

ARGUMENT_SPEC = Spec(CONNECTION_OPTIONS, {"devices": {"type": "list", "elements": "str", "default": []}})


def run(task):
    return {"changed": False, "springcard": gather(task)}


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
