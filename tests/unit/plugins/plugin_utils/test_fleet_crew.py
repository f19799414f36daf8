# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads that start no more than they may."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.plugin_utils.fleet_crew import Crew, Done, Job, Said, Unstarted, Voice


def job(**result: Any) -> Job:
    def work(voice: Voice) -> dict[str, Any]:
        voice.warn("careful")
        time.sleep(0.01)
        return result

    return work


def names(events: list[Any], kind: type) -> list[str]:
    return [event.target for event in events if isinstance(event, kind)]


def test_each_target_is_done_once_and_its_words_come_before_its_end() -> None:
    events = list(Crew(4, 0).work([(str(number), job(failed=False)) for number in range(50)]))
    assert sorted(names(events, Done), key=int) == [str(number) for number in range(50)]
    spoken = [(type(event), event.target) for event in events]
    assert all(spoken.index((Said, target)) < spoken.index((Done, target)) for target in names(events, Done))


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_no_more_are_started_than_the_limit_allows(limit: int) -> None:
    events = list(Crew(1, limit).work([(str(number), job(failed=number % 2 == 1)) for number in range(20)]))
    assert len(names(events, Done)) == 2 * (limit + 1)
    assert len(names(events, Unstarted)) == 20 - 2 * (limit + 1)


def test_below_zero_there_is_no_limit() -> None:
    events = list(Crew(3, -1).work([(str(number), job(failed=True)) for number in range(20)]))
    assert len(names(events, Done)) == 20


def test_a_target_took_what_its_job_took_and_not_its_wait_for_a_turn() -> None:
    took = [event.seconds for event in Crew(1, 0).work([(str(number), job()) for number in range(5)]) if isinstance(event, Done)]
    assert all(0.01 <= seconds < 0.04 for seconds in took), took


def test_no_more_at_once_than_its_size() -> None:
    running: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def work(_voice: Voice) -> dict[str, Any]:
        with lock:
            running.append(1)
            most.append(len(running))
        time.sleep(0.01)
        with lock:
            running.pop()
        return {}

    list(Crew(5, 0).work([(str(number), work) for number in range(40)]))
    assert max(most) == 5


def test_halted_it_lets_what_runs_end() -> None:
    crew = Crew(2, 0)
    events = []
    for event in crew.work([(str(number), job(failed=False)) for number in range(30)]):
        crew.halt()
        events.append(event)
    assert len(names(events, Done)) <= 4
    assert len(names(events, Done)) + len(names(events, Unstarted)) == 30


def test_who_stops_listening_waits_for_what_runs() -> None:
    before = threading.active_count()
    for _event in Crew(2, 0).work([(str(number), job(failed=False)) for number in range(30)]):
        break
    assert threading.active_count() == before


def test_nothing_to_do() -> None:
    assert list(Crew(8, 0).work([])) == []
