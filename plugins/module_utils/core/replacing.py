# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are replaced as a whole: whoever reads sees the old or the new one, also after a kill."""

from __future__ import annotations

import contextlib
import os


def replace_file(path: str, content: bytes, *, mode: int = 0o666, keep_mode: bool = False, lasting: bool = False) -> None:
    """Let ``path`` have that content, all or nothing. Raises ``OSError``; then it has what it had.

    ``mode``: of the file, less the process's umask; with ``keep_mode`` only where there was none. ``lasting``: also when the power fails.
    """
    folder = os.path.dirname(path) or "."
    draft = os.path.join(folder, f".{os.path.basename(path)}.{os.urandom(6).hex()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            if keep_mode:
                with contextlib.suppress(FileNotFoundError):
                    os.chmod(draft, os.stat(path).st_mode & 0o7777)
            file.write(content)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise
    if lasting:
        entry = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)
