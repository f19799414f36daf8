# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a command of the Xyte cloud update a sensor.

The simulated cloud queues `update_firmware` in a real broker; the playbook `siteops.devices.bridge` carries it out. Needs Mosquitto.
"""

from __future__ import annotations

import shutil

from ansible_collections.siteops.devices.tests.rulebook.bridge import Site
from ansible_collections.siteops.devices.tests.runner.processes import Shell, StageError
from ansible_collections.siteops.devices.tests.runner.programs import ensure_mosquitto
from ansible_collections.siteops.devices.tests.simulators.xyte import eventually

from . import playbook, screen
from .example import ROOT, WORK

COMMAND = ("ansible-playbook", "-i", "inventory.json", "--tags", "command", "siteops.devices.bridge")


def tell() -> None:
    """Tell the chapter. Where Mosquitto is missing and cannot be installed, say so and return. Raises ``UnexpectedError``."""
    screen.chapter("A command of the Xyte cloud")
    try:
        ensure_mosquitto(Shell(ROOT / "build" / "logs" / "demo-mosquitto.log", limit=300))
    except StageError as problem:
        screen.say(f"This chapter is left out: {problem}.")
        return
    folder = ROOT / WORK / "xyte"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with Site(folder) as site:
        _show(site)


def _show(site: Site) -> None:
    """Let the cloud order an update of the first sensor, and the playbook carry it out."""
    sensor, account = site.first, site.first.account
    screen.say(f"A sensor runs {sensor.version}. For the Xyte cloud it is the device {account.id}, and the bridge stands in for it.")
    command = site.order(sensor)
    offer = account.commands[0]["parameters"]
    screen.say(f"1. The cloud queues a command for it: update_firmware to {offer['version']}, from {offer['url']}.")
    screen.say(
        "2. The bridge asks the cloud what it wants, and carries it out. A timer would run this, or the rulebook siteops.devices.xyte."
    )
    site.write_inventory()
    screen.command(f"cd {WORK / 'xyte'}")
    playbook.expect("Changed sensors", playbook.run(COMMAND, site.folder), {sensor.host})
    statuses = [(command, "in_progress"), (command, "done")]
    try:
        eventually(lambda: account.statuses == statuses and account.firmware_version == sensor.new == sensor.version)
    except AssertionError:
        found = f"{account.statuses}, firmware {account.firmware_version}"
        raise playbook.UnexpectedError(f"What the cloud knows: expected {statuses}, firmware {sensor.new}; found {found}.") from None
    screen.say("3. What the cloud has seen:")
    for report in account.reports:
        print(f"   {report.topic:16} {'' if report.body is None else report.body}")
    screen.say(f"The sensor runs {sensor.version}, and the cloud knows. The guide is docs/guides/xyte.md.")
