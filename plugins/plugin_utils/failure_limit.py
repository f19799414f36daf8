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
"""Variable of a task that counts: ``limit`` (None: only count), ``begins`` (whether this task begins work on its device)."""

_FAILURES: t.Any = multiprocessing.get_context("fork").Value("L", 0)


class FailureLimit:
    """What the variable of one task asks for."""

    def __init__(self, limit: int | None, *, begins: bool) -> None:
        self._limit = limit
        self._begins = begins

    @classmethod
    def of(cls, value: t.Mapping[str, t.Any]) -> FailureLimit:
        """From the templated variable. Raises ``ValueError`` for a limit that is not a number of devices."""
        limit = value.get("limit")
        number = None if limit is None or limit == "" else int(limit)
        if number is not None and number < 0:
            raise ValueError(f"{number} is below 0")
        return cls(number, begins=str(value.get("begins", False)).lower() == "true")

    def refusal(self) -> dict[str, t.Any] | None:
        """The result of a task that must not begin any more; None when it may. It is no failure: nothing was done."""
        failed = _FAILURES.value
        if not self._begins or self._limit is None or failed <= self._limit:
            return None
        message = f"Not begun: {failed} failed in this run, and the limit is {self._limit}."
        return {"changed": False, "not_begun": True, "msg": message}

    @staticmethod
    def count(result: t.Mapping[str, t.Any]) -> None:
        """Count the device when the task failed. Its host must not run another counted task after that."""
        if result.get("failed"):
            with _FAILURES.get_lock():
                _FAILURES.value += 1
