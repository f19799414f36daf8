# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: which id the registry gave to which type and version, since it has no documented look-up.

A JSON file, ``{"OKM": {"01932023020111482": "421d73aa-..."}}``, sorted and indented, so that it lives well in Git. Every change
reads, alters and replaces it under a lock, so that parallel hosts and runs on one machine lose nothing.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import tempfile
import typing as t

from ..core.errors import BusyError, InputError
from ..core.replacing import replace_file
from ..core.wait import Deadline

Ids = dict[str, dict[str, str]]

LOCK_TIMEOUT = 60.0
"""Seconds. A change takes milliseconds, so a lock that is held this long belongs to something that hangs."""


class Ledger:
    """The file at ``path``, which need not exist yet. Raises :class:`InputError` for one that is no ledger."""

    def __init__(self, path: str) -> None:
        self.path = os.path.realpath(os.path.expanduser(path))

    def find(self, kind: str, version: str) -> str | None:
        """The id of an entry."""
        return self.ids().get(kind, {}).get(version)

    def ids(self) -> Ids:
        """All that is known: type -> version -> id."""
        try:
            with open(self.path, encoding="utf-8") as file:
                content = json.load(file)
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise InputError(
                f"ledger: {self.path} is not JSON ({error}).", hint="Repair it, for instance from Git; nothing was changed."
            ) from None
        except OSError as error:
            raise InputError(f"ledger: {self.path} cannot be read ({error.strerror}).") from None
        if not isinstance(content, dict) or not all(_is_row(row) for row in content.values()):
            raise InputError(f"ledger: {self.path} does not map types to versions to ids.", hint="Is it another file? Nothing was changed.")
        return content

    def check(self) -> None:
        """Make sure that it can be written, before anything is sent whose id would get lost. Writes nothing."""
        self.ids()
        folder = os.path.dirname(self.path)
        if not os.path.isdir(folder):
            raise InputError(f"ledger: there is no folder {folder}.")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise InputError(f"ledger: the folder {folder} cannot be written.")

    def record(self, kind: str, version: str, number: str) -> None:
        """Keep an entry's id, and drop the same id under another name."""

        def alter(ids: Ids) -> None:
            _drop(ids, number)
            ids.setdefault(kind, {})[version] = number

        self._alter(alter)

    def forget(self, number: str) -> None:
        """Drop an id."""
        self._alter(lambda ids: _drop(ids, number))

    def _alter(self, change: t.Callable[[Ids], None]) -> None:
        with self._locked():
            before = self.ids()
            after = {kind: dict(row) for kind, row in before.items()}
            change(after)
            after = {kind: row for kind, row in after.items() if row}
            if after != before:
                self._replace(json.dumps(after, indent=2, sort_keys=True, ensure_ascii=False) + "\n")

    def _replace(self, text: str) -> None:
        """Put a whole new file in place: whoever reads sees the old or the new one."""
        try:
            replace_file(self.path, text.encode(), keep_mode=True, lasting=True)
        except OSError as error:
            raise InputError(f"ledger: {self.path} cannot be written ({error.strerror}).", changed=True) from None

    @contextlib.contextmanager
    def _locked(self) -> t.Iterator[None]:
        """Alone with the file. The lock is on its folder, so that none lies about in the repository."""
        handle = self._open_lock()
        deadline = Deadline(LOCK_TIMEOUT)
        try:
            while not _try_lock(handle):
                if deadline.left <= 0:
                    raise BusyError(f"ledger: another run has held {self.path} for {LOCK_TIMEOUT:g} s.", changed=True)
                deadline.clock.sleep(0.01)
            yield
        finally:
            os.close(handle)

    def _open_lock(self) -> int:
        """A handle to lock: the folder, or a file in the temporary folder where folders cannot be locked (some network file systems)."""
        folder = os.open(os.path.dirname(self.path), os.O_RDONLY)
        try:
            _try_lock(folder)
            fcntl.flock(folder, fcntl.LOCK_UN)
        except OSError:
            os.close(folder)
            name = hashlib.sha256(self.path.encode()).hexdigest()[:32]
            return os.open(os.path.join(tempfile.gettempdir(), f"siteops.devices-{os.getuid()}-{name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        return folder


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        raise
    return True


def _is_row(row: t.Any) -> bool:
    return isinstance(row, dict) and all(isinstance(number, str) and number for number in row.values())


def _drop(ids: Ids, number: str) -> None:
    for row in ids.values():
        for version in [version for version, known in row.items() if known == number]:
            del row[version]
