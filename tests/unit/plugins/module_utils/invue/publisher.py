# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Started as a process: publishes some entries of its own, and one that all of them publish. Prints how many it created."""

from __future__ import annotations

import json
import sys

from ansible_collections.siteops.devices.tests.unit.plugins.running import run

if __name__ == "__main__":
    arguments, name, count = json.loads(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    versions = [f"{name}-{number:03}" for number in range(count)] + ["shared"]
    created = 0
    for version in versions:
        outcome = run(
            "firmware_registry_entry", {**arguments, "type": "OKM", "version": version, "url": f"https://x.example.com/{version}"}
        )
        if outcome.failed:
            sys.exit(outcome.message)
        created += outcome.changed
    print(created)
