# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.invue import entries
from ansible_collections.siteops.devices.tests.simulators.invue import READING_TOKEN
from ansible_collections.siteops.devices.tests.unit.plugins.registry_site import RegistrySite, secrets_in
from ansible_collections.siteops.devices.tests.unit.plugins.running import outcome_of, ship, start_shipped
from ansible_collections.siteops.devices.tests.unit.plugins.scripted import reply, scripted

WANTED: dict[str, Any] = {"type": "OKM", "version": "01932023020111482", "url": "https://storage.example.com/<BUCKET>/okm.bin&alt=media"}
KEY: dict[str, Any] = {"type": WANTED["type"], "version": WANTED["version"]}
OTHER_URL = "https://storage.example.com/okm-2.bin"
IMAGE = b"firmware " * 1000


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    return str(tmp_path / "ledger.json")


@pytest.fixture(params=["none", "pages", "plain"])
def kept(request: pytest.FixtureRequest, registry: RegistrySite, ledger: str) -> RegistrySite:
    """A registry whose entries can be found: with each sort of list, or by a ledger."""
    registry.registry.switches.listing = request.param
    registry.connection = _with_ledger(registry.connection, ledger)  # type: ignore[method-assign]
    return registry


def _with_ledger(connection: Any, ledger: str) -> Any:
    return lambda **more: connection(**{"ledger": ledger, **more})


def test_create_change_and_delete_each_once(kept: RegistrySite) -> None:
    foreseen = kept.publish(**WANTED, check=True, diff=True)
    assert kept.writes == []
    created = kept.publish(**WANTED, diff=True)
    assert foreseen.changed
    assert created.changed
    assert {**created.result["entry"], "id": None} == foreseen.result["entry"]
    assert created.result["diff"]["before"] == foreseen.result["diff"]["before"] == {}
    again = kept.publish(**WANTED)
    assert not again.changed
    assert again.result["entry"] == created.result["entry"]

    foreseen = kept.publish(**KEY, url=OTHER_URL, check=True, diff=True)
    changed = kept.publish(**KEY, url=OTHER_URL, diff=True)
    assert changed.changed
    assert changed.result == foreseen.result
    assert not kept.publish(**KEY, url=OTHER_URL).changed

    foreseen = kept.publish(**KEY, state="absent", check=True)
    deleted = kept.publish(**KEY, state="absent")
    assert deleted.result == foreseen.result == {"changed": True, "entry": {}}
    assert not kept.publish(**KEY, state="absent").changed
    number = created.result["entry"]["id"]
    assert kept.writes == ["POST /firmware", f"PUT /firmware/{number}", f"DELETE /firmware/{number}"]
    assert kept.registry.violations == []


def test_the_ledger_is_left_alone_where_there_is_a_list(registry: RegistrySite, tmp_path: Path) -> None:
    registry.registry.switches.listing = "pages"
    path = tmp_path / "ledger.json"
    path.write_text("not JSON at all")
    assert registry.publish(**WANTED, ledger=str(path)).changed
    assert registry.publish(**KEY, state="absent", ledger=str(path)).changed
    assert path.read_text() == "not JSON at all"


def test_long_lists_are_read_to_their_end(registry: RegistrySite) -> None:
    registry.registry.switches.listing = "pages"
    for number in range(95):
        registry.registry.add("OKM", f"{number:04}", "https://x.example.com/a.bin")
    last = registry.registry.add(kind=KEY["type"], version=KEY["version"], url=WANTED["url"])
    outcome = registry.publish(**WANTED)
    assert (outcome.changed, outcome.result["entry"]["id"]) == (False, last)


def test_by_id_only_what_is_given_changes(registry: RegistrySite) -> None:
    number = registry.registry.add("IR4KEY", "1", "https://x.example.com/a.bin")
    assert registry.publish(id=number, url=OTHER_URL).result["entry"] == {"id": number, "type": "IR4KEY", "version": "1", "url": OTHER_URL}
    assert registry.publish(id=number, version="2").result["entry"]["version"] == "2"
    assert not registry.publish(id=number, type="IR4KEY", version="2", url=OTHER_URL).changed
    assert registry.registry.requests[0].path.endswith(number)


@pytest.mark.parametrize("form", ["required", "optional"])
def test_a_put_is_the_documents_example(registry: RegistrySite, form: str) -> None:
    registry.registry.switches.id_in_body = form
    number = registry.registry.add("OKM", "1", "https://x.example.com/a.bin")
    registry.publish(id=number, url=OTHER_URL)
    assert registry.registry.writing_requests()[0].body == {"id": number, "type": "OKM", "version": "1", "url": OTHER_URL}


def test_an_unknown_id(registry: RegistrySite) -> None:
    unknown = "421d73aa-af8f-467f-a8e8-ee1331378ea8"
    assert registry.publish(id=unknown, url=OTHER_URL).kind == "input"
    assert not registry.publish(id=unknown, state="absent").changed
    assert registry.publish(id="../okms", state="absent").kind == "input"


def test_an_id_of_another_entry_is_not_deleted(registry: RegistrySite) -> None:
    number = registry.registry.add("OKM", "1", "https://x.example.com/a.bin")
    assert registry.publish(id=number, **KEY, state="absent").kind == "identity"
    assert number in registry.registry.entries


def test_a_duplicate_that_cannot_be_looked_up_is_unchanged_with_a_warning(registry: RegistrySite) -> None:
    registry.registry.add(WANTED["type"], WANTED["version"], OTHER_URL)
    outcome = registry.publish(**WANTED, diff=True)
    assert not outcome.failed
    assert not outcome.changed
    assert outcome.result["entry"] == {"id": None, **KEY, "url": None}
    assert "cannot be looked up" in outcome.warnings[-1]


def test_deleting_what_cannot_be_looked_up(registry: RegistrySite, ledger: str) -> None:
    number = registry.registry.add(WANTED["type"], WANTED["version"], OTHER_URL)
    assert registry.publish(**KEY, state="absent").kind == "input"
    outcome = registry.publish(**KEY, state="absent", ledger=ledger)
    assert not outcome.changed
    assert "knows no OKM" in outcome.warnings[0]
    assert number in registry.registry.entries


def test_an_entry_that_appears_between_look_and_post_is_adopted(registry: RegistrySite) -> None:
    registry.registry.switches.listing = "plain"
    number = registry.registry.add(WANTED["type"], WANTED["version"], OTHER_URL)
    hidden = registry.registry.entries.copy()
    registry.registry.entries.clear()
    answer = registry.registry.answer

    def race(call: Any, fault: Any = None) -> Any:
        if call.method == "POST":
            registry.registry.entries.update(hidden)
        return answer(call, fault)

    registry.registry.answer = race  # type: ignore[method-assign]
    try:
        outcome = registry.publish(**WANTED)
    finally:
        del registry.registry.answer
    assert outcome.changed
    assert outcome.result["entry"] == {"id": number, **WANTED}


def test_a_stale_ledger_is_put_right(registry: RegistrySite, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    other = registry.registry.add("IR4KEY", "9", OTHER_URL)
    path.write_text(json.dumps({"OKM": {WANTED["version"]: other}}))
    created = registry.publish(**WANTED, ledger=str(path))
    assert json.loads(path.read_text()) == {"OKM": {WANTED["version"]: created.result["entry"]["id"]}}
    registry.registry.entries.clear()
    assert not registry.publish(**KEY, state="absent", ledger=str(path)).changed
    assert json.loads(path.read_text()) == {}


def test_an_id_that_is_named_gets_into_the_ledger(registry: RegistrySite, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    number = registry.registry.add(kind="OKM", version=KEY["version"], url=WANTED["url"])
    assert not registry.publish(id=number, **WANTED, ledger=str(path), check=True).changed
    assert not path.exists()
    assert not registry.publish(id=number, **WANTED, ledger=str(path)).changed
    assert not registry.publish(**WANTED, ledger=str(path)).changed


def test_a_bad_ledger_stops_before_anything_is_sent(registry: RegistrySite, tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_text("<<<<<<< HEAD\n{}")
    assert registry.publish(**WANTED, ledger=str(path)).kind == "input"
    assert registry.publish(**WANTED, ledger=str(tmp_path / "nowhere" / "ledger.json"), check=True).kind == "input"
    assert registry.writes == []


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"type": "OKM"},
        {"type": "OKM", "version": "1"},
        {"type": "", "version": "1", "url": "https://x.example.com"},
        {"state": "absent"},
        {"id": "", "url": "x"},
        {**WANTED, "url_check": {"checksum": "md5:00"}},
        {**WANTED, "url_check": {"checksum": "12"}},
        {**WANTED, "url_check": {"timeout": 0}},
        {**WANTED, "api_url": "ftp://api.invue.com"},
        {**WANTED, "api_url": "https://user:secret@api.invue.com/api/v1"},
        {**WANTED, "api_url": "https://api.invue.com:port/"},
        {**WANTED, "access_token": "two\nlines"},
        {**WANTED, "retries": -1},
    ],
)
def test_wrong_options_send_nothing(registry: RegistrySite, options: dict[str, Any]) -> None:
    assert registry.publish(**options).kind == "input"
    assert registry.registry.requests == []


def test_no_token(registry: RegistrySite, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = registry.publish(**WANTED, access_token=None)
    assert outcome.kind == "authentication"
    assert "INVUE_ACCESS_TOKEN" in outcome.message
    monkeypatch.setenv("INVUE_ACCESS_TOKEN", registry.registry.token)
    assert registry.publish(**WANTED, access_token=None).changed


def test_a_revoked_token_and_a_missing_scope(registry: RegistrySite) -> None:
    revoked = registry.publish(**WANTED, access_token="revoked-token-1")
    assert (revoked.kind, revoked.result["error"]["http_status"]) == ("authentication", 401)
    assert "revoked-token-1" not in revoked.text
    scope = registry.publish(**WANTED, access_token=READING_TOKEN)
    assert (scope.kind, scope.result["error"]["code"]) == ("authentication", "UNAUTHORIZED_ACCESS")
    assert "Missing required scopes" in scope.message
    assert not secrets_in(scope.text)
    assert not registry.registry.entries


def test_a_token_with_a_scheme_of_its_own_is_sent_as_it_is(registry: RegistrySite) -> None:
    with scripted(reply(b'{"message": "Token abc-123 is unknown"}', "401 Unauthorized")) as server:
        outcome = registry.publish(**WANTED, access_token="Token abc-123", api_url=f"http://127.0.0.1:{server.port}/api/v1")
    assert "\r\nAuthorization: Token abc-123\r\n" in server.requests[0]
    assert "abc-123" not in outcome.text


def test_what_is_no_url_is_passed_on_with_a_warning(registry: RegistrySite) -> None:
    outcome = registry.publish(**KEY, url="okm.bin")
    assert outcome.changed
    assert "not a full URL" in outcome.warnings[0]


def test_a_wrong_path_is_no_missing_entry(registry: RegistrySite) -> None:
    number = registry.registry.add("OKM", "1", "https://x.example.com/a.bin")
    outcome = registry.publish(id=number, state="absent", api_url=registry.simulator.url(registry.registry) + "/api/v2")
    assert outcome.kind == "http"
    assert "api_url" in outcome.message


FAULTS = [
    ("drop_before", {}),
    ("drop_after", {}),
    ("status", {"code": 500}),
    ("status", {"code": 502, "done": True}),
    ("status", {"code": 503, "done": True}),
    ("status", {"code": 429, "retry_after": 1}),
    ("html", {}),
    ("html", {"done": True}),
    ("truncated", {}),
    ("cut", {}),
    ("not_json", {}),
    ("wrong_types", {}),
    ("expire", {}),
    ("forbid", {}),
    ("ignore", {}),
]


@pytest.mark.parametrize("listing", ["none", "pages"])
@pytest.mark.parametrize("job", ["create", "change", "delete"])
@pytest.mark.parametrize(("kind", "details"), FAULTS)
def test_a_fault_at_any_request(
    registry: RegistrySite, ledger: str, listing: str, job: str, kind: str, details: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "LEDGER_LAG", 0.01)
    options = {"ledger": ledger, **(KEY if job == "delete" else WANTED), "state": "absent" if job == "delete" else "present"}
    for number in range(1, 7):
        registry.registry.entries.clear()
        registry.registry.switches.listing = listing
        Path(ledger).unlink(missing_ok=True)
        if job != "create":
            held = registry.registry.add(WANTED["type"], WANTED["version"], OTHER_URL)
            Path(ledger).write_text(json.dumps({"OKM": {WANTED["version"]: held}}))
        registry.registry.forget_requests()
        fault = registry.registry.fail(kind, nth=number, **details)
        outcome = registry.publish(**options)
        place = f"{kind} {details} at number {number}: {outcome}"
        rows = [(row["type"], row["version"]) for row in registry.registry.entries.values()]
        assert len(rows) == len(set(rows)) <= 1, place
        if not fault.fired:
            assert not outcome.failed, place
            return
        done = {
            "create": bool(rows),
            "delete": not rows,
            "change": (registry.registry.find(**_found(KEY)) or {}).get("url") == WANTED["url"],
        }[job]
        if outcome.failed:
            assert outcome.kind in {"authentication", "http", "reply", "reply_lost", "not_taken", "refused"}, place
            assert done or not outcome.changed or outcome.result["took_effect"] == "unknown", place
        else:
            assert done, place
        assert not secrets_in(outcome.text), place
        assert registry.registry.violations == [], place
        registry.registry.faults.clear()
        again = registry.publish(**options)
        assert not again.failed, f"{place}\nthen {again}"
        third = registry.publish(**options)
        assert not third.failed, f"{place}\nthen {third}"
        assert not third.changed, f"{place}\nthen {third}"


def _found(key: dict[str, str]) -> dict[str, str]:
    return {"kind": key["type"], "version": key["version"]}


# The URL


def test_a_url_is_checked_before_it_is_published(registry: RegistrySite) -> None:
    url = registry.simulator.serve("/okm.bin", IMAGE)
    check = {"checksum": f"sha256:{hashlib.sha256(IMAGE).hexdigest()}", "ca_path": registry.simulator.ca_path}
    foreseen = registry.publish(**KEY, url=url, url_check=check, check=True)
    outcome = registry.publish(**KEY, url=url, url_check=check)
    assert outcome.result["url_check"] == foreseen.result["url_check"] == {"size": len(IMAGE), "checksum": check["checksum"]}
    assert registry.files.violations == []
    assert {"Authorization", "Cookie"}.isdisjoint(registry.files.requests[0].headers)


def test_an_unchanged_entry_is_fetched_only_when_asked(registry: RegistrySite) -> None:
    registry.registry.switches.listing = "plain"
    url = registry.simulator.serve("/okm.bin", IMAGE)
    ca = {"ca_path": registry.simulator.ca_path}
    registry.publish(**KEY, url=url, url_check=ca)
    assert len(registry.files.requests) == 1
    assert "url_check" not in registry.publish(**KEY, url=url, url_check=ca).result
    assert registry.publish(**KEY, url=url, url_check={**ca, "when": "always"}).result["url_check"]["size"] == len(IMAGE)
    registry.files.files.clear()
    assert registry.publish(**KEY, url=url, url_check={**ca, "when": "always"}).result["error"]["http_status"] == 404
    assert not registry.publish(**KEY, url=url, url_check=ca).changed


@pytest.mark.parametrize(
    ("spoil", "options", "code"),
    [
        ("", {"checksum": "0" * 64}, "checksum"),
        ("", {"max_size": 100}, "size"),
        ("empty", {"checksum": "0" * 64}, "empty"),
        ("page", {}, "web_page"),
        ("loop", {}, "redirects"),
        ("cut", {"checksum": "0" * 64}, None),
        ("forbid", {}, None),
        ("missing", {}, None),
        ("drop_before", {}, None),
        ("untrusted", {"ca_path": None}, None),
    ],
)
def test_a_wrong_file_is_not_published(registry: RegistrySite, spoil: str, options: dict[str, Any], code: str | None) -> None:
    url = registry.simulator.serve("/okm.bin", b"" if spoil == "empty" else IMAGE)
    if spoil == "page":
        registry.files.content_type = "text/html"
    if spoil == "loop":
        registry.files.redirects["/okm.bin"] = "/okm.bin"
    if spoil in {"cut", "forbid", "drop_before"}:
        registry.files.fail(spoil)
    if spoil == "missing":
        registry.files.files.clear()
    outcome = registry.publish(**KEY, url=f"{url}?signature=s3cr3t", url_check={"ca_path": registry.simulator.ca_path, **options})
    assert outcome.failed, outcome
    assert outcome.kind in {"failed", "http", "unreachable"}, outcome
    if code:
        assert outcome.result["error"]["code"] == code
    assert "s3cr3t" not in outcome.text
    assert registry.writes == []


def test_redirects_are_followed_without_the_token(registry: RegistrySite) -> None:
    url = registry.simulator.serve("/okm.bin", IMAGE)
    registry.files.redirects["/latest"] = "/okm.bin"
    check = {"checksum": hashlib.sha256(IMAGE).hexdigest(), "ca_path": registry.simulator.ca_path}
    assert registry.publish(**KEY, url=url.replace("okm.bin", "latest"), url_check=check).changed
    assert registry.files.violations == []


# Ways of running, and many at once


def test_shipped_it_does_the_same(registry: RegistrySite, ledger: str) -> None:
    shipped = ship("firmware_registry_entry", registry.connection(**WANTED, ledger=ledger), diff=True)
    assert shipped.changed, shipped.raw
    assert not registry.publish(**WANTED, ledger=ledger).changed
    registry.registry.fail("expire")
    refused = ship("firmware_registry_entry", registry.connection(**WANTED, ledger=ledger))
    assert refused.kind == "authentication"
    assert not secrets_in(json.dumps(refused.result))


def test_parallel_hosts_publish_the_same_entry_once(registry: RegistrySite, ledger: str) -> None:
    running = [start_shipped("firmware_registry_entry", registry.connection(**WANTED, ledger=ledger)) for _host in range(4)]
    outcomes = [outcome_of(process) for process in running]
    assert [outcome.failed for outcome in outcomes] == [False] * 4, outcomes
    assert sorted(outcome.changed for outcome in outcomes) == [False, False, False, True]
    assert len(registry.registry.entries) == 1
    assert json.loads(Path(ledger).read_text()) == {"OKM": {WANTED["version"]: next(iter(registry.registry.entries))}}


@pytest.mark.parametrize(
    "switches",
    [
        {"created": 200, "updated": 202, "deleted": 200},
        {"reply": "bare"},
        {"reply": "list"},
        {"reply": "id"},
        {"reply": "place"},
        {"reply": "place", "created": 204, "updated": 204},
        {"reply": "empty", "listing": "pages"},
        {"numbered": True},
        {"numbered": True, "listing": "plain"},
        {"listing": "ends"},
        {"listing": "page"},
        {"unknown": "page"},
        {"listing": "items"},
        {"listing": "types"},
        {"listing": "named"},
        {"listing": "bare"},
    ],
    ids=str,
)
def test_whatever_the_document_leaves_open(registry: RegistrySite, ledger: str, switches: dict[str, Any]) -> None:
    registry.registry.merge(switches)
    for number in range(31 if "listing" in switches else 0):
        registry.registry.entries[str(number + 1)] = {"type": "IR4KEY", "version": str(number), "url": OTHER_URL}
    created = registry.publish(**WANTED, ledger=ledger)
    assert (created.kind, created.changed, created.warnings) == (None, True, [])
    number = created.result["entry"]["id"]
    assert registry.registry.find(**_found(KEY)) == {"id": number, **WANTED}
    assert not registry.publish(**WANTED, ledger=ledger).changed
    changed = registry.publish(**{**WANTED, "url": OTHER_URL}, ledger=ledger)
    assert (changed.changed, changed.result["entry"], changed.warnings) == (True, {"id": number, **WANTED, "url": OTHER_URL}, [])
    gone = registry.publish(**KEY, ledger=ledger, state="absent")
    assert (gone.changed, gone.warnings, registry.registry.find(**_found(KEY))) == (True, [], None)
    assert registry.writes == ["POST /firmware", f"PUT /firmware/{number}", f"DELETE /firmware/{number}"]
    assert registry.registry.violations == []


@pytest.mark.parametrize("listing", ["none", "pages"])
@pytest.mark.parametrize("duplicate", [409, 422, 500])
def test_a_duplicate_told_with_another_status(registry: RegistrySite, listing: str, duplicate: int) -> None:
    registry.registry.merge({"duplicate": duplicate, "listing": listing})
    registry.registry.add(WANTED["type"], WANTED["version"], OTHER_URL)
    outcome = registry.publish(**WANTED)
    assert (outcome.kind, outcome.changed) == (None, listing == "pages")


def test_an_id_that_is_never_told(registry: RegistrySite, ledger: str) -> None:
    registry.registry.merge({"reply": "empty"})
    outcome = registry.publish(**WANTED, ledger=ledger)
    assert (outcome.kind, outcome.changed, outcome.result["entry"]["id"]) == (None, True, None)
    assert "its id was not told" in outcome.warnings[0]
    assert registry.writes == ["POST /firmware"]


def test_an_error_that_leaves_open_whether_it_was_created(registry: RegistrySite, ledger: str) -> None:
    registry.registry.fail("status", method="POST", code=500, done=True)
    outcome = registry.publish(**WANTED, ledger=ledger)
    assert (outcome.kind, outcome.changed, outcome.result["took_effect"]) == ("http", True, "unknown")
    assert "cannot be seen" in outcome.message


@pytest.mark.parametrize("empty", ["list", "null", "204"])
@pytest.mark.parametrize("listing", ["pages", "plain"])
def test_an_empty_list_is_a_list(registry: RegistrySite, listing: str, empty: str) -> None:
    registry.registry.merge({"listing": listing, "empty_list": empty})
    assert registry.ask().result == {"changed": False, "source": "listing", "entries": []}
    gone = registry.publish(**KEY, state="absent")
    assert (gone.kind, gone.changed, gone.warnings) == (None, False, [])


@pytest.mark.parametrize("listing", ["first", "pages"])
def test_a_list_that_does_not_show_all_proves_nothing(registry: RegistrySite, listing: str) -> None:
    registry.registry.merge({"listing": listing})
    for number in range(31):
        registry.registry.add("IR4KEY", str(number), OTHER_URL)
    if listing == "pages":
        for number in range(2, 20, 2):  # the second page of each list
            registry.registry.fail("status", "/api/v1/firmware", method="GET", nth=number, code=404)
    shown = registry.ask()
    assert (shown.kind, len(shown.result["entries"])) == (None, 30)
    assert any("ended after 30 of the 31 entries" in warning for warning in shown.warnings)
    seen = registry.publish(type="IR4KEY", version="3", url=OTHER_URL)
    assert (seen.kind, seen.changed) == (None, False)
    for outcome in (registry.publish(**KEY, state="absent"), registry.publish(**WANTED)):
        assert outcome.kind == "reply"
        assert "ended after 30 of the 31 entries" in outcome.message
    assert registry.writes == []


@pytest.mark.parametrize("code", [500, 502, 429])
def test_a_list_that_fails_is_not_taken_for_none(registry: RegistrySite, ledger: str, code: int) -> None:
    """The vendor's page knows neither a list nor 500. That it has none is what 404 and 405 say; 500 says that something is broken."""
    registry.registry.merge({"listing": "pages"})
    registry.registry.add(WANTED["type"], WANTED["version"], OTHER_URL)
    registry.registry.fail("status", "/api/v1/firmware", method="GET", times=None, code=code)
    for outcome in (registry.publish(**WANTED, ledger=ledger), registry.publish(**KEY, ledger=ledger, state="absent"), registry.ask()):
        assert (outcome.kind, outcome.changed, outcome.result["error"]["http_status"]) == ("http", False, code)
    assert (registry.writes, Path(ledger).exists()) == ([], False)


@pytest.mark.parametrize("code", [400, 403, 404, 405, 501])
def test_no_list(registry: RegistrySite, ledger: str, code: int) -> None:
    registry.registry.merge({"listing": "pages"})
    registry.registry.fail("status", "/api/v1/firmware", method="GET", times=None, code=code)
    assert registry.publish(**WANTED, ledger=ledger).changed
    assert not registry.publish(**WANTED, ledger=ledger).changed
    assert registry.ask(ledger=ledger).result["source"] == "ledger"
