# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a simulator that was started from the command line: ready file, signals, and the process it serves."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def write_ready_file(path: str, content: dict[str, Any]) -> None:
    """Write the file at once: whoever sees it sees all of it."""
    target = Path(path)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_text(json.dumps(content, indent=2) + "\n")
    draft.replace(target)


def wait_for_the_end(exit_with: int | None = None) -> str:
    """Block until SIGTERM, SIGINT, or the end of the process `exit_with`. Returns which of them it was."""
    ended = threading.Event()
    reasons: list[str] = []

    def on_signal(number: int, _frame: object) -> None:
        reasons.append(signal.Signals(number).name)
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    with _watched(exit_with) as watch:
        while not ended.wait(0.25):
            if watch.poll(0):
                return f"process {exit_with} ended"
    return reasons[0]


@contextlib.contextmanager
def _watched(process: int | None) -> Iterator[select.poll]:
    """A poll that has something to tell when the process has ended, even while nobody has waited for it."""
    watch = select.poll()  # select() knows no descriptor above 1023
    if process is None:
        yield watch
        return
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        sys.exit(f"there is no process {process}")
    try:
        watch.register(descriptor, select.POLLIN)
        yield watch
    finally:
        os.close(descriptor)


def kill_tree(process: subprocess.Popen[str]) -> None:
    """SIGKILL for a process and all that it started. A playbook's workers have sessions of their own: its group does not reach them."""
    for number in [process.pid, *_descendants(process.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    process.communicate()


def _descendants(parent: int) -> list[int]:
    children = [int(number) for path in Path(f"/proc/{parent}/task").glob("*/children") for number in path.read_text().split()]
    return children + [number for child in children for number in _descendants(child)]
