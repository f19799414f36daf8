# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is in anything that a run prints or writes: -vvvv, tracebacks on and off, both ways of running, hostile devices."""

from __future__ import annotations

import base64
import itertools
import json
import os
import subprocess
import tempfile
import urllib.parse
from pathlib import Path

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator

SITE = 'Gate "Keeper" 7+/\\ü'
CURRENT = "current-Secret&1"
FALLBACK = "fall%back secret"
WRONG = "never-Right#3"
SECRETS = (SITE, CURRENT, FALLBACK, WRONG)

PLAYBOOK = """
- hosts: sensors
  gather_facts: false
  module_defaults:
    group/siteops.devices.msk: {host: "{{ ansible_host }}", port: "{{ port }}", ca_path: "{{ ca }}", password: "{{ current }}", retries: 0}
  environment: "{{ way }}"
  tasks:
    - siteops.devices.msk_password: {password: "{{ current }}", new_password: "{{ site }}", fallback_passwords: ["{{ fallback }}"]}
      register: changed
    - debug: {var: changed}
    - siteops.devices.msk_info: {password: "{{ site }}"}
      register: info
    - debug: {var: info}
    - siteops.devices.msk_info: {password: "{{ wrong }}"}
      register: refused
      ignore_errors: true
    - debug: {var: refused}
    - siteops.devices.msk_name: {password: "{{ site }}", name: "{{ name }}"}
      register: echoed
      ignore_errors: true
    - debug: {var: echoed}
    - siteops.devices.msk_config: {password: "{{ site }}", configuration: {nonsense: "{{ site }}"}}
      register: unknown
      ignore_errors: true
    - debug: {var: unknown}
    - siteops.devices.msk_config: {password: "{{ site }}", port: "{{ site }}", configuration: {led_mode: "{{ site }}"}}
      register: mistyped
      ignore_errors: true
    - debug: {var: mistyped}
    - siteops.devices.msk_config: {password: "{{ site }}", configuration: {led_mode: "{{ site }}"}}
      register: misnamed
      ignore_errors: true
    - debug: {var: misnamed}
"""


def forms(secret: str) -> set[str]:
    """A secret as it may appear: plain, in JSON (once and twice), quoted for a URL, in base64."""
    quoted = json.dumps(secret)[1:-1]
    unicode = json.dumps(secret, ensure_ascii=False)[1:-1]
    encoded = base64.b64encode(secret.encode()).decode()
    return {
        secret,
        quoted,
        unicode,
        json.dumps(quoted)[1:-1],
        json.dumps(unicode)[1:-1],
        urllib.parse.quote(secret),
        urllib.parse.quote(secret, safe=""),
        encoded,
    }


def leaks(text: str, tokens: list[str]) -> list[str]:
    return [form for secret in (*SECRETS, *tokens) for form in forms(secret) if form in text]


def run(folder: Path, simulator: MskSimulator, way: dict[str, str], traceback: str) -> str:
    sensor = simulator.sensor
    sensor.password = CURRENT
    sensor.com_board_name = f"named {SITE}"
    # A device that tells what it was told.
    sensor.fail("error_code", "/comBoardName", "PUT", code=9, desc=f"no {SITE} {sensor.sessions.tokens}", times=None)
    variables = {
        "port": simulator.port,
        "ca": str(simulator.ca_path),
        "site": SITE,
        "current": CURRENT,
        "fallback": FALLBACK,
        "wrong": WRONG,
    }
    variables.update(name="gate", way=way, ansible_host=sensor.address, ansible_python_interpreter="{{ ansible_playbook_python }}")
    # Read from a file, as a vault would be: the command line itself is not ours to mask.
    (folder / "inventory.json").write_text(json.dumps({"sensors": {"hosts": {"gate-01": variables}}}))
    (folder / "play.yml").write_text(PLAYBOOK)
    log = folder / "ansible.log"
    environment = {**os.environ, "ANSIBLE_LOG_PATH": str(log), "ANSIBLE_DISPLAY_TRACEBACK": traceback, "ANSIBLE_NOCOLOR": "1"}
    command = ["ansible-playbook", "-vvvv", "--diff", "-i", str(folder / "inventory.json"), str(folder / "play.yml")]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("...ignoring") == 5, done.stdout
    sensor.faults.clear()
    return done.stdout + log.read_text()


def main() -> None:
    for way, traceback in itertools.product(({}, {"SITEOPS_TEST_WAY": "shipped"}), ("never", "always")):
        print(f"{way or 'in process'}, tracebacks {traceback}", flush=True)
        with tempfile.TemporaryDirectory() as folder, MskSimulator(1) as simulator:
            text = run(Path(folder), simulator, way, traceback)
            tokens = [
                request.headers["Authorization"].split()[1] for request in simulator.sensor.requests if "Authorization" in request.headers
            ]
            assert tokens
            assert "********" in text, "nothing was masked, so nothing was shown"
            found = leaks(text, tokens)
            lines = [line for line in text.splitlines() if any(form in line for form in found)]
            assert not found, "\n".join([*found, *lines[:5]])
    print("passed")


if __name__ == "__main__":
    main()
