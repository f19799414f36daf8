# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fault at the n-th request, for every n: what the module says is true, no session stays open, and a second run does the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from urllib3.connectionpool import HTTPConnectionPool

from ansible_collections.siteops.devices.tests.unit.plugins.modules.jobs import JOBS, Job, hide_name, requests_of
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, leaks
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site
from ansible_collections.siteops.devices.tests.unit.simulators.talking import eventually

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
    ("error_code", {"code": 9}),
    ("ignore", {}),
    ("reboot", {"seconds": 0.05}),
]
CLEAR = {"authentication", "http", "identity", "not_taken", "refused", "reply", "reply_lost", "unreachable", "deadline", "failed"}
TOKENLESS = {"GET /updateToken: no Authorization header", "PUT /logout: no Authorization header"}  # after a login that gave none
LOGGED_OUT = {"PUT /logout: token logged out"}  # again, after a logout whose reply was lost
ENDS_OF_SESSIONS = {"/login", "/logout"}  # a session whose login or logout got lost cannot be closed


@pytest.mark.parametrize("make", [make for make in JOBS if make is not hide_name])  # moving is the harder half of its module
@pytest.mark.parametrize(("kind", "details"), FAULTS, ids=[f"{kind}{details.get('code', '')}" for kind, details in FAULTS])
def test_a_fault_at_any_request(site: Site, make: Callable[[Site], Job], kind: str, details: dict[str, Any]) -> None:
    for number in range(1, requests_of(make, site) + 1):
        job = make(site)
        job.sensor.fail(kind, nth=number, desc=f"not with {job.sensor.password}", **details)
        outcome = job.run()
        place = f"{kind} at {job.sensor.requests[number - 1].path}, number {number}: {outcome}"
        check_truth(job, outcome, place)
        eventually(job.at_rest)
        check_sessions(job, outcome, place)
        check_secrets(job, outcome, place)
        forgiven = LOGGED_OUT if job.sensor.requests[number - 1].path == "/logout" else set()
        assert set(job.sensor.violations) <= TOKENLESS | forgiven, place
        job.sensor.faults.clear()
        again = job.run()
        assert not again.failed, f"{place}\nthen {again}"
        assert job.done(), f"{place}\nthen {again}"


def check_truth(job: Job, outcome: Outcome, place: str) -> None:
    """The sensor is in the state that the result tells."""
    assert job.done() or job.untouched(), place
    if not outcome.failed:
        assert job.done(), place
        return
    assert outcome.kind in CLEAR, place
    assert job.sensor.address in outcome.message or str(job.arguments["host"]) in outcome.message, place
    assert outcome.message[-1] in ".?", place
    if not outcome.changed:
        assert job.untouched(), place
    effect = outcome.result.get("took_effect")
    assert job.done() if effect == "yes" else job.untouched() if effect == "no" else effect in {None, "unknown"}, place


def check_sessions(job: Job, outcome: Outcome, place: str) -> None:
    lost = [request for request in job.sensor.requests if request.fault and request.path in ENDS_OF_SESSIONS]
    # A sensor that moves cuts connections, and with them a logout that is under way.
    moving = "static_address" in job.arguments.get("network", {}) and (
        outcome.failed or any(request.fault for request in job.sensor.writing_requests())
    )
    assert job.sensor.open_sessions <= len(lost) + moving, place


def check_secrets(job: Job, outcome: Outcome, place: str) -> None:
    tokens = [*job.sensor.sessions.tokens, *job.sensor.sessions.ended]
    assert not leaks(outcome, [job.sensor.password, job.arguments.get("password"), job.arguments.get("new_password"), *tokens]), place


@pytest.mark.parametrize("make", JOBS)
@pytest.mark.parametrize("sent", [False, True])
def test_an_interruption_at_any_request(site: Site, make: Callable[[Site], Job], sent: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    number = 0
    interrupted = True
    while interrupted:
        number += 1
        job = make(site)
        with monkeypatch.context() as patch:
            paths = interrupt(patch, number, sent=sent)
            try:
                job.run()
                interrupted = False
            except KeyboardInterrupt:
                pass
        struck = paths[number - 1] if interrupted else ""
        unreachable = job.module == "msk_netsettings" and not job.untouched()
        assert job.sensor.open_sessions <= (struck in ENDS_OF_SESSIONS) + unreachable, f"{number}: {struck}"
        eventually(job.at_rest)
        assert not job.run().failed, struck
        eventually(job.done)
    assert number > 5


def interrupt(patch: pytest.MonkeyPatch, number: int, *, sent: bool) -> list[str]:
    """Raise KeyboardInterrupt in the n-th request, before it is sent or when its reply came. The list gets the paths asked for."""
    real = HTTPConnectionPool.urlopen
    paths: list[str] = []

    def urlopen(pool: HTTPConnectionPool, method: str, url: str, **keywords: Any) -> Any:
        paths.append(url)
        if len(paths) == number and not sent:
            raise KeyboardInterrupt
        try:
            return real(pool, method, url, **keywords)
        finally:
            if len(paths) == number:
                raise KeyboardInterrupt

    patch.setattr(HTTPConnectionPool, "urlopen", urlopen)
    return paths
