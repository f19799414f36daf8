#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_calibration
short_description: Calibrate an MSK-101-POE sensor
version_added: 0.1.0
description:
  - Starts a calibration, lets the sensor measure for a while, stops it, and saves the result when it is good enough.
  - Meanwhile somebody or something has to move through the field of view as the vendor's manual says.
  - The sensor is never left calibrating. Whatever happens, the calibration is stopped.
  - The saved coefficient is read back.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.msk.session
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_msk
attributes:
  idempotent:
    support: none
    details: Each run measures anew.
options:
  mode:
    description: V(standard), or V(zone) for a calibration based on zones.
    type: str
    choices: [standard, zone]
    default: standard
  duration:
    description: Seconds to measure.
    type: float
    default: 30
  save:
    description: Whether to save the result. Without it the task only tells what it would be, and the sensor forgets it on a restart.
    type: bool
    default: true
  accept_poor:
    description: Whether a result that the sensor calls poor but usable (code 223) counts as a success.
    type: bool
    default: false
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Calibrate for one minute while the installer walks through the area
  siteops.devices.msk_calibration:
    host: "{{ ansible_host }}"
    password: "{{ vault_msk_password }}"
    ca_path: "{{ msk_ca_path }}"
    duration: 60
"""

RETURN = r"""
coefficient:
  description: The coefficient that was found. V(null) in check mode, which does not measure.
  returned: success, and a poor result that was not accepted
  type: float
  sample: 4321
mse:
  description: Mean square error of the measurement. The lower the better.
  returned: success, and a poor result that was not accepted
  type: float
  sample: 12
quality:
  description: V(good) or V(poor).
  returned: success, and a poor result that was not accepted
  type: str
  sample: good
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
from ansible_collections.siteops.devices.plugins.module_utils.msk.calibration import calibrate
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS, MskClient

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "mode": {"type": "str", "choices": ["standard", "zone"], "default": "standard"},
        "duration": {"type": "float", "default": 30.0},
        "save": {"type": "bool", "default": True},
        "accept_poor": {"type": "bool", "default": False},
    },
)


def run(task):
    with MskClient.open(task) as sensor:
        return calibrate(task, sensor)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
