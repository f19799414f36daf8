# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import IdentityError
from ansible_collections.siteops.devices.plugins.module_utils.msk.identity import check_identity, identity_in
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import run
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls

SENSOR = {"model": 1, "family": 5, "fwVersion": "1.1", "deviceId": "A1", "maxDistance": 9}
BOARD = {"model": 1, "family": 5, "fwVersion": "1.2", "deviceId": "B2", "pinResetRequired": False}


@pytest.mark.parametrize(
    ("radar", "board", "same"), [("A1", "B2", True), (None, "B2", True), ("A1", "", True), ("A2", "B2", False), (None, "B3", False)]
)
def test_one_device_by_the_ids_that_it_tells(radar: str | None, board: str, same: bool) -> None:
    before = identity_in({"sensor": SENSOR, "comBoard": BOARD}, "gate-03")
    after = identity_in({"sensor": {**SENSOR, "deviceId": radar}, "comBoard": {**BOARD, "deviceId": board}}, "gate-03")
    assert after.is_same(before) is same


@pytest.mark.parametrize("check", [False, True])
def test_the_expected_sensor(site: Site, sensor: Sensor, check: bool) -> None:
    for device_id in (None, f"MSK{sensor.number:08}", f" cbp{sensor.number:08} "):
        outcome = run("msk_identity", site.connection(sensor, device_id=device_id), check=check)
        assert not outcome.failed
        assert outcome.result["identity"]["sensor"]["device_id"] == f"MSK{sensor.number:08}"
    assert calls(sensor)[:3] == ["PUT /login", "GET /sensorInfo", "PUT /logout"]
    assert sensor.writing_requests() == []


def test_another_sensor(site: Site, sensor: Sensor) -> None:
    outcome = run("msk_identity", site.connection(sensor, device_id="MSK99999999"))
    assert outcome.kind == "identity"
    ids = [f"MSK{sensor.number:08}", f"CBP{sensor.number:08}"]
    assert (
        f"{sensor.address}:{site.fleet.port} is not the expected device: its device ids are {' and '.join(ids)}, not MSK99999999."
        in outcome.message
    )
    assert outcome.result["device_ids"] == ids
    assert sensor.open_sessions == 0


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"sensor": {**SENSOR, "model": 2}, "comBoard": BOARD}, "its sensor answers model 2, an MSK-101-POE 1"),
        ({"sensor": SENSOR, "comBoard": {**BOARD, "family": "4"}}, "its communication board answers family 4, an MSK-101-POE 5"),
        ({"sensor": SENSOR, "comBoard": BOARD}, None),
        ({"device": {"parts": [BOARD, {**SENSOR, "family": "5"}]}}, None),
        ({"sensor": {"fwVersion": 7}}, None),
    ],
)
def test_what_an_msk_101_poe_answers(body: dict[str, Any], problem: str | None) -> None:
    identity = identity_in(body, "gate-03")
    if problem is None:
        check_identity(identity, "gate-03", None)
        return
    with pytest.raises(IdentityError) as caught:
        check_identity(identity, "gate-03", None)
    assert problem in caught.value.message
