#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: firmware_download
short_description: Download a firmware file that somebody else named
version_added: 0.1.0
description:
  - Downloads a file into a cache, only from hosts that are allowed, up to a size, and keeps it only when it has the right checksum.
  - Sends no credentials, asks no proxy, and follows a redirect only to an allowed host.
  - A file that is there with that checksum is not downloaded again.
extends_documentation_fragment:
  - siteops.devices.attributes
options:
  url:
    description: Where the file is.
    type: str
    required: true
  checksum:
    description: SHA-256, SHA-384 or SHA-512 of the file in hexadecimal digits, with or without C(sha256:) before it.
    type: str
    required: true
  dest:
    description: Folder of the cache. It is made when it is missing.
    type: path
    required: true
  allowed_hosts:
    description: Names of the hosts to download from. V(*.example.com) stands for all below it.
    type: list
    elements: str
    required: true
  max_size:
    description: Largest size of the file, in bytes.
    type: int
    default: 1073741824
  allow_http:
    description: Whether the file may come without TLS. Its checksum is verified in any case.
    type: bool
    default: false
  ca_path:
    description: File or folder with the CA certificates to trust, in PEM form. Without it, those of the operating system are trusted.
    type: path
  validate_certs:
    description: Whether to verify the TLS certificate.
    type: bool
    default: true
  timeout:
    description: Seconds to wait for a connection, and for more of the file.
    type: float
    default: 30
requirements:
  - requests >= 2.28
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Fetch the firmware that the cloud named
  siteops.devices.firmware_download:
    url: https://downloads.example.com/fw/sensor-1.3.4.ifw
    checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    dest: /var/cache/firmware
    allowed_hosts: [downloads.example.com]
"""

RETURN = r"""
path:
  description: The file in the cache.
  returned: success
  type: str
  sample: /var/cache/firmware/9f86d081884c7d65/sensor-1.3.4.ifw
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
        - Kind of the failure, with a download one of V(input), V(requirement), V(interrupted), V(defect), V(unreachable), V(certificate),
          V(http), V(reply), V(reply_lost) and V(signature).
        - V(signature) is a wrong checksum.
      type: str
    http_status:
      description: HTTP status of the reply that led to it.
      type: int
    code:
      description: Always null.
      type: int
"""

from ansible_collections.siteops.devices.plugins.module_utils.bridge.module import run_module
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec
from ansible_collections.siteops.devices.plugins.module_utils.core.download import Limits, download, holds, parse_checksum, place_of
from ansible_collections.siteops.devices.plugins.module_utils.core.tls import Trust

ARGUMENT_SPEC = Spec(
    {
        "url": {"type": "str", "required": True},
        "checksum": {"type": "str", "required": True},
        "dest": {"type": "path", "required": True},
        "allowed_hosts": {"type": "list", "elements": "str", "required": True},
        "max_size": {"type": "int", "default": 1 << 30},
        "allow_http": {"type": "bool", "default": False},
        "ca_path": {"type": "path"},
        "validate_certs": {"type": "bool", "default": True},
        "timeout": {"type": "float", "default": 30.0},
    },
)


def run(task):
    given = task.params
    trust = Trust(validate=given["validate_certs"], ca_path=given["ca_path"])
    limits = Limits(given["allowed_hosts"], given["max_size"], given["allow_http"], given["timeout"], trust)
    algorithm, digits = parse_checksum(given["checksum"])
    url = given["url"].strip()
    limits.check(url)
    path = place_of(given["dest"], url, digits)
    missing = not holds(path, algorithm, digits)
    if missing and not task.check_mode:
        download(url, path, algorithm, digits, limits)
    diff = {"before": {"path": None if missing else str(path)}, "after": {"path": str(path)}}
    return {"changed": missing, "path": str(path), **({"diff": diff} if task.diff else {})}


def main():
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
