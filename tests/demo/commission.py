# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commission simulated sensors with the playbook and the example inventory that real ones take.

Three sensors new from the factory are commissioned; a second run changes nothing; somebody alters one by hand; check mode
shows what would be repaired; the last run repairs just that.
"""

from __future__ import annotations

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator

from . import screen, sensors
from .example import Example
from .playbook import expect

HOSTS = {"gate-01": "10.20.0.11", "gate-02": "10.20.0.12", "yard-01": "10.20.0.13"}


def tell() -> None:
    """Tell the chapter. Raises ``UnexpectedError``."""
    screen.chapter("Commission three sensors")
    example = Example("commission", "inventory.yml")
    with MskSimulator(len(HOSTS), factory_new=True) as simulator:
        example.simulate({"msk": sensors.place(simulator, HOSTS, example.folder)})
        for host, sensor in zip(HOSTS, simulator.sensors, strict=True):
            sensors.mount(sensor, elevation=-12 if host == "yard-01" else -15)
        screen.say(f"Three simulated sensors, new from the factory, listen on {', '.join(sensor.address for sensor in simulator.sensors)}.")
        example.show_copy()
        screen.say("1. Commission them.")
        expect("Changed sensors", example.run("commission"), set(HOSTS))
        screen.say("2. Once more: nothing is left to do.")
        expect("Changed sensors", example.run("commission"), set())
        screen.say("3. Somebody alters gate-02 by hand: another alarm area, and its LED is off. Check mode shows what would be repaired.")
        simulator.merge(simulator.sensors[1], {"configuration": {"alarmDistance": 2500, "ledMode": 1}})
        expect("Sensors that would change", example.run("commission", "--check", "--diff"), {"gate-02"})
        screen.say("4. Repair just that. What the inventory does not name, the LED, is left as it is.")
        expect("Changed sensors", example.run("commission"), {"gate-02"})
        expect("Changed sensors", example.run("commission", quiet=True), set())
        expect("gate-02", [simulator.sensors[1].configuration[name] for name in ("alarmDistance", "ledMode")], [5000, 1])
    screen.say(CLOSING.format(records=example.place / "records", example=example.source))


CLOSING = """\
The sensors are commissioned, and their records are in {records}.

To commission real sensors with the same playbook:
  1. Copy {example} and write your sensors and addresses into inventory.yml.
  2. Put the vendor's CA beside it as inxpect-ca.pem, and your passwords into the vault: ansible-vault edit group_vars/msk/vault.yml
     (the example's vault password is in vault-password.txt; use your own).
  3. Plug the sensors in one after another and run:
     ansible-playbook -i inventory.yml --ask-vault-pass -e commission_serial=1 siteops.devices.commission
     Add --check --diff to see beforehand what would change.
The guide is docs/guides/commission-a-site.md."""
