# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many devices may fail in one run of ansible-playbook before no further one is begun: within a wave and across waves.

The engine has no such limit: ``max_fail_percentage`` and ``serial`` count within a batch, and only when all hosts of it have
done a task. The counter is memory that the main process shares with all workers, since it imports the action before it forks
them. So each task knows at its start, at no cost, how many have failed so far.
"""

from __future__ import annotations

import multiprocessing
import typing as t

TASK_VARIABLE = "siteops_failure_limit"
"""Variable of a task whose failure counts.

``limit``: how many may have failed (empty: only count). ``record``: path of the run's record, when the task writes to its device (see
``rollout_record.Steps``). ``begins``: whether this task begins work on its device, so that the
limit holds it back. ``counts``: whether its failure counts (true). ``settled``: the task compares in check mode, and fails when it
would change anything.
"""

_FAILURES: t.Any = multiprocessing.get_context("fork").Value("L", 0)


class FailureLimit:
    """What the variable of one task asks for."""

    def __init__(self, limit: int | None, *, begins: bool = False, counts: bool = True, settled: bool = False) -> None:
        self._limit = limit
        self._begins = begins
        self._counts = counts
        self._settled = settled

    @classmethod
    def of(cls, value: t.Mapping[str, t.Any]) -> FailureLimit:
        """From the templated variable. Raises ``ValueError`` for a limit that is not a number of devices."""
        limit = value.get("limit")
        number = None if limit is None or limit == "" else int(limit)
        if number is not None and number < 0:
            raise ValueError(f"{number} is below 0")
        flags = {name: _is_true(value[name]) for name in ("begins", "counts", "settled") if name in value}
        return cls(number, **flags)

    def refusal(self) -> dict[str, t.Any] | None:
        """The result of a task that must not begin any more; None when it may. It is no failure: the task did nothing.

        ``not_begun`` tells why. Whether tasks before it have done something to the device is known to the role.
        """
        failed = _FAILURES.value
        if not self._begins or self._limit is None or failed <= self._limit:
            return None
        reason = f"{failed} failed in this run, and the limit is {self._limit}."
        return {"changed": False, "not_begun": reason, "msg": f"Not begun: {reason}"}

    def judged(self, result: dict[str, t.Any]) -> dict[str, t.Any]:
        """``result``, failed where that is what it means; then it counts, and is ``counted``.

        Its host must not run another counted task after that.
        """
        if self._settled and result.get("changed") and not result.get("failed"):
            text = "It is not as the update left it: the same update would change it again."
            result = {**result, "failed": True, "changed": False, "msg": text}
        if result.get("failed") and self._counts:
            count_failure()
            result = {**result, "counted": True}
        return result


def count_failure() -> None:
    """Count a device that failed."""
    with _FAILURES.get_lock():
        _FAILURES.value += 1


def _is_true(value: t.Any) -> bool:
    """Templates of older releases give text."""
    return str(value).lower() == "true"
