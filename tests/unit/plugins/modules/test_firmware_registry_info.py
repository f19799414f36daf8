# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.unit.plugins.registry_site import RegistrySite
from ansible_collections.siteops.devices.tests.unit.plugins.running import ship
from ansible_collections.siteops.devices.tests.unit.plugins.scripted import reply, scripted

URL = "https://x.example.com/a.bin"


def versions(outcome: Any) -> list[str]:
    assert not outcome.failed, outcome
    assert not outcome.changed
    return [entry["version"] for entry in outcome.result["entries"]]


def test_by_id(registry: RegistrySite) -> None:
    number = registry.registry.add("OKM", "1", URL)
    outcome = registry.ask(id=number)
    assert outcome.result["entries"] == [{"id": number, "type": "OKM", "version": "1", "url": URL}]
    assert outcome.result["source"] == "id"
    assert versions(registry.ask(id=number, type="IR4KEY")) == []
    assert versions(registry.ask(id="421d73aa-af8f-467f-a8e8-ee1331378ea8")) == []


@pytest.mark.parametrize("listing", ["pages", "plain"])
def test_by_the_list(registry: RegistrySite, listing: str) -> None:
    registry.registry.switches.listing = listing
    for number in range(65):
        registry.registry.add("OKM", f"{number:02}", URL)
    registry.registry.add("IR4KEY", "07", URL)
    outcome = registry.ask()
    assert outcome.result["source"] == "listing"
    assert versions(outcome) == ["07", *[f"{number:02}" for number in range(65)]]
    assert len(versions(registry.ask(type="OKM"))) == 65
    assert len(versions(registry.ask(version="07"))) == 2
    assert versions(registry.ask(type="OKM", version="99")) == []


def test_by_the_ledger(registry: RegistrySite, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.json"
    known = registry.registry.add("OKM", "2", URL)
    ledger.write_text(json.dumps({"OKM": {"2": known, "1": "421d73aa-af8f-467f-a8e8-ee1331378ea8"}}))
    outcome = registry.ask(ledger=str(ledger))
    assert (versions(outcome), outcome.result["source"]) == (["2"], "ledger")


def test_without_list_and_ledger_it_says_what_is_needed(registry: RegistrySite) -> None:
    outcome = registry.ask(type="OKM", version="1")
    assert outcome.kind == "input"
    assert "Give id, or the ledger" in outcome.message


def test_shipped_it_does_the_same(registry: RegistrySite) -> None:
    registry.registry.switches.listing = "plain"
    registry.registry.add("OKM", "1", URL)
    assert ship("firmware_registry_info", registry.connection()).result == registry.ask().result


def row(number: int) -> dict[str, str]:
    return {"id": f"id-{number}", "type": "OKM", "version": str(number), "url": URL}


@pytest.mark.parametrize(
    "pages",
    [
        [[row(1), row(2)]],
        [{"data": [row(1), row(2)], "pagination": {"page": "1", "results_per_page": 100, "total_results": 2}}],
        [{"data": [row(1)], "pagination": {"total_results": "2"}}, {"data": [row(2)], "pagination": {"total_results": "2"}}],
        [{"data": [row(1), row(2)]}, {"data": [row(1), row(2)]}],
        [{"data": [row(1)]}, {"data": [row(2)]}, {"data": []}],
        [{"data": [row(1), row(2)], "pagination": {"total_results": "9"}}, {"data": [], "pagination": {"total_results": "9"}}],
    ],
)
def test_lists_of_every_likely_form(registry: RegistrySite, pages: list[Any]) -> None:
    bodies = [*pages, []] if isinstance(pages[0], list) else pages
    with scripted(*(reply(json.dumps(body).encode()) for body in bodies)) as server:
        outcome = registry.ask(api_url=f"http://127.0.0.1:{server.port}/api/v1/")
    assert versions(outcome) == ["1", "2"]
    short = f"The list of 127.0.0.1:{server.port} ended after 2 of the 9 entries that it tells of. What is missing there may exist."
    assert outcome.warnings == [
        f"api_url: the access token goes to 127.0.0.1:{server.port} over plain HTTP; anybody on the way can read it.",
        *([short] if '"9"' in json.dumps(pages) else []),
    ]
    assert "GET /api/v1/firmware?page=1&results_per_page=100 HTTP/1.1" in server.requests[0]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (reply(b'{"errors": [{"status": 400, "detail": "no such scope"}]}', "400 Bad Request"), "refused", "no such scope"),
        (
            reply(b'{"error_code": "X", "error_msg": "Missing required scopes"}', "403 Forbidden"),
            "authentication",
            "X: Missing required scopes",
        ),
        (reply(b'{"message": "Bad gateway"}', "502 Bad Gateway"), "http", "Bad gateway"),
        (reply(b"Unauthorized", "401 Unauthorized", Content_Type="text/plain"), "authentication", "revoked"),
        (reply(b'{"status": false, "msg": "try later"}'), "refused", "try later"),
        (reply(b'{"msg": "", "data": {}}'), "reply", "without that entry"),
        (reply(b"", "302 Found", Location="https://elsewhere.example.com/?x"), "http", "not followed"),
    ],
)
def test_errors_in_each_shape(registry: RegistrySite, answer: bytes, kind: str, words: str) -> None:
    with scripted(answer, answer, answer) as server:
        outcome = registry.ask(id="421d73aa-af8f-467f-a8e8-ee1331378ea8", api_url=f"http://127.0.0.1:{server.port}/api/v1", retries=0)
    assert outcome.kind == kind
    assert words in outcome.message
