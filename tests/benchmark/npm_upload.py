# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A 512 MiB image sent by npm_update_image: extra peak memory, and throughput against curl --data-binary @file to the same server.

The two send in turn; the ratio is the median of the pairs. What is timed is the whole task: log in, list, send, wait until valid. The
checksum of the file is kept from the first run, as it is for all hosts of a play but the first; that run is shown, too.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.tests.benchmark.table import Row, show

SIZE = 512 * 2**20
PAIRS = 5
VERSION = "11.6.0 #23947"
API = "/api/npm.system_update/2.0"
MEMORY_LIMIT = 32  # MiB
THROUGHPUT = 0.8


def measure() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image = _image(folder)
        simulator = _start_simulator(folder)
        try:
            ready = json.loads((folder / "ready.json").read_text())
            first = _module(ready, image, folder)
            _curl(ready, image)
            pairs = [(_module(ready, image, folder), _curl(ready, image)) for _pair in range(PAIRS)]
        finally:
            simulator.terminate()
            simulator.wait()
    ours = statistics.median(run["seconds"] for run, _curl_seconds in pairs)
    theirs = statistics.median(curl for _run, curl in pairs)
    ratio = statistics.median(curl / run["seconds"] for run, curl in pairs)
    extra = max(run["extra"] for run, _curl_seconds in [(first, 0.0), *pairs])
    show(
        [
            Row("throughput, MiB/s", _speed(ours), _speed(theirs), f"{ratio:.2f}", f">= {THROUGHPUT}", ratio >= THROUGHPUT),
            Row(
                "the same, file read for the first time",
                _speed(first["seconds"]),
                _speed(theirs),
                f"{theirs / first['seconds']:.2f}",
                "-",
                True,
            ),
            Row("extra peak memory, MiB", f"{extra:.1f}", "-", "-", f"< {MEMORY_LIMIT}", extra < MEMORY_LIMIT),
        ]
    )


def _speed(seconds: float) -> str:
    return f"{SIZE / 2**20 / seconds:.0f}"


def _image(folder: Path) -> Path:
    path = folder / "appresponse.iso"
    piece = os.urandom(2**20)
    with path.open("wb") as file:
        file.write(f"AppResponse update image, version {VERSION}\n".encode())
        while file.tell() < SIZE:
            file.write(piece[: SIZE - file.tell()])
    return path


def _start_simulator(folder: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "ansible_collections.siteops.devices.tests.simulators.npm",
            "--ready-file",
            str(folder / "ready.json"),
            "--exit-with",
            str(os.getpid()),
            "--switch",
            "validating_seconds=0",
        ],
        stdout=subprocess.DEVNULL,
    )
    while not (folder / "ready.json").exists():
        if process.poll() is not None:
            raise RuntimeError("the simulator did not start")
        time.sleep(0.05)
    return process


def _module(ready: dict[str, Any], image: Path, folder: Path) -> dict[str, float]:
    """One run of the module in a process of its own: seconds, and by how many MiB its peak of memory rose."""
    arguments = {**_connection(ready), "src": str(image)}
    code = f"from {__name__} import send; send()"
    process = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(arguments),
        env={**os.environ, "XDG_CACHE_HOME": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(process.stdout))


def send() -> None:
    """In that process: run npm_info, so that all is loaded, then npm_update_image; print what the latter took; remove the image."""
    import resource  # noqa: PLC0415 - only this process needs them

    from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import Loaded, run_in_process  # noqa: PLC0415
    from ansible_collections.siteops.devices.plugins.modules import npm_info, npm_update_image  # noqa: PLC0415

    def run(module: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        loaded = Loaded(module.__name__, module.ARGUMENT_SPEC, module.run)
        result = run_in_process(loaded, arguments, check_mode=False, diff=False, say_warning=print, say_progress=lambda _line: None)
        if result.get("failed"):
            raise RuntimeError(result["msg"])
        return result

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    arguments = json.load(sys.stdin)
    source = arguments.pop("src")
    run(npm_info, arguments)
    before = peak()
    started = time.monotonic()
    result = run(npm_update_image, {**arguments, "src": source})
    seconds = time.monotonic() - started
    extra = peak() - before
    run(npm_update_image, {**arguments, "state": "absent", "checksum": result["image"]["checksum"]})
    print(json.dumps({"seconds": seconds, "extra": extra}))


def _curl(ready: dict[str, Any], image: Path) -> float:
    """Seconds that curl takes for the upload alone."""
    device = ready["devices"][0]
    base = f"https://{device['address']}:{ready['port']}{API}"
    curl = [
        "curl",
        "--silent",
        "--show-error",
        "--fail",
        "--cacert",
        ready["ca_path"],
        "--user",
        f"{device['username']}:{device['password']}",
    ]
    started = time.monotonic()
    reply = subprocess.run(
        [*curl, "--header", "Content-Type: application/octet-stream", "--data-binary", f"@{image}", f"{base}/images/upload"],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.monotonic() - started
    subprocess.run([*curl, "--request", "DELETE", f"{base}/images/items/{json.loads(reply.stdout)['id']}"], check=True)
    return seconds


def _connection(ready: dict[str, Any]) -> dict[str, Any]:
    device = ready["devices"][0]
    return {
        "host": device["address"],
        "port": ready["port"],
        "ca_path": ready["ca_path"],
        "username": device["username"],
        "password": device["password"],
    }
