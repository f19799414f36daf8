# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls, connections


def rename(site: Site, sensor: Sensor, name: Any, **keywords: bool) -> Outcome:
    return run("msk_name", site.connection(sensor, name=name), **keywords)


def test_a_name_is_predicted_given_and_then_unchanged(site: Site, sensor: Sensor) -> None:
    before = sensor.com_board_name
    predicted = rename(site, sensor, "gate-03", check=True, diff=True)
    assert sensor.writing_requests() == []
    real = rename(site, sensor, "gate-03", diff=True)
    assert sensor.com_board_name == "gate-03"
    assert real.result == predicted.result
    assert (real.changed, real.result["name"]) == (True, "gate-03")
    assert before in str(real.result["diff"]["before"])
    assert "gate-03" in str(real.result["diff"]["after"])
    sensor.forget_requests()
    again = rename(site, sensor, "gate-03")
    assert again.result == {"changed": False, "name": "gate-03"}
    assert calls(sensor) == ["PUT /login", "GET /comBoardName", "PUT /logout"]
    assert connections(sensor) == 1


@pytest.mark.parametrize("name", ["Tür 3", 'a "quoted" name', "x" * 200, 42])
def test_any_text_is_a_name(site: Site, sensor: Sensor, name: Any) -> None:
    assert rename(site, sensor, name).result["name"] == str(name)
    assert sensor.com_board_name == str(name)


@pytest.mark.parametrize(("name", "kind"), [("", "input"), ("  ", "input"), (None, "arguments")])
def test_no_name(site: Site, sensor: Sensor, name: Any, kind: str) -> None:
    outcome = rename(site, sensor, name)
    assert outcome.kind == kind
    assert "name" in outcome.message
    assert sensor.requests == []


def test_a_name_that_was_not_taken(site: Site, sensor: Sensor) -> None:
    before = sensor.com_board_name
    sensor.fail("ignore", "/comBoardName", "PUT")
    outcome = rename(site, sensor, "gate-03")
    assert outcome.kind == "not_taken"
    assert f"name is {before!r}, not 'gate-03'" in outcome.message
    assert outcome.result["not_taken"] == ["name"]
    assert not outcome.changed
