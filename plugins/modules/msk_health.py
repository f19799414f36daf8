#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_health
short_description: Check that an MSK-101-POE sensor is fit for its work
version_added: 0.1.0
description:
  - Fails, with a sentence for each problem, when the sensor processes too few frames, reports a fault or tamper alarm,
    or hangs otherwise than it is configured.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.msk.session
  - siteops.devices.msk.moving
  - siteops.devices.attributes.info_module
  - siteops.devices.attributes.actiongroup_msk
options:
  min_fps:
    description: Frames per second that it must reach. The vendor's document calls 100 or more normal.
    type: float
    default: 100
  position_tolerance:
    description: Largest difference between the configured and the measured mount, in degrees. A negative value does not compare them.
    type: float
    default: 5
  max_alarm_age:
    description:
      - The sensor goes on showing its latest alarms after they ended. Faults and tampering that are older than this count as history.
      - In the unit of the sensor's C(elapsedTime), which is seconds in its event log.
    type: float
    default: 60
  wait_timeout:
    description: Seconds that the sensor may take until it is healthy, for instance after a restart. V(0) looks once.
    type: float
    default: 0
  fail:
    description: Whether an unhealthy sensor fails the task, or is only reported.
    type: bool
    default: true
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Leave no sick sensor behind
  siteops.devices.msk_health:
    host: "{{ ansible_host }}"
    password: "{{ vault_msk_password }}"
    ca_path: "{{ msk_ca_path }}"
"""

RETURN = r"""
health:
  description: What was found.
  returned: when the sensor could be read
  type: dict
  contains:
    healthy:
      description: Whether there are no problems.
      type: bool
    problems:
      description: A sentence for each problem.
      type: list
      elements: str
    fps:
      description: Frames per second.
      type: float
    alarms:
      description: The latest alarms, by number and name.
      type: list
      elements: dict
    position:
      description: Measured elevation and rotation, in degrees.
      type: dict
host:
  description: Where the sensor is now, when it had to be looked for at O(alternatives).
  returned: when the sensor went away and was found again
  type: str
  sample: 10.20.0.13
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
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import FailedError
from ansible_collections.siteops.devices.plugins.module_utils.msk import moving
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS, MskClient
from ansible_collections.siteops.devices.plugins.module_utils.msk.health import FPS_NORMAL, await_health

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    moving.OPTIONS,
    {
        "min_fps": {"type": "float", "default": float(FPS_NORMAL)},
        "position_tolerance": {"type": "float", "default": 5.0},
        "max_alarm_age": {"type": "float", "default": 60.0},
        "wait_timeout": {"type": "float", "default": 0.0},
        "fail": {"type": "bool", "default": True},
    },
)


@moving.following
def run(task):
    params = task.params
    tolerance = params["position_tolerance"] if params["position_tolerance"] >= 0 else None
    with MskClient.open(task) as sensor:
        health = await_health(
            sensor, timeout=params["wait_timeout"], min_fps=params["min_fps"], tolerance=tolerance, max_age=params["max_alarm_age"]
        )
    if params["fail"] and not health["healthy"]:
        raise FailedError(f"{sensor.name} is not healthy. {' '.join(health['problems'])}", facts={"health": health})
    return {"changed": False, "health": health}


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
