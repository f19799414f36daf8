# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.plugin_utils import failure_limit
from ansible_collections.siteops.devices.plugins.plugin_utils.failure_limit import FailureLimit, count_failure


@pytest.fixture(autouse=True)
def _nothing_has_failed() -> Iterator[None]:
    failure_limit._FAILURES.value = 0
    yield
    failure_limit._FAILURES.value = 0


def fail(times: int) -> None:
    for _time in range(times):
        FailureLimit(None).judged({"failed": True})


@pytest.mark.parametrize(("limit", "failures", "refused"), [(0, 0, False), (0, 1, True), (2, 2, False), (2, 3, True), (None, 9, False)])
def test_the_limit(limit: int | None, failures: int, refused: bool) -> None:
    fail(failures)
    refusal = FailureLimit(limit, begins=True).refusal()
    assert (refusal is not None) == refused
    if refusal is not None:
        assert refusal == {
            "changed": False,
            "not_begun": f"{failures} failed in this run, and the limit is {limit}.",
            "msg": f"Not begun: {failures} failed in this run, and the limit is {limit}.",
        }


def test_what_has_begun_goes_on() -> None:
    fail(1)
    assert FailureLimit(0).refusal() is None


def test_only_failures_count() -> None:
    for result in ({"changed": True}, {"failed": False}, {}):
        assert FailureLimit(0, begins=True).judged(result) == result
    assert FailureLimit(0, begins=True).refusal() is None


def test_what_has_to_be_settled() -> None:
    limit = FailureLimit(0, settled=True)
    assert limit.judged({"changed": False}) == {"changed": False}
    assert limit.judged({"changed": True, "to": "2"}) == {
        "changed": False,
        "failed": True,
        "counted": True,
        "to": "2",
        "msg": "It is not as the update left it: the same update would change it again.",
    }
    assert FailureLimit(0, begins=True).refusal() is not None


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ({"limit": "0", "begins": "True"}, True),  # as older releases template it
        ({"limit": 0, "begins": True}, True),
        ({"limit": 0, "begins": "False"}, False),
        ({"limit": "", "begins": True}, False),
        ({"begins": True}, False),
        ({}, False),
    ],
)
def test_the_variable(value: dict[str, Any], refused: bool) -> None:
    fail(1)
    assert (FailureLimit.of(value).refusal() is not None) == refused


def test_a_look_that_may_fail() -> None:
    look = FailureLimit.of({"limit": 0, "begins": True, "counts": False})
    assert look.judged({"failed": True}) == {"failed": True}
    assert look.refusal() is None


def test_what_failed_in_another_way_is_counted_by_itself() -> None:
    count_failure()
    refusal = FailureLimit(0, begins=True).refusal()
    assert refusal is not None
    assert refusal["not_begun"] == "1 failed in this run, and the limit is 0."


@pytest.mark.parametrize("limit", ["x", -1, [1]])
def test_no_number_of_devices(limit: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        FailureLimit.of({"limit": limit})


def test_all_processes_count_together() -> None:
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=fail, args=(50,)) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failure_limit._FAILURES.value == 200
