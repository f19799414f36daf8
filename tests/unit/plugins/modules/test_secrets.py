# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret leaves a module, even when the device is hostile and gives back all that it was told, in every form."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import leaks, run, ship
from ansible_collections.siteops.devices.tests.unit.plugins.scripted import reply, scripted
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site

PASSWORD = 'päss/"word"\\+1 &'
NEW = "new'<word>%41"
FALLBACK = "fall\tback"
TOKEN = "token-4711-abc"
SECRETS = [PASSWORD, NEW, FALLBACK, TOKEN]
ARGUMENTS: dict[str, dict[str, Any]] = {
    "msk_info": {"gather": ["sensor", "name", "network", "configuration", "alarms", "events"]},
    "msk_config": {"configuration": {"led_mode": "disabled", "extra": {"note": PASSWORD}}},
    "msk_netsettings": {"network": {"name_resolution": False}, "wait_timeout": 0},
    "msk_name": {"name": f"gate {PASSWORD}"},
    "msk_password": {"new_password": NEW, "fallback_passwords": [FALLBACK]},
    "msk_health": {},
    "msk_identity": {"device_id": PASSWORD},
    "msk_wait": {"wait_timeout": 0, "alternatives": ["127.0.0.1"]},
}


def told(secret: str) -> str:
    """A secret in all forms that a device might give it back in."""
    quoted = [urllib.parse.quote(secret), urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)]
    return " | ".join(
        [
            secret,
            base64.b64encode(secret.encode()).decode(),
            *quoted,
            json.dumps(secret),
            json.dumps(secret, ensure_ascii=False),
            repr(secret),
        ]
    )


EVERYTHING = " ; ".join(told(secret) for secret in SECRETS)
LOGIN = reply(json.dumps({"errorCode": 0, "token": TOKEN}).encode())


def refusal() -> bytes:
    return reply(json.dumps({"errorCode": 9, "errorDesc": EVERYTHING}).encode())


def page() -> bytes:
    return reply(f"<html><title>{EVERYTHING[:70]}</title>{EVERYTHING}".encode(), "200 OK", Content_Type="text/html")


def text() -> bytes:
    return reply(EVERYTHING.encode())


def status() -> bytes:
    return reply(f"<title>{TOKEN} {PASSWORD}</title>".encode(), "500 Internal Server Error")


def redirect() -> bytes:
    return reply(b"", "302 Found", Location=f"https://{urllib.parse.quote(PASSWORD)}@evil.invalid/?{urllib.parse.quote_plus(NEW)}{TOKEN}")


def shape() -> bytes:
    return reply(
        json.dumps({"errorCode": TOKEN, EVERYTHING: EVERYTHING, "configuration": {"ledMode": EVERYTHING}, "name": [PASSWORD]}).encode()
    )


def content() -> bytes:
    """Replies that fit, full of secrets."""
    part = {"fwVersion": EVERYTHING, "deviceId": PASSWORD, EVERYTHING: [NEW, {"x": TOKEN}], "maxDistance": 1}
    alarm = {"type": 2, "cause": 9, PASSWORD: EVERYTHING}
    body = {
        "errorCode": 0,
        "sensor": part,
        "comBoard": {"fwVersion": TOKEN, "pinResetRequired": NEW, "deviceId": EVERYTHING},
        "name": EVERYTHING,
        "netConfiguration": 2,
        "staticAddress": PASSWORD,
        "gateway": TOKEN,
        "configuration": {"ledMode": 0, "country": PASSWORD, EVERYTHING: EVERYTHING},
        "alarms": [alarm],
        "events": [alarm],
        "elevation": 0,
        "rotation": 0,
    }
    return reply(json.dumps(body).encode())


def name_taken() -> bytes:
    return reply(json.dumps({"errorCode": 0, "name": f"gate {PASSWORD}"}).encode())


@pytest.mark.parametrize("answer", [refusal, page, text, status, redirect, shape, content, name_taken])
@pytest.mark.parametrize("module", ARGUMENTS)
@pytest.mark.parametrize("at_login", [False, True])
def test_a_hostile_device(module: str, answer: Callable[[], bytes], at_login: bool) -> None:
    replies = [answer()] * 20 if at_login or module == "msk_wait" else [LOGIN, *[answer()] * 20]
    with scripted(*replies) as server:
        connection = {"host": "127.0.0.1", "port": server.port, "tls": False, "retries": 0, "timeout": 2, "password": PASSWORD}
        outcome = run(module, {**connection, **ARGUMENTS[module]}, diff=True)
    secrets = [secret for secret in SECRETS if module == "msk_password" or secret in {PASSWORD, TOKEN}]
    if at_login or module == "msk_wait":
        secrets.remove(TOKEN)  # it was never given out as one
    assert not leaks(outcome, secrets)
    assert outcome.kind != "defect", outcome


@pytest.mark.parametrize(("module", "answer"), [("msk_info", content), ("msk_password", refusal)])
def test_a_hostile_device_and_a_shipped_module(module: str, answer: Callable[[], bytes]) -> None:
    with scripted(LOGIN, *[answer()] * 20) as server:
        connection = {"host": "127.0.0.1", "port": server.port, "tls": False, "retries": 0, "timeout": 2, "password": PASSWORD}
        outcome = ship(module, {**connection, **ARGUMENTS[module]}, diff=True)
    secrets = [secret for secret in SECRETS if module == "msk_password" or secret in {PASSWORD, TOKEN}]
    assert not leaks(outcome, secrets)


def test_arguments_that_are_refused_show_no_secret(site: Site, sensor: Sensor) -> None:
    arguments = site.connection(
        sensor, password=PASSWORD, new_password=NEW, fallback_passwords=[FALLBACK], port=f"{PASSWORD}{NEW}{FALLBACK}"
    )
    outcome = run("msk_password", arguments)
    assert outcome.kind == "arguments"
    assert not leaks(outcome, [PASSWORD, NEW, FALLBACK])


def test_warnings_show_no_secret(site: Site, sensor: Sensor) -> None:
    sensor.installations = [{**row, "minHeight": 0, "maxHeight": 1} for row in sensor.installations]
    sensor.fail("error_code", "/installationConfigurations", desc=f"not for {sensor.password}")
    outcome = run("msk_config", site.connection(sensor, configuration={"mount_height": 1900}))
    assert "could not be checked" in outcome.warnings[0]
    assert not leaks(outcome, [sensor.password])


@pytest.mark.parametrize("password", ["failed", "changed", "msg", "error"])
def test_a_password_that_reads_like_a_key_hides_no_failure(site: Site, sensor: Sensor, password: str) -> None:
    outcome = run("msk_info", site.connection(sensor, password=password))
    assert outcome.failed
    assert outcome.result["error"]["kind"] == "authentication"
