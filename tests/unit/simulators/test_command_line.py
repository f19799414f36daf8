# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from ansible_collections.siteops.devices.tests.simulators import msk
from ansible_collections.siteops.devices.tests.unit.simulators.talking import eventually

ROOT = Path(msk.__file__).parents[2]


def start(ready: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.simulators.msk", "--ready-file", str(ready), *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_runs_until_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path / "ready.json", "--sensors", "2", "--factory-new", "--switch", "token_in=header", "--switch", "max_sessions=3")
    try:
        eventually((tmp_path / "ready.json").exists)
        ready = json.loads((tmp_path / "ready.json").read_text())
        assert (ready["pid"], len(ready["devices"]), ready["devices"][1]["password"]) == (process.pid, 2, "admin")
        url = f"https://{ready['devices'][1]['address']}:{ready['port']}"
        reply = requests.put(f"{url}/login", json={"password": "admin"}, verify=ready["ca_path"], timeout=5)
        assert reply.json() == {"errorCode": 100}
        assert reply.headers["Authorization"]
        assert requests.get(f"{ready['control_url']}/devices/sensor-01", timeout=5).json()["switches"]["max_sessions"] == 3
    finally:
        process.send_signal(number)
        output, _errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "sensor-02  https://127.20.0.2:" in output
    assert number.name in output
    assert not Path(ready["ca_path"]).exists()


def test_ends_with_another_process(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        process = start(tmp_path / "ready.json", "--exit-with", str(other.pid))
        eventually((tmp_path / "ready.json").exists)
        assert process.poll() is None
        other.communicate(b"\n")
        output, _errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert f"process {other.pid} ended" in output
    assert os.listdir(tmp_path) == ["ready.json"]
