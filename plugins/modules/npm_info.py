#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: npm_info
short_description: Read what an AppResponse appliance tells about itself and its updates
version_added: 0.1.0
description:
  - Returns the update images on the appliance, the state of its update, and what it is.
  - Every member is there; what the appliance leaves out is V(null).
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.npm
  - siteops.devices.attributes.info_module
  - siteops.devices.attributes.actiongroup_npm
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: See which version the appliances run, and what is prepared
  siteops.devices.npm_info:
    host: "{{ ansible_host }}"
    username: "{{ npm_username }}"
    password: "{{ vault_npm_password }}"
  register: reply

- name: Show it
  ansible.builtin.debug:
    msg: "{{ reply.npm.system.sw_version }}, {{ reply.npm.update_status.state }}"
"""

RETURN = r"""
npm:
  description: What was read.
  returned: success
  type: dict
  contains:
    images:
      description: The update images.
      type: list
      elements: dict
      contains:
        id:
          description: Its number on the appliance.
          type: int
        state:
          description: V(UPLOADING), V(VALIDATING), V(UPLOAD_ERROR), V(VALID) or V(INVALID).
          type: str
        state_description:
          description: The appliance's own words on that.
          type: str
        progress:
          description: Percentage of the upload that is done.
          type: float
        version:
          description: Version of the software in it.
          type: str
        checksum:
          description: Its SHA-256, in lower case.
          type: str
    update_status:
      description:
        - The update.
        - Returned under the name C(update), too. Templates reach that only as C(npm['update']), for C(npm.update) is a method there.
      type: dict
      contains:
        state:
          description: V(IDLE), V(INITIALIZING), V(INITIALIZED), V(RUNNING), V(FAILED_GRACEFUL) or V(FAILED_CRITICAL).
          type: str
        state_description:
          description: The appliance's own words on that.
          type: str
        last_state_time:
          description: When the state began, in seconds since 1970.
          type: int
        target_version:
          description: The version that the update leads to.
          type: str
        update_history:
          description: Past updates, each with C(time) in seconds since 1970 and C(version). The first one is the installation.
          type: list
          elements: dict
    system:
      description:
        - What the appliance tells of itself, among that C(sw_version), C(model) and C(serial), under its own names.
        - C(services) maps the name of each service to the versions in which the appliance offers it.
      type: dict
      sample:
        device_name: probe-01
        hw_version: VM
        model: VSCAN-2000
        serial: "X1234"
        sw_version: "11.6.0 #23947"
        services:
          npm.system_update: ["2.0"]
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
        - Kind of the failure, with appliances one of V(input), V(requirement), V(interrupted), V(defect), V(unreachable), V(certificate),
          V(authentication), V(http), V(reply), V(reply_lost), V(not_taken), V(busy), V(failed) and V(deadline).
      type: str
    http_status:
      description: HTTP status of the reply that led to it.
      type: int
    code:
      description: The appliance's C(error_id).
      type: str
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import run_module
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec
from ansible_collections.siteops.devices.plugins.module_utils.npm.client import CONNECTION_OPTIONS, CONNECTION_RULES, NpmClient
from ansible_collections.siteops.devices.plugins.module_utils.npm.info import gather

ARGUMENT_SPEC = Spec(CONNECTION_OPTIONS, **CONNECTION_RULES)


def run(task):
    with NpmClient.open(task) as appliance:
        return {"changed": False, "npm": gather(appliance)}


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
