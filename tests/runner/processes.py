"""Starting processes: each in a group of its own, with a log, a time limit, and nothing left running afterwards."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

_running: set[subprocess.Popen[bytes]] = set()
_stopping = threading.Event()


class StageError(Exception):
    """A stage failed; the message is what the summary says about it, ``line`` what is to be shown by itself."""

    line: str | None = None


class Shell:
    """Runs the commands of one stage, one after the other, and keeps what they print in its log file."""

    def __init__(self, log: Path, *, limit: float, live: bool = False) -> None:
        """Write to ``log``, and to the screen too when ``live``; stop a command after ``limit`` seconds."""
        self.log = log
        self.limit = limit
        self.live = live
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")

    def text(self) -> str:
        """Return everything printed so far."""
        return self.log.read_text(errors="replace")

    def run(self, command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
        """Run ``command``; raise StageError unless it ends with 0 in time."""
        if _stopping.is_set():
            raise StageError("stopped")
        with self.log.open("ab") as log:
            log.write(f"$ {shlex.join(command)}\n".encode())
            log.flush()
            try:
                process = subprocess.Popen(
                    command,
                    cwd=cwd,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE if self.live else log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as problem:
                raise StageError(f"{command[0]} cannot be started: {problem}") from None
            _running.add(process)
            copier = threading.Thread(target=_copy, args=(process, self.log), daemon=True) if self.live else None
            if copier:
                copier.start()
            try:
                code = process.wait(timeout=self.limit)
            except subprocess.TimeoutExpired:
                raise StageError(f"{Path(command[0]).name} was stopped after {self.limit:.0f} s") from None
            finally:
                end_group(process)
                _running.discard(process)
                if copier:
                    copier.join(timeout=10)
        if code:
            raise StageError(f"{_title(command)} ended with {code}")


def _title(command: list[str]) -> str:
    """Return the name of the program, or of the Python module or script that it runs."""
    program = Path(command[0]).name
    if program != "python":
        return program
    return command[2] if command[1] == "-m" else Path(command[1]).name


def _copy(process: subprocess.Popen[bytes], log: Path) -> None:
    if process.stdout is None:
        return
    with log.open("ab") as file:
        for line in process.stdout:
            file.write(line)
            file.flush()
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the group of ``process``: asked first, then made to."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            return
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            continue


def stop_all() -> None:
    """End every process that was started and start no more."""
    _stopping.set()
    for process in list(_running):
        end_group(process)


def restore_signals() -> None:
    """Make SIGINT and SIGTERM do in the stages what they do in a terminal.

    A shell starts background jobs with SIGINT ignored, children inherit that, and tests of Ctrl-C would wait forever.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)

    def terminate(number: int, _frame: object) -> None:
        stop_all()
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, terminate)
