# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: commission simulated sensors with the playbook and the example inventory that real ones take.

Three sensors new from the factory are commissioned; a second run changes nothing; somebody alters one by hand; check mode
shows what would be repaired; the last run repairs just that. Ends with an error when one of these does not come true.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = Path("docs/examples/commission")
WORK = Path("build/demo")
RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)

HOSTS = ("gate-01", "gate-02", "yard-01")


def main() -> int:
    os.chdir(ROOT)
    WORK.mkdir(parents=True, exist_ok=True)
    for record in WORK.glob("records/*.json"):
        record.unlink()
    with MskSimulator(len(HOSTS), factory_new=True) as simulator:
        place(simulator)
        say(f"Three simulated sensors, new from the factory, listen on {', '.join(sensor.address for sensor in simulator.sensors)}.")
        say("1. Commission them.")
        expect(playbook(), dict.fromkeys(HOSTS, True))
        say("2. Once more: nothing is left to do.")
        expect(playbook(), dict.fromkeys(HOSTS, False))
        say("3. Somebody alters gate-02 by hand: another alarm area, and its LED is off. Check mode shows what would be repaired.")
        simulator.merge(simulator.sensors[1], {"configuration": {"alarmDistance": 2500, "ledMode": 1}})
        only_gate_02 = {host: host == "gate-02" for host in HOSTS}
        expect(playbook("--check", "--diff"), only_gate_02)
        say("4. Repair just that. What the inventory does not name, the LED, is left as it is.")
        expect(playbook(), only_gate_02)
        expect(playbook(quiet=True), dict.fromkeys(HOSTS, False))
    say(CLOSING.format(records=WORK / "records", example=EXAMPLE))
    return 0


def place(simulator: MskSimulator) -> None:
    """Write the layer over the example inventory that says where its sensors are simulated."""
    variables = {
        "msk_commission_port": simulator.port,
        "msk_commission_ca_path": str(simulator.ca_path),
        "msk_commission_record_dir": str(ROOT / WORK / "records"),
        "msk_commission_network": {
            "dhcp": False,
            "auto_ip": False,
            "name_resolution": True,
            "static_address": "{{ ansible_host }}",
            "subnet": "255.255.255.0",
            "gateway": "127.20.1.254",
        },
    }
    hosts = {}
    for host, sensor in zip(HOSTS, simulator.sensors, strict=True):
        sensor.configuration.update(mountRotation=0)
        sensor.position.update(elevation=-12 if host == "yard-01" else -15, rotation=0)
        address = sensor.address.replace("127.20.0.", "127.20.1.")
        # As host variables: those of the example's group_vars/ win over an inventory's group variables.
        hosts[host] = {**variables, "ansible_host": address, "msk_commission_alternatives": [sensor.address]}
    (WORK / "simulated.json").write_text(json.dumps({"msk": {"hosts": hosts}}, indent=2))


def playbook(*options: str, quiet: bool = False) -> dict[str, bool]:
    """Run the playbook as a user would; which hosts it changed. Its exit status must be 0."""
    inventories = ["-i", str(EXAMPLE / "inventory.yml"), "-i", str(WORK / "simulated.json")]
    command = [
        "ansible-playbook",
        *inventories,
        "--vault-password-file",
        str(EXAMPLE / "vault-password.txt"),
        *options,
        "siteops.devices.commission",
    ]
    if not quiet:
        print(f"$ {' '.join(command)}", flush=True)
    settings = {"ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false", "ANSIBLE_NOCOWS": "true"}
    process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if not quiet:
            print(line, end="", flush=True)
    if process.wait():
        sys.exit(f"The playbook ended with {process.returncode}.")
    return {host: int(changed) > 0 for host, changed, _unreachable, _failed in RECAP.findall("".join(lines))}


def expect(changed: dict[str, bool], wanted: dict[str, bool]) -> None:
    if changed != wanted:
        sys.exit(f"The demo expected these hosts to be changed: {wanted}, and these were: {changed}.")


def say(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m\n" if sys.stdout.isatty() else f"\n=== {text}\n", flush=True)


CLOSING = """\
That was it. The commissioning records are in {records}.

To commission real sensors with the same playbook:
  1. Copy {example} and write your sensors and addresses into inventory.yml.
  2. Put the vendor's CA beside it as inxpect-ca.pem, and your passwords into the vault: ansible-vault edit group_vars/msk/vault.yml
     (the example's vault password is in vault-password.txt; use your own).
  3. Plug the sensors in one after another and run:
     ansible-playbook -i inventory.yml --ask-vault-pass -e commission_serial=1 siteops.devices.commission
     Add --check --diff to see beforehand what would change.
The guide is docs/guides/commission-a-site.md."""

if __name__ == "__main__":
    sys.exit(main())
