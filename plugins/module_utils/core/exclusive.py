# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time for one device, among the runs of one user on one host.

The operating system frees the lock when the process that holds it ends, however it ends. So a run that was killed leaves
nothing behind, and one that lives on unseen (a worker whose playbook was killed) is waited for.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import stat
import tempfile
import typing as t

from .errors import BusyError, DeadlineError
from .wait import Deadline, Pending, wait_until

fcntl: t.Any
try:
    import fcntl
except ImportError:  # no POSIX: such a host has no locks of this kind
    fcntl = None


@contextlib.contextmanager
def exclusive(
    host: str,
    port: int,
    purpose: str,
    *,
    deadline: Deadline,
    waiting: t.Callable[[], None] = lambda: None,
    where: str | None = None,
) -> t.Iterator[None]:
    """Hold the lock of the device at ``host`` and ``port``. ``waiting`` is called each time when another run holds it.

    ``where``: another folder than the one in the temporary folder.

    Raises :class:`BusyError` when another run holds it until the deadline. Where locks cannot be made (no such folder,
    another owner, no POSIX), nothing is locked: it is a courtesy between runs, and the device has the last word.
    """
    path = _path(host, port, purpose, where)
    if path is None:
        yield
        return
    handle = _acquire(path, f"{host}:{port}", deadline, waiting)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if handle is not None:
                os.unlink(path)
                os.close(handle)


def _path(host: str, port: int, purpose: str, where: str | None) -> str | None:
    """The lock's file. One device has one, by whichever name it is called."""
    if fcntl is None:
        return None
    folder = where or os.path.join(tempfile.gettempdir(), f"siteops-devices-{os.getuid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        status = os.lstat(folder)
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        return None
    try:
        address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    except OSError:
        address = host
    return os.path.join(folder, hashlib.sha256(f"{purpose} {address} {port}".encode()).hexdigest()[:32])


def _acquire(path: str, name: str, deadline: Deadline, waiting: t.Callable[[], None]) -> int | None:
    def poll() -> tuple[int | None] | Pending:
        try:
            handle = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError:
            return (None,)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(handle).st_ino == os.stat(path).st_ino:
                return (handle,)
        except OSError:
            pass
        waiting()
        os.close(handle)  # another run holds it, or has just removed the file on its way out
        return Pending("another run on this host still works on it")

    try:
        return wait_until(
            poll, deadline=deadline, what=f"another run to end its work on {name}", go_on="", interval=0.2, longest_interval=2.0
        )[0]
    except DeadlineError:
        raise BusyError(
            f"Another run on this host works on {name}, and did not end within {deadline.timeout:g} s. Nothing was sent.",
            hint="Wait for it, or end it; then run the task again.",
        ) from None
