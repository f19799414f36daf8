# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SHA-256 of a file, computed once for all hosts of a run: what one worker found out is kept for the others.

A result is kept in the user's own cache folder under everything that changes when the file does: device, inode, size, and the times
of the last change of content and of inode (the latter cannot be set back). While one worker computes, the others wait for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
import typing as t

from .errors import InputError

try:
    import fcntl
except ImportError:  # no POSIX: every process computes for itself
    fcntl = None  # type: ignore[assignment]

PIECE = 1024 * 1024
KEPT_DAYS = 7
TICK = 0.1
"""Seconds. A file may change twice within one tick of its file system's clock, so a younger file is left alone that long first."""
LONGEST_WAIT = 1800.0
"""Seconds to wait for another worker; then this one computes for itself."""


def sha256_of(path: str, *, folder: str | None = None, on_read: t.Callable[[int, int], None] | None = None) -> str:
    """The SHA-256 of a file, lower-case hexadecimal. ``on_read`` gets the bytes done and the bytes in all.

    ``folder``: another one than the user's cache folder. Raises :class:`InputError` for a file that cannot be read, or is no file.
    """
    with _opened(path) as file:
        key = _key(file)
        place = _place(folder)
        if place is None or fcntl is None:
            return _compute(file, path, on_read)[0]
        kept = os.path.join(place, key)
        found = _read(kept)
        if found:
            return found
        with _locked(f"{kept}.lock"):
            found = _read(kept)
            if found:
                return found
            digest, key_now = _compute(file, path, on_read)
            _keep(os.path.join(place, key_now), digest)
            _forget_old(place)
            return digest


@contextlib.contextmanager
def _opened(path: str) -> t.Iterator[t.BinaryIO]:
    try:
        file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed below
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise InputError(f"{path} is not a file.")
        yield t.cast(t.BinaryIO, file)


def _key(file: t.BinaryIO) -> str:
    status = os.fstat(file.fileno())
    parts = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return "-".join(str(part) for part in parts)


def _compute(file: t.BinaryIO, path: str, on_read: t.Callable[[int, int], None] | None) -> tuple[str, str]:
    """The digest, and the key that the file had all the while. A file that keeps changing is an error."""
    _let_it_age(file)
    before = _key(file)
    total = os.fstat(file.fileno()).st_size
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(PIECE))
    done = 0
    file.seek(0)
    while True:
        size = t.cast(t.Any, file).readinto(buffer)
        if not size:
            break
        digest.update(buffer[:size])
        done += size
        if on_read is not None:
            on_read(done, total)
    if _key(file) != before:
        raise InputError(f"{path} changed while it was read.")
    return digest.hexdigest(), before


def _let_it_age(file: t.BinaryIO) -> None:
    status = os.fstat(file.fileno())
    age = time.time() - max(status.st_mtime, status.st_ctime)
    if 0 <= age < TICK:
        time.sleep(TICK - age)


def _place(folder: str | None) -> str | None:
    """The folder of kept results, which nobody else may write to; None when there can be none."""
    place = folder or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "siteops.devices", "sha256")
    try:
        os.makedirs(place, mode=0o700, exist_ok=True)
        status = os.lstat(place)
    except OSError:
        return None
    own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022
    return place if own and os.access(place, os.W_OK) else None


def _read(kept: str) -> str:
    try:
        with open(kept, encoding="ascii") as file:
            text = file.read(80).strip()
    except (OSError, ValueError):
        return ""
    return text if len(text) == 64 and not text.strip("0123456789abcdef") else ""


def _keep(kept: str, digest: str) -> None:
    """Write it at once: whoever sees it sees all of it. Not being able to is no failure."""
    draft = f"{kept}.{os.getpid()}"
    with contextlib.suppress(OSError):
        with open(draft, "w", encoding="ascii") as file:
            file.write(digest)
        os.replace(draft, kept)


def _forget_old(place: str) -> None:
    limit = time.time() - KEPT_DAYS * 86400
    with contextlib.suppress(OSError):
        for entry in os.scandir(place):
            if entry.stat(follow_symlinks=False).st_mtime < limit:
                os.unlink(entry.path)


@contextlib.contextmanager
def _locked(path: str) -> t.Iterator[None]:
    """Hold the lock, or go on without it when it cannot be had: then two compute the same."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError:
        yield
        return
    try:
        end = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < end:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.05)
            except OSError:
                break
        yield
    finally:
        os.close(handle)
