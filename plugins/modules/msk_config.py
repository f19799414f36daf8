#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_config
short_description: Configure an MSK-101-POE sensor
version_added: 0.1.0
description:
  - Compares the configuration of the radar with the wanted one and sends only what differs.
  - What the task does not name keeps its value.
  - Afterwards the sensor is read again; values that it did not take are a failure.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.msk.session
  - siteops.devices.msk.moving
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_msk
options:
  configuration:
    description: The wanted values.
    type: dict
    required: true
    suboptions:
      alarm_distance:
        description: Length of the alarm area, in millimetres.
        type: int
      pre_alarm_distance:
        description:
          - Length of the pre-alarm area, in millimetres.
          - Must not be below O(configuration.alarm_distance), counting what the sensor already has.
          - Both are equal when there is no pre-alarm area.
        type: int
      alarm_sensitivity:
        description:
          - Tolerance towards small targets, in percent from V(0) to V(100). Higher is less sensitive.
          - V(75) triggers an alarm for a target as large as the one that was used for the calibration.
        type: int
      mount_height:
        description: Height above ground, in millimetres. Typically V(1000) to V(4000).
        type: int
      mount_elevation:
        description: Pitch, in degrees. Negative values point downwards.
        type: int
      mount_rotation:
        description: Rotation, in degrees. About V(0) is horizontal (volumetric), about V(90) vertical (barrier).
        type: int
      mount_azimuth:
        description: Azimuth, in degrees.
        type: int
      calibration_coefficient:
        description: Calibration coefficient, typically V(300) to V(50000). Usually measured rather than set.
        type: int
      led_mode:
        description: V(normal) or V(disabled), or the number of a mode.
        type: str
      channel:
        description: V(0) for a sensor that is alone; else its channel as a number up to V(14), or as a letter, with V(A) for V(1).
        type: str
      country:
        description: ISO 3166 code of the country where the sensor operates, three letters.
        type: str
      anti_masking_mode:
        description: V(normal), V(disabled) or V(aggressive), or the number of a mode. Direct rain can trigger the aggressive mode.
        type: str
      anti_masking_exit_mode:
        description: Number of a mode; the vendor's document names none.
        type: int
      anti_tamper_mode:
        description: V(disabled) or V(sensor_moved), or the number of a mode.
        type: str
      anti_tamper_exit_mode:
        description: Number of a mode; the vendor's document names none.
        type: int
      num_conflicting_sensors:
        description: Number of sensors in this environment that disturb each other. Each of them needs another O(configuration.channel).
        type: int
      ss_mode:
        description: >-
          Semi-static objects: V(disabled), V(automatic_1) (up to 2 objects of at most 1.5 m),
          V(automatic_2) (up to 3 objects of at most 2.5 m), V(semi_automatic), V(manual), or the number of a mode.
        type: str
      ss_min_dist:
        description: Distance of semi-static objects, at least, in millimetres.
        type: int
      ss_max_size:
        description: Largest size of a semi-static object, in the sensor's unit.
        type: int
      ss_num_max_zones:
        description: Largest number of zones with semi-static objects.
        type: int
      ss_manual_zones:
        description: The zones of the manual mode. Their order means nothing.
        type: list
        elements: dict
        suboptions:
          min:
            description: Where the zone begins, in millimetres.
            type: int
            required: true
          max:
            description: Where the zone ends, in millimetres. Not below O(configuration.ss_manual_zones[].min).
            type: int
            required: true
      extra:
        description: More members of the sensor's configuration object by their API key, for values that have no option here.
        type: dict
  check_installation:
    description:
      - What to do when the change concerns a distance, the height or an angle, and the result is an installation that the sensor
        does not list as supported, or a mount that the sensor measures otherwise than configured.
      - V(ignore) does not look, V(warn) warns, V(fail) fails before anything is changed.
      - Looking costs two more requests, and only when such a value is to change.
    type: str
    choices: [ignore, warn, fail]
    default: warn
  position_tolerance:
    description: Largest difference between a configured and a measured angle, in degrees.
    type: float
    default: 5
seealso:
  - module: siteops.devices.msk_info
  - module: siteops.devices.msk_health
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Guard the gate at up to eight metres, with a pre-alarm from twelve
  siteops.devices.msk_config:
    host: "{{ ansible_host }}"
    password: "{{ vault_msk_password }}"
    ca_path: "{{ msk_ca_path }}"
    configuration:
      alarm_distance: 8000
      pre_alarm_distance: 12000
      alarm_sensitivity: 60
      channel: A
      anti_tamper_mode: sensor_moved
    check_installation: fail
"""

RETURN = r"""
configuration:
  description:
    - The sensor's configuration after the task, with the names and forms of the option O(configuration). In check mode the predicted one.
    - Members that have no option are listed under C(extra) by their API key.
  returned: success
  type: dict
  sample:
    alarm_distance: 8000
    pre_alarm_distance: 12000
    alarm_sensitivity: 60
    channel: 1
    led_mode: normal
host:
  description: Where the sensor is now, when it had to be looked for at O(alternatives).
  returned: when the sensor went away and was found again
  type: str
  sample: 10.20.0.13
installation_problems:
  description: A sentence for each thing that is wrong with the installation.
  returned: failure of the installation check, with O(check_installation=fail)
  type: list
  elements: str
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
from ansible_collections.siteops.devices.plugins.module_utils.core.plan import converge
from ansible_collections.siteops.devices.plugins.module_utils.msk import moving
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS, MskClient
from ansible_collections.siteops.devices.plugins.module_utils.msk.configuration import OPTIONS, Configuration, desired_of
from ansible_collections.siteops.devices.plugins.module_utils.msk.installation import InstallationCheck

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    moving.OPTIONS,
    {
        "configuration": {"type": "dict", "required": True, "options": OPTIONS},
        "check_installation": {"type": "str", "choices": ["ignore", "warn", "fail"], "default": "warn"},
        "position_tolerance": {"type": "float", "default": 5.0},
    },
)


@moving.following
def run(task):
    desired = desired_of(task.params["configuration"])
    mode = task.params["check_installation"]
    check = None if mode == "ignore" else InstallationCheck(mode, task.params["position_tolerance"])
    with MskClient.open(task) as sensor:
        return converge(task, Configuration(sensor, check), desired)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
