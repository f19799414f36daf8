# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sensor that goes to another address while a task is at work on it, as after a run that was killed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.modules.jobs import JOBS, Job, hide_name, requests_of
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls
from ansible_collections.siteops.devices.tests.unit.simulators.talking import eventually

NOBODY = "127.39.0.1"
CHANGING = [make for make in JOBS if make is not hide_name]


def identify(site: Site) -> Job:
    sensor = site.sensor()
    arguments = site.connection(sensor, device_id=f"MSK{sensor.number:08}")
    return Job("msk_identity", site, sensor, arguments, lambda: True, lambda: True)


def examine(site: Site) -> Job:
    sensor = site.sensor()
    return Job("msk_health", site, sensor, site.connection(sensor, position_tolerance=-1), lambda: True, lambda: True)


def network(site: Site, sensor: Sensor) -> dict[str, Any]:
    """What the killed run had sent."""
    return {"network": {"static_address": site.elsewhere(sensor), "subnet": "255.255.0.0", "gateway": "127.31.0.254"}}


def do(job: Job, *, check: bool = False, **options: Any) -> Outcome:
    """Run the module where the job knows the sensor, with the address that it may have by now."""
    known = {"alternatives": [job.site.elsewhere(job.sensor)], "alternatives_timeout": 10}
    return run(job.module, {**job.arguments, **known, **options}, check=check)


@pytest.mark.usefixtures("pauses")
@pytest.mark.parametrize("seconds", [0, 0.2])
@pytest.mark.parametrize("make", [*CHANGING, identify, examine])
def test_it_moves_at_any_request(site: Site, make: Callable[[Site], Job], seconds: float) -> None:
    for number in range(1, requests_of(make, site) + 1):
        job = make(site)
        job.sensor.switches.set(move_seconds=seconds)
        job.sensor.fail("meanwhile", nth=number, changes=network(site, job.sensor))
        outcome = do(job)
        place = f"number {number}, {calls(job.sensor)}: {outcome}"
        assert not outcome.failed, place
        eventually(job.done)
        at_logout = job.sensor.requests[number - 1].path == "/logout"
        if not at_logout and job.module != "msk_netsettings":
            assert outcome.result["host"] == site.elsewhere(job.sensor), place
            assert f"It answers at {job.sensor.address} now; the task has begun anew there." in outcome.warnings[-1], place
            assert outcome.changed == (make in CHANGING), place
        if not at_logout:
            assert job.sensor.open_sessions == 0, place


@pytest.mark.usefixtures("pauses")
@pytest.mark.parametrize("make", [*CHANGING, identify, examine])
def test_it_has_moved_before(site: Site, make: Callable[[Site], Job]) -> None:
    job = make(site)
    site.fleet.merge(job.sensor, network(site, job.sensor))
    outcome = do(job)
    assert (outcome.failed, outcome.result.get("host")) == (False, site.elsewhere(job.sensor)), outcome
    assert "cannot be reached" in outcome.warnings[-1]
    assert job.sensor.open_sessions == 0


def test_it_moves_in_check_mode(site: Site, sensor: Sensor) -> None:
    job = Job("msk_name", site, sensor, site.connection(sensor, name="gate-03"), lambda: False, lambda: True)
    sensor.fail("meanwhile", "/comBoardName", changes=network(site, sensor))
    outcome = do(job, check=True)
    assert (outcome.failed, outcome.changed, sensor.writing_requests()) == (False, True, [])


def test_it_is_nowhere(site: Site, sensor: Sensor) -> None:
    outcome = run("msk_name", site.connection(sensor, host=NOBODY, name="gate-03", alternatives=["127.39.0.2"], alternatives_timeout=0.05))
    assert (outcome.kind, outcome.changed) == ("unreachable", False)
    for part in (
        f"{NOBODY}:{site.fleet.port} cannot be reached",
        "nothing was sent. For 0.05 s it did not answer at 127.39.0.2 or 127.39.0.1 either.",
        "has power",
    ):
        assert part in outcome.message


@pytest.mark.parametrize("alternatives", [[], [NOBODY]])
def test_without_another_address_it_does_not_look(site: Site, sensor: Sensor, alternatives: list[str], pauses: list[float]) -> None:
    outcome = run("msk_name", site.connection(sensor, host=NOBODY, name="gate-03", alternatives=alternatives, retries=0))
    assert outcome.kind == "unreachable"
    assert "either" not in outcome.message
    assert pauses == []


def test_an_outage_without_a_move(site: Site, sensor: Sensor) -> None:
    sensor.fail("not_listening", "/comBoardName", "GET", seconds=0.5)
    outcome = run("msk_name", site.connection(sensor, name="gate-03", alternatives=[NOBODY], retries=0))
    assert outcome.kind == "reply_lost"  # and it may have had this effect on the sensor each time
    eventually(lambda: sensor.listening)
    sensor.fail("not_listening", "/comBoardName", "GET", seconds=0.5)
    outcome = run("msk_name", site.connection(sensor, name="gate-03", alternatives=[NOBODY], retries=1))
    assert (outcome.failed, outcome.result["host"], sensor.com_board_name) == (False, sensor.address, "gate-03")


def test_a_failure_after_the_move_tells_what_was_changed_before(site: Site, sensor: Sensor) -> None:
    sensor.fail("meanwhile", "/comBoardName", "GET", nth=2, changes=network(site, sensor))
    sensor.fail("status", "/comBoardName", "GET", nth=3, times=None, code=500)
    arguments = site.connection(sensor, name="gate-03", alternatives=[site.elsewhere(sensor)], retries=0)
    outcome = run("msk_name", arguments)
    assert (outcome.kind, outcome.changed, sensor.com_board_name) == ("http", True, "gate-03")


def test_an_untrusted_certificate_there(site: Site, sensor: Sensor) -> None:
    other = site.sensor()
    site.fleet.show_certificate(other, "self_signed")
    outcome = run("msk_name", site.connection(sensor, host=NOBODY, name="gate-03", alternatives=[other.address]))
    assert outcome.kind == "unreachable"
    assert NOBODY in outcome.message
    assert other.requests == []


@pytest.mark.parametrize("options", [{"alternatives": ["https://gate-03/"]}, {"alternatives": [NOBODY], "alternatives_timeout": -1}])
def test_bad_input(site: Site, sensor: Sensor, options: dict[str, Any]) -> None:
    outcome = run("msk_name", site.connection(sensor, name="gate-03", **options))
    assert outcome.kind == "input"
    assert sensor.requests == []
