# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outcomes, collected per device and turned into the report's data. Its shape is ``docs/schemas/report.schema.json``."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import re
import typing as t

from ansible_collections.siteops.devices.plugins.module_utils.core.redact import Redactor
from ansible_collections.siteops.devices.plugins.module_utils.msk.configuration import TABLE

from .changes import Field, clipped, fields_of
from .facts import events_in, findings_in, firmware_in, member, mount_in, stamp, updates_in
from .outcome import COLLECTION, FLEET, Outcome

Row = dict[str, t.Any]

FORMAT = 1
"""Grows when a member of the report is renamed or removed, not when one is added."""

STATES = ("changed", "unchanged", "failed", "unreachable", "skipped", "unfinished")

UNITS = {"msk_config": {field.option: field.unit for field in TABLE.fields if field.unit}}
"""Module -> field -> unit."""

PLAIN = frozenset({"unit", "state", "seconds", "check_mode", "handled", "at"})
"""Members that are of our making, and are never masked: a password that reads ``failed`` must not hide a failure."""


@dataclasses.dataclass
class Device:
    """What is known of a device so far."""

    name: str
    address: str | None = None
    site: str | None = None
    system: str | None = None
    shown: bool = False
    changed: bool = False
    really_changed: bool = False
    states: set[str] = dataclasses.field(default_factory=set)
    seconds: float | None = None
    firmware: dict[str, str] = dataclasses.field(default_factory=dict)
    updates: list[Row] = dataclasses.field(default_factory=list)
    changes: list[Row] = dataclasses.field(default_factory=list)
    failures: list[Row] = dataclasses.field(default_factory=list)
    findings: list[str] = dataclasses.field(default_factory=list)
    tasks: list[Row] = dataclasses.field(default_factory=list)
    mount: dict[str, float] = dataclasses.field(default_factory=dict)
    events: list[Row] = dataclasses.field(default_factory=list)
    secrets: set[str] = dataclasses.field(default_factory=set)

    def add(self, outcome: Outcome, now: datetime.datetime) -> None:
        module = outcome.module.removeprefix(COLLECTION)
        result, check_mode = outcome.result, outcome.check_mode
        # A fleet task's own host is no device, unless the task itself failed there.
        told = (outcome.by_collection and outcome.module != FLEET) or outcome.failed
        self.shown = self.shown or told
        self.secrets.update(outcome.secrets)
        self.address = outcome.address or self.address
        if not told:
            return
        self.system = self.system or (outcome.system if outcome.module != FLEET else None)
        self.states.add(outcome.state)
        if outcome.seconds is not None:
            self.seconds = (self.seconds or 0.0) + outcome.seconds
        self.tasks.append({"task": outcome.task, "module": module, "state": outcome.state, "seconds": _rounded(outcome.seconds)})
        if outcome.failed:
            self.failures.append({**_failure(outcome), "host": outcome.host, "ignored": outcome.ignored})
        if result.get("changed") or outcome.state == "changed":
            self.changed = True
            self.really_changed = self.really_changed or not check_mode
            fields = fields_of(result.get("diff"), UNITS.get(module, {}))
            if fields or not updates_in(module, result):
                self.changes.append({"task": outcome.task, "module": module, "check_mode": check_mode, "fields": fields})
        self._learn(module, outcome, now)

    def _learn(self, module: str, outcome: Outcome, now: datetime.datetime) -> None:
        result = outcome.result
        self.firmware.update(firmware_in(result))
        for update in updates_in(module, result, failed=outcome.failed):
            self._runs_now(update, outcome.check_mode)
            self._note(update, outcome.check_mode)
        self.findings += [text for text in findings_in(result) if text not in self.findings]
        self.mount.update(mount_in(result))
        self.events = events_in(result, now) or self.events

    def _note(self, update: Row, check_mode: bool) -> None:
        """A rollout plans and stages before it updates; that is one update."""
        staged = [row for row in self.updates if row["action"] == "staged" and row["component"] == update["component"]]
        if staged and update["to"] is None:
            update = {**update, "to": staged[-1]["to"]}
        if not check_mode:
            self.updates = [row for row in self.updates if row not in staged]
        self.updates = [row for row in self.updates if not (row["check_mode"] and _same_update(row, update))]
        self.updates.append({**update, "check_mode": check_mode})

    def _runs_now(self, update: Row, check_mode: bool) -> None:
        """What failed on its way to a version runs nobody knows what."""
        component = str(update["component"])
        version = update["to"] if update["action"] == "updated" and not check_mode else update["from"]
        if (update["action"] == "failed" and update["to"] is not None) or not version:
            self.firmware.pop(component, None)
        else:
            self.firmware[component] = version

    def row(self, ended: t.Callable[[str], bool]) -> Row:
        """The device as the report has it. ``ended``: whether a failure on that host ended its play."""
        failures = []
        for failure in self.failures:
            host, ignored = failure["host"], failure["ignored"]
            handled = ignored or (host is not None and not ended(host))
            failures.append({**{key: value for key, value in failure.items() if key not in {"host", "ignored"}}, "handled": handled})
        redactor = Redactor(self.secrets)
        mask = redactor.mask
        return {
            "name": self.name,
            "address": mask(self.address),
            "site": self.site,
            "system": self.system,
            "state": _state(self.states, failures),
            "changed": self.changed,
            "predicted": self.changed and not self.really_changed,
            "seconds": _rounded(self.seconds),
            "firmware": mask(dict(sorted(self.firmware.items()))),
            "updates": _masked(mask, self.updates),
            "changes": [{**row, "fields": _masked(mask, row["fields"])} for row in _masked(mask, self.changes, keep={"fields"})],
            "failures": _masked(mask, failures),
            "findings": mask(self.findings),
            "mount": self.mount or None,
            "events": _masked(mask, self.events),
            "tasks": _masked(mask, self.tasks),
        }


class Collector:
    """Takes outcomes as they come; :meth:`report` may be asked for at any time."""

    def __init__(self, title: str, clock: t.Callable[[], datetime.datetime]) -> None:
        self._title = title
        self._clock = clock
        self._began = clock()
        self._devices: dict[str, Device] = {}
        self._checked = False
        self.playbooks: list[str] = []

    def device(self, name: str) -> Device:
        return self._devices.setdefault(name, Device(name))

    def add(self, outcome: Outcome) -> None:
        if outcome.by_collection:
            self._checked = self._checked or outcome.check_mode
        self.device(outcome.device).add(outcome, self._clock())

    def report(self, *, complete: bool, failed_hosts: t.Collection[str] | None) -> Row:
        """The whole report. ``failed_hosts``: where the play ended in failure; None when the engine did not say."""
        ended = (lambda _host: True) if failed_hosts is None else failed_hosts.__contains__
        shown = sorted((device for device in self._devices.values() if device.shown), key=lambda device: natural(device.name))
        devices = [device.row(ended) for device in shown]
        now = self._clock()
        states = collections.Counter(device["state"] for device in devices)
        return {
            "format": FORMAT,
            "title": self._title,
            "playbooks": self.playbooks,
            "started_at": stamp(self._began),
            "ended_at": stamp(now),
            "seconds": _rounded((now - self._began).total_seconds()),
            "complete": complete,
            "check_mode": self._checked and all(device["predicted"] for device in devices if device["changed"]),
            "totals": {"devices": len(devices), **{state: states[state] for state in STATES}},
            "firmware": _versions(devices),
            "events_by_hour": _hours(devices),
            "devices": devices,
        }


def natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key by which ``gate-2`` comes before ``gate-10``, and ``1.9`` before ``1.10``."""
    return [(1, int(part), "") if part.isdigit() and part.isascii() else (0, 0, part) for part in re.split(r"([0-9]{1,18})", text)]


def _failure(outcome: Outcome) -> Row:
    result = outcome.result
    message = result.get("msg") or result.get("censored") or result.get("reason") or "It failed without a message."
    return {
        "task": outcome.task,
        "module": outcome.module.removeprefix(COLLECTION),
        "message": clipped(message if isinstance(message, str) else str(message)),
        "kind": _text_or_none(member(result, "error", "kind")) or ("unreachable" if outcome.state == "unreachable" else None),
        "http_status": _scalar(member(result, "error", "http_status")),
        "code": _scalar(member(result, "error", "code")),
    }


def _state(states: set[str], failures: list[Row]) -> str:
    """A failure that the playbook went on after is none of the device's state."""
    open_ones = [failure for failure in failures if not failure["handled"]]
    if open_ones:
        return "unreachable" if open_ones[-1]["kind"] == "unreachable" else "failed"
    return next((state for state in ("changed", "unfinished", "unchanged", "skipped") if state in states), "unchanged")


def _masked(mask: t.Callable[[t.Any], t.Any], rows: t.Sequence[t.Mapping[str, t.Any] | Field], keep: t.Collection[str] = ()) -> list[Row]:
    return [{key: value if key in PLAIN or key in keep else mask(value) for key, value in row.items()} for row in rows]


def _versions(devices: list[Row]) -> list[Row]:
    """How many devices run which version of what; readers of one PC count one by one."""
    counted = collections.Counter((name.split(" ")[0], version) for device in devices for name, version in device["firmware"].items())
    ordered = sorted(counted.items(), key=lambda item: natural(item[0][1]), reverse=True)
    ordered.sort(key=lambda item: natural(item[0][0]))
    return [{"component": component, "version": version, "devices": count} for (component, version), count in ordered]


def _hours(devices: list[Row]) -> list[Row]:
    """Events of all devices by the hour in which they began, UTC."""
    hours: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for device in devices:
        for event in device["events"]:
            kind = event["type"] if event["type"] in {"movement", "fault", "tamper"} else "other"
            hours[f"{event['at'][:13]}:00:00Z"][kind] += 1
    return [{"hour": hour, **{kind: hours[hour][kind] for kind in ("movement", "fault", "tamper", "other")}} for hour in sorted(hours)]


def _same_update(one: Row, other: Row) -> bool:
    return all(one[key] == other[key] for key in ("component", "from", "to"))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _text_or_none(value: t.Any) -> str | None:
    return None if value is None else str(clipped(str(value)))


def _scalar(value: t.Any) -> int | str | None:
    return value if value is None or (isinstance(value, int) and not isinstance(value, bool)) else _text_or_none(value)
