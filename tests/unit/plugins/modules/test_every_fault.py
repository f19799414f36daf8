# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fault at the n-th request, for every n: what the module says is true, no session stays open, and a second run does the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from ansible_collections.siteops.devices.tests.unit.plugins.modules.jobs import JOBS, NEW_PASSWORD, Job
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site

Kind = tuple[str, dict[str, Any]]

FAULTS: list[Kind] = [
    ("drop_before", {}),
    ("drop_after", {}),
    ("expire", {}),
    ("forbid", {}),
    ("status", {"code": 500}),
    ("status", {"code": 503, "done": True}),
    ("status", {"code": 429, "retry_after": 1}),
    ("html", {}),
    ("truncated", {}),
    ("cut", {}),
    ("wrong_types", {}),
    ("error_code", {"code": 9, "desc": f"no {NEW_PASSWORD}"}),
    ("ignore", {}),
    ("reboot", {"seconds": 0.05}),
]
CLEAR = {"authentication", "http", "not_taken", "refused", "reply", "reply_lost", "unreachable", "deadline", "failed"}
ENDS_OF_SESSIONS = {"/login", "/logout"}  # a session whose login or logout got lost cannot be closed


@pytest.mark.parametrize("make", JOBS)
@pytest.mark.parametrize(("kind", "details"), FAULTS, ids=[f"{kind}{details.get('code', '')}" for kind, details in FAULTS])
def test_a_fault_at_any_request(site: Site, make: Callable[[Site], Job], kind: str, details: dict[str, Any]) -> None:
    clean = make(site)
    assert not clean.run().failed
    for number in range(1, len(clean.sensor.requests) + 1):
        job = make(site)
        job.sensor.fail(kind, nth=number, **details)
        outcome = job.run()
        place = f"{kind} at {job.sensor.requests[number - 1].path}, number {number}: {outcome}"
        check_truth(job, outcome, place)
        check_sessions(job, outcome, place)
        check_secrets(job, outcome, place)
        assert job.sensor.violations == [], place
        job.sensor.faults.clear()
        again = job.run()
        assert not again.failed, f"{place}\nthen {again}"
        assert job.done(), f"{place}\nthen {again}"
        assert not job.run().changed, place


def check_truth(job: Job, outcome: Outcome, place: str) -> None:
    """The sensor is in the state that the result tells."""
    assert job.done() or job.untouched(), place
    if not outcome.failed:
        assert job.done(), place
        return
    assert outcome.kind in CLEAR, place
    assert job.sensor.address in outcome.message or str(job.arguments["host"]) in outcome.message, place
    assert outcome.message.endswith("."), place
    if not outcome.changed:
        assert job.untouched(), place
    effect = outcome.result.get("took_effect")
    assert job.done() if effect == "yes" else job.untouched() if effect == "no" else effect in {None, "unknown"}, place


def check_sessions(job: Job, outcome: Outcome, place: str) -> None:
    lost = [request for request in job.sensor.requests if request.fault and request.path in ENDS_OF_SESSIONS]
    moved_and_failed = outcome.failed and "static_address" in job.arguments.get("network", {})
    assert job.sensor.open_sessions <= len(lost) + moved_and_failed, place


def check_secrets(job: Job, outcome: Outcome, place: str) -> None:
    tokens = [*job.sensor.sessions.tokens, *job.sensor.sessions.ended]
    for secret in (job.sensor.password, NEW_PASSWORD, str(job.arguments["password"]), *tokens):
        assert secret not in outcome.text, place


@pytest.mark.parametrize("make", JOBS)
@pytest.mark.parametrize("sent", [False, True])
def test_an_interruption_at_any_request(site: Site, make: Callable[[Site], Job], sent: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    real = requests.Session.request
    clean = make(site)
    clean.run()
    for number in range(1, len(clean.sensor.requests) + 1):
        count = 0

        def interrupt(session: requests.Session, *arguments: Any, number: int = number, **keywords: Any) -> requests.Response:
            nonlocal count
            count += 1
            if count == number and not sent:
                raise KeyboardInterrupt
            response = real(session, *arguments, **keywords)
            if count == number:
                raise KeyboardInterrupt
            return response

        job = make(site)
        with monkeypatch.context() as patch:
            patch.setattr(requests.Session, "request", interrupt)
            with pytest.raises(KeyboardInterrupt):
                job.run()
        struck = clean.sensor.requests[number - 1].path
        on_its_way = job.module == "msk_netsettings" and not job.untouched()
        assert job.sensor.open_sessions <= (struck in ENDS_OF_SESSIONS) + on_its_way, f"{number}: {struck}"
        assert job.done() or job.untouched(), struck
        assert not job.run().failed, struck
        assert job.done(), struck
