#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_identity
short_description: Make sure which MSK-101-POE sensor this is
version_added: 0.1.0
description:
  - Fails unless the device is an MSK-101-POE, and the very one that is expected when O(device_id) names it.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.msk.session
  - siteops.devices.msk.moving
  - siteops.devices.attributes.info_module
  - siteops.devices.attributes.actiongroup_msk
options:
  device_id:
    description: Device id that the sensor or its communication board must have. Case does not count.
    type: str
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Make sure that this is the sensor that was delivered for the gate
  siteops.devices.msk_identity:
    host: "{{ ansible_host }}"
    password: "{{ vault_msk_password }}"
    ca_path: "{{ msk_ca_path }}"
    device_id: 4C-11-AE-03-9B-20
"""

RETURN = r"""
identity:
  description: What the sensor says about its two parts.
  returned: success
  type: dict
  contains:
    sensor:
      description: Model, family, C(fw_version) and C(device_id) of the radar. Distances in mm, angles in degrees.
      type: dict
    com_board:
      description: Model, family, C(fw_version) and C(device_id) of the communication board.
      type: dict
host:
  description: Where the sensor is now, when it had to be looked for at O(alternatives).
  returned: when the sensor went away and was found again
  type: str
  sample: 10.20.0.13
device_ids:
  description: The device ids that the sensor tells.
  returned: failure, when it is not the expected device
  type: list
  elements: str
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
from ansible_collections.siteops.devices.plugins.module_utils.msk import moving
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS, MskClient
from ansible_collections.siteops.devices.plugins.module_utils.msk.identity import check_identity, read_identity
from ansible_collections.siteops.devices.plugins.module_utils.msk.info import snaked

ARGUMENT_SPEC = Spec(CONNECTION_OPTIONS, moving.OPTIONS, {"device_id": {"type": "str"}})


@moving.following
def run(task):
    with MskClient.open(task) as sensor:
        identity = read_identity(sensor)
        check_identity(identity, sensor.name, task.params["device_id"])
    return {"changed": False, "identity": {"sensor": snaked(identity.sensor), "com_board": snaked(identity.com_board)}}


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
