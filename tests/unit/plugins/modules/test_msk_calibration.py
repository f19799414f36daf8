# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.msk.calibration import Calibration
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run, ship
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site

FOUND = {"coefficient": 4321, "mse": 12, "quality": "good"}


@pytest.fixture
def calibrate(site: Site, sensor: Sensor) -> Any:
    def call(*, check: bool = False, diff: bool = False, **options: Any) -> Outcome:
        return run("msk_calibration", site.connection(sensor, **{"duration": 0.02, **options}), check=check, diff=diff)

    return call


def operations(sensor: Sensor) -> list[int]:
    return [request.body["operation"] for request in sensor.requests if request.path == "/calibrationStatus"]


def test_a_good_calibration_is_saved(calibrate: Any, sensor: Sensor) -> None:
    before = sensor.configuration["calibrationCoefficient"]
    done = calibrate(diff=True)
    assert done.changed
    assert done.result == {
        "changed": True,
        **FOUND,
        "diff": {"before": {"calibration_coefficient": before}, "after": {"calibration_coefficient": 4321}},
    }
    assert sensor.configuration["calibrationCoefficient"] == 4321
    assert operations(sensor) == [1, 0, 3]
    assert sensor.violations == []


def test_zones_unsaved(calibrate: Any, sensor: Sensor) -> None:
    done = calibrate(mode="zone", save=False)
    assert done.result == {"changed": False, **FOUND}
    assert operations(sensor) == [2, 0]


def test_check_mode_measures_nothing(calibrate: Any, sensor: Sensor) -> None:
    predicted = calibrate(check=True, diff=True)
    assert (predicted.changed, predicted.result["coefficient"]) == (True, None)
    assert predicted.result["diff"]["after"] == {"calibration_coefficient": "will be measured"}
    assert not calibrate(check=True, save=False).changed
    assert sensor.writing_requests() == []


def test_a_poor_one(calibrate: Any, sensor: Sensor) -> None:
    sensor.switches.set(calibration_outcome=223)
    refused = calibrate()
    assert (refused.kind, refused.changed, refused.result["quality"], refused.result["error"]["code"]) == ("failed", False, "poor", 223)
    assert "mean square error 480" in refused.message
    assert operations(sensor) == [1, 0]
    accepted = calibrate(accept_poor=True)
    assert (accepted.changed, accepted.result["quality"]) == (True, "poor")


def test_a_failed_one(calibrate: Any, sensor: Sensor) -> None:
    sensor.switches.set(calibration_outcome=224)
    failed = calibrate(accept_poor=True)
    assert (failed.kind, failed.result["error"]["code"], failed.changed) == ("failed", 224, False)
    assert operations(sensor) == [1, 0]


def test_one_that_is_running_already_is_stopped_first(calibrate: Any, sensor: Sensor) -> None:
    sensor.calibration.running = 1
    done = calibrate()
    assert done.changed
    assert "A calibration may be running there" in done.text
    assert operations(sensor) == [1, 0, 1, 0, 3]


def test_a_saved_value_that_is_not_taken(calibrate: Any, sensor: Sensor) -> None:
    sensor.fail("ignore", "/calibrationStatus", nth=3)
    failed = calibrate()
    assert failed.kind == "not_taken"
    assert failed.result["quality"] == "good"


def test_a_duration_that_cannot_be_meant(calibrate: Any, sensor: Sensor) -> None:
    assert calibrate(duration=0).kind == "input"
    assert operations(sensor) == []


def test_an_interruption_stops_it(calibrate: Any, sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_calibration: Calibration) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Calibration, "_measure", stop)
    with pytest.raises(KeyboardInterrupt):
        calibrate()
    assert sensor.calibration.running is None
    assert sensor.open_sessions == 0


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "forbid", "html", "error_code", "status"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_faults(calibrate: Any, sensor: Sensor, kind: str, nth: int) -> None:
    """It never stays running, what the result says is true, and the next run is good."""
    before = sensor.configuration["calibrationCoefficient"]
    sensor.fail(kind, "/calibrationStatus", nth=nth, code=500 if kind == "status" else 9)
    done = calibrate()
    assert sensor.calibration.running is None or (kind, nth) == ("error_code", 2), done  # it said that it stopped, and had not
    saved = sensor.configuration["calibrationCoefficient"] == 4321
    assert saved or sensor.configuration["calibrationCoefficient"] == before
    assert done.failed or saved, done
    assert not calibrate().failed


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_answer_to_the_stop(calibrate: Any, sensor: Sensor, kind: str) -> None:
    sensor.fail(kind, "/calibrationStatus", nth=2)
    done = calibrate()
    assert (done.kind, done.changed, sensor.calibration.running) == ("reply_lost", False, None)
    assert "it is lost how good the calibration is, so it was not saved. Calibrate again." in done.message


def test_shipped(site: Site, sensor: Sensor) -> None:
    done = ship("msk_calibration", site.connection(sensor, duration=0.05))
    assert done.result == {"changed": True, **FOUND}
