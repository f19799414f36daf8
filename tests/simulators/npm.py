# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated AppResponse appliances: `NpmSimulator` for tests, `python -m tests.simulators.npm` for playbooks.

`npm_images` and `npm_update` follow the vendor's document (npm.system_update 2.0). Where it leaves a choice there is a switch, see
`npm_switches`.

The document does not say, and here it is so:

Credentials
- Tokens as in the vendor's pages on mgmt.aaa 1.0 and 2.0: asked for with exactly `application/json` (anything else: 415), answered with
  201, alive for 15 minutes, lost in a restart. A refresh token is only given when it is asked for, and never dies.
- Basic is accepted everywhere. common/1.0/services and info need no login. So that the vendor's own client can be used there are
  also the cookie login of common/1.0 and the service definitions.

Errors
- The body is `{"error_id", "error_text"}`. 401: token missing, expired or unknown. 404: no such image. 405, 415 and 400 as HTTP has them;
  a body where the document says "do not provide a request body" is 400. A verb in a state that has no place for it is 409.

Images
- An image is there as UPLOADING from the first byte of its upload. The reply comes when the body is complete; the image is VALIDATING then.
- An upload that breaks off leaves an image in UPLOAD_ERROR. A url that the test has not made `fetchable` ends there, too.
- Version and checksum are told once the image is VALID or INVALID. Uploads tell their version in their first line, see
  `npm_images.image_bytes`.
- Two images may have the same checksum. An image can be deleted at any time.
- An upload without Content-Type is taken, for the vendor's client sends none.

Updates
- init: from IDLE only, and with a VALID image; of several the newest is taken. reset: from INITIALIZED and FAILED_GRACEFUL only. start:
  from INITIALIZED only. Nothing leads out of FAILED_CRITICAL.
- target_version is told from the moment the image is prepared until the update is IDLE again; the image stays.
- start: RUNNING, then nobody listens, then 502, 503 and 401 for a while, then RUNNING, then IDLE with a new last entry in update_history.
- A failed update leaves the version as it was.
"""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from .fleet import Fleet
from .lifetime import wait_for_the_end, write_ready_file
from .npm_appliance import Appliance
from .npm_images import Image, image_bytes
from .npm_switches import Switches
from .serving import addresses
from .tls import CERTIFICATES

__all__ = ["Appliance", "Image", "NpmSimulator", "Switches", "image_bytes"]

USERNAME = "admin"
PASSWORD = "appliance-secret"
VERSION = "11.5.0 #20100"
FIRST_ADDRESS = "127.40.0.1"


class NpmSimulator(Fleet[Appliance]):
    """Some appliances on loopback addresses from `first_address` on, all running `version`.

    Further keywords are positions of switches (see `Switches`) for all of them; `appliance.switches` alters them for one.
    """

    def __init__(
        self,
        appliances: int = 1,
        *,
        first_address: str = FIRST_ADDRESS,
        port: int = 0,
        control_port: int = 0,
        tls: bool = True,
        username: str = USERNAME,
        password: str = PASSWORD,
        version: str = VERSION,
        certificate: str = "good",
        **switches: Any,
    ) -> None:
        made = []
        for number, address in enumerate(addresses(first_address, appliances), 1):
            positions = Switches()
            positions.set(**switches)
            made.append(Appliance(number, address, username=username, password=password, version=version, switches=positions))
        super().__init__(made, port=port, control_port=control_port, tls=tls, certificate=certificate)

    @property
    def appliances(self) -> list[Appliance]:
        """All appliances, by number."""
        return list(self.devices.values())

    @property
    def appliance(self) -> Appliance:
        """The first appliance."""
        return self.appliances[0]

    def ready(self) -> dict[str, Any]:
        """What the ready file says."""
        return {
            "port": self.port,
            "ca_path": self.ca_path,
            "control_url": self.control_url,
            "pid": os.getpid(),
            "devices": [
                {
                    "name": appliance.name,
                    "address": appliance.address,
                    "host_name": appliance.host_name,
                    "username": appliance.credentials.username,
                    "password": appliance.credentials.password,
                }
                for appliance in self.appliances
            ],
        }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.npm", description="Simulated AppResponse appliances on loopback.")
    parser.add_argument("--appliances", type=int, default=1, metavar="N")
    parser.add_argument("--first-address", default=FIRST_ADDRESS, metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=0, help="of every appliance; 0: a free one")
    parser.add_argument("--control-port", type=int, default=0, metavar="PORT")
    parser.add_argument("--no-tls", action="store_true")
    parser.add_argument("--username", default=USERNAME)
    parser.add_argument("--password", default=PASSWORD)
    parser.add_argument("--version", default=VERSION, help="that they run")
    parser.add_argument("--certificate", default="good", choices=sorted(CERTIFICATES))
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE", help="for all appliances, JSON or text; repeatable")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="added to every reply")
    parser.add_argument("--ready-file", metavar="PATH", help="written when the appliances listen")
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


def _describe(simulator: NpmSimulator) -> str:
    rows = [f"  {appliance.name}  {simulator.url(appliance)}" for appliance in simulator.appliances[:10]]
    credentials = simulator.appliance.credentials
    return "\n".join(
        [
            f"{len(simulator.appliances)} simulated AppResponse (user {credentials.username}, password {credentials.password}):",
            *rows,
            f"CA to trust:  {simulator.ca_path}",
            f"Control API:  {simulator.control_url}/devices",
            f"Stop with Ctrl-C or: kill {os.getpid()}",
        ]
    )


def main() -> None:
    """Run appliances until told to stop."""
    options = _options()
    simulator = NpmSimulator(
        options.appliances,
        first_address=options.first_address,
        port=options.port,
        control_port=options.control_port,
        tls=not options.no_tls,
        username=options.username,
        password=options.password,
        version=options.version,
        certificate=options.certificate,
        **_switches(options.switch),
    )
    for appliance in simulator.appliances:
        appliance.latency = options.latency
    with simulator:
        print(_describe(simulator), flush=True)
        if options.ready_file:
            write_ready_file(options.ready_file, simulator.ready())
        print(f"Ended: {wait_for_the_end(options.exit_with)}", flush=True)


if __name__ == "__main__":
    main()
