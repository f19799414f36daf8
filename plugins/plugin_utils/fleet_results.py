# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one result of a fleet task, made of those of its targets, and kept small.

AWX empties an event whose result is longer than 700,000 characters, and a screen shows all of a failed task's result. So rows of
unchanged targets are left out unless asked for, diffs hold only what differs, and what does not fit is counted.
"""

from __future__ import annotations

import json
import time
import typing as t

Result = dict[str, t.Any]

ESSENTIAL = ("target", "changed", "failed", "seconds", "msg", "error", "diff")
"""What is left of a row that does not fit."""

FIRST = 5
"""How many failures the task's message tells."""


class Harvest:
    """Takes the targets' results as they come. ``size``: bytes of JSON that the rows may have; 0 for any number.

    ``censored``: each row has to say that it is not to be shown.
    """

    def __init__(self, targets: t.Sequence[str], *, unchanged_rows: bool, size: int, diff: bool, censored: bool = False) -> None:
        self._order = {target: number for number, target in enumerate(targets)}
        self._unchanged_rows = unchanged_rows
        self._size = size
        self._diff = diff
        self._mark = {"_ansible_no_log": True} if censored else {}
        self._began = time.monotonic()
        self._rows: list[Result] = []
        self._unchanged: list[str] = []
        self._unstarted: list[str] = []
        self._warned: dict[str, list[str]] = {}
        self.done = self.changed = self.failed = 0

    def warned(self, target: str, text: str) -> None:
        self._warned.setdefault(target, []).append(text)

    def unstarted(self, target: str) -> None:
        self._unstarted.append(target)

    def add(self, target: str, result: Result, seconds: float) -> Result:
        """Take the result of a target that has ended, after so long. Returns its row."""
        row = row_of(target, result, seconds, self._warned.pop(target, []))
        self.done += 1
        self.changed += row["changed"]
        self.failed += row["failed"]
        if not (row["changed"] or row["failed"]):
            self._unchanged.append(target)
        # The rows of a large fleet that is as it should be would only fill the memory.
        if row["changed"] or row["failed"] or self._unchanged_rows or "device_warnings" in row:
            self._rows.append(row)
        return row

    def progress(self) -> str:
        """Where the task is, in a few words."""
        told = [f"{self.done} of {len(self._order)} done"]
        told += [f"{count} {what}" for count, what in ((self.changed, "changed"), (self.failed, "failed")) if count]
        seconds = time.monotonic() - self._began
        if self.done:
            told.append(f"about {seconds / self.done * (len(self._order) - self.done):.0f} s left")
        return ", ".join(told)

    def result(self, interrupted: bool) -> Result:
        """The task's result."""
        self._rows.sort(key=lambda row: self._order[row["target"]])
        kept, shortened, left_out = _fitting(self._rows, self._size)
        changed, failed = (_targets(self._rows, key) for key in ("changed", "failed"))
        unchanged, unstarted = (sorted(names, key=self._order.__getitem__) for names in (self._unchanged, self._unstarted))
        summary = {
            "targets": len(self._order),
            "changed": self.changed,
            "failed": self.failed,
            "unchanged": len(unchanged),
            "unstarted": len(unstarted),
            "seconds": round(time.monotonic() - self._began, 3),
            "results_shortened": shortened,
            "results_left_out": left_out,
        }
        diffs = [row["diff"] for row in kept if "diff" in row] if self._diff else []
        return {
            "changed": bool(changed),
            "failed": bool(failed or unstarted or interrupted),
            "msg": _message(summary, self._rows, interrupted),
            "results": [{**row, **self._mark} for row in kept],
            "changed_targets": changed,
            "failed_targets": failed,
            "unchanged_targets": unchanged,
            "unstarted_targets": unstarted,
            "summary": summary,
            **({"diff": diffs} if diffs else {}),
        }


def row_of(target: str, result: Result, seconds: float, warnings: list[str]) -> Result:
    """A target's result as a row of the task's."""
    own = {key: value for key, value in result.items() if key not in {"failed", "changed", "diff", "warnings", "skipped"}}
    diff = _short_diff(target, result["diff"]) if result.get("changed") and isinstance(result.get("diff"), dict) else None
    return {
        **own,
        "target": target,
        "changed": bool(result.get("changed")),
        "failed": bool(result.get("failed")),
        "seconds": round(seconds, 3),
        **({"diff": diff} if diff else {}),
        **({"device_warnings": warnings} if warnings else {}),
    }


def _short_diff(target: str, diff: Result) -> Result:
    """A diff that says whose it is, without the members that are the same before and after."""
    diff = {"before_header": target, "after_header": target, **diff}
    before, after = diff.get("before"), diff.get("after")
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return diff
    differ = [key for key in {**before, **after} if key not in before or key not in after or before[key] != after[key]]
    return {
        **diff,
        "before": {key: before[key] for key in differ if key in before},
        "after": {key: after[key] for key in differ if key in after},
    }


def _targets(rows: list[Result], key: str) -> list[str]:
    return [row["target"] for row in rows if row[key]]


def _fitting(rows: list[Result], size: int) -> tuple[list[Result], int, int]:
    """The rows that fit, how many of them are shortened, and how many were left out. Failures have precedence, then changes."""
    left = size or float("inf")
    kept: dict[str, Result] = {}
    shortened = 0
    for row in sorted(rows, key=lambda row: (not row["failed"], not row["changed"])):
        for candidate in (row, {key: row[key] for key in ESSENTIAL if key in row}):
            # A diff is in the row, and once more in what the screen shows.
            length = len(json.dumps(candidate, default=str)) + len(json.dumps(candidate.get("diff", ""), default=str))
            if length <= left:
                left -= length
                kept[row["target"]] = candidate
                shortened += candidate is not row
                break
    return [kept[row["target"]] for row in rows if row["target"] in kept], shortened, len(rows) - len(kept)


def _message(summary: Result, rows: list[Result], interrupted: bool) -> str:
    counted = "1 target" if summary["targets"] == 1 else f"{summary['targets']} targets"
    told = [f"{counted}: {summary['unchanged']} unchanged, {summary['changed']} changed, {summary['failed']} failed"]
    if summary["unstarted"]:
        told[0] += f", {summary['unstarted']} not started"
    failures = [row for row in rows if row["failed"]]
    told += [f"{row['target']}: {str(row.get('msg', 'failed')).rstrip('.')}" for row in failures[:FIRST]]
    if len(failures) > FIRST:
        more = len(failures) - FIRST
        told.append("1 more failure is in results" if more == 1 else f"{more} more failures are in results")
    if interrupted:
        told.append("The run was told to stop: what ran has ended, nothing more was started. Run the task again to do the rest")
    elif summary["unstarted"]:
        told.append("More targets failed than max_failures allows, so the others were not started")
    return ". ".join(told) + "."
