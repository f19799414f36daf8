#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: msk_netsettings
short_description: Set the network settings of an MSK-101-POE sensor
version_added: 0.1.0
description:
  - Compares the network settings with the wanted ones, sends them when they differ, and follows the sensor to its new address.
  - What the task does not name keeps its value.
  - A reply that is lost because the sensor moved is no failure when the same sensor (by its device ids) answers at the new address.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.msk
  - siteops.devices.msk.session
  - siteops.devices.msk.moving
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_msk
options:
  network:
    description: The wanted settings.
    type: dict
    required: true
    suboptions:
      dhcp:
        description: Whether to ask for an address by DHCP.
        type: bool
      name_resolution:
        description: Whether to answer to its name by mDNS and NetBIOS.
        type: bool
      auto_ip:
        description: Whether to choose a link-local address. With O(network.dhcp), only when that fails.
        type: bool
      static_address:
        description: Address to use when O(network.dhcp) and O(network.auto_ip) are both off.
        type: str
      subnet:
        description: Subnet mask, as V(255.255.255.0) or V(24).
        type: str
      gateway:
        description: Gateway. It must be in the subnet of O(network.static_address).
        type: str
  follow:
    description: Whether to wait, after a change, until the sensor answers at its new address with the new settings.
    type: bool
    default: true
  follow_host:
    description:
      - Name or address under which the sensor will answer after a change that moves it.
      - Needed when the network decides the address (O(network.dhcp), O(network.auto_ip)) and O(host) is an address.
    type: str
  wait_timeout:
    description: Seconds to wait for the sensor to answer at its new address.
    type: float
    default: 120
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Give the sensor its place in the network
  siteops.devices.msk_netsettings:
    host: 192.168.0.50
    password: "{{ vault_msk_password }}"
    ca_path: "{{ msk_ca_path }}"
    network:
      dhcp: false
      auto_ip: false
      static_address: 10.20.0.13
      subnet: 255.255.255.0
      gateway: 10.20.0.1
"""

RETURN = r"""
network:
  description: The settings after the task. In check mode the predicted ones.
  returned: success
  type: dict
  sample:
    dhcp: false
    name_resolution: true
    auto_ip: false
    static_address: 10.20.0.13
    subnet: 255.255.255.0
    gateway: 10.20.0.1
host:
  description: Where the sensor is now, or will be in check mode. V(null) when only the network knows.
  returned: success
  type: str
  sample: 10.20.0.13
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
from ansible_collections.siteops.devices.plugins.module_utils.core.plan import report
from ansible_collections.siteops.devices.plugins.module_utils.msk import moving
from ansible_collections.siteops.devices.plugins.module_utils.msk.client import CONNECTION_OPTIONS, MskClient
from ansible_collections.siteops.devices.plugins.module_utils.msk.network import OPTIONS, change_network, desired_of

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    moving.OPTIONS,
    {
        "network": {"type": "dict", "required": True, "options": OPTIONS},
        "follow": {"type": "bool", "default": True},
        "follow_host": {"type": "str"},
        "wait_timeout": {"type": "float", "default": 120.0},
    },
)


@moving.following
def run(task):
    desired = desired_of(task.params["network"])
    with MskClient.open(task) as sensor:
        moved = change_network(task, sensor, desired)
    return report(task, moved.plan, {"network": moved.network, "host": moved.host})


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
