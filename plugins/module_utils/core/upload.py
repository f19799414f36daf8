# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file as the body of a request, read from disk while it is sent: memory does not grow with the file."""

from __future__ import annotations

import os
import typing as t

from .errors import InputError

PIECE = 256 * 1024
"""Bytes read at once, whatever the HTTP library asks for: its own few kilobytes cost a third of the throughput."""


class FileBody:
    """The bytes of the file at ``path``. A context manager. ``on_read`` gets the number of bytes handed out so far.

    It is as long as the file was when it was opened; a file that gets shorter while it is sent is an :class:`InputError`.
    """

    def __init__(self, path: str, on_read: t.Callable[[int], None] | None = None) -> None:
        self.path = path
        self.sent = 0
        self._on_read = on_read
        try:
            self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by __exit__
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from None
        self.size = os.fstat(self._file.fileno()).st_size

    def __enter__(self) -> FileBody:
        return self

    def __exit__(self, *_unused: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self.size

    @property
    def complete(self) -> bool:
        """Whether all of it was handed out."""
        return self.sent >= self.size

    def rewind(self) -> None:
        """Begin anew: the request is sent once more."""
        self._file.seek(0)
        self.sent = 0

    def read(self, _amount: int = -1) -> bytes:
        """The next piece; empty at the end."""
        piece = self._file.read(min(PIECE, self.size - self.sent))
        if not piece and self.sent < self.size:
            raise InputError(f"{self.path} became shorter while it was sent: {self.sent} of {self.size} bytes are left of it.")
        self.sent += len(piece)
        if self._on_read is not None:
            self._on_read(self.sent)
        return piece
