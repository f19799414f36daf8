#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_firmware
short_description: Update the firmware of an MSK-101-POE sensor
version_added: 0.1.0
description:
  - Brings the sensor, its communication board and its web server to the versions of IFW packages, in this order.
  - Packages are validated whole before the first request. What the device runs already is not sent, nor are web files that it has.
  - Afterwards the version is read back, through the restart that comes with an update. A sensor that comes back with the old version,
    or with a fault that it did not report before, is a failure; so the task can be trusted when it succeeds.
  - When something fails on the way, or the run is told to stop, the update session on the sensor is ended by force, which applies nothing.
  - A second run does only what is left. It waits while another run on the same host is at work on the sensor.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.msk.session
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_msk
options:
  packages:
    description:
      - IFW files of the controller, one per component. A relative path is looked for as the C(src) of M(ansible.builtin.copy) is.
      - They are carried to the host on which the module runs.
    type: list
    elements: path
    required: true
  components:
    description: Apply only the packages for these components. All packages are validated. By default all are applied.
    type: list
    elements: str
    choices: [sensor, com_board, web_server]
  allow_downgrade:
    description: Whether a package may be older than what runs.
    type: bool
    default: false
  force:
    description:
      - Whether to send everything, also what the device has already.
      - It also sends a package that is for another device mode.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the sensor runs the new version, and to check it.
      - With V(false) the task ends when the sensor has taken the last component. That is not verified, and not rolled back.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds that the sensor may take, for each component, until it answers with the new version.
      - Also the longest wait for another run that is at work on the sensor.
    type: float
    default: 300
  health_timeout:
    description:
      - Seconds that the sensor may take, once it runs the new version, until it reports no fault that it did not report before.
      - V(0) looks once.
    type: float
    default: 30
  rollback_packages:
    description:
      - IFW files to apply when an update, or the check after it, has failed. Only components that this task has changed are rolled back.
      - The task fails all the same, and says in which state the sensor is.
    type: list
    elements: path
    default: []
  display_progress:
    description: Whether to show how far the update is, every five seconds. Nothing is shown when the module runs as a process of its own.
    type: bool
    default: true
seealso:
  - module: siteops.devices.msk_health
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Update sensor and communication board, and go back if that fails
  siteops.devices.msk_firmware:
    host: "{{ ansible_host }}"
    password: "{{ vault_msk_password }}"
    ca_path: "{{ msk_ca_path }}"
    packages:
      - MSK101_v1210.ifw
      - CBPOE_v1209.ifw
    rollback_packages:
      - MSK101_v1207.ifw
      - CBPOE_v1208.ifw
"""

RETURN = r"""
components:
  description: What was done for each package, in the order of the update. In check mode what would be done.
  returned: success, and failure of an update that had begun
  type: list
  elements: dict
  contains:
    component:
      description: V(sensor), V(com_board) or V(web_server).
      type: str
    from:
      description: The version that ran before. V(null) for the web server, which tells none.
      type: str
    to:
      description: The package's version.
      type: str
    action:
      description:
        - V(updated), V(unchanged) or V(rolled_back).
        - V(failed) when a rollback failed, or when it could not be found out what the sensor runs now.
      type: str
    files_sent:
      description: Number of files sent, or to be sent in check mode.
      type: int
    files_skipped:
      description: Number of files that the sensor has already.
      type: int
    bytes_sent:
      description: Bytes of these files and of their meta information.
      type: int
  sample:
    - component: sensor
      from: "1.207"
      to: "1.210"
      action: updated
      files_sent: 1
      files_skipped: 0
      bytes_sent: 2718281
package:
  description: File name of the package that was refused.
  returned: failure, when a package is not valid
  type: str
reason:
  description: Why it was refused.
  returned: failure, when a package is not valid
  type: str
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
from ansible_collections.siteops.devices.plugins.module_utils.msk.update import update_firmware

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "packages": {"type": "list", "elements": "path", "required": True},
        "components": {"type": "list", "elements": "str", "choices": ["sensor", "com_board", "web_server"]},
        "allow_downgrade": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "float", "default": 300.0},
        "health_timeout": {"type": "float", "default": 30.0},
        "rollback_packages": {"type": "list", "elements": "path", "default": []},
        "display_progress": {"type": "bool", "default": True},
    },
    files=("packages", "rollback_packages"),
)


def run(task):
    return update_firmware(task)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
