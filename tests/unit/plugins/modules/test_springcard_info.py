# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import threading
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.exchange import Reply
from ansible_collections.siteops.devices.tests.simulators.faults import HTML_PAGE
from ansible_collections.siteops.devices.tests.unit.plugins.reader_site import OLD, ReaderSite
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run, ship


def ask(readers: ReaderSite, **options: Any) -> Outcome:
    return run("springcard_info", readers.connection(**options))


def test_everything_in_snake_case_with_the_firmware(readers: ReaderSite) -> None:
    outcome = ask(readers)
    assert not outcome.changed
    told = outcome.result["springcard"]
    assert told["service"]["web_socket_port"] == readers.simulator.websocket_port
    assert (told["service"]["api"], told["service"]["unique_id"][:8]) == ("1.0", "00000000")
    assert [device["serial_number"] for device in told["devices"]] == [reader.serial for reader in readers.service.readers]
    first = told["devices"][0]
    assert first["device_id"] == readers.reader.device_id
    assert (first["status"], first["vendor_id"], first["pcsc"]["reader_ids"]) == ("ok", 7220, [f"R{readers.reader.number}"])
    assert first["firmware"] == {
        "vendor": "SpringCard",
        "product": "Puck",
        "firmware": "SpringCore/H518/Puck",
        "version": "1.22",
        "revision": OLD,
        "date": "2026-03-01",
    }
    assert readers.service.writing_requests() == []
    assert readers.service.violations == []


def test_an_older_service_tells_less(readers: ReaderSite) -> None:
    readers.service.has_service = readers.service.has_firmware_info = False
    told = ask(readers).result["springcard"]
    assert told["service"] is None
    assert (told["devices"][0]["firmware"]["version"], told["devices"][0]["firmware"]["revision"]) == ("1.22", None)


@pytest.mark.parametrize(
    "answer", [Reply(raw=HTML_PAGE, content_type="text/html"), Reply([]), *(Reply({}, status) for status in (400, 403, 405, 422))]
)
def test_the_route_of_the_service_is_a_guess(readers: ReaderSite, answer: Reply) -> None:
    readers.service.service_reply = answer
    told = ask(readers).result["springcard"]
    assert (told["service"], len(told["devices"])) == (None, 3)


def test_the_list_of_devices_is_no_guess(readers: ReaderSite) -> None:
    """The vendor's page shows a plain list; an object comes from something else, or from a release that nobody has described."""
    readers.service.wrapped = True
    outcome = ask(readers)
    assert outcome.kind == "reply"
    assert "the reply is an object, expected array" in outcome.message


@pytest.mark.parametrize("twice", ["ok", "missing"])
def test_a_reader_that_is_listed_twice_is_one(readers: ReaderSite, twice: str) -> None:
    readers.service.twice = twice
    told = ask(readers, devices=[readers.reader.serial]).result["springcard"]
    assert ([device["status"] for device in told["devices"]], told["missing"]) == (["ok"], [])


@pytest.mark.parametrize("trouble", [{"status": "error"}, {"locked": True}])
def test_one_reader_in_trouble_does_not_hide_the_others(readers: ReaderSite, trouble: dict[str, Any]) -> None:
    readers.reader.alter(trouble)
    outcome = ask(readers)
    devices = outcome.result["springcard"]["devices"]
    assert [device["firmware"]["revision"] for device in devices] == [None, OLD, OLD]
    assert len(outcome.warnings) == ("locked" in trouble)


def test_only_those_that_are_named(readers: ReaderSite) -> None:
    first, second, third = readers.service.readers
    second.status = "missing"
    told = ask(readers, devices=[first.serial.lower(), second.unique_id, "5C999999"]).result["springcard"]
    assert [device["device_id"] for device in told["devices"]] == [first.device_id, second.device_id]
    assert told["missing"] == [second.unique_id, "5C999999"]
    assert not any(third.device_id in request.path for request in readers.service.requests)
    assert ask(readers).result["springcard"]["missing"] == []


def test_no_readers(readers: ReaderSite) -> None:
    for reader in readers.service.readers:
        reader.present = False
    assert ask(readers).result["springcard"]["devices"] == []


def test_a_starting_service_is_waited_for(readers: ReaderSite) -> None:
    readers.service.starting = True
    threading.Timer(0.2, readers.service.merge, [{"starting": False}]).start()
    assert len(ask(readers).result["springcard"]["devices"]) == 3
    readers.service.starting = True
    assert ask(readers, timeout=0.3).kind == "deadline"


@pytest.mark.parametrize(
    ("kind", "details", "told"),
    [
        ("html", {}, "reply"),
        ("wrong_types", {}, "reply"),
        ("status", {"code": 401}, "authentication"),
        ("status", {"code": 404}, "http"),
        ("status", {"code": 500}, "http"),
        ("drop_before", {}, "reply_lost"),
    ],
)
def test_failures_say_what_they_are(readers: ReaderSite, kind: str, details: dict[str, Any], told: str) -> None:
    readers.service.fail(kind, "/devices", times=None, **details)
    assert ask(readers).kind == told


def test_nobody_there(readers: ReaderSite) -> None:
    outcome = ask(readers, port=1)
    assert outcome.kind == "unreachable"
    assert ask(readers, port=0).kind == "input"


def test_shipped_it_does_the_same(readers: ReaderSite) -> None:
    assert ship("springcard_info", readers.connection()).result == ask(readers).result
