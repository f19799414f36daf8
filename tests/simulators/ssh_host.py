# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is reached by SSH, such as the PC that holds card readers: `SshHost` for tests, `python -m tests.simulators.ssh_host`.

A real SSH server on a loopback address that runs commands (without input) and serves files as the user who started it, for the
one key that it makes. `folder` gets the key (`id`), `known_hosts`, and `log`, one command in each line.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import asyncssh

from .lifetime import wait_for_the_end, write_ready_file
from .serving import LoopThread

ADDRESS = "127.25.0.1"


class SshHost:
    """A context manager: it listens inside the block. `port` is known then."""

    def __init__(self, folder: Path, *, address: str = ADDRESS, port: int = 0) -> None:
        self.folder = folder
        self.address = address
        self.port = port
        self._thread: LoopThread | None = None
        self._server: asyncssh.SSHAcceptor | None = None

    def __enter__(self) -> SshHost:
        self._thread = LoopThread()
        self._thread.run(self._start())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._thread is not None:
            self._thread.run(self._stop())
            self._thread.stop()

    @property
    def commands(self) -> list[str]:
        """What was run there."""
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []

    def variables(self) -> dict[str, Any]:
        """What an inventory says of it."""
        options = f"-o UserKnownHostsFile={self.folder}/known_hosts -o ControlMaster=no -o IdentitiesOnly=yes"
        return {
            "ansible_connection": "ssh",
            "ansible_host": self.address,
            "ansible_port": self.port,
            "ansible_user": getpass.getuser(),
            "ansible_ssh_private_key_file": str(self.folder / "id"),
            "ansible_ssh_common_args": options,
            "ansible_pipelining": False,
        }

    async def _start(self) -> None:
        key, host_key = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(str(self.folder / "id"))
        (self.folder / "id").chmod(0o600)
        (self.folder / "authorized_keys").write_bytes(key.export_public_key())
        self._server = await asyncssh.listen(
            self.address,
            self.port,
            server_host_keys=[host_key],
            authorized_client_keys=str(self.folder / "authorized_keys"),
            process_factory=self._run,
            sftp_factory=True,
            encoding=None,
        )
        self.port = self._server.get_port()
        (self.folder / "known_hosts").write_bytes(f"[{self.address}]:{self.port} ".encode() + host_key.export_public_key())

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _run(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        with (self.folder / "log").open("a") as log:
            log.write(f"{process.command}\n")
        shell = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            process.command or "",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await shell.communicate()
        process.stdout.write(out)
        process.stderr.write(err)
        process.exit(await shell.wait())


def main() -> None:
    """Run such a host until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.ssh_host", description="A host that is reached by SSH, on loopback.")
    parser.add_argument("--folder", metavar="PATH", help="for keys and the log; one in the temporary folder when not given")
    parser.add_argument("--address", default=ADDRESS)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--ready-file", metavar="PATH", help="written when it listens: the variables of an inventory")
    parser.add_argument("--exit-with", type=int, metavar="PID", help="end when that process ends")
    options = parser.parse_args()
    folder = Path(options.folder or tempfile.mkdtemp(prefix="simulated-ssh-"))
    with SshHost(folder, address=options.address, port=options.port) as host:
        print(
            f"ssh -i {folder}/id -o UserKnownHostsFile={folder}/known_hosts -p {host.port} {getpass.getuser()}@{host.address}", flush=True
        )
        print(f"Stop with Ctrl-C or: kill {os.getpid()}", flush=True)
        if options.ready_file:
            write_ready_file(options.ready_file, {**host.variables(), "pid": os.getpid(), "folder": str(folder)})
        print(f"Ended: {wait_for_the_end(options.exit_with)}", flush=True)


if __name__ == "__main__":
    main()
