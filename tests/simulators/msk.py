# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated MSK-101-POE sensors: `MskSimulator` for tests, `python -m tests.simulators.msk` for playbooks.

`msk_sensor` follows the vendor's document (REST API 1.0.0). Where it leaves a choice there is a switch, see `msk_switches`.

    with MskSimulator(3, token_in="header") as simulator:      # in a test
        sensor = simulator.sensor
        sensor.fail("drop_after", "/sensorConfiguration", "PUT")
        ...                                                    # talk to simulator.url(sensor), trusting simulator.ca_path
        assert not sensor.violations

The document does not say, and here it is so:

Sessions
- The default password ("admin"), and every error code but 0, 100 and 223: see `msk_errors.ErrorCode`.
- A wrong password is answered with 200 and errorCode 1. There is no limit of tries, and none of sessions by default.
- The token of /login comes in its body under "token" (switches `token_in`, `token_key`), lives for an hour, and is replaced by
  /updateToken. A changed password ends no session.
- /login and /contents.json need no login. While the default password is set, every call but /changePassword and /logout (and
  /updateToken where that is how the token is learnt) is answered with 403.
- 403, 404, 405 and 400 (malformed JSON) have a body of plain text. Wrong values get 200 with errorCode and errorDesc.
- A value outside its *typical* range is taken; a value of the wrong type, an unknown key, alarmSensitivity without bit 7 and a
  pre-alarm area shorter than the alarm area are not, and then nothing of the PUT is taken.

Network
- The real factory address, 192.168.0.50, is never used: `factory_address` stands for it. Sensors that are to have the same
  address get it one after another, when the one before has left.
- A PUT without staticAddress means the factory's address (3.9, read strictly); without netConfiguration, subnet or gateway it keeps them.
- Factory settings are netConfiguration 2 without an address. A sensor made factory-new stays where it is.
- Only 127.0.0.0/8 exists: a PUT with another staticAddress is refused.
- Sessions survive a move. /comboardReset restarts the board and ends them.

Calibration
- Stop without start, save without a good stop, start while running: errorCode 10. Before any calibration the data are zeros.

Updates
- `Content-Range: bytes start-end/total`, end inclusive, chunks in order; a chunk that came before is accepted again when it is the same.
- /startProcessUpdate while a session is open is refused with errorCode 11; the session lives until it is stopped, for ever by default,
  also when its token is gone (switch `update_ends_with_token`), but not through a restart. Whoever is logged in may go on with it.
- A file of no bytes is started and stopped without a chunk.
- A failing stop of a manifest or file leaves the session failed: then only a forced stop is accepted.
- /stopProcessUpdate {"force": 0} without a file is refused with errorCode 13, without a session with 12.
- Firmware (dst 0 and 1) makes the sensor restart and so ends sessions; web files do not.
- The content of manifests (`msk_update`), and the keys of a file in contents.json: "name" and "fingerprint", a SHA-256.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
from typing import Any

from .fleet import Fleet
from .lifetime import wait_for_the_end, write_ready_file
from .msk_network import Network
from .msk_sensor import Sensor
from .msk_switches import Switches
from .serving import addresses
from .tls import CERTIFICATES

__all__ = ["MskSimulator", "Sensor", "Switches"]

PASSWORD = "radar-secret"
DEFAULT_PASSWORD = "admin"
FIRST_ADDRESS = "127.20.0.1"
FACTORY_ADDRESS = "127.20.255.50"
AUTO_ADDRESSES = "127.21.0.0"  # where auto IP puts sensors: this plus the sensor's number


class MskSimulator(Fleet[Sensor]):
    """Some sensors on loopback addresses from `first_address` on.

    `factory_new` sensors have the default password and factory settings, each at its own address. Further keywords are
    positions of switches (see `Switches`) for all sensors; `sensor.switches` alters them for one.
    """

    def __init__(
        self,
        sensors: int = 1,
        *,
        first_address: str = FIRST_ADDRESS,
        port: int = 0,
        control_port: int = 0,
        factory_new: bool = False,
        factory_address: str | None = None,
        password: str = PASSWORD,
        default_password: str = DEFAULT_PASSWORD,
        certificate: str = "good",
        **switches: Any,
    ) -> None:
        made = []
        for number, address in enumerate(addresses(first_address, sensors), 1):
            auto_address = str(ipaddress.ip_address(AUTO_ADDRESSES) + number)
            if factory_new:
                network = Network(factory_address or address, auto_address, static_address=address if factory_address else None)
            else:
                network = Network(factory_address or FACTORY_ADDRESS, auto_address, static_address=address)
            positions = Switches()
            positions.set(**switches)
            own = default_password if factory_new else password
            made.append(Sensor(number, network, password=own, default_password=default_password, switches=positions))
        super().__init__(made, port=port, control_port=control_port, certificate=certificate)

    @property
    def sensors(self) -> list[Sensor]:
        """All sensors, by number."""
        return list(self.devices.values())

    @property
    def sensor(self) -> Sensor:
        """The first sensor."""
        return self.sensors[0]

    def ready(self) -> dict[str, Any]:
        """What the ready file says."""
        return {
            "port": self.port,
            "ca_path": self.ca_path,
            "control_url": self.control_url,
            "pid": os.getpid(),
            "devices": [
                {"name": sensor.name, "address": sensor.address, "host_name": sensor.host_name, "password": sensor.password}
                for sensor in self.sensors
            ],
        }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.msk", description="Simulated MSK-101-POE sensors on loopback.")
    parser.add_argument("--sensors", type=int, default=1, metavar="N")
    parser.add_argument("--first-address", default=FIRST_ADDRESS, metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=0, help="of every sensor; 0: a free one")
    parser.add_argument("--control-port", type=int, default=0, metavar="PORT")
    parser.add_argument("--factory-new", action="store_true", help="with the default password and factory settings")
    parser.add_argument("--factory-address", metavar="ADDRESS", help="where a reset communication board goes")
    parser.add_argument("--password", default=PASSWORD)
    parser.add_argument("--default-password", default=DEFAULT_PASSWORD, metavar="PASSWORD")
    parser.add_argument("--certificate", default="good", choices=sorted(CERTIFICATES))
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE", help="for all sensors, JSON or text; repeatable")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="added to every reply")
    parser.add_argument("--ready-file", metavar="PATH", help="written when the sensors listen")
    parser.add_argument("--exit-with", type=int, metavar="PID", help="end when that process ends")
    return parser.parse_args()


def _switches(pairs: list[str]) -> dict[str, Any]:
    positions = {}
    for pair in pairs:
        name, _equals, text = pair.partition("=")
        try:
            positions[name] = json.loads(text)
        except ValueError:
            positions[name] = text
    return positions


def _describe(simulator: MskSimulator) -> str:
    sensors = simulator.sensors
    rows = [f"  {sensor.name}  {simulator.url(sensor)}  password {sensor.password}" for sensor in sensors[:10]]
    if len(sensors) > 10:
        rows.append(f"  ... and {len(sensors) - 10} more, up to {sensors[-1].address}")
    return "\n".join(
        [
            f"{len(sensors)} simulated MSK-101-POE:",
            *rows,
            f"CA to trust:  {simulator.ca_path}",
            f"Control API:  {simulator.control_url}/devices",
            f"Stop with Ctrl-C or: kill {os.getpid()}",
        ]
    )


def main() -> None:
    """Run sensors until told to stop."""
    options = _options()
    simulator = MskSimulator(
        options.sensors,
        first_address=options.first_address,
        port=options.port,
        control_port=options.control_port,
        factory_new=options.factory_new,
        factory_address=options.factory_address,
        password=options.password,
        default_password=options.default_password,
        certificate=options.certificate,
        **_switches(options.switch),
    )
    for sensor in simulator.sensors:
        sensor.latency = options.latency
    with simulator:
        print(_describe(simulator), flush=True)
        if options.ready_file:
            write_ready_file(options.ready_file, simulator.ready())
        print(f"Ended: {wait_for_the_end(options.exit_with)}", flush=True)


if __name__ == "__main__":
    main()
