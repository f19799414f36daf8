#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: npm_update_image
short_description: Put an update image on an AppResponse appliance, or remove it
version_added: 0.1.0
description:
  - Uploads an image, or lets the appliance fetch it, and waits until the appliance has validated it.
  - An image that is there already is used. One that is being uploaded or validated is waited for and used, whoever sends it; it is not
    sent again. One that failed is replaced.
  - When the appliance refuses an upload for good, the broken image that it may keep is removed again, unless it cannot be told from others.
  - An upload is read from disk while it is sent, so that an image of many gigabytes needs no memory. Its checksum is computed once for all
    appliances of a run.
  - A task that only waited for the image, and sent and removed nothing, is not changed.
extends_documentation_fragment:
  - siteops.devices.connection
  - siteops.devices.npm
  - siteops.devices.attributes
  - siteops.devices.attributes.actiongroup_npm
options:
  state:
    description: Whether the image has to be there, complete and valid, or must not be there.
    type: str
    choices: [present, absent]
    default: present
  src:
    description:
      - The image, a file on the controller. It is looked for as M(ansible.builtin.copy) does.
      - When the task runs on another host than the controller, the file is copied there first.
    type: path
  url:
    description:
      - Where the appliance can fetch the image by itself. Give O(version) or O(checksum) with it. Without, nobody can tell whether the
        image is there already, and it is fetched every time.
    type: str
  version:
    description:
      - With O(state=present), the version that the image must turn out to have, and by which it is recognized on appliances that tell no
        checksums.
      - With O(state=absent), remove the images of this version.
      - "Written as V(11.6.0 #23947), in quotes, for without them YAML takes C(#23947) for a comment. V(11.6.0) stands for any build of it."
    type: str
  checksum:
    description:
      - SHA-256 of the image. It is computed from O(src) when it is missing. When it is given, O(src) is compared with it before it is sent.
      - With O(state=absent), remove the images that have it.
    type: str
  id:
    description: With O(state=absent), remove the image of this number.
    type: int
  exclusive:
    description:
      - With O(state=present), remove every other image once this one is valid.
      - An update takes no image, the appliance chooses one. So leave only one there before M(siteops.devices.npm_update).
    type: bool
    default: false
  wait_timeout:
    description: Seconds until the image has to be valid, or gone, the upload included.
    type: float
    default: 3600
seealso:
  - module: siteops.devices.npm_update
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Put the image on the appliance, and no other
  siteops.devices.npm_update_image:
    host: "{{ ansible_host }}"
    username: "{{ npm_username }}"
    password: "{{ vault_npm_password }}"
    src: appresponse_11.6.0.iso
    version: "11.6.0 #23947"
    exclusive: true

- name: Let the appliance fetch it from a server near to it
  siteops.devices.npm_update_image:
    host: "{{ ansible_host }}"
    username: "{{ npm_username }}"
    password: "{{ vault_npm_password }}"
    url: https://images.example.com/appresponse_11.6.0.iso
    checksum: 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef

- name: Remove an old image
  siteops.devices.npm_update_image:
    host: "{{ ansible_host }}"
    username: "{{ npm_username }}"
    password: "{{ vault_npm_password }}"
    state: absent
    version: "11.5.0 #20100"
"""

RETURN = r"""
image:
  description:
    - The image. In check mode the predicted one, with V(null) for what cannot be known before, such as the number of a new image.
    - V(null) with O(state=absent). Also returned when the image failed.
  returned: success, and when the image failed
  type: dict
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
last:
  description: What was seen last before the time was up.
  returned: failure, when RV(error.kind) is V(deadline)
  type: dict
  contains:
    state:
      description: The state, in words or as the device names it.
      type: str
    image:
      description: The image as it was then, as in RV(image). Missing while nothing of it is known.
      type: dict
    sent:
      description: Bytes that were sent, when the upload took too long.
      type: int
    size:
      description: Bytes of the whole file, when the upload took too long.
      type: int
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
from ansible_collections.siteops.devices.plugins.module_utils.npm.presence import Presence, ensure_absent

ARGUMENT_SPEC = Spec(
    CONNECTION_OPTIONS,
    {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "src": {"type": "path"},
        "url": {"type": "str"},
        "version": {"type": "str"},
        "checksum": {"type": "str"},
        "id": {"type": "int"},
        "exclusive": {"type": "bool", "default": False},
        "wait_timeout": {"type": "float", "default": 3600.0},
    },
    mutually_exclusive=[["src", "url"]],
    required_if=[["state", "present", ["src", "url"], True], ["state", "absent", ["id", "version", "checksum"], True]],
    files=["src"],
    **CONNECTION_RULES,
)


def run(task):
    with NpmClient.open(task) as appliance:
        if task.params["state"] == "absent":
            return report(task, ensure_absent(task, appliance), {"image": None})
        plan, image = Presence(task, appliance).ensure()
        return report(task, plan, {"image": image})


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
