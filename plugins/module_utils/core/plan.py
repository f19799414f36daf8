# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan, then execute: what check mode predicts is what a real run does, because it is the same object.

A resource is one thing on a device that can be read and written. ``converge`` reads it, plans, applies the plan and reads
it back; the plan that is made of what was read back must be empty, else the device did not take the values.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import typing as t

from .errors import DeviceError, NotTakenError, RefusedError


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is to be done. ``before``, ``after``: the whole object as users see it. ``changes``: option -> value, what differs.

    ``payload``: what ``apply`` sends, in the device's own terms.
    """

    before: t.Any
    after: t.Any
    changes: t.Mapping[str, t.Any]
    payload: t.Any = None
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.changes)


class Resource(abc.ABC):
    """One thing on a device. ``name``: the key of the result. ``label``: what messages call it ("The name of 10.0.0.7")."""

    name: str
    label: str

    @abc.abstractmethod
    def read(self) -> t.Any:
        """The current state, in the device's own terms."""

    @abc.abstractmethod
    def plan(self, current: t.Any, desired: t.Any) -> Plan:
        """What must change so that ``current`` becomes ``desired``. Sends nothing."""

    @abc.abstractmethod
    def apply(self, plan: Plan) -> None:
        """Send the plan's payload."""

    @abc.abstractmethod
    def view(self, current: t.Any) -> t.Any:
        """``current`` as users see it."""

    def review(self, plan: Plan) -> t.Sequence[str]:
        """A last look at a plan that would change something, in check mode too: warnings, or an error that stops it."""
        return plan.warnings


class Task(t.Protocol):
    """What a resource needs to know of the task it works for (``bridge`` gives the real one)."""

    params: t.Mapping[str, t.Any]
    check_mode: bool
    diff: bool

    def warn(self, message: str) -> None: ...


def converge(task: Task, resource: Resource, desired: t.Any) -> dict[str, t.Any]:
    """Bring ``resource`` to ``desired``. The result: ``changed``, the resource under its name, and ``diff`` in diff mode.

    Raises :class:`NotTakenError` when the device answered success and holds other values, and what the resource raises.
    """
    plan = resource.plan(resource.read(), desired)
    for warning in resource.review(plan) if plan.changed else plan.warnings:
        task.warn(warning)
    after = plan.after
    if plan.changed and not task.check_mode:
        after = resource.view(execute(task, resource, plan, desired))
    return report(task, plan, {resource.name: after})


def report(task: Task, plan: Plan, values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The result of a task that followed ``plan``; ``changed`` is computed here and nowhere else."""
    diff = {"before": _named(plan.before, values), "after": _named(plan.after, values)}
    return {"changed": plan.changed, **values, **({"diff": diff} if task.diff else {})}


def _named(state: t.Any, values: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    """A state that is a single value under its name, so that a diff says what it is."""
    return state if isinstance(state, t.Mapping) else {next(iter(values)): state}


def execute(task: Task, resource: Resource, plan: Plan, desired: t.Any, repeats: int = 2) -> t.Any:
    """Apply the plan and return the state read back.

    When a reply was lost, the device is read before anything is repeated: if the change took effect, that is success.
    """
    for left in range(repeats, -1, -1):
        doubt: DeviceError | None = None
        try:
            resource.apply(plan)
        except DeviceError as error:
            if not error.uncertain:
                raise
            doubt = error
        state = _read_after(resource, doubt)
        missing = resource.plan(state, desired)
        if doubt is None:
            if missing.changed:
                raise not_taken(resource, plan, missing)
            return state
        if not missing.changed:
            task.warn(f"{doubt.message} Reading the device afterwards showed that the change took effect.")
            return state
        if left == 0 or doubt.http_status == 500:
            raise _without_effect(resource, plan, missing, doubt)
        task.warn(f"{doubt.message} Reading the device afterwards showed that the change did not take effect; it is sent again.")
    raise AssertionError("the last round returns or raises")


def _without_effect(resource: Resource, plan: Plan, missing: Plan, doubt: DeviceError) -> DeviceError:
    """``doubt``, with what the look at the device afterwards has shown."""
    seen = _effect(plan, missing.before, doubt)
    doubt.hint = f"{resource.label} was read afterwards: {seen}. Run the task again once the device answers well."
    return doubt


def _effect(plan: Plan, now: t.Any, error: DeviceError) -> str:
    """What ``plan`` has done to a device that is as ``now``, in words; noted in ``error``, too."""
    error.changed = now != plan.before
    if not error.changed:
        error.facts["took_effect"] = "no"
        return "it is unchanged"
    whole = now == plan.after
    error.facts["took_effect"] = "yes" if whole else "partly"
    return "the values were taken all the same" if whole else "only some of the values were taken"


@contextlib.contextmanager
def looking_when_refused(resource: Resource, plan: Plan) -> t.Iterator[None]:
    """A write that the device may refuse after it took values. Its refusal tells what a look afterwards shows."""
    try:
        yield
    except RefusedError as refusal:
        _tell_what_is_left(resource, plan, refusal)
        raise


def _tell_what_is_left(resource: Resource, plan: Plan, refusal: RefusedError) -> None:
    names = ", ".join(sorted(plan.changes))
    try:
        state = resource.view(resource.read())
    except DeviceError:
        refusal.facts["took_effect"] = "unknown"
        refusal.hint = f"What was sent: {names}. The device could not be read afterwards; run the task again in check mode to see it."
        return
    refusal.hint = f"What was sent: {names}. The device was read afterwards: {_effect(plan, state, refusal)}."


def _read_after(resource: Resource, doubt: DeviceError | None) -> t.Any:
    """Read back after a write; when that fails, say what is not known now."""
    try:
        return resource.read()
    except DeviceError as error:
        error.changed = True
        error.facts["took_effect"] = "unknown" if doubt is not None else "yes"
        before = f"{doubt.message} Then " if doubt is not None else "The device accepted the change, then "
        known = "It is unknown whether the change took effect." if doubt is not None else "It was not verified."
        error.message = f"{before}{resource.label} could not be read: {error.message} {known}"
        error.hint = "Run the task again: it compares before it changes anything. " + error.hint
        raise


def not_taken(resource: Resource, plan: Plan, missing: Plan) -> NotTakenError:
    """The error for a plan that was applied and is still ``missing`` some of its values."""
    held = missing.before if isinstance(missing.before, t.Mapping) else {resource.name: missing.before}
    values = [f"{name} is {held.get(name)!r}, not {missing.changes[name]!r}" for name in missing.changes]
    return NotTakenError(
        f"{resource.label} was written and the device answered success, but reading it back shows that {'; '.join(values)}.",
        hint="The device may not support these values, or something else changes them at the same time.",
        changed=missing.before != plan.before,
        facts={"not_taken": sorted(missing.changes)},
    )
