# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run
from ansible_collections.siteops.devices.tests.unit.plugins.scripted import reply, scripted
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls, connections

EVERYTHING = {
    "alarm_distance": 8000,
    "pre_alarm_distance": 12000,
    "alarm_sensitivity": 60,
    "mount_height": 1900,
    "mount_elevation": -14,
    "mount_rotation": 2,
    "mount_azimuth": 90,
    "calibration_coefficient": 4000,
    "led_mode": "disabled",
    "channel": "B",
    "country": "deu",
    "anti_masking_mode": "aggressive",
    "anti_masking_exit_mode": 1,
    "anti_tamper_mode": "disabled",
    "anti_tamper_exit_mode": 1,
    "num_conflicting_sensors": 3,
    "ss_mode": "manual",
    "ss_min_dist": 700,
    "ss_max_size": 1800,
    "ss_num_max_zones": 4,
    "ss_manual_zones": [{"min": 3000, "max": 4000}, {"min": 1000, "max": 2000}],
}
ON_THE_WIRE = {
    "alarmDistance": 8000,
    "preAlarmDistance": 12000,
    "alarmSensitivity": 60 | 0x80,
    "mountHeight": 1900,
    "mountElevation": -14,
    "mountRotation": 2,
    "mountAzimuth": 90,
    "calibrationCoefficient": 4000,
    "ledMode": 1,
    "channel": 2,
    "country": "DEU",
    "antiMaskingMode": 2,
    "antiMaskingExitMode": 1,
    "antiTamperMode": 0,
    "antiTamperExitMode": 1,
    "numConflictingSensors": 3,
    "ssMode": 4,
    "ssMinDist": 700,
    "ssMaxSize": 1800,
    "ssNumMaxZones": 4,
    "ssManualZones": [{"min": 1000, "max": 2000}, {"min": 3000, "max": 4000}],
}


def configure(
    site: Site, sensor: Sensor, configuration: dict[str, Any], *, check: bool = False, diff: bool = False, **more: Any
) -> Outcome:
    return run("msk_config", site.connection(sensor, configuration=configuration, **more), check=check, diff=diff)


def sent(sensor: Sensor) -> list[dict[str, Any]]:
    """What each PUT carried."""
    return [request.body["configuration"] for request in sensor.writing_requests()]


def test_every_value_is_predicted_written_and_then_unchanged(site: Site, sensor: Sensor) -> None:
    predicted = configure(site, sensor, EVERYTHING, check=True, diff=True)
    assert sensor.writing_requests() == []
    real = configure(site, sensor, EVERYTHING, diff=True)
    assert sensor.configuration == ON_THE_WIRE
    assert (real.result, real.warnings) == (predicted.result, predicted.warnings)
    assert real.changed
    assert real.result["diff"]["after"] == real.result["configuration"]
    assert real.result["diff"]["before"]["led_mode"] == "normal"
    again = configure(site, sensor, EVERYTHING, diff=True)
    assert not again.changed
    assert again.result["configuration"] == real.result["configuration"]
    assert again.result["diff"]["before"] == again.result["diff"]["after"]
    assert len(sensor.writing_requests()) == 1
    assert (sensor.open_sessions, sensor.violations) == (0, [])


def test_the_result_speaks_like_the_option(site: Site, sensor: Sensor) -> None:
    result = configure(site, sensor, EVERYTHING, check_installation="ignore").result["configuration"]
    assert result == {**EVERYTHING, "channel": 2, "country": "DEU", "ss_manual_zones": EVERYTHING["ss_manual_zones"][::-1]}
    assert not configure(site, sensor, result).changed


def test_no_diff_unless_asked_for(site: Site, sensor: Sensor) -> None:
    assert set(configure(site, sensor, {"led_mode": 1}).result) == {"changed", "configuration"}


def test_unchanged_costs_three_requests_on_one_connection(site: Site, sensor: Sensor) -> None:
    assert not configure(site, sensor, {"led_mode": "normal", "mount_height": 2000}).changed
    assert calls(sensor) == ["PUT /login", "GET /sensorConfiguration", "PUT /logout"]
    assert connections(sensor) == 1


def test_a_change_costs_five_requests_on_one_connection(site: Site, sensor: Sensor) -> None:
    assert configure(site, sensor, {"led_mode": "disabled", "channel": 0}).changed
    assert calls(sensor) == [
        "PUT /login",
        "GET /sensorConfiguration",
        "PUT /sensorConfiguration",
        "GET /sensorConfiguration",
        "PUT /logout",
    ]
    assert connections(sensor) == 1
    assert sent(sensor) == [{"ledMode": 1}]  # only what differs, and nothing that is read-only


@pytest.mark.parametrize(
    "configuration",
    [
        {"led_mode": "0"},
        {"led_mode": 0},
        {"channel": "0"},
        {"alarm_sensitivity": 75},
        {"country": " ita"},
        {"anti_tamper_mode": 2},
        {"ss_manual_zones": []},
        {"extra": {"ledMode": 0}},
    ],
)
def test_several_ways_to_write_what_is_there_already(site: Site, sensor: Sensor, configuration: dict[str, Any]) -> None:
    assert not configure(site, sensor, configuration).changed


def test_numbers_with_a_decimal_point_are_the_same_numbers(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(numbers_as="float")
    wanted = {"alarm_sensitivity": 60, "led_mode": "disabled", "ss_manual_zones": [{"min": 100, "max": 200}]}
    predicted = configure(site, sensor, wanted, check=True, diff=True)
    written = configure(site, sensor, wanted, diff=True)
    assert (predicted.changed, predicted.result) == (True, written.result)
    assert written.result["configuration"]["alarm_sensitivity"] == 60
    assert not configure(site, sensor, wanted).changed
    assert configure(site, sensor, {"alarm_distance": 12001}).kind == "input"  # counting the pre-alarm area that it has
    assert sensor.violations == []


def test_members_that_are_null_are_not_there(site: Site, sensor: Sensor) -> None:
    sensor.configuration.update(country=None, ssManualZones=None, antiTamperExitMode=None)
    assert "country" not in configure(site, sensor, {"led_mode": "normal"}).result["configuration"]
    outcome = configure(site, sensor, {"country": "ITA", "anti_tamper_exit_mode": 0, "ss_manual_zones": []}, diff=True)
    assert outcome.result["diff"]["after"]["country"] == "ITA"
    assert sent(sensor) == [{"country": "ITA", "antiTamperExitMode": 0}]


def test_a_country_in_small_letters_is_the_same(site: Site, sensor: Sensor) -> None:
    sensor.configuration["country"] = "ita"
    assert not configure(site, sensor, {"country": "ITA"}).changed


@pytest.mark.parametrize("told", ["null", "absent"])
def test_a_sensor_without_zones_may_leave_them_out(told: str) -> None:
    zones = ', "ssManualZones": null' if told == "null" else ""
    accepted = reply(b'{"errorCode": 0, "token": "0a1b2c3d"}')
    with scripted(accepted, reply(f'{{"configuration": {{"ledMode": 0{zones}}}}}'.encode()), accepted) as server:
        options = {"host": "127.0.0.1", "port": server.port, "tls": False, "password": "secret", "retries": 0}
        outcome = run("msk_config", {**options, "configuration": {"ss_manual_zones": [], "led_mode": "normal"}})
    assert (outcome.failed, outcome.changed) == (False, False), outcome.result


def test_the_order_of_zones_means_nothing(site: Site, sensor: Sensor) -> None:
    sensor.configuration["ssManualZones"] = [{"min": 3, "max": 4}, {"min": 1, "max": 2}]
    assert not configure(site, sensor, {"ss_manual_zones": [{"min": 1, "max": 2}, {"min": 3, "max": 4}]}).changed
    assert configure(site, sensor, {"ss_manual_zones": [{"min": 1, "max": 2}]}).changed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"configuration": {"alarm_distance": "far"}}, "argument 'alarm_distance' is of type"),
        ({"configuration": {"alarm_distance": 1.5}}, "argument 'alarm_distance' is of type"),
        ({"configuration": {"alarm_distanc": 1}}, "configuration.alarm_distanc"),
        ({"configuration": {"ss_manual_zones": [{"min": 1}]}}, "missing required arguments: max found in configuration -> ss_manual_zones"),
        ({}, "missing required arguments: configuration"),
        (
            {"configuration": {"led_mode": 1}, "check_installation": "maybe"},
            "value of check_installation must be one of: ignore, warn, fail",
        ),
        ({"configuration": {"led_mode": 1}, "unknown": 1}, "Unsupported parameters for (siteops.devices.msk_config) module: unknown"),
        ({"configuration": {"led_mode": 1}, "port": "https"}, "argument 'port' is of type"),
    ],
)
def test_arguments_of_the_wrong_kind(site: Site, sensor: Sensor, arguments: dict[str, Any], sentence: str) -> None:
    outcome = run("msk_config", site.connection(sensor, **arguments))
    assert outcome.kind == "arguments"
    assert sentence in outcome.message
    assert sensor.requests == []


@pytest.mark.parametrize("configuration", [[1], 1, {"ss_manual_zones": [1]}])
def test_arguments_of_another_structure(site: Site, sensor: Sensor, configuration: Any) -> None:
    outcome = configure(site, sensor, configuration)
    assert outcome.failed
    assert sensor.requests == []


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("configuration", "sentence"),
    [
        ({}, "configuration: it names nothing; give at least one value."),
        ({"extra": {}}, "configuration: it names nothing"),
        ({"led_mode": None}, "configuration: it names nothing"),
        ({"led_mode": "off"}, "led_mode: 'off' is not one of normal, disabled, a number."),
        ({"channel": "AB"}, "channel: 'AB' is not one of a letter, a number."),
        ({"alarm_sensitivity": 101}, "alarm_sensitivity: 101 is not a percentage from 0 to 100."),
        ({"alarm_sensitivity": 203}, "alarm_sensitivity: 203 is not a percentage from 0 to 100; 203 is how 75 % travels."),
        ({"alarm_sensitivity": -1}, "alarm_sensitivity: -1 is not a percentage"),
        ({"country": "IT"}, "country: 'IT' is not a country code of three letters"),
        (
            {"alarm_distance": 9000, "pre_alarm_distance": 8999},
            "pre_alarm_distance (8999 mm) must not be below alarm_distance (9000 mm). Give both;",
        ),
        (
            {"alarm_distance": 9000, "extra": {"preAlarmDistance": 1}},
            "pre_alarm_distance (1 mm) must not be below alarm_distance (9000 mm)",
        ),
        ({"ss_manual_zones": [{"min": 1, "max": 2}, {"min": 5, "max": 4}]}, "ss_manual_zones: min of zone 2 (5) lies above its max (4)."),
        ({"extra": {"configurationsCount": 0}}, "extra: configurationsCount is read-only."),
        ({"extra": {"version": 1}}, "extra: version is read-only."),
        ({"led_mode": 1, "extra": {"ledMode": 0}}, "extra: ledMode is given by led_mode already."),
    ],
)
def test_bad_values_fail_before_any_request(site: Site, sensor: Sensor, configuration: dict[str, Any], sentence: str, check: bool) -> None:
    outcome = configure(site, sensor, configuration, check=check)
    assert outcome.kind == "input"
    assert outcome.message.startswith(sentence)
    assert not outcome.changed
    assert sensor.requests == []


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("configuration", "sentence"),
    [
        (
            {"alarm_distance": 12001},
            "pre_alarm_distance (12000 mm) must not be below alarm_distance (12001 mm), counting what the sensor already has.",
        ),
        ({"pre_alarm_distance": 9999}, "pre_alarm_distance (9999 mm) must not be below alarm_distance (10000 mm), counting"),
    ],
)
def test_areas_count_what_the_sensor_has(site: Site, sensor: Sensor, configuration: dict[str, Any], sentence: str, check: bool) -> None:
    outcome = configure(site, sensor, configuration, check=check)
    assert outcome.kind == "input"
    assert outcome.message.startswith(sentence)
    assert sensor.writing_requests() == []
    assert sensor.open_sessions == 0


def test_areas_that_the_task_does_not_touch_are_not_its_business(site: Site, sensor: Sensor) -> None:
    sensor.configuration.update(alarmDistance=9000, preAlarmDistance=0)
    assert configure(site, sensor, {"led_mode": "disabled"}, check=True).changed


def test_equal_areas_mean_no_pre_alarm(site: Site, sensor: Sensor) -> None:
    assert configure(site, sensor, {"alarm_distance": 9000, "pre_alarm_distance": 9000}).changed


@pytest.mark.parametrize(
    ("configuration", "warning"),
    [
        ({"mount_height": 900}, "mount_height: 900 lies outside the vendor's typical range of 1000 to 4000 mm; passed on."),
        ({"channel": "Z"}, "channel: 26 lies outside the vendor's typical range of 0 to 14; passed on."),
        ({"calibration_coefficient": 50001}, "calibration_coefficient: 50001 lies outside"),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_untypical_values_are_passed_on_with_a_warning(
    site: Site, sensor: Sensor, configuration: dict[str, Any], warning: str, check: bool
) -> None:
    outcome = configure(site, sensor, configuration, check_installation="ignore", check=check)
    assert outcome.changed
    assert [text.startswith(warning) for text in outcome.warnings] == [True]


# Values that have no option, and values that the sensor does not take


def test_members_without_an_option(site: Site, sensor: Sensor) -> None:
    sensor.configuration["novelty"] = 1
    assert configure(site, sensor, {"led_mode": "normal"}).result["configuration"]["extra"] == {"novelty": 1}
    assert not configure(site, sensor, {"extra": {"novelty": 1}}).changed
    predicted = configure(site, sensor, {"extra": {"novelty": 2}}, check=True)
    assert predicted.result["configuration"]["extra"] == {"novelty": 2}
    refused = configure(site, sensor, {"extra": {"novelty": 2}})
    assert refused.kind == "refused"
    assert "refused PUT /sensorConfiguration with error code 3 (unknown key novelty)" in refused.message


@pytest.mark.parametrize("taken", [False, True])
def test_a_refusal_says_what_the_sensor_holds(site: Site, sensor: Sensor, taken: bool) -> None:
    sensor.fail("error_code", "/sensorConfiguration", "PUT", code=17, done=taken)
    outcome = configure(site, sensor, {"led_mode": "disabled", "channel": 4})
    assert (outcome.kind, outcome.changed, outcome.result["took_effect"]) == ("refused", taken, "yes" if taken else "no")
    assert "What was sent: channel, led_mode." in outcome.message
    told = "the values were taken all the same." if taken else "it is unchanged."
    assert f"was read afterwards: {told}" in outcome.message
    assert sensor.open_sessions == 0


def test_a_refusal_in_part_says_so() -> None:
    accepted, refused = reply(b'{"errorCode": 0, "token": "0a1b2c3d"}'), reply(b'{"errorCode": 17}')
    before, after = (reply(f'{{"configuration": {{"ledMode": 0, "channel": {channel}}}}}'.encode()) for channel in (0, 4))
    with scripted(accepted, before, refused, after, accepted) as server:
        options = {"host": "127.0.0.1", "port": server.port, "tls": False, "password": "secret", "retries": 0}
        outcome = run("msk_config", {**options, "configuration": {"led_mode": "disabled", "channel": 4}})
    assert (outcome.kind, outcome.changed, outcome.result["took_effect"]) == ("refused", True, "partly")
    assert "only some of the values were taken." in outcome.message


def test_a_refusal_after_which_the_sensor_cannot_be_read(site: Site, sensor: Sensor) -> None:
    sensor.fail("error_code", "/sensorConfiguration", "PUT", code=17)
    sensor.fail("html", "/sensorConfiguration", "GET", nth=2, times=None)
    outcome = configure(site, sensor, {"led_mode": "disabled"})
    assert (outcome.kind, outcome.result["took_effect"]) == ("refused", "unknown")
    assert "could not be read afterwards; run the task again in check mode" in outcome.message


def test_members_that_the_sensor_ignores(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(unknown_keys="ignored")
    outcome = configure(site, sensor, {"led_mode": "disabled", "extra": {"novelty": 2}})
    assert outcome.kind == "not_taken"
    assert outcome.result["not_taken"] == ["novelty"]
    assert outcome.changed  # for it took the mode


def test_values_that_were_not_taken_are_named(site: Site, sensor: Sensor) -> None:
    sensor.fail("ignore", "/sensorConfiguration", "PUT")
    outcome = configure(site, sensor, {"led_mode": "disabled", "channel": "C"})
    assert outcome.kind == "not_taken"
    assert outcome.result["not_taken"] == ["channel", "led_mode"]
    for part in (sensor.address, "channel is 0, not 3", "led_mode is 'normal', not 'disabled'"):
        assert part in outcome.message
    assert not outcome.changed
    assert sensor.open_sessions == 0


@pytest.mark.parametrize(
    ("kind", "details", "expected", "puts"),
    [
        ("drop_before", {}, None, 2),
        ("drop_after", {}, None, 1),
        ("cut", {}, None, 1),
        ("truncated", {}, None, 1),
        ("not_json", {}, None, 1),
        ("wrong_types", {}, None, 1),
        ("html", {}, None, 2),
        ("reboot", {"seconds": 0.02}, None, 2),
        ("expire", {}, None, 2),
        ("forbid", {}, None, 2),
        ("status", {"code": 429}, None, 2),
        ("status", {"code": 502}, None, 2),
        ("status", {"code": 503}, None, 2),
        ("status", {"code": 503, "done": True}, None, 1),
        ("status", {"code": 503, "retry_after": 1}, None, 2),
        ("status", {"code": 504}, None, 2),
        ("status", {"code": 500}, "http", 1),
        ("status", {"code": 500, "done": True}, None, 1),
        ("status", {"code": 404}, "http", 1),
        ("status", {"code": 302}, "http", 1),
        ("error_code", {"code": 17, "desc": "too cold"}, "refused", 1),
        ("ignore", {}, "not_taken", 1),
    ],
)
def test_what_becomes_of_a_write_that_goes_wrong(
    site: Site, sensor: Sensor, kind: str, details: dict[str, Any], expected: str | None, puts: int
) -> None:
    sensor.fail(kind, "/sensorConfiguration", "PUT", **details)
    outcome = configure(site, sensor, {"led_mode": "disabled"}, retries=3)
    assert outcome.kind == expected
    assert len(sensor.writing_requests()) == puts
    assert sensor.configuration["ledMode"] == (0 if expected else 1)
    assert outcome.changed is (expected is None)
    assert sensor.open_sessions == 0
    if expected:
        assert f"{sensor.address}:{site.fleet.port} " in outcome.message
    if expected == "refused":
        assert outcome.result["error"] == {"kind": "refused", "http_status": None, "code": 17}
        assert "PUT /sensorConfiguration with error code 17 (too cold)" in outcome.message
    if expected == "http":
        assert outcome.result["error"]["http_status"] == details["code"]


@pytest.mark.parametrize(
    ("kind", "details", "expected", "told"),
    [
        ("html", {}, "reply", 'answered GET /sensorConfiguration with HTML ("Gateway") where JSON was expected'),
        ("truncated", {}, "reply", "answered GET /sensorConfiguration with broken or truncated JSON"),
        (
            "wrong_types",
            {},
            "reply",
            "answered GET /sensorConfiguration with JSON of an unexpected shape: configuration.alarmDistance is text",
        ),
        ("error_code", {"code": 5}, "refused", "refused GET /sensorConfiguration with error code 5."),
        ("ignore", {}, "reply", "unexpected shape: the reply has no configuration"),
        ("status", {"code": 500}, "http", "answered GET /sensorConfiguration with HTTP 500"),
        ("status", {"code": 503, "times": None}, "http", "answered GET /sensorConfiguration with HTTP 503"),
        ("drop_before", {"times": None}, "reply_lost", "closed the connection before its answer to GET /sensorConfiguration was complete"),
        ("cut", {"times": None}, "reply_lost", "GET /sensorConfiguration"),
        ("forbid", {"times": None}, "authentication", "refused GET /sensorConfiguration with HTTP 403, and again right after a new login"),
    ],
)
def test_what_becomes_of_a_read_that_goes_wrong(
    site: Site, sensor: Sensor, kind: str, details: dict[str, Any], expected: str, told: str
) -> None:
    sensor.fail(kind, "/sensorConfiguration", "GET", **details)
    outcome = configure(site, sensor, {"led_mode": "disabled"})
    assert outcome.kind == expected
    assert f"{sensor.address}:{site.fleet.port} " in outcome.message
    assert told in outcome.message
    assert not outcome.changed
    assert sensor.writing_requests() == []
    assert sensor.open_sessions == 0


def test_a_sensor_that_is_too_slow(site: Site, sensor: Sensor) -> None:
    sensor.fail("delay", "/sensorConfiguration", "PUT", seconds=0.5)
    outcome = configure(site, sensor, {"led_mode": "disabled"}, timeout=0.2)
    assert not outcome.failed
    assert "gave no answer to PUT /sensorConfiguration within 0.2 s" in outcome.warnings[0]
    assert sensor.configuration["ledMode"] == 1


def test_a_sensor_that_stays_too_slow(site: Site, sensor: Sensor) -> None:
    sensor.latency = 0.4
    outcome = configure(site, sensor, {"led_mode": "disabled"}, timeout=0.1, retries=0)
    sensor.latency = 0
    assert outcome.kind == "reply_lost"
    assert "gave no answer to PUT /login within 0.1 s. A larger timeout helps if it is only slow." in outcome.message
    assert not outcome.changed


# Does the installation fit?


def test_an_installation_that_fits_costs_two_more_requests(site: Site, sensor: Sensor) -> None:
    outcome = configure(site, sensor, {"alarm_distance": 9000, "mount_elevation": -14})
    assert outcome.warnings == []
    assert calls(sensor)[1:4] == ["GET /sensorConfiguration", "GET /installationConfigurations", "GET /sensorPositionStatus"]
    assert len(sensor.requests) == 7


@pytest.mark.parametrize(
    ("mode", "value"), [("ignore", {"mount_height": 1800}), ("warn", {"led_mode": 1}), ("warn", {"mount_height": 2000})]
)
def test_it_is_not_looked_at_without_need(site: Site, sensor: Sensor, mode: str, value: dict[str, Any]) -> None:
    configure(site, sensor, value, check_installation=mode)
    assert "GET /installationConfigurations" not in calls(sensor)


@pytest.mark.parametrize(
    ("configuration", "problem"),
    [
        ({"mount_height": 2250}, "mount_height 2250 mm is outside 1750 to 2240 mm"),
        ({"mount_elevation": -20}, "mount_elevation -20 is outside -18 to -12 degrees"),
        ({"mount_elevation": 15}, "mount_elevation 15 is outside -18 to -12 degrees"),
        ({"pre_alarm_distance": 16001}, "pre_alarm_distance 16001 mm is outside 2500 to 16000 mm"),
        ({"mount_rotation": 90, "mount_height": 3100}, "mount_height 3100 mm is outside 1000 to 3000 mm"),
        ({"mount_rotation": 7}, "mount_rotation is 7 degrees, but the sensor measures 0 (7 apart, tolerance 5)."),
        ({"mount_elevation": -12}, None),
        ({"mount_rotation": 5}, None),
        ({"mount_height": 2240}, None),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_an_installation_that_does_not_fit(
    site: Site, sensor: Sensor, configuration: dict[str, Any], problem: str | None, check: bool
) -> None:
    failed = configure(site, sensor, configuration, check_installation="fail", check=check)
    if problem is None:
        assert not failed.failed
        return
    assert failed.kind == "input"
    assert problem in failed.message
    assert "nothing was changed" in failed.message
    assert any(problem in text for text in failed.result["installation_problems"])
    assert sensor.writing_requests() == []
    warned = configure(site, sensor, configuration, check=check)
    assert warned.changed
    assert any(text.startswith(f"{sensor.address}:{site.fleet.port}: ") and problem in text for text in warned.warnings)


def test_the_tolerance_is_the_users(site: Site, sensor: Sensor) -> None:
    assert configure(site, sensor, {"mount_rotation": 7}, check_installation="fail", position_tolerance=7).changed


def test_angles_go_round(site: Site, sensor: Sensor) -> None:
    sensor.position["rotation"] = -178
    assert configure(site, sensor, {"mount_rotation": 179}, check_installation="fail").changed


@pytest.mark.parametrize("path", ["/installationConfigurations", "/sensorPositionStatus"])
def test_an_installation_that_cannot_be_looked_at(site: Site, sensor: Sensor, path: str) -> None:
    sensor.fail("wrong_types", path, times=2)
    failed = configure(site, sensor, {"mount_height": 1900}, check_installation="fail")
    assert failed.kind == "reply"
    assert sensor.writing_requests() == []
    warned = configure(site, sensor, {"mount_height": 1900})
    assert warned.changed
    assert warned.warnings[0].startswith("The installation could not be checked: ")


def test_a_sensor_that_lists_no_installations(site: Site, sensor: Sensor) -> None:
    sensor.installations = []
    assert configure(site, sensor, {"mount_height": 9000}, check_installation="fail").changed
