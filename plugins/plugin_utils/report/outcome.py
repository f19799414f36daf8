# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task did to one device, whichever way it was run, and how the engine's results are taken apart into that."""

from __future__ import annotations

import dataclasses
import typing as t

from .facts import seconds as seconds_in

COLLECTION = "siteops.devices."
FLEET = "siteops.devices.fleet"
LISTS = {
    "unchanged_targets": "unchanged",
    "changed_targets": "changed",
    "failed_targets": "failed",
    "unstarted_targets": "unfinished",
}
"""Lists of names in a fleet task's result -> the state of these targets."""

SYSTEMS = {"firmware": "invue"}
"""First word of a module's name -> system, where they differ."""

Result = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """``state``: changed, unchanged, failed, unreachable, skipped or unfinished. ``module``: its full name.

    ``host``: where a failure ended the play, None for a fleet task's target: there it ends nothing. ``seconds``: how long
    it took, None when that is not known. ``secrets``: what the task's arguments hold, to be masked.
    """

    device: str
    task: str
    module: str
    state: str
    result: Result
    check_mode: bool = False
    ignored: bool = False
    seconds: float | None = None
    address: str | None = None
    host: str | None = None
    secrets: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return self.state in {"failed", "unreachable"}

    @property
    def by_collection(self) -> bool:
        """Whether a module of this collection did it, which is what makes a host a device."""
        return self.module.startswith(COLLECTION)

    @property
    def system(self) -> str | None:
        """The device's system, such as ``msk``."""
        if not self.by_collection:
            return None
        first = self.module[len(COLLECTION) :].partition("_")[0]
        return SYSTEMS.get(first, first)


def state_of(result: Result, *, failed: bool = False, unreachable: bool = False, skipped: bool = False) -> str:
    """The state that a result stands for.

    A module that could not connect says so in ``error.kind``, a task that the limit of a rollout held back in ``not_begun``.
    """
    error = result.get("error")
    kind = error.get("kind") if isinstance(error, t.Mapping) else None
    if unreachable or (failed and kind == "unreachable"):
        return "unreachable"
    if failed:
        return "failed"
    if skipped:
        return "skipped"
    if result.get("not_begun"):
        return "unfinished"
    return "changed" if result.get("changed") else "unchanged"


def apart(outcome: Outcome, *, loop: bool) -> list[Outcome]:
    """One outcome as those of its loop's items, or of its fleet's targets."""
    rows = outcome.result.get("results")
    if loop and isinstance(rows, list) and all(isinstance(row, t.Mapping) for row in rows) and rows:
        items = [dataclasses.replace(outcome, result=row, state=_item_state(row, outcome), seconds=None) for row in rows]
        items[0] = dataclasses.replace(items[0], seconds=outcome.seconds)
        if outcome.failed and not any(item.failed for item in items):
            items.append(dataclasses.replace(outcome, result={"msg": outcome.result.get("msg")}, seconds=None))
        return [part for item in items for part in _targets(item)]
    return _targets(outcome)


def _item_state(row: Result, outcome: Outcome) -> str:
    """A loop's item that failed has ``failed`` up to ansible-core 2.18, and an ``exception`` since."""
    failed = bool(row.get("failed") or row.get("failed_when_result") or ("exception" in row and outcome.failed))
    return state_of(row, failed=failed, unreachable=bool(row.get("unreachable")), skipped=bool(row.get("skipped")))


def _targets(outcome: Outcome) -> list[Outcome]:
    """The targets of a fleet task. Without rows it is the task itself that failed, on its own host; so it is where rows are hidden."""
    rows = outcome.result.get("results")
    if outcome.module != FLEET or not isinstance(rows, list) or "censored" in outcome.result:
        return [outcome]
    common = dataclasses.replace(outcome, module=str(outcome.result.get("module", FLEET)), seconds=None)
    states = {target: state for key, state in LISTS.items() for target in _names(outcome.result.get(key))}
    results = {str(row["target"]): row for row in rows if isinstance(row, t.Mapping) and "target" in row}
    return [_target(common, target, state, results.get(target, {})) for target, state in states.items()]


def _target(common: Outcome, target: str, state: str, row: Result) -> Outcome:
    if state == "failed" or row.get("failed"):
        state = state_of(row, failed=True)
        row = row or {"msg": "It failed; the task's result had no room for its message."}
    return dataclasses.replace(
        common,
        device=target,
        state="changed" if row.get("changed") and state == "unchanged" else state,
        result=row,
        seconds=seconds_in(row.get("seconds")),
        address=None,
        host=None,
        ignored=False,
    )


def _names(value: t.Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []
