# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command of the Xyte cloud updates a sensor: `tell`, or `python -m tests.demo.xyte`.

The simulated cloud queues `update_firmware` in a real broker; the playbook `siteops.devices.bridge` carries it out. Needs Mosquitto.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ..rulebook.bridge import Site
from ..runner.processes import Shell, StageError
from ..runner.programs import ensure_mosquitto
from ..simulators.xyte import eventually

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "ANSIBLE_DISPLAY_OK_HOSTS": "false",
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
    "ANSIBLE_NOCOWS": "true",
}


def tell() -> None:
    """Show it on a simulated sensor and a simulated cloud. Where Mosquitto is missing and cannot be installed, say so and return."""
    try:
        ensure_mosquitto(Shell(ROOT / "build" / "logs" / "demo-mosquitto.log", limit=300))
    except StageError as problem:
        say(f"The part with the Xyte cloud is left out: {problem}.")
        return
    with tempfile.TemporaryDirectory(prefix="demo-xyte-") as folder, Site(Path(folder)) as site:
        show(site)


def show(site: Site) -> None:
    """Let the cloud of a site order an update of its first sensor, and the playbook carry it out. Exits when that does not come true."""
    sensor, account = site.first, site.first.account
    say(f"A sensor runs {sensor.version}. For the Xyte cloud it is the device {account.id}, and the bridge stands in for it.")
    command = site.order(sensor)
    offer = account.commands[0]["parameters"]
    say(f"1. The cloud queues a command for it: update_firmware to {offer['version']}, from {offer['url']}.")
    say("2. The bridge asks the cloud what it wants, and carries it out. A timer would run this, or the rulebook siteops.devices.xyte.")
    run(site.command("bridge", "--tags", "command"))
    statuses = [(command, "in_progress"), (command, "done")]
    try:
        eventually(lambda: account.statuses == statuses and account.firmware_version == sensor.new == sensor.version)
    except AssertionError:
        sys.exit(f"The demo expected {statuses} and {sensor.new}; the cloud saw {account.statuses} and {account.firmware_version}.")
    say("3. What the cloud has seen:")
    for report in account.reports:
        print(f"   {report.topic:16} {'' if report.body is None else report.body}")
    say(f"The sensor runs {sensor.version}, and the cloud knows. The guide is docs/guides/xyte.md.")


def run(command: list[str]) -> None:
    print(f"$ ansible-playbook {' '.join(command[1:])}", flush=True)
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "links"), **os.environ, **SETTINGS}
    status = subprocess.run(command, env=environment, check=False).returncode
    if status:
        sys.exit(f"The playbook ended with {status}.")


def say(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m\n" if sys.stdout.isatty() else f"\n=== {text}\n", flush=True)


if __name__ == "__main__":
    tell()
