# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.msk.client import MskClient
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, leaks, run
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site, calls, connections

NEW = "the/new one+&ä"


def change(site: Site, sensor: Sensor, *, check: bool = False, diff: bool = False, **options: Any) -> Outcome:
    outcome = run("msk_password", site.connection(sensor, **{"new_password": NEW, **options}), check=check, diff=diff)
    assert not leaks(outcome, [NEW, sensor.password, options.get("password"), *options.get("fallback_passwords", [])])
    return outcome


def tried(sensor: Sensor) -> list[str]:
    """The passwords of all logins, in order."""
    return [request.body["password"] for request in sensor.requests if request.path == "/login"]


def test_a_password_is_predicted_set_verified_and_then_unchanged(site: Site, sensor: Sensor) -> None:
    old = sensor.password
    predicted = change(site, sensor, check=True, diff=True)
    assert sensor.writing_requests() == []
    assert (sensor.password, sensor.open_sessions) == (old, 0)
    real = change(site, sensor, diff=True)
    assert real.result == predicted.result
    assert real.result["diff"] == {"before": {"password": "another password"}, "after": {"password": "the new password"}}
    assert (real.changed, real.result["was_default"], sensor.password) == (True, False, NEW)
    sensor.forget_requests()
    again = change(site, sensor, password=old, diff=True)
    assert again.result == {
        **real.result,
        "changed": False,
        "diff": {"before": real.result["diff"]["after"], "after": real.result["diff"]["after"]},
    }
    assert calls(sensor) == ["PUT /login", "PUT /logout"]
    assert sensor.open_sessions == 0


def test_a_change_takes_one_connection_and_ends_every_session(site: Site, sensor: Sensor) -> None:
    change(site, sensor)
    assert calls(sensor) == ["PUT /login", "PUT /login", "PUT /changePassword", "PUT /logout", "PUT /login", "PUT /logout"]
    assert connections(sensor) == 1
    assert (sensor.open_sessions, sensor.violations) == (0, [])


@pytest.mark.parametrize("refusal", ["forbidden", "error_code"])
@pytest.mark.parametrize("token_in", ["body", "header", "update_token"])
def test_ownership_of_a_new_sensor(site: Site, new_sensor: Sensor, refusal: str, token_in: str) -> None:
    default = new_sensor.password
    new_sensor.switches.set(default_password_refusal=refusal, token_in=token_in)
    options = {"password": None, "fallback_passwords": ["not-it", default]}
    predicted = change(site, new_sensor, check=True, **options)
    assert new_sensor.password == default
    real = change(site, new_sensor, **options)
    assert real.result == predicted.result == {"changed": True, "was_default": True}
    assert new_sensor.password == NEW
    assert new_sensor.open_sessions == 0


def test_candidates_are_tried_once_each_in_order(site: Site, sensor: Sensor) -> None:
    outcome = change(site, sensor, password="current", fallback_passwords=["first", NEW, "current", "", "second", "first"])
    assert tried(sensor) == [NEW, "current", "first", "second"]
    assert outcome.kind == "authentication"
    assert f"None of the 4 passwords tried opens {sensor.address}:{site.fleet.port}." in outcome.message
    assert "fallback_passwords" in outcome.message
    assert not outcome.changed
    assert sensor.writing_requests() == []


def test_the_first_that_opens_is_used(site: Site, sensor: Sensor) -> None:
    old = sensor.password
    assert change(site, sensor, password="wrong-one", fallback_passwords=[old, "never-tried"]).changed
    assert tried(sensor) == [NEW, "wrong-one", old, NEW]
    assert sensor.writing_requests()[0].body == {"oldPassword": old, "newPassword": NEW}


def test_the_environment_gives_the_current_password(site: Site, sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSK_PASSWORD", sensor.password)
    assert change(site, sensor, password=None).changed


@pytest.mark.parametrize(
    ("options", "kind", "told"),
    [
        ({"new_password": ""}, "input", "new_password: it is empty."),
        ({"new_password": None}, "arguments", "new_password"),
        ({"fallback_passwords": {"a": 1}}, "arguments", "fallback_passwords"),
    ],
)
def test_bad_input(site: Site, sensor: Sensor, options: dict[str, Any], kind: str, told: str) -> None:
    outcome = run("msk_password", site.connection(sensor, **{"new_password": NEW, **options}))
    assert outcome.kind == kind
    assert told in outcome.message
    assert sensor.requests == []


# The factory's password is no password to keep


def test_the_new_password_is_the_factorys_that_the_sensor_has(site: Site, new_sensor: Sensor) -> None:
    outcome = change(site, new_sensor, new_password=new_sensor.password)
    assert outcome.kind == "default_password"
    assert "Choose another new_password." in outcome.message
    assert not outcome.changed
    assert new_sensor.writing_requests() == []


def test_the_new_password_turns_out_to_be_the_factorys(site: Site, sensor: Sensor) -> None:
    outcome = change(site, sensor, new_password=sensor.default_password)
    assert outcome.kind == "default_password"
    assert outcome.changed
    assert sensor.address in outcome.message
    assert "Choose another new_password." in outcome.message
    assert sensor.open_sessions == 0
    assert change(site, sensor, password=None, fallback_passwords=[sensor.default_password]).result == {
        "changed": True,
        "was_default": True,
    }


# When things go wrong


@pytest.mark.parametrize(
    ("kind", "details", "changes"),
    [
        ("drop_before", {}, 2),
        ("drop_after", {}, 1),
        ("cut", {}, 1),
        ("html", {}, 2),
        ("truncated", {}, 1),
        ("status", {"code": 502}, 2),
        ("forbid", {}, 2),
    ],
)
def test_a_lost_reply_is_cleared_up_by_a_login(site: Site, sensor: Sensor, kind: str, details: dict[str, Any], changes: int) -> None:
    sensor.fail(kind, "/changePassword", **details)
    outcome = change(site, sensor)
    assert not outcome.failed
    assert sensor.password == NEW
    assert len(sensor.writing_requests()) == changes


def test_a_reply_that_is_lost_again_and_again(site: Site, sensor: Sensor) -> None:
    old = sensor.password
    sensor.fail("drop_before", "/changePassword", times=None)
    outcome = change(site, sensor)
    assert outcome.kind == "reply_lost"
    assert "The sensor still has the old password. Run the task again" in outcome.message
    assert (outcome.changed, outcome.result["took_effect"], sensor.password) == (False, "no", old)
    assert len(sensor.writing_requests()) == 3


def test_the_change_of_a_killed_run_takes_effect_meanwhile(site: Site, sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same run again logs in with the old password just before the sensor takes the new one from the killed one."""
    log_in = MskClient.log_in

    def late(client: MskClient, password: str) -> Any:
        answer = log_in(client, password)
        sensor.password = NEW
        return answer

    monkeypatch.setattr(MskClient, "log_in", late)
    outcome = change(site, sensor)
    assert (outcome.failed, outcome.changed, sensor.password, sensor.open_sessions) == (False, True, NEW, 0), outcome.result


def test_it_ends_the_session_with_which_the_change_was_to_come(site: Site, sensor: Sensor) -> None:
    sensor.switches.set(password_change_ends_sessions=True)
    sensor.fail("meanwhile", "/changePassword", changes={"password": NEW, "tokens": "expired"})
    outcome = change(site, sensor)
    assert (outcome.failed, outcome.changed, sensor.password, sensor.open_sessions) == (False, True, NEW, 0), outcome.result


def test_a_session_that_stays_refused(site: Site, sensor: Sensor) -> None:
    old = sensor.password
    sensor.fail("forbid", "/changePassword", times=None)
    outcome = change(site, sensor)
    assert (outcome.kind, outcome.changed, outcome.result["took_effect"], sensor.password) == ("authentication", False, "no", old)
    assert "The sensor still has the old password. The password is right; something else keeps the session" in outcome.message
    assert sensor.open_sessions == 0


def test_it_takes_effect_between_the_logins_after_a_lost_reply(site: Site, sensor: Sensor) -> None:
    old = sensor.password
    sensor.fail("drop_before", "/changePassword")
    sensor.fail("meanwhile", "/login", nth=4, changes={"password": NEW})  # where it is to tell that the old one still opens
    outcome = change(site, sensor)
    assert (outcome.failed, outcome.changed, sensor.password, sensor.open_sessions) == (False, True, NEW, 0), outcome.result
    assert tried(sensor) == [NEW, old, NEW, old, NEW]


def test_different_answers_are_all_told(site: Site, sensor: Sensor) -> None:
    sensor.fail("error_code", "/login", code=9, desc="too many sessions")
    outcome = change(site, sensor, password="not-it")
    assert outcome.kind == "authentication"
    for part in ("error code 9 (too many sessions)", "wrong password", "One of them may be right", "wait some minutes", "fallback_pass"):
        assert part in outcome.message


def test_whatever_code_says_that_the_old_password_is_wrong(site: Site, sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    """As before, with a code that is not the simulator's own: the document lists none."""
    put = MskClient.put

    def late(client: MskClient, path: str, payload: Any = None) -> Any:
        sensor.password = NEW
        return put(client, path, payload)

    monkeypatch.setattr(MskClient, "put", late)
    sensor.fail("error_code", "/changePassword", code=7)
    outcome = change(site, sensor)
    assert (outcome.failed, outcome.changed, sensor.password, sensor.open_sessions) == (False, True, NEW, 0), outcome.result


@pytest.mark.parametrize("code", [1, 7])
def test_a_refused_password_is_sent_once(site: Site, sensor: Sensor, code: int) -> None:
    old = sensor.password
    sensor.fail("error_code", "/changePassword", code=code, desc="too short", times=None)
    outcome = change(site, sensor)
    assert (outcome.kind, outcome.changed, outcome.result["took_effect"], sensor.password) == ("refused", False, "no", old)
    assert "The sensor still has the old password. It may demand a longer or different password" in outcome.message
    assert calls(sensor).count("PUT /changePassword") == 1
    assert sensor.open_sessions == 0


def test_a_change_that_takes_effect_late(site: Site, sensor: Sensor) -> None:
    sensor.fail("delay", "/changePassword", seconds=0.15)
    sensor.fail("delay", "/changePassword", seconds=0.1)
    outcome = change(site, sensor, timeout=0.1)
    assert not outcome.failed
    assert sensor.password == NEW


@pytest.mark.parametrize(
    ("kind", "details", "expected", "told"),
    [
        ("error_code", {"code": 12, "desc": "too short"}, "refused", "PUT /changePassword with error code 12 (too short)."),
        ("ignore", {}, "not_taken", "answered success to the change of its password, but still opens with the old one only."),
        ("status", {"code": 404}, "http", "answered PUT /changePassword with HTTP 404"),
    ],
)
def test_a_change_that_the_sensor_does_not_make(
    site: Site, sensor: Sensor, kind: str, details: dict[str, Any], expected: str, told: str
) -> None:
    old = sensor.password
    sensor.fail(kind, "/changePassword", **details)
    outcome = change(site, sensor)
    assert outcome.kind == expected
    assert told in outcome.message
    assert sensor.address in outcome.message
    assert (outcome.changed, sensor.password, sensor.open_sessions) == (False, old, 0)


def test_a_sensor_that_lets_nobody_in_after_the_change(site: Site, sensor: Sensor) -> None:
    sensor.fail("error_code", "/login", code=33, nth=3, times=3)
    outcome = change(site, sensor)
    assert outcome.kind == "authentication"
    assert "refused both the new and the old password" in outcome.message
    assert (outcome.changed, outcome.result["took_effect"], sensor.password) == (True, "unknown", NEW)


@pytest.mark.parametrize("ends", [False, True])
def test_sessions_may_end_with_the_password(site: Site, sensor: Sensor, ends: bool) -> None:
    sensor.switches.set(password_change_ends_sessions=ends)
    assert change(site, sensor).changed
    assert sensor.violations == []
    assert sensor.open_sessions == 0
