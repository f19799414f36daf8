#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: springcard_firmware
short_description: Load a firmware into a SpringCard reader
version_added: 0.1.0
description:
  - Compares what the reader runs with what it shall run, loads the firmware if they differ, waits until the reader is back, and reads its
    firmware again.
  - Before it loads, it opens the WebSocket of the service and follows the progress there. Where that says nothing, it looks at the readers.
  - A reader that another run is loading is waited for, and then compared.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.springcard
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_springcard
options:
  device:
    description:
      - Serial number, unique id or DeviceId of the reader. It must fit exactly one.
      - The DeviceId may change when the reader restarts, so prefer the serial number.
    type: str
    required: true
  src:
    description:
      - Firmware file on the controller. It is looked for where O(ansible.builtin.copy#module:src) would be, and carried
        to the host that runs the module. The service gets it as a blob.
      - A service on the same machine as the module is shown the file before it is loaded. Any other cannot tell what a blob holds, so
        say it with O(version) or O(revision).
    type: path
  url:
    description:
      - Where the service itself fetches the firmware, by C(http://) or C(https://), or with C(file://) a path on its own machine.
      - The service is asked what it holds before it is loaded.
    type: str
  version:
    description:
      - The version that the firmware is expected to have, C(M.mm). Quote it in YAML.
      - A reader of this version is unchanged, whatever its build.
    type: str
  revision:
    description: The revision that the firmware is expected to have, C(M.mm-bbb-gcccccccc). A reader of this revision is unchanged.
    type: str
  force:
    description:
      - Load it although the reader has the same revision or another family of firmware, or although it is not known what the file holds.
      - It does not allow a downgrade.
    type: bool
    default: false
  allow_downgrade:
    description: Load a firmware that is older than the one in the reader.
    type: bool
    default: false
  wait:
    description: Whether to wait until the reader is back with its new firmware. Without it, the outcome of the load is not known.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds for all of it, among them the wait for a reader that is in use. Loading takes 5 to 10 seconds by USB or Ethernet, and
        minutes by Bluetooth or a slow serial link.
    type: float
    default: 600
seealso:
  - module: siteops.devices.springcard_info
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Update the reader at the gate, from the PC that holds it
  siteops.devices.springcard_firmware:
    device: "{{ springcard_serial }}"
    src: springcore-h518-1.24.bin
    version: "1.24"
  delegate_to: gate-pc

- name: Let the service fetch the firmware
  siteops.devices.springcard_firmware:
    device: "{{ springcard_serial }}"
    url: https://files.example.com/firmwares/springcore-h518-1.24.bin
    revision: 1.24-150-g0123abcd
  delegate_to: gate-pc
"""

RETURN = r"""
device:
  description: Which reader it is. Its RV(device.device_id) may be another one afterwards.
  returned: success
  type: dict
  contains:
    device_id:
      description: Id for the service.
      type: str
    serial_number:
      description: Serial number.
      type: str
    unique_id:
      description: Unique id.
      type: str
    name:
      description: Name.
      type: str
    channel:
      description: How it is attached, C(usb), C(serial), C(ble) or C(network).
      type: str
from:
  description: Revision that it ran before; the version alone where nothing more is known of the firmware to load.
  returned: success
  type: str
  sample: 1.22-138-g56e5ed58
to:
  description: Revision that it runs now, or would run. Null when it is not known what the file holds.
  returned: success
  type: str
  sample: 1.24-150-g0123abcd
not_taken:
  description: Names of the values that the device did not take, although it answered success.
  returned: failure, when RV(error.kind) is V(not_taken)
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
        - Kind of the failure, with card readers one of V(input), V(requirement), V(interrupted), V(defect), V(unreachable), V(certificate),
          V(authentication), V(http), V(reply), V(reply_lost), V(refused), V(not_taken), V(busy), V(failed) and V(deadline).
        - V(unreachable) is also a reader that is not there, V(failed) a load that ended in failure, V(not_taken) a reader that runs its old
          firmware afterwards.
      type: str
    http_status:
      description: HTTP status of the reply that led to it.
      type: int
    code:
      description:
        - The message of the service, such as V(Unsupported content) or V(Not available).
        - V(family), V(downgrade), V(revision) or V(unknown) when it was refused here, V(failed) or V(cancelled) when the load ended so.
      type: str
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import run_module
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec
from ansible_collections.siteops.devices.plugins.module_utils.springcard.client import CONNECTION_OPTIONS
from ansible_collections.siteops.devices.plugins.module_utils.springcard.firmware import update

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "device": {"type": "str", "required": True},
        "src": {"type": "path"},
        "url": {"type": "str"},
        "version": {"type": "str"},
        "revision": {"type": "str"},
        "force": {"type": "bool", "default": False},
        "allow_downgrade": {"type": "bool", "default": False},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "float", "default": 600.0},
    },
    mutually_exclusive=[["src", "url"]],
    required_one_of=[["src", "url"]],
    files=["src"],
)


def run(task):
    return update(task)


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
