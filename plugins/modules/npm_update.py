#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: npm_update
short_description: Update the software of an AppResponse appliance
version_added: 0.1.0
description:
  - Prepares an update, starts it, and waits until the appliance has restarted and runs the wanted version.
  - The image has to be on the appliance, see M(siteops.devices.npm_update_image). The appliance chooses the image by itself, so what it
    prepared is compared with O(version) before it is started, and undone when it is something else.
  - An update that is being prepared or running is waited for and used. So a run that was interrupted is continued by the next one.
  - While the update runs the appliance restarts. That it cannot be reached then, or answers with 401, 502 or 503, is expected.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.npm
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_npm
options:
  version:
    description:
      - "The wanted version, such as V(11.6.0 #23947). V(11.6.0) stands for any build of it."
      - "Write it in quotes. Without, YAML takes C(#23947) for a comment."
      - Needed unless O(state=idle). Nothing is done when the appliance runs it, or its newest update was to it.
    type: str
  state:
    description:
      - V(staged) prepares the update, which interrupts nothing. V(updated) also starts it and waits for its end.
      - V(idle) undoes the preparation. An update that is running cannot be undone.
      - An update in the state V(FAILED_GRACEFUL) is reset and, unless O(state=idle), reported as failed; the next run begins anew.
        One in the state V(FAILED_CRITICAL) is never touched.
    type: str
    choices: [idle, staged, updated]
    default: updated
  allow_downgrade:
    description: Whether O(version) may be older than what the appliance runs.
    type: bool
    default: false
  image_follows:
    description: In check mode, do not warn that the appliance has no image of O(version), since a later task puts it there.
    type: bool
    default: false
  wait_timeout:
    description: Seconds until O(state) has to be reached. When they are over, the task fails, and the appliance goes on with what it does.
    type: float
    default: 7200
  reach_timeout:
    description:
      - Seconds to wait for an appliance that does not answer when the task begins. An update that an interrupted run has started may be
        restarting it.
    type: float
    default: 30
seealso:
  - module: siteops.devices.npm_update_image
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Prepare the update at any time
  siteops.devices.npm_update:
    host: "{{ ansible_host }}"
    username: "{{ npm_username }}"
    password: "{{ vault_npm_password }}"
    version: "11.6.0 #23947"
    state: staged

- name: Start it in the maintenance window
  siteops.devices.npm_update:
    host: "{{ ansible_host }}"
    username: "{{ npm_username }}"
    password: "{{ vault_npm_password }}"
    version: "11.6.0 #23947"
"""

RETURN = r"""
update_status:
  description:
    - The update after the task. In check mode the predicted one, with V(null) for descriptions and times. Also returned when it failed.
    - Returned under the name C(update), too. Templates reach that only as C(result['update']), for C(result.update) is a method there.
  returned: success, and when the update failed
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
from:
  description: The version that the appliance ran before the task. V(null) when it does not tell.
  returned: success, and when the update failed
  type: str
  sample: "11.5.0 #20100"
to:
  description: The version that it runs after the task. With O(state=staged), the version that is prepared.
  returned: success, and when the update failed
  type: str
  sample: "11.6.0 #23947"
last:
  description:
    - What was seen last before the time was up.
    - When the appliance answered then, C(last['update']) is the update, as in RV(update_status).
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
from ansible_collections.siteops.devices.plugins.module_utils.core.plan import report
from ansible_collections.siteops.devices.plugins.module_utils.npm.client import CONNECTION_OPTIONS, CONNECTION_RULES, NpmClient
from ansible_collections.siteops.devices.plugins.module_utils.npm.steps import Goal
from ansible_collections.siteops.devices.plugins.module_utils.npm.updating import Update
from ansible_collections.siteops.devices.plugins.module_utils.npm.version import version_of

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "version": {"type": "str"},
        "state": {"type": "str", "choices": ["idle", "staged", "updated"], "default": "updated"},
        "allow_downgrade": {"type": "bool", "default": False},
        "image_follows": {"type": "bool", "default": False},
        "wait_timeout": {"type": "float", "default": 7200.0},
        "reach_timeout": {"type": "float", "default": 30.0},
    },
    required_if=[["state", "staged", ["version"]], ["state", "updated", ["version"]]],
    **CONNECTION_RULES,
)


def run(task):
    goal = Goal(task.params["state"], version_of(task.params["version"]), task.params["allow_downgrade"])
    with NpmClient.open(task) as appliance:
        done = Update(task, appliance, goal).bring()
    versions = {"from": done.version_before, "to": done.version_after}
    return report(task, done.plan, {"update": done.update, "update_status": done.update, **versions})


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
