# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site for tests of the bridge: a cloud behind a real broker, simulated devices, a shop with their firmware, an inventory."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ..simulators.xyte import XyteCloud, XyteDevice
from .represented import SYSTEMS, Represented


class _Shop(ThreadingHTTPServer):
    """Serves the files of a folder, and keeps the headers of each request."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(_Counter, directory=str(folder)))
        self.asked: list[dict[str, str]] = []


class _Counter(SimpleHTTPRequestHandler):
    server: _Shop

    def do_GET(self) -> None:
        self.server.asked.append(dict(self.headers.items()))
        super().do_GET()

    def log_message(self, *_unused: object) -> None:
        """Nothing."""


class Site:
    """A context manager. `systems`: the number of devices of each, one sensor by default; `represented` are all of them in this order."""

    def __init__(self, folder: Path, **systems: int) -> None:
        self.folder = folder
        (folder / "shop").mkdir()
        (folder / "broker").mkdir()
        counts = systems or {"msk": 1}
        self.cloud = XyteCloud(folder / "broker", sum(counts.values()))
        self.simulators = {system: SYSTEMS[system].simulate(count) for system, count in counts.items()}
        accounts = iter(self.cloud.devices)
        self.represented: list[Represented] = [
            SYSTEMS[system](self.simulators[system], number, next(accounts)) for system, count in counts.items() for number in range(count)
        ]
        self.shop = _Shop(folder / "shop")
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Site:
        for device in self.cloud.devices:
            device.config = {"version": "1", "last_updated": "2026-08-04T07:45:44.122Z", "led_mode": "normal"}
        self._open.enter_context(self.cloud)
        for simulator in self.simulators.values():
            self._open.enter_context(simulator)
        self._open.callback(self.shop.shutdown)
        threading.Thread(target=self.shop.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._open.close()

    @property
    def first(self) -> Represented:
        return self.represented[0]

    @property
    def device(self) -> XyteDevice:
        """The first device's account in the cloud."""
        return self.first.account

    def of(self, system: str) -> list[Represented]:
        return [row for row in self.represented if row.system == system]

    def offer(self, row: Represented, build: str = "", **changes: Any) -> dict[str, Any]:
        """The parameters of a command that updates a device, by default to its new version; changed as wanted."""
        build = build or row.new
        data = row.firmware(build)
        file = self.folder / "shop" / f"{row.system}-{hashlib.sha256(data).hexdigest()[:8]}.bin"
        file.write_bytes(data)
        url = f"http://127.0.0.1:{self.shop.server_address[1]}/{file.name}"
        return {"url": url, "version": build, "checksum": "sha256:" + hashlib.sha256(data).hexdigest(), **changes}

    def order(self, row: Represented, **changes: Any) -> str:
        """Let the cloud queue an update of a device. Returns the command's id."""
        return self.cloud.command(row.account, "update_firmware", self.offer(row, **changes))

    def write_inventory(self) -> Path:
        """The inventory as it is now."""
        shared = {
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "xyte_bridge_broker": self.cloud.broker.url,
            "xyte_bridge_access_key": "{{ xyte_access_key }}",
            "xyte_bridge_allowed_hosts": ["127.0.0.1"],
            "xyte_bridge_allow_http": True,
            "xyte_bridge_state_dir": str(self.folder / "state"),
            "xyte_bridge_cache_dir": str(self.folder / "cache"),
            "xyte_bridge_wait": 1,
        }
        groups: dict[str, Any] = {
            system: {"hosts": {row.host: row.variables() for row in self.of(system)}, "vars": SYSTEMS[system].shared(simulator)}
            for system, simulator in self.simulators.items()
        }
        path = self.folder / "inventory.json"
        path.write_text(json.dumps({"all": {"vars": shared, "children": groups}}))
        return path

    def play(self, playbook: str, *options: str) -> str:
        """Run a playbook to its end, which has to be a good one, and return what was on the screen."""
        return self.play_together(1, playbook, *options)[0]

    def play_together(self, runs: int, playbook: str, *options: str) -> list[str]:
        """As :meth:`play`, by so many processes at once."""
        command = self.command(playbook, *options)
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _run in range(runs)]
        outputs = [process.communicate(timeout=300)[0] for process in running]
        for process, output in zip(running, outputs):
            assert process.returncode == 0, output
        return outputs

    def records(self) -> list[str]:
        """What the bridge remembers of commands: the whole text of each file."""
        return [path.read_text() for path in sorted((self.folder / "state").glob("*/*.json"))]

    def command(self, playbook: str, *options: str) -> list[str]:
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        return [program, "-i", str(self.write_inventory()), f"siteops.devices.{playbook}", *options]

    def rulebook(self) -> subprocess.Popen[bytes]:
        """Start the collection's rulebook for the first device. End it with `kill`."""
        (self.folder / "vars.yml").write_text(json.dumps({"xyte_broker": self.cloud.broker.url, "xyte_device_id": self.device.id}))
        program = str(Path(sys.executable).with_name("ansible-rulebook"))
        arguments = ["-r", "siteops.devices.xyte", "-i", str(self.write_inventory()), "--vars", str(self.folder / "vars.yml"), "-v"]
        environment = {**os.environ, "XYTE_ACCESS_KEY": self.device.access_key, "PATH": f"{Path(program).parent}:{os.environ['PATH']}"}
        log = (self.folder / "rulebook.log").open("ab")
        return subprocess.Popen([program, *arguments], env=environment, stdout=log, stderr=log, start_new_session=True)


@contextlib.contextmanager
def interrupted(site: Site) -> Iterator[None]:
    """Run the playbook bridge, and kill it and all that it has started when the block ends."""
    with (site.folder / "interrupted.log").open("ab") as log:
        running = subprocess.Popen(site.command("bridge"), stdout=log, stderr=log)
    try:
        yield
        assert running.poll() is None, "the playbook was at its end already"
    finally:
        kill(*family(running.pid))
        running.wait(30)


def family(pid: int) -> list[int]:
    """A process and all that descend from it, in sessions of their own too."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                parents.setdefault(int((folder / "stat").read_text().rpartition(")")[2].split()[1]), []).append(int(folder.name))
    found = [pid]
    for member in found:
        found.extend(parents.get(member, []))
    return found


def kill(*pids: int) -> None:
    """End processes at once."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
