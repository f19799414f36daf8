# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site for tests of the bridge: a cloud behind a real broker, simulated sensors, a shop with their firmware, an inventory."""

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
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.tests.simulators import ifw
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor
from ansible_collections.siteops.devices.tests.simulators.xyte import XyteCloud, XyteDevice

NEW = "1.210"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_unused: object) -> None:
        """Nothing."""


class Site:
    """A context manager. Sensor and cloud device of the same number belong together; `gate-01` is the host of the first."""

    def __init__(self, folder: Path, sensors: int = 1, **variables: Any) -> None:
        self.folder = folder
        (folder / "shop").mkdir()
        (folder / "broker").mkdir()
        self.cloud = XyteCloud(folder / "broker", sensors)
        self.simulator = MskSimulator(sensors, first_address="127.61.0.1", reboot_seconds=0.3)
        self.shop = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder / "shop")))
        self._variables = variables

    def __enter__(self) -> Site:
        for device in self.cloud.devices:
            device.config = {"version": "1", "last_updated": "2026-08-04T07:45:44.122Z", "led_mode": "normal"}
        self.cloud.__enter__()
        self.simulator.__enter__()
        threading.Thread(target=self.shop.serve_forever, daemon=True).start()
        shared = {
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "xyte_bridge_broker": self.cloud.broker.url,
            "xyte_bridge_access_key": "{{ xyte_access_key }}",
            "xyte_bridge_allowed_hosts": ["127.0.0.1"],
            "xyte_bridge_allow_http": True,
            "xyte_bridge_state_dir": str(self.folder / "state"),
            "xyte_bridge_cache_dir": str(self.folder / "cache"),
            "xyte_bridge_wait": 1,
            "msk_rollout_port": self.simulator.port,
            "msk_rollout_ca_path": str(self.simulator.ca_path),
            "msk_rollout_password": self.simulator.sensor.password,
            "msk_rollout_position_tolerance": -1,
            "msk_rollout_health_timeout": 0,
            **self._variables,
        }
        hosts = {
            f"gate-{number:02d}": {"ansible_host": sensor.address, "xyte_device_id": device.id, "xyte_access_key": device.access_key}
            for number, (sensor, device) in enumerate(zip(self.simulator.sensors, self.cloud.devices), 1)
        }
        (self.folder / "inventory.json").write_text(json.dumps({"msk": {"hosts": hosts, "vars": shared}}))
        return self

    def __exit__(self, *_unused: object) -> None:
        self.shop.shutdown()
        self.simulator.__exit__(None, None, None)
        self.cloud.__exit__(None, None, None)

    @property
    def sensor(self) -> Sensor:
        return self.simulator.sensor

    @property
    def device(self) -> XyteDevice:
        return self.cloud.devices[0]

    def offer(self, build: str = NEW, **changes: Any) -> dict[str, Any]:
        """The parameters of a command that updates a sensor to that build; changed as wanted."""
        file = ifw.firmware(ifw.SENSOR, build).write(self.folder / "shop" / f"sensor-{build}.ifw")
        url = f"http://127.0.0.1:{self.shop.server_address[1]}/{file.name}"
        return {"url": url, "version": build, "checksum": "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest(), **changes}

    def play(self, playbook: str, *options: str) -> str:
        """Run a playbook to its end, which has to be a good one, and return what was on the screen."""
        process = subprocess.Popen(self.command(playbook, *options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        output = process.communicate(timeout=300)[0]
        assert process.returncode == 0, output
        return output

    def command(self, playbook: str, *options: str) -> list[str]:
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        return [program, "-i", str(self.folder / "inventory.json"), f"siteops.devices.{playbook}", *options]

    def rulebook(self) -> subprocess.Popen[bytes]:
        """Start the collection's rulebook for the first device. End it with `kill`."""
        (self.folder / "vars.yml").write_text(json.dumps({"xyte_broker": self.cloud.broker.url, "xyte_device_id": self.device.id}))
        program = str(Path(sys.executable).with_name("ansible-rulebook"))
        arguments = ["-r", "siteops.devices.xyte", "-i", str(self.folder / "inventory.json"), "--vars", str(self.folder / "vars.yml"), "-v"]
        environment = {**os.environ, "XYTE_ACCESS_KEY": self.device.access_key, "PATH": f"{Path(program).parent}:{os.environ['PATH']}"}
        log = (self.folder / "rulebook.log").open("ab")
        return subprocess.Popen([program, *arguments], env=environment, stdout=log, stderr=log, start_new_session=True)


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
