# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.npm import delivery, presence
from ansible_collections.siteops.devices.tests.simulators.npm import Appliance, Image
from ansible_collections.siteops.devices.tests.unit.plugins.modules.test_every_fault import interrupt
from ansible_collections.siteops.devices.tests.unit.plugins.rack import API, NEW, OLD, Rack, after_first_look, image_file, sha256, writes
from ansible_collections.siteops.devices.tests.unit.plugins.running import leaks, run, ship

UPLOAD, FETCH = "POST images/upload", "POST images/fetch"
URL = "https://images.example.com/appresponse.iso"
OTHER_SUM = "0" * 63 + "1"


@pytest.fixture
def iso(tmp_path: Path) -> Path:
    return image_file(tmp_path)


def under_way(appliance: Appliance, state: str = "UPLOADING", then: str = "VALID", **members: Any) -> None:
    """An image that somebody else sends. It ends soon after the appliance was looked at."""
    ends_soon(appliance, appliance.add_image(state, then=then, **members))


def ends_soon(appliance: Appliance, image: Image) -> None:
    after_first_look(appliance.images, "listed", lambda: setattr(image, "ends_at", time.monotonic() + 0.02))


def states(appliance: Appliance) -> list[str]:
    return [image.state for image in appliance.images.all()]


@pytest.mark.parametrize("source", ["src", "url"])
def test_sent_predicted_and_then_unchanged(rack: Rack, appliance: Appliance, iso: Path, source: str) -> None:
    appliance.images.fetchable[URL] = {"version": NEW, "checksum": sha256(iso)}
    arguments: dict[str, Any] = {"version": NEW, "checksum": sha256(iso), source: str(iso) if source == "src" else URL}
    predicted = rack.image(appliance, check=True, **arguments)
    assert (predicted.changed, writes(appliance)) == (True, [])
    real = rack.image(appliance, **arguments)
    assert (real.changed, writes(appliance)) == (True, [UPLOAD if source == "src" else FETCH])
    assert real.result["image"] == {
        "id": 1,
        "state": "VALID",
        "state_description": "The image is valid",
        "progress": 100.0,
        "version": NEW,
        "checksum": sha256(iso),
    }
    known = {key: value for key, value in predicted.result["image"].items() if value is not None}
    assert known == {"state": "VALID", "version": NEW, "checksum": sha256(iso)}
    assert predicted.result["diff"] == real.result["diff"]
    again = rack.image(appliance, **arguments)
    assert (again.changed, len(writes(appliance)), again.result["image"]) == (False, 1, real.result["image"])
    assert (appliance.violations, real.warnings) == ([], [])


def test_the_body_is_the_file_with_its_length_and_type(rack: Rack, appliance: Appliance, tmp_path: Path) -> None:
    iso = image_file(tmp_path, size=700_001)
    assert rack.image(appliance, src=str(iso)).result["image"]["checksum"] == sha256(iso)
    request = appliance.writing_requests()[0]
    assert (request.size, request.headers["Content-Length"], request.headers["Content-Type"]) == (
        700_001,
        "700001",
        "application/octet-stream",
    )
    assert "Transfer-Encoding" not in request.headers


@pytest.mark.parametrize(
    "switches",
    [
        {"image_members": ("id", "version")},
        {"image_members": ("version", "checksum")},
        {"image_members": ("checksum",)},
        {"identified_early": True},
        {"no_images": "absent"},
        {"upload_status": 201},
        {"upload_status": 201, "upload_reply_empty": True},
        {"validating_seconds": 0.0},
        {"token_versions": ("1.0",)},
        {"numbers_as_text": True},
    ],
    ids="-".join,
)
def test_whatever_the_document_leaves_open(rack: Rack, iso: Path, switches: dict[str, Any]) -> None:
    appliance = rack.appliance(**switches)
    outcome = rack.image(appliance, src=str(iso), version="11.6.0")
    assert (outcome.kind, outcome.changed, outcome.result["image"]["state"]) == (None, True, "VALID")
    assert not rack.image(appliance, src=str(iso), version="11.6.0").changed
    assert (writes(appliance), appliance.violations) == ([UPLOAD], [])


def test_nothing_by_which_it_could_be_recognized(rack: Rack, iso: Path) -> None:
    appliance = rack.appliance(image_members=("id",))
    outcome = rack.image(appliance, src=str(iso))
    assert (outcome.kind, outcome.result["image"]["id"]) == (None, 1)
    assert "tells no checksums. Give version" in outcome.warnings[-1]
    appliance.images.fetchable[URL] = {"version": NEW}
    assert "it is fetched every time" in rack.image(appliance, url=URL).warnings[-1]


@pytest.mark.parametrize("state", ["UPLOADING", "VALIDATING"])
@pytest.mark.parametrize("identified", [True, False])
def test_what_is_under_way_is_joined(rack: Rack, iso: Path, state: str, identified: bool) -> None:
    appliance = rack.appliance(identified_early=identified)
    image = appliance.add_image(state, version=NEW, checksum=sha256(iso))
    predicted = rack.image(appliance, check=True, src=str(iso), version=NEW)
    ends_soon(appliance, image)
    outcome = rack.image(appliance, src=str(iso), version=NEW)
    assert (outcome.kind, outcome.changed, outcome.result["image"]["id"], outcome.result["image"]["state"]) == (None, False, 1, "VALID")
    assert (predicted.changed, predicted.result["diff"], writes(appliance)) == (False, outcome.result["diff"], [])


def test_joined_without_any_way_to_tell(rack: Rack) -> None:
    appliance = rack.appliance(image_members=("id",))
    under_way(appliance)
    assert (rack.image(appliance, url=URL).changed, writes(appliance)) == (False, [])


def test_another_image_was_under_way(rack: Rack, appliance: Appliance, iso: Path) -> None:
    under_way(appliance, version=OLD, checksum=OTHER_SUM)
    outcome = rack.image(appliance, src=str(iso))
    assert (outcome.result["image"]["id"], writes(appliance)) == (2, [UPLOAD])


@pytest.mark.parametrize("ends", ["INVALID", "UPLOAD_ERROR"])
def test_what_was_under_way_fails_and_is_replaced(rack: Rack, appliance: Appliance, iso: Path, ends: str) -> None:
    under_way(appliance, then=ends)
    outcome = rack.image(appliance, src=str(iso))
    assert (outcome.kind, outcome.result["image"]["id"]) == (None, 2)
    assert (writes(appliance), states(appliance)) == (["DELETE images/items/1", UPLOAD], ["VALID"])
    assert "It is replaced." in outcome.warnings[0]


def test_an_upload_that_nobody_feeds_is_replaced(rack: Rack, appliance: Appliance, iso: Path) -> None:
    appliance.add_image("UPLOADING", progress=37.5)
    outcome = rack.image(appliance, src=str(iso), wait_timeout=1)
    assert (outcome.kind, writes(appliance)) == (None, ["DELETE images/items/1", UPLOAD])
    assert "has stood at 37.5 %" in outcome.warnings[0]


@pytest.mark.parametrize("state", ["INVALID", "UPLOAD_ERROR"])
@pytest.mark.parametrize(("known", "replaced"), [({}, True), ({"version": NEW}, True), ({"version": OLD, "checksum": OTHER_SUM}, False)])
def test_failed_images_are_replaced_unless_they_are_others(
    rack: Rack, iso: Path, state: str, known: dict[str, str], replaced: bool
) -> None:
    appliance = rack.appliance(identified_early=True)
    appliance.add_image(state, **known)
    predicted = rack.image(appliance, check=True, src=str(iso), version=NEW)
    outcome = rack.image(appliance, src=str(iso), version=NEW)
    assert writes(appliance) == [*(["DELETE images/items/1"] if replaced else []), UPLOAD]
    assert outcome.result["diff"] == predicted.result["diff"]


@pytest.mark.parametrize(
    ("state", "description"), [("INVALID", "The signature of the image is not valid"), ("UPLOAD_ERROR", "could not be stored")]
)
def test_a_failed_image_is_a_failure_in_the_appliances_words(rack: Rack, iso: Path, state: str, description: str) -> None:
    appliance = rack.appliance(image_outcome=state)
    outcome = rack.image(appliance, src=str(iso))
    assert (outcome.kind, outcome.changed, outcome.result["image"]["state"]) == ("failed", True, state)
    assert description in outcome.message
    appliance.switches.set(image_outcome="VALID")
    assert rack.image(appliance, src=str(iso)).result["image"]["state"] == "VALID"
    assert states(appliance) == ["VALID"]


def test_a_url_that_cannot_be_fetched(rack: Rack, appliance: Appliance) -> None:
    outcome = rack.image(appliance, url=URL, version=NEW)
    assert (outcome.kind, outcome.result["image"]["state"]) == ("failed", "UPLOAD_ERROR")


def test_a_fetched_image_is_another_one(rack: Rack, appliance: Appliance, iso: Path) -> None:
    appliance.images.fetchable[URL] = {"version": OLD, "checksum": OTHER_SUM}
    outcome = rack.image(appliance, url=URL, checksum=sha256(iso))
    assert (outcome.kind, outcome.changed) == ("failed", True)
    assert f"its SHA-256 is {OTHER_SUM}" in outcome.message
    before = len(appliance.images.all())
    outcome = rack.image(appliance, url=URL, version=NEW)
    assert f"holds version {OLD}, not {NEW}" in outcome.message
    assert "It was removed again" in outcome.message
    assert len(appliance.images.all()) == before, "each run would leave one more there"


def test_exclusive_removes_every_other_image_once_it_is_valid(rack: Rack, appliance: Appliance, iso: Path) -> None:
    for state in ("VALID", "INVALID", "UPLOADING"):
        appliance.add_image(state, version=OLD, checksum=OTHER_SUM)
    appliance.switches.set(identified_early=True)
    arguments: dict[str, Any] = {"src": str(iso), "exclusive": True, "version": NEW}
    predicted = rack.image(appliance, check=True, **arguments)
    real = rack.image(appliance, **arguments)
    assert writes(appliance) == [UPLOAD, *(f"DELETE images/items/{number}" for number in (1, 2, 3))]
    assert real.result["diff"] == predicted.result["diff"]
    assert not rack.image(appliance, **arguments).changed
    appliance.add_image(version=OLD)
    assert rack.image(appliance, check=True, **arguments).changed
    assert rack.image(appliance, **arguments).changed
    assert states(appliance) == ["VALID"]


def test_exclusive_keeps_the_others_when_the_image_fails(rack: Rack, iso: Path) -> None:
    appliance = rack.appliance(image_outcome="INVALID")
    appliance.add_image(version=OLD, checksum=OTHER_SUM)
    assert rack.image(appliance, src=str(iso), exclusive=True).failed
    assert states(appliance) == ["VALID", "INVALID"]


@pytest.mark.parametrize(
    ("named", "gone"),
    [
        ({"id": 2}, [2]),
        ({"version": OLD}, [1, 2]),
        ({"version": "11.5"}, [1, 2]),
        ({"checksum": OTHER_SUM.upper()}, [2]),
        ({"checksum": f"sha256:{OTHER_SUM}"}, [2]),
        ({"id": 1, "checksum": OTHER_SUM}, []),
        ({"id": 9}, []),
    ],
)
@pytest.mark.parametrize("slow", [0.0, 0.05])
def test_absent(rack: Rack, named: dict[str, Any], gone: list[int], slow: float) -> None:
    appliance = rack.appliance(delete_seconds=slow)
    appliance.add_image(version=OLD, checksum="a" * 64)
    appliance.add_image("UPLOAD_ERROR", version=OLD, checksum=OTHER_SUM)
    appliance.add_image(version=NEW, checksum="b" * 64)
    appliance.switches.set(identified_early=True)
    predicted = rack.image(appliance, check=True, state="absent", **named)
    assert writes(appliance) == []
    real = rack.image(appliance, state="absent", **named)
    assert (real.changed, real.result) == (bool(gone), predicted.result)
    assert writes(appliance) == [f"DELETE images/items/{number}" for number in gone]
    assert not rack.image(appliance, state="absent", **named).changed


def test_a_removal_that_is_accepted_and_not_done(rack: Rack, appliance: Appliance) -> None:
    appliance.add_image(version=OLD)
    appliance.fail("ignore", f"{API}/images/items/1", "DELETE")
    outcome = rack.image(appliance, state="absent", version=OLD)
    assert (outcome.kind, states(appliance)) == ("not_taken", ["VALID"])


def test_a_removal_that_is_refused(rack: Rack, appliance: Appliance) -> None:
    appliance.add_image(version=OLD)
    appliance.fail("error_code", f"{API}/images/items/1", code="IN_USE", status=409)
    outcome = rack.image(appliance, state="absent", id=1)
    assert (outcome.kind, outcome.changed, outcome.result["error"]["code"]) == ("http", False, "IN_USE")
    assert f"Image 1 ({OLD}) stays there" in outcome.message


def test_removed_by_somebody_else_meanwhile(rack: Rack, appliance: Appliance) -> None:
    appliance.add_image(version=OLD)
    appliance.fail("status", f"{API}/images/items/1", "DELETE", code=404)
    appliance.images.all()[0].gone_at = time.monotonic() + 0.1
    assert not rack.image(appliance, state="absent", version=OLD).failed


def test_the_file_is_not_the_one_that_checksum_names(rack: Rack, appliance: Appliance, iso: Path) -> None:
    for check in (True, False):
        outcome = rack.image(appliance, check=check, src=str(iso), checksum=OTHER_SUM)
        assert (outcome.kind, outcome.changed, writes(appliance)) == ("input", False, [])
        assert sha256(iso) in outcome.message


def test_a_given_checksum_spares_reading_the_file(rack: Rack, appliance: Appliance, iso: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    appliance.add_image(checksum=sha256(iso))
    monkeypatch.setattr(presence, "sha256_of", lambda *_unused, **_more: pytest.fail("the file was read"))
    assert not rack.image(appliance, src=str(iso), checksum=sha256(iso)).changed


def test_version_and_checksum_of_two_images(rack: Rack, appliance: Appliance, iso: Path) -> None:
    appliance.add_image(version=NEW, checksum=sha256(iso))
    outcome = rack.image(appliance, src=str(iso), version="12.0")
    assert (outcome.kind, writes(appliance)) == ("input", [])
    other = rack.appliance()
    outcome = rack.image(other, src=str(iso), version="12.0")
    assert (outcome.kind, outcome.changed) == ("failed", True)
    assert f"it holds version {NEW}, not 12.0" in outcome.message


def test_an_arrived_image_with_another_checksum(rack: Rack, appliance: Appliance, iso: Path) -> None:
    real = appliance.images.finish_upload

    def damaged(call: Any) -> Any:
        image = real(call)
        image.checksum = OTHER_SUM
        return image

    appliance.images.finish_upload = damaged  # type: ignore[method-assign]
    outcome = rack.image(appliance, src=str(iso))
    assert (outcome.kind, outcome.changed) == ("failed", True)
    assert f"its SHA-256 is {OTHER_SUM}" in outcome.message


@pytest.mark.parametrize("left", ["error", "gone", "stuck"])
def test_an_upload_that_breaks_off_is_sent_again(rack: Rack, tmp_path: Path, left: str) -> None:
    appliance = rack.appliance(cut_upload_after=1_000_000, broken_upload=left)
    outcome = rack.image(appliance, src=str(image_file(tmp_path, size=4_000_000)), wait_timeout=4)
    assert (outcome.kind, states(appliance)) == (None, ["VALID"])
    assert "it is sent again" in outcome.warnings[0]


@pytest.mark.parametrize("early", [True, False])
def test_a_token_that_ends_before_the_upload(rack: Rack, appliance: Appliance, tmp_path: Path, early: bool) -> None:
    appliance.switches.set(early_refusal=early)
    appliance.fail("expire", f"{API}/images")
    appliance.add_image(version=OLD, checksum=OTHER_SUM)
    shown = appliance.images.listed

    def listed() -> Any:
        appliance.expire_tokens()
        return shown()

    appliance.images.listed = listed  # type: ignore[method-assign]
    outcome = rack.image(appliance, src=str(image_file(tmp_path, size=2_000_000)))
    assert (outcome.kind, outcome.result["image"]["version"]) == (None, NEW)
    assert appliance.images.uploads == 1


@pytest.mark.parametrize("state", ["UPLOADING", "VALIDATING"])
def test_no_wait_is_endless(rack: Rack, appliance: Appliance, iso: Path, state: str) -> None:
    appliance.switches.set(validating_seconds=100.0, image_members=("id",))
    if state == "UPLOADING":
        appliance.add_image(state)
    started = time.monotonic()
    outcome = rack.image(appliance, src=str(iso), wait_timeout=0.3)
    assert (outcome.kind, outcome.result["last"]["image"]["state"]) == ("deadline", state)
    assert time.monotonic() - started < 2


def test_an_upload_that_takes_too_long(rack: Rack, appliance: Appliance, tmp_path: Path) -> None:
    iso = image_file(tmp_path, size=30_000_000)
    rack.image(appliance, src=str(iso))  # the file's checksum is kept from now on
    another = rack.appliance()
    outcome = rack.image(another, src=str(iso), wait_timeout=0.03)
    assert (outcome.kind, outcome.result["last"]["state"]) == ("deadline", "UPLOADING")
    assert "wait_timeout" in outcome.message
    assert rack.image(another, src=str(iso)).result["image"]["state"] == "VALID"


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("drop_before", {}),
    ("drop_after", {}),
    ("expire", {}),
    ("status", {"code": 500}),
    ("status", {"code": 503, "done": True}),
    ("status", {"code": 429, "retry_after": 0}),
    ("html", {}),
    ("truncated", {}),
    ("cut", {}),
    ("wrong_types", {}),
    ("reboot", {"seconds": 0.03}),
]


@pytest.mark.parametrize(("kind", "details"), FAULTS, ids=[f"{kind}{details.get('code', '')}" for kind, details in FAULTS])
def test_a_fault_at_any_request(rack: Rack, iso: Path, kind: str, details: dict[str, Any]) -> None:
    for number in range(1 + len(kind) % 2, 9, 2):
        appliance = rack.appliance()
        appliance.add_image("INVALID")
        appliance.fail(kind, nth=number, **details)
        outcome = rack.image(appliance, src=str(iso), exclusive=True)
        place = f"{kind} at number {number}: {outcome}"
        assert outcome.kind != "defect", place
        assert not outcome.failed or outcome.message[-1] in ".?", place
        assert not leaks(outcome, [appliance.credentials.password, *appliance.credentials.tokens, *appliance.credentials.ended]), place
        appliance.faults.clear()
        again = rack.image(appliance, src=str(iso), exclusive=True)
        assert (again.kind, states(appliance)) == (None, ["VALID"]), f"{place}\nthen {again}"
        assert (rack.image(appliance, src=str(iso), exclusive=True).changed, appliance.violations) == (False, []), place


@pytest.mark.parametrize("sent", [False, True])
def test_an_interruption_at_any_request_is_continued(rack: Rack, iso: Path, sent: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    number, interrupted = 0, True
    while interrupted:
        number += 1
        appliance = rack.appliance()
        with monkeypatch.context() as patch:
            interrupt(patch, number, sent=sent)
            try:
                rack.image(appliance, src=str(iso))
                interrupted = False
            except KeyboardInterrupt:
                pass
        assert not rack.image(appliance, src=str(iso)).failed, number
        assert (writes(appliance), states(appliance)) == ([UPLOAD], ["VALID"])
    assert number > 5


@pytest.mark.parametrize(
    "arguments",
    [{}, {"src": "a", "url": "b"}, {"state": "absent"}, {"src": "/nowhere/at-all.iso"}, {"src": os.sep}, {"url": URL, "checksum": "abc"}],
)
def test_arguments_that_cannot_be_meant(rack: Rack, appliance: Appliance, arguments: dict[str, Any]) -> None:
    outcome = rack.image(appliance, **arguments)
    assert outcome.kind in {"arguments", "input"}
    assert writes(appliance) == []


def test_basic_and_given_tokens(rack: Rack, appliance: Appliance, iso: Path) -> None:
    assert rack.image(appliance, src=str(iso), auth="basic").changed
    token = appliance.credentials._new_token()["access_token"]
    arguments = {key: value for key, value in rack.connection(appliance, token=token).items() if key not in {"username", "password"}}
    assert not run("npm_update_image", {**arguments, "src": str(iso)}).changed
    assert appliance.credentials.logins == 0
    appliance.expire_tokens()
    assert run("npm_update_image", {**arguments, "src": str(iso)}).kind == "authentication"
    assert rack.image(appliance, src=str(iso), token=token).kind is None


def test_shipped_it_does_the_same(rack: Rack, iso: Path) -> None:
    one, two = rack.appliance(), rack.appliance()
    shipped = ship("npm_update_image", rack.connection(one, src=str(iso)), diff=True)
    here = rack.image(two, src=str(iso))
    assert (shipped.result, shipped.warnings) == (here.result, here.warnings)


def test_progress_is_told(rack: Rack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(delivery.Progress, "tell", lambda _self, line: lines.append(line()))
    appliance = rack.appliance(validating_seconds=0.1)
    rack.image(appliance, src=str(image_file(tmp_path, size=1_000_000)))
    assert "reading appresponse.iso: 100 % (1.0 of 1.0 MB)" in lines
    assert "sending appresponse.iso: 100 % (1.0 of 1.0 MB)" in lines
    assert lines[-1] == "image 1: VALIDATING (The image is being validated)"


def test_a_password_in_the_url_is_not_shown(rack: Rack, appliance: Appliance) -> None:
    outcome = rack.image(appliance, url="https://me:s3cret%40word@images.example.com/a.iso?signature=abcdef", version=NEW)
    assert outcome.failed
    assert not leaks(outcome, ["s3cret%40word", "s3cret@word", "abcdef"])


def test_a_url_that_is_none(rack: Rack, appliance: Appliance) -> None:
    outcome = rack.image(appliance, url="https://[images/a.iso", version=NEW)
    assert (outcome.kind, writes(appliance)) == ("input", [])


@pytest.mark.parametrize("times", [2, None])
def test_an_internal_error_while_it_is_validated(rack: Rack, iso: Path, times: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "BROKEN_FOR", 0.5)
    appliance = rack.appliance(validating_seconds=0.1)
    appliance.fail("error_code", f"{API}/images/items/1", method="GET", times=times, code="INTERNAL_ERROR", status=500)
    outcome = rack.image(appliance, src=str(iso))
    assert (outcome.kind, outcome.changed) == (None if times else "http", True)
    assert times or "Run the task again" in outcome.message


def test_an_upload_that_is_refused(rack: Rack, appliance: Appliance, iso: Path) -> None:
    appliance.fail("error_code", f"{API}/images/upload", code="NO_SPACE", status=413)
    outcome = rack.image(appliance, src=str(iso))
    assert (outcome.kind, outcome.changed, outcome.result["error"]["code"]) == ("http", False, "NO_SPACE")
    assert f"{iso.name} was not taken" in outcome.message


@pytest.mark.parametrize("left", ["error", "late", "gone", "stuck"])
def test_what_a_refused_upload_left_is_removed(rack: Rack, tmp_path: Path, left: str) -> None:
    appliance = rack.appliance(room=500_000, broken_upload=left)
    appliance.add_image(version=OLD, checksum=OTHER_SUM)
    appliance.add_image("UPLOAD_ERROR", version=OLD, checksum=OTHER_SUM)
    appliance.switches.set(identified_early=True)
    iso = image_file(tmp_path, size=2_000_000)
    outcome = rack.image(appliance, src=str(iso))
    assert (outcome.kind, outcome.changed, outcome.result["error"]["code"]) == ("http", left == "stuck", "NO_SPACE")
    assert states(appliance) == ["VALID", "UPLOAD_ERROR", *(["UPLOADING"] if left == "stuck" else [])]
    told = {"gone": "room for it.", "stuck": "image 3 in the state UPLOADING. The next run joins or replaces it."}
    assert outcome.message.endswith(told.get(left, "The broken image 3 that it left there was removed.")), outcome.message
    appliance.switches.set(room=None)
    again = rack.image(appliance, src=str(iso), wait_timeout=2)
    assert (again.kind, again.result["image"]["state"]) == (None, "VALID")


def test_what_a_refused_upload_left_cannot_be_told_from_others(rack: Rack, tmp_path: Path) -> None:
    appliance = rack.appliance(room=500_000)
    after_first_look(appliance.images, "listed", lambda: appliance.add_image("UPLOAD_ERROR"))
    outcome = rack.image(appliance, src=str(image_file(tmp_path, size=2_000_000)))
    assert (outcome.kind, outcome.changed, states(appliance)) == ("http", True, ["UPLOAD_ERROR", "UPLOAD_ERROR"])


def test_what_a_refused_upload_left_cannot_be_removed(rack: Rack, tmp_path: Path) -> None:
    appliance = rack.appliance(room=500_000)
    appliance.fail("error_code", method="DELETE", code="AUTH_FORBIDDEN", status=403)
    outcome = rack.image(appliance, src=str(image_file(tmp_path, size=2_000_000)))
    assert (outcome.changed, outcome.result["error"]["code"], states(appliance)) == (True, "NO_SPACE", ["UPLOAD_ERROR"])
    assert "could not be removed" in outcome.message


@pytest.mark.parametrize("check", [True, False])
def test_images_that_cannot_be_removed_are_told_beforehand(rack: Rack, iso: Path, check: bool) -> None:
    appliance = rack.appliance(image_members=("version", "checksum"))
    appliance.add_image(version=OLD, checksum=OTHER_SUM)
    for arguments in ({"state": "absent", "version": OLD}, {"src": str(iso), "exclusive": True}):
        outcome = rack.image(appliance, check=check, **arguments)
        assert (outcome.kind, outcome.changed, writes(appliance)) == ("failed", False, [])
        assert "does not tell the id" in outcome.message


def test_an_image_that_does_not_tell_whether_it_is_meant_stays_with_a_warning(rack: Rack) -> None:
    appliance = rack.appliance(image_members=("id", "checksum"))
    for state, checksum in (("VALID", "a" * 64), ("VALID", OTHER_SUM), ("UPLOADING", None)):
        appliance.add_image(state, version=OLD, checksum=checksum)
    outcome = rack.image(appliance, state="absent", version=OLD, checksum=OTHER_SUM)
    assert (outcome.changed, len(outcome.warnings)) == (False, 1)
    assert outcome.warnings[0].startswith("Image 2 (SHA-256 ")


def test_the_upload_of_another_run_outlives_the_end_of_the_own_one(rack: Rack, tmp_path: Path) -> None:
    appliance = rack.appliance(cut_upload_after=1_000_000)
    iso = image_file(tmp_path, size=4_000_000)
    others = {"version": NEW, "checksum": sha256(iso), "ends_in": 3.0}
    after_first_look(appliance.images, "listed", lambda: appliance.add_image("UPLOADING", **others))
    outcome = rack.image(appliance, src=str(iso))
    assert (outcome.kind, outcome.result["image"]["id"], states(appliance)) == (None, 1, ["VALID"])
    assert writes(appliance) == [UPLOAD, "DELETE images/items/2"]
