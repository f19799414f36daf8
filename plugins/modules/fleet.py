#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: fleet
short_description: Run a device module on many devices in one task
version_added: 0.1.0
description:
  - Runs any device module of this collection on many hosts of the inventory, in one task, with threads in the controller's process.
    A thousand devices take seconds instead of minutes.
  - One device's failure is never another's. When a target fails, the task fails after all targets that were started have ended.
  - Each target gets the arguments that C(module_defaults) gives the module and its groups, templated with the variables of that
    target; over them O(args), the same for all; over them what O(host_args) names.
  - Run it once, on C(localhost) or with C(run_once). Neither C(loop) nor C(serial) is needed.
  - When the run is told to stop (Ctrl-C, SIGTERM), nothing more is started; what runs goes on to its end, and its session is closed.
options:
  module:
    description: The device module, for instance V(msk_config).
    type: str
    required: true
  targets:
    description: Names of hosts of the inventory. A name that is given twice counts once.
    type: list
    elements: str
    required: true
  args:
    description: Arguments of the module that are the same for all targets.
    type: dict
    default: {}
  host_args:
    description:
      - Arguments that differ. The key is an option of the module, the value the name of the host variable that holds its value.
        It is templated with the variables of the target. Where that variable is undefined, the option is left out.
      - C(host=ansible_host) is added when neither this, nor O(args), nor C(module_defaults) gives the module's C(host).
    type: dict
    default: {}
  concurrency:
    description: How many targets are worked on at once.
    type: int
    default: 32
  max_failures:
    description:
      - No more targets are started once more than this number have failed. An absolute number, whatever the size of the fleet.
      - A negative number is no limit.
    type: int
    default: 0
  progress:
    description: >-
      Whether to show every five seconds how far the task is, and the first twenty failures as they come.
      With C(-v) the devices' own lines are shown, too.
    type: bool
    default: true
  unchanged_results:
    description:
      - Whether RV(results) has rows for targets that were neither changed nor failed, nor have a warning.
      - The default is V(true) for modules that only read (C(*_info)), else V(false).
    type: bool
  results_size:
    description:
      - Bytes of JSON that RV(results) may have; V(0) is no limit. AWX empties a result that is longer than 700,000 characters.
      - Failures have precedence, then changes. A row that does not fit is cut down to its target, state, seconds, message and diff,
        or left out; RV(summary) counts both. RV(changed_targets) and RV(failed_targets) are always complete.
    type: int
    default: 400000
attributes:
  check_mode:
    description: Can run in check mode and return what it would do, without changing the devices.
    support: full
  diff_mode:
    description: Returns what it changes, or would change in check mode. Only what differs is listed.
    support: full
  idempotent:
    description: A second run with the same options changes nothing, if the module does so.
    support: full
notes:
  - C(async), C(become), C(environment) and C(delegate_to) (another host than the controller) cannot be honoured, and are refused.
  - Up to ansible-core 2.18 the engine evaluates C(module_defaults) for the task's own host, too, before the task starts. Names in them
    have to be defined for that host as well.
  - With C(no_log) set on the task, progress lines still show the names of targets and the sentences of failures, without secrets.
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Compare the configuration of all sensors of all sites with the wanted one
  siteops.devices.fleet:
    module: msk_config
    targets: "{{ groups['msk'] }}"
    host_args:
      configuration: msk_commission_configuration
    max_failures: -1
  module_defaults:
    group/siteops.devices.msk:
      password: "{{ vault_msk_password }}"
      ca_path: "{{ msk_ca_path }}"
  check_mode: true
  diff: true
  register: drift

- name: Which sensors differ
  ansible.builtin.debug:
    var: drift.changed_targets

- name: Turn the light of 200 sensors off, and stop after three failures
  siteops.devices.fleet:
    module: msk_config
    targets: "{{ groups['gates'] }}"
    args:
      configuration:
        led_mode: disabled
    host_args:
      password: msk_password
      port: msk_port
    max_failures: 2
  run_once: true
"""

RETURN = r"""
module:
  description: Full name of the module that was run.
  returned: unless the task could not begin
  type: str
results:
  description:
    - One row for each target that was changed, failed or has a warning, in the order of O(targets); others by O(unchanged_results).
    - A row holds the module's own result, too, unless it is too long (O(results_size)).
  returned: always
  type: list
  elements: dict
  contains:
    target:
      description: The host's name.
      type: str
    changed:
      description: Whether it was changed, or would be changed in check mode.
      type: bool
    failed:
      description: Whether it failed.
      type: bool
    seconds:
      description: How long the target took, without the time it waited for its turn.
      type: float
    msg:
      description: What happened, in sentences.
      type: str
    error:
      description: Of a failure, its C(kind), C(http_status) and C(code).
      type: dict
    diff:
      description: In diff mode, C(before) and C(after) of what differs, and the target's name as C(before_header) and C(after_header).
      type: dict
    device_warnings:
      description: What the module warns of.
      type: list
      elements: str
changed_targets:
  description: Names of the targets that were changed.
  returned: always
  type: list
  elements: str
failed_targets:
  description: Names of the targets that failed. One may be changed as well.
  returned: always
  type: list
  elements: str
unchanged_targets:
  description: Names of the targets that are as they should be.
  returned: always
  type: list
  elements: str
unstarted_targets:
  description: Names of the targets that were not started.
  returned: always
  type: list
  elements: str
summary:
  description: The numbers.
  returned: always
  type: dict
  sample:
    targets: 1000
    changed: 3
    failed: 1
    unchanged: 996
    unstarted: 0
    seconds: 6.2
    results_shortened: 0
    results_left_out: 0
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import refuse_as_module

FLEET_OPTIONS = {
    "module": {"type": "str", "required": True},
    "targets": {"type": "list", "elements": "str", "required": True},
    "args": {"type": "dict", "default": {}},
    "host_args": {"type": "dict", "default": {}},
    "concurrency": {"type": "int", "default": 32},
    "max_failures": {"type": "int", "default": 0},
    "progress": {"type": "bool", "default": True},
    "unchanged_results": {"type": "bool"},
    "results_size": {"type": "int", "default": 400000},
}


def main():
    refuse_as_module("fleet", FLEET_OPTIONS)


if __name__ == "__main__":
    main()
