# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, Union

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import (
    DeviceError,
    HTTPError,
    InputError,
    NotTakenError,
    RefusedError,
    ReplyLost,
    UnreachableError,
)
from ansible_collections.siteops.devices.plugins.module_utils.core.plan import Plan, Resource, converge


class Job:
    """A task."""

    def __init__(self, *, check_mode: bool = False, diff: bool = False) -> None:
        self.params: dict[str, Any] = {}
        self.check_mode = check_mode
        self.diff = diff
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)


Step = Union[None, str, DeviceError, tuple]


class Lamp(Resource):
    """A lamp. Each step says what becomes of one write: None, it is taken; "ignored", "partly"; an error; ("taken", error), both."""

    name = "lamp"
    label = "The lamp of gate-03"

    def __init__(self, *steps: Step, reads: dict[int, DeviceError] | None = None, warnings: tuple[str, ...] = ()) -> None:
        self.state = {"colour": "red", "level": 1}
        self.writes: list[Any] = []
        self._steps = list(steps)
        self._reads = reads or {}
        self._read = 0
        self._warnings = warnings

    def read(self) -> Any:
        self._read += 1
        if self._read in self._reads:
            raise self._reads[self._read]
        return dict(self.state)

    def plan(self, current: Any, desired: Any) -> Plan:
        changes = {name: value for name, value in desired.items() if current[name] != value}
        return Plan(before=dict(current), after={**current, **desired}, changes=changes, payload=changes, warnings=self._warnings)

    def apply(self, plan: Plan) -> None:
        self.writes.append(plan.payload)
        step: Any = self._steps.pop(0) if self._steps else ""
        self._fail(step)
        if step == "partly":
            self.state["level"] = plan.payload["level"]
        elif step != "ignored":
            self.state.update(plan.payload)
        if isinstance(step, tuple):
            self._fail(step[1])

    @staticmethod
    def _fail(error: Any) -> None:
        if isinstance(error, DeviceError):
            raise error

    def view(self, current: Any) -> Any:
        return current


GREEN = {"colour": "green"}
GREEN_NOW = {"colour": "green", "level": 1}


def lost() -> ReplyLost:
    return ReplyLost("gate-03 gave no answer.")


def http(status: int) -> HTTPError:
    error = HTTPError(f"gate-03 answered HTTP {status}.", http_status=status)
    error.uncertain = status >= 500
    return error


def test_what_differs_is_written_and_read_back() -> None:
    lamp, job = Lamp(), Job(diff=True)
    assert converge(job, lamp, GREEN) == {
        "changed": True,
        "lamp": GREEN_NOW,
        "diff": {"before": {"colour": "red", "level": 1}, "after": GREEN_NOW},
    }
    assert lamp.writes == [GREEN]


def test_nothing_is_written_when_nothing_differs() -> None:
    lamp = Lamp()
    assert converge(Job(), lamp, {"colour": "red"}) == {"changed": False, "lamp": {"colour": "red", "level": 1}}
    assert lamp.writes == []


def test_check_mode_predicts_what_a_real_run_returns() -> None:
    lamp = Lamp()
    predicted = converge(Job(check_mode=True, diff=True), lamp, GREEN)
    assert lamp.writes == []
    assert predicted == converge(Job(diff=True), lamp, GREEN)


def test_warnings_are_given_once_in_both_modes() -> None:
    for job in (Job(), Job(check_mode=True)):
        converge(job, Lamp(warnings=("strange",)), GREEN)
        assert job.warnings == ["strange"]


def test_values_that_were_not_taken_are_named() -> None:
    with pytest.raises(NotTakenError, match="answered success, but reading it back shows that colour is 'red', not 'green'") as caught:
        converge(Job(), Lamp("ignored"), GREEN)
    assert (caught.value.changed, caught.value.facts) == (False, {"not_taken": ["colour"]})


def test_values_that_were_taken_in_part_count_as_a_change() -> None:
    with pytest.raises(NotTakenError) as caught:
        converge(Job(), Lamp("partly"), {"colour": "green", "level": 5})
    assert (caught.value.changed, caught.value.facts) == (True, {"not_taken": ["colour"]})


@pytest.mark.parametrize("doubt", [lost(), http(502)])
def test_a_write_whose_reply_was_lost_is_not_repeated_when_it_took_effect(doubt: DeviceError) -> None:
    lamp, job = Lamp(("taken", doubt)), Job()
    assert converge(job, lamp, GREEN) == {"changed": True, "lamp": GREEN_NOW}
    assert lamp.writes == [GREEN]
    assert job.warnings == [f"{doubt.message} Reading the device afterwards showed that the change took effect."]


def test_it_is_repeated_when_it_did_not_take_effect() -> None:
    lamp, job = Lamp(lost(), lost()), Job()
    assert converge(job, lamp, GREEN)["lamp"] == GREEN_NOW
    assert len(lamp.writes) == 3
    assert len(job.warnings) == 2


def test_in_the_end_it_is_a_failure_that_says_that_nothing_was_taken() -> None:
    lamp = Lamp(lost(), lost(), lost())
    with pytest.raises(ReplyLost, match="it is unchanged") as caught:
        converge(Job(), lamp, GREEN)
    assert (caught.value.changed, caught.value.facts["took_effect"]) == (False, "no")
    assert len(lamp.writes) == 3


def test_a_defect_of_the_server_is_not_provoked_again() -> None:
    lamp = Lamp(http(500))
    with pytest.raises(HTTPError, match="it is unchanged"):
        converge(Job(), lamp, GREEN)
    assert len(lamp.writes) == 1


@pytest.mark.parametrize("error", [RefusedError("no."), http(404), UnreachableError("dark."), InputError("wrong.")])
def test_a_certain_failure_is_passed_on_as_it_is(error: DeviceError) -> None:
    lamp = Lamp(error)
    with pytest.raises(type(error)) as caught:
        converge(Job(), lamp, GREEN)
    assert caught.value is error
    assert not caught.value.changed
    assert lamp.writes == [GREEN]


@pytest.mark.parametrize(("step", "known"), [(None, "yes"), (lost(), "unknown")])
def test_it_says_what_is_not_known_when_reading_back_fails(step: Step, known: str) -> None:
    with pytest.raises(UnreachableError, match="The lamp of gate-03 could not be read: dark") as caught:
        converge(Job(), Lamp(step, reads={2: UnreachableError("dark.")}), GREEN)
    assert (caught.value.changed, caught.value.facts["took_effect"]) == (True, known)
    assert "Run the task again" in str(caught.value)
