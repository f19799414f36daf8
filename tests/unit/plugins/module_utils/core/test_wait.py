# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import DeadlineError, FailedError, InputError
from ansible_collections.siteops.devices.plugins.module_utils.core.wait import Clock, Deadline, Pending, check_seconds, wait_until


class FakeClock(Clock):
    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def wait(answers: list[str | Pending | Exception], clock: FakeClock, timeout: float = 10.0) -> str:
    """Wait with a poll that gives these answers, the last one for ever."""

    def poll() -> str | Pending:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return wait_until(poll, deadline=Deadline(timeout, clock), what="gate-03", go_on="Look.", interval=1.0, longest_interval=4.0)


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
def test_what_is_no_time(value: float) -> None:
    with pytest.raises(InputError, match=f"^pause: {value:g} is not a time; give seconds above 0.$"):
        check_seconds("pause", value)
    check_seconds("pause", 0.5)
    check_seconds("pause", 0, or_zero=True)
    if value:
        with pytest.raises(InputError, match=f"^pause: {value:g} is not a time; give seconds.$"):
            check_seconds("pause", value, or_zero=True)


def test_what_is_done_is_not_waited_for() -> None:
    clock = FakeClock()
    assert wait(["there"], clock, timeout=0) == "there"
    assert clock.slept == []


def test_pauses_grow_up_to_the_longest() -> None:
    clock = FakeClock()
    assert wait([*[Pending("dark")] * 6, "there"], clock, timeout=100) == "there"
    assert clock.slept == [1.0, 1.5, 2.25, 3.375, 4.0, 4.0]


def test_a_failure_ends_the_wait_at_once() -> None:
    clock = FakeClock()
    with pytest.raises(FailedError):
        wait([Pending("dark"), FailedError("broken")], clock)
    assert clock.slept == [1.0]


def test_the_deadline_is_a_failure_that_tells_the_last_state_and_what_to_do() -> None:
    clock = FakeClock()
    with pytest.raises(DeadlineError) as caught:
        wait([Pending("dark"), Pending("blinking", {"phase": 2})], clock)
    assert str(caught.value) == "Waited 10 s for gate-03, in vain. Last seen: blinking. Look."
    assert caught.value.to_result()["last"] == {"state": "blinking", "phase": 2}
    assert clock.time == 1010.0


def test_it_looks_once_more_at_the_deadline() -> None:
    clock = FakeClock()
    assert wait([Pending("dark"), Pending("dark"), "there"], clock, timeout=1.2) == "there"
    assert clock.slept == [1.0, pytest.approx(0.2)]


def test_time_left_is_never_negative() -> None:
    clock = FakeClock()
    deadline = Deadline(3, clock)
    clock.sleep(1)
    assert deadline.left == 2
    clock.sleep(5)
    assert deadline.left == 0
