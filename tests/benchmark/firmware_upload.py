# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A 64 MiB package by msk_firmware: memory, and throughput against a bare requests loop that sends the same chunks.

Both run in processes of their own, in turn; the ratio is the median of the pairs. The time of msk_firmware counts from its
start, with the check of the whole package, to the end of the last file; so does that of the loop, which checks nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import Loaded, run_in_process
from ansible_collections.siteops.devices.plugins.module_utils.msk.upload import UpdateSession
from ansible_collections.siteops.devices.plugins.modules import msk_firmware
from ansible_collections.siteops.devices.tests.benchmark.table import Row, show
from ansible_collections.siteops.devices.tests.simulators import ifw
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator

MIB = 2**20
SIZE = 64 * MIB
CHUNK = 64 * 1024
PAIRS = 3
MOST_MEMORY, LEAST_RATIO = 32, 0.8


def measure() -> None:
    """Print the table."""
    with (
        tempfile.TemporaryDirectory() as name,
        MskSimulator(1, first_address="127.40.0.1", file_chunk_size=CHUNK, update_seconds=0) as running,
    ):
        package = ifw.firmware(ifw.SENSOR, "1.900", size=SIZE).write(Path(name) / "large.ifw")
        running.sensor.recording = False
        at = {"host": running.sensor.address, "port": running.port, "password": running.sensor.password, "ca_path": running.ca_path}
        pairs = [(_child("ours", package, at), _child("bare", package, at)) for _pair in range(PAIRS)]
        ratio = statistics.median(bare["seconds"] / ours["seconds"] for ours, bare in pairs)
        memory = max(ours["extra"] for ours, _bare in pairs) / MIB
        plain = max(bare["extra"] for _ours, bare in pairs) / MIB
        ours_rate, bare_rate = (statistics.median(SIZE / MIB / pair[number]["seconds"] for pair in pairs) for number in (0, 1))
    show(
        [
            Row("extra peak memory", f"{memory:.1f} MiB", f"{plain:.1f} MiB", "", f"< {MOST_MEMORY} MiB", memory < MOST_MEMORY),
            Row(
                "throughput", f"{ours_rate:.0f} MiB/s", f"{bare_rate:.0f} MiB/s", f"{ratio:.2f}", f">= {LEAST_RATIO}", ratio >= LEAST_RATIO
            ),
        ]
    )


def _child(way: str, package: Path, at: dict[str, Any]) -> dict[str, float]:
    """Send the package in a process of its own: ``seconds``, and ``extra`` bytes of memory at the peak."""
    time.sleep(0.5)  # the sensor restarts after an update
    command = [sys.executable, "-m", __name__, way, str(package), json.dumps(at)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "MALLOC_ARENA_MAX": "1"})
    found: dict[str, float] = json.loads(done.stdout)
    return found


def ours(package: str, at: dict[str, Any]) -> float:
    """By the module; seconds until the last file was sent."""
    ended: list[float] = []
    finish = UpdateSession.finish

    def noted(session: UpdateSession) -> Any:
        ended.append(time.monotonic())
        return finish(session)

    UpdateSession.finish = noted  # type: ignore[assignment, method-assign]
    module = Loaded("siteops.devices.msk_firmware", msk_firmware.ARGUMENT_SPEC, msk_firmware.run)
    begun = time.monotonic()
    result = run_in_process(
        module,
        {**at, "packages": [package], "force": True, "wait": False},
        check_mode=False,
        diff=False,
        say_warning=lambda _text: None,
        say_progress=lambda _text: None,
    )
    if result.get("failed"):
        raise RuntimeError(result["msg"])
    return ended[0] - begun


def bare(package: str, at: dict[str, Any]) -> float:
    """By the shortest loop that does it, with the same reads of the package; seconds until the last file was sent."""
    url = f"https://{at['host']}:{at['port']}"
    with zipfile.ZipFile(package) as archive, requests.Session() as http:
        http.trust_env = False
        http.verify = at["ca_path"]
        begun = time.monotonic()
        http.headers["Authorization"] = f"Bearer {http.put(f'{url}/login', json={'password': at['password']}).json()['token']}"
        http.put(f"{url}/startProcessUpdate", json={"dst": ifw.SENSOR})
        name = "MSK101_v1900.bin"
        for phase, member in (("Manifest", f"{name}.mf"), ("File", name)):
            size, start = archive.getinfo(member).file_size, 0
            most = http.put(f"{url}/start{phase}Update").json()["maxChunkSize"]
            with archive.open(member) as stream:
                while start < size:
                    chunk = stream.read(most)
                    headers = {"X-Update-Filename": name, "Content-Range": f"bytes {start}-{start + len(chunk) - 1}/{size}"}
                    if http.put(f"{url}/chunk{phase}Update", data=chunk, headers=headers).json() != {"errorCode": 0}:
                        raise RuntimeError("a chunk was refused")
                    start += len(chunk)
            http.put(f"{url}/stop{phase}Update")
        seconds = time.monotonic() - begun
        http.put(f"{url}/stopProcessUpdate", json={"force": 0})
    return seconds


@contextlib.contextmanager
def _peak() -> Iterator[Callable[[], int]]:
    """Bytes of memory that this process has taken at most since, more than it had (Linux)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status("VmRSS")
    yield lambda: _status("VmHWM") - before


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    with _peak() as extra:
        seconds = {"ours": ours, "bare": bare}[sys.argv[1]](sys.argv[2], json.loads(sys.argv[3]))
        print(json.dumps({"seconds": seconds, "extra": extra()}))
