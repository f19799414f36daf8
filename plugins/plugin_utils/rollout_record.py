# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a rollout: a JSON file (``docs/schemas/rollout.schema.json``) that is true at every moment, also after ``kill -9``.

It is begun before the first device, brought up to date by the workers when a device is about to be written to and when that has
ended, and replaced as a whole each time. A row is a line, so that a change of one of a thousand rows parses no other one.
"""

from __future__ import annotations

import contextlib
import datetime
import getpass
import json
import multiprocessing
import os
import platform
import secrets
import typing as t

from ansible.utils.helpers import pct_to_int

from ansible_collections.siteops.devices.plugins.module_utils.core.replacing import replace_file

Row = dict[str, t.Any]

OPEN = ("waiting", "under_way")
"""States of hosts that have not ended."""

REST = "This step has ended; the next one had not begun."

_HEAD, _ROWS, _TAIL = "{\n ", ',\n "hosts": [\n', "\n ]\n}\n"
_ROW = '  {"host": '
_MAIN = os.getpid()
"""The process of the run: the engine loads an action, and so this file, before it forks its workers."""

_WRITING = multiprocessing.get_context("fork").Lock()
"""One worker of the run at a time. Who was killed with it must not stop the others for ever."""

PATIENCE = 10.0
"""Seconds."""


class Record:
    """``head``: the members of the record but ``hosts``. Its rows are read and set by host."""

    def __init__(self, head: t.Mapping[str, t.Any]) -> None:
        self.head = {"state": "running", **head, "summary": {}}
        self._lines: dict[str, str] = {}
        """By the host's name as JSON: reading a record decodes no row."""

    @classmethod
    def read(cls, path: str) -> Record:
        """Raises ``OSError``, or ``ValueError`` for a file that this class has not written."""
        with open(path, encoding="utf-8") as file:
            head, found, rows = file.read().partition(_ROWS)
        if not found:
            raise ValueError(f"{path} is no record of a rollout")
        record = cls({})
        record.head = json.loads(f"{head}}}")
        lines = rows.removesuffix(_TAIL).split(",\n")
        record._lines = {line[len(_ROW) : line.index('", "', len(_ROW)) + 1]: line for line in lines if line}
        return record

    @property
    def hosts(self) -> list[str]:
        return [json.loads(name) for name in self._lines]

    def row(self, host: str) -> Row:
        """Empty for a host that has none."""
        row: Row = json.loads(self._lines.get(json.dumps(host), "{}"))
        return row

    def set(self, host: str, members: t.Mapping[str, t.Any]) -> None:
        """Set members of a host's row, and count its state."""
        summary, row = self.head["summary"], self.row(host)
        if row:
            summary[row["state"]] -= 1
            if not summary[row["state"]]:
                del summary[row["state"]]
        row = {"host": host, **row, **members}
        summary[row["state"]] = summary.get(row["state"], 0) + 1
        self._lines[json.dumps(host)] = f"  {json.dumps(row, default=str)}"

    def with_state(self, *states: str) -> list[str]:
        return [host for host in self.hosts if self.row(host)["state"] in states]

    def write(self, path: str, *, lasting: bool = False) -> None:
        """Replace the file in one step. ``lasting``: also when the power fails. Raises ``OSError``."""
        members = ",\n ".join(f"{json.dumps(key)}: {json.dumps(value, default=str)}" for key, value in self.head.items())
        rows = ",\n".join(self._lines.values())
        replace_file(path, f"{_HEAD}{members}{_ROWS}{rows}{_TAIL}".encode(), mode=0o640, lasting=lasting)


@contextlib.contextmanager
def updated(path: str, *, lasting: bool = False) -> t.Iterator[Record]:
    """The record at ``path``, to be changed, then written. Raises ``OSError`` and ``ValueError``."""
    held = _WRITING.acquire(timeout=PATIENCE)
    try:
        record = Record.read(path)
        yield record
        record.write(path, lasting=lasting)
    finally:
        if held:
            _WRITING.release()


def new_path(folder: str, job: str) -> str:
    """A name for a run: its time, and what tells runs apart that start at the same moment, a job's number or a random one."""
    return os.path.join(folder, f"rollout-{_now():%Y%m%dT%H%M%SZ}-{job or secrets.token_hex(4)}.json")


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def moment() -> str:
    """Now, as records have it."""
    return f"{_now():%Y-%m-%dT%H:%M:%SZ}"


def planned(rows: t.Iterable[Row], serial: t.Any) -> t.Iterator[Row]:
    """Rows of hosts in the order of the play, as they are before their turn: each with its wave (from 1), as the engine cuts them."""
    left = list(rows)
    sizes = serial if isinstance(serial, list) else [serial]
    total, wave = len(left), 0
    while left:
        size = pct_to_int(sizes[min(wave, len(sizes) - 1)], total) if sizes else 0
        size = size if size > 0 else total
        wave += 1
        for row in left[:size]:
            yield {**row, "wave": wave, "state": "waiting", "step": "", "reason": "", "at": "", "parts": []}
        left = left[size:]


class Steps:
    """Notes in the record at ``path`` what a task does with a host. Without a path it notes nothing.

    A record that cannot be written is told by ``warn``, and stops nothing: devices come first.
    """

    def __init__(self, path: str, host: str, step: str, warn: t.Callable[[str], None]) -> None:
        self._path = path
        self._host = host
        self._step = step
        self._warn = warn

    def begins(self) -> None:
        """From now on the device is written to. Why it failed before is kept: it is being taken back."""
        self._note(lambda row: {"state": "under_way", "reason": row.get("reason", "") if row.get("state") == "failed" else ""})

    def ended(self, result: t.Mapping[str, t.Any]) -> None:
        """The task has ended; what it means for the device is told by the role, at the end of its wave."""
        failed = {"state": "failed", "reason": str(result.get("msg", ""))}
        self._note(lambda _row: failed if result.get("failed") else {"state": "under_way", "reason": REST})

    def _note(self, members: t.Callable[[Row], Row]) -> None:
        if not self._path:
            return
        try:
            with updated(self._path) as record:
                record.set(self._host, {**members(record.row(self._host)), "step": self._step, "at": moment()})
        except (OSError, ValueError) as error:
            self._warn(f"The record of this run is not up to date: {error}.")


def broken_off(noted: Row, row: Row) -> Row:
    """``row`` of a host whose role broke off, with the last step that had written to its device. ``noted``: its row so far."""
    if noted.get("state") != "under_way" or not noted.get("step"):
        return row
    told = f'The step "{noted["step"]}" had been done on it before.'
    return {**row, "reason": f"{row['reason']} {told}".strip()}


# Runs that did not end


def identity() -> Row:
    """What tells later whether this run is still there."""
    return {"machine": platform.node(), "pid": _MAIN, "started": _started(_MAIN)}


def user() -> str:
    """Whose process it is; empty where the system does not know."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _started(pid: int) -> int | None:
    """When a process started, in ticks since the machine did; None when it is not there, has ended, or cannot be asked."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def life_of(process: t.Mapping[str, t.Any]) -> str:
    """``gone``, ``running``, or ``unknown``, of a run on another machine (a container is one) or a system without /proc."""
    if process.get("machine") != platform.node() or not process.get("started"):
        return "unknown"
    return "running" if _started(int(process["pid"])) == process["started"] else "gone"


class Unended(t.NamedTuple):
    """A record in ``path`` of a run that has not ended, of hosts of this one. ``life``: see ``life_of``."""

    path: str
    record: Record
    life: str

    def told(self) -> str:
        """A sentence or two for people."""
        head = self.record.head
        where = head.get("process", {}).get("machine") or "another machine"
        by = f" by {head['by']}" if head.get("by") else ""
        begun = f"{os.path.basename(self.path)}, begun at {head.get('started_at')}{by} on {where}"
        if self.life == "running":
            return f"Another rollout of these hosts is under way: {begun}."
        last = datetime.datetime.fromtimestamp(os.stat(self.path).st_mtime, datetime.timezone.utc)
        ended = f"did not end{'' if self.life == 'gone' else ', or still runs there'} (last heard of at {last:%Y-%m-%dT%H:%M:%SZ})"
        under_way, waiting = self.record.with_state("under_way"), self.record.with_state("waiting")
        rest = f" {_hosts(under_way)} under way." if under_way else ""
        rest += f" {_hosts(waiting)} waiting." if waiting else ""
        return f"This run goes on after {begun}, which {ended}.{rest} The devices tell what is left to do."


def _hosts(names: list[str]) -> str:
    shown = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
    return f"{shown} {'was' if len(names) == 1 else 'were'}"


def unended(folder: str, hosts: t.Collection[str]) -> list[Unended]:
    """The records of runs that have left hosts of this one open, the oldest first."""
    found = []
    for name in sorted(name for name in os.listdir(folder) if name.startswith("rollout-") and name.endswith(".json")):
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError, ValueError):
            with open(path, encoding="utf-8") as file:
                if '"state": "running"' not in file.read(100):
                    continue
            record = Record.read(path)
            if not set(hosts).isdisjoint(record.with_state(*OPEN)):
                found.append(Unended(path, record, life_of(record.head.get("process", {}))))
    return found


def close(folder: str, name: str, by: str, ended: t.Collection[str]) -> None:
    """Mark the record ``name`` of a run that did not end as done with, when all hosts that it had left open have ended in the run ``by``.

    The file's time stays: it tells when that run was last heard of.
    """
    path = os.path.join(folder, name)
    with contextlib.suppress(OSError, ValueError):
        last = os.stat(path).st_mtime_ns
        record = Record.read(path)
        if set(record.with_state(*OPEN)) <= set(ended):
            record.head.update(state="unfinished", finished_by=by)
            record.write(path, lasting=True)
            os.utime(path, ns=(last, last))
