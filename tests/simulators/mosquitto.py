# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real MQTT broker for tests: Mosquitto on a free loopback port, with a password file, an ACL, and TLS if wanted."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from .tls import GOOD, Authority

CLOUD = "cloud"
"""User name of the cloud's side, which may read and write everything."""

FROM_DEVICE = ("telemetry", "config/update", "commands/update", "license/update", "update", "cloud_settings/update", "get")
TO_DEVICE = ("config", "commands", "license", "space_info", "firmware")
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])


def program(name: str) -> str:
    """The path of a program of Mosquitto, which Debian puts where only root looks."""
    found = shutil.which(name, path=SEARCH_PATH)
    if found is None:
        raise RuntimeError(f"{name} is missing: install Mosquitto, for example with `apt-get install mosquitto`.")
    return found


def free_port() -> int:
    """A TCP port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """One Mosquitto. `accounts`: user name to password; each device may use its own topics only, as the document lists them."""

    def __init__(self, folder: Path, accounts: Mapping[str, str], *, authority: Authority | None = None, certificate: str = GOOD) -> None:
        self._folder = folder
        self._accounts = dict(accounts)
        self._authority = authority
        self._certificate = certificate
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.options: list[str] = []  # more lines for its configuration, from the next start on

    @property
    def url(self) -> str:
        return f"{'mqtts' if self._authority else 'mqtt'}://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self._folder / "mosquitto.log").read_text()

    def start(self) -> None:
        """Start it, at the port of the last time if there was one, and wait until it listens."""
        for _try in range(5):
            self.port = self.port or free_port()
            configuration = self._configure()
            self._process = subprocess.Popen(
                [program("mosquitto"), "-c", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            if self._listens():
                return
            self._process.wait(5)
            self.port = 0  # somebody else took it
        raise RuntimeError(f"mosquitto does not start:\n{self.log}")

    def stop(self) -> None:
        """Stop it as a shutdown does: it tells its clients and keeps their sessions on disk."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(10)
            self._process = None

    def restart(self, seconds: float = 0.0) -> None:
        """Be away for some seconds."""
        self.stop()
        time.sleep(seconds)
        self.start()

    def _listens(self) -> bool:
        for _try in range(200):
            if self._process is None or self._process.poll() is not None:
                return False
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.02)
        raise RuntimeError("mosquitto runs and does not listen")

    def _configure(self) -> Path:
        lines = [
            f"listener {self.port} 127.0.0.1", "user root", "allow_anonymous false",
            f"password_file {self._passwords()}", f"acl_file {self._rules()}",
            "persistence true", f"persistence_location {self._folder}/", f"log_dest file {self._folder / 'mosquitto.log'}", "log_type all",
            "max_queued_messages 10000", "set_tcp_nodelay true", *self.options,
        ]  # fmt: skip
        if self._authority:
            path = self._authority.identity("127.0.0.1", self._certificate, ["localhost"]).path
            lines += [f"certfile {path}", f"keyfile {path}"]
        file = self._folder / "mosquitto.conf"
        file.write_text("\n".join(lines) + "\n")
        return file

    def _passwords(self) -> Path:
        file = self._folder / "passwords"
        if not file.exists():
            file.write_text("".join(f"{user}:{password}\n" for user, password in self._accounts.items()))
            file.chmod(0o600)
            subprocess.run([program("mosquitto_passwd"), "-U", str(file)], check=True)
        return file

    def _rules(self) -> Path:
        file = self._folder / "rules"
        lines = [f"user {CLOUD}", "topic readwrite #"]
        lines += [f"pattern write v1/device/%u/{topic}" for topic in FROM_DEVICE]
        lines += [f"pattern read v1/device/%u/{topic}" for topic in TO_DEVICE]
        file.write_text("\n".join(lines) + "\n")
        file.chmod(0o600)
        return file
