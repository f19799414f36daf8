# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages: what a good one says, and that no bad one gets past the reader. `BAD` is used by the module's tests, too."""

from __future__ import annotations

import io
import json
import os
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import FailedError, InputError
from ansible_collections.siteops.devices.plugins.module_utils.msk import ifw as reader
from ansible_collections.siteops.devices.plugins.module_utils.msk.ifw import open_package, open_packages
from ansible_collections.siteops.devices.tests.simulators import ifw

FIRMWARE = "CBPOE_v1210.bin"
FILES = {"index.html": b"<html>", "js/app.js": b"run()" * 100}


def board(**details: Any) -> ifw.Package:
    return ifw.firmware(ifw.COM_BOARD, "1.210", **details)


def contents(value: Any) -> ifw.Package:
    return ifw.web(FILES).replace("contents.json", json.dumps(value).encode())


def raw(text: bytes) -> ifw.Package:
    return board().replace("package.json", text)


def rezipped(package: ifw.Package, method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for member in package.members:
            archive.writestr(member.name, member.data)
    return out.getvalue()


def with_corrupt_byte() -> bytes:
    data = bytearray(rezipped(board(), zipfile.ZIP_STORED))
    data[data.index(b"MSK-FIRMWARE") + 100] ^= 0xFF
    return bytes(data)


def with_end(**fields: int) -> bytes:
    """A package whose end record says something else."""
    data = bytearray(board().build())
    at = data.rindex(b"PK\x05\x06")
    if "count" in fields:
        struct.pack_into("<HH", data, at + 8, fields["count"], fields["count"])
    if "directory" in fields:
        struct.pack_into("<I", data, at + 12, fields["directory"])
    return bytes(data)


def with_nul() -> bytes:
    """A member whose name goes on after a NUL, where zipfile stops reading."""
    return board().add("safe.bin_/evil", b"x").build().replace(b"safe.bin_/evil", b"safe.bin\0/evil")


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "parent path": (lambda: board().add("../../etc/cron.d/evil", b"x"), "leads out of its folder"),
    "parent path inside": (lambda: board().add("a/../../evil", b"x"), "leads out of its folder"),
    "absolute path": (lambda: board().add("/etc/passwd", b"x"), "absolute"),
    "drive": (lambda: board().add("C:evil", b"x"), "absolute"),
    "backslash": (lambda: board().add("..\\evil", b"x"), "backslash"),
    "dot": (lambda: board().add("./x", b"x"), "shortest form"),
    "line end in a name": (lambda: board().add("a\r\nX-Evil: 1", b"x"), "control characters"),
    "NUL in a name": (with_nul, "control characters"),
    "long name": (lambda: board().add("a" * 300, b"x"), "longer than 255"),
    "link": (lambda: board().link(FIRMWARE, "/etc/shadow"), "is a link"),
    "link as manifest": (lambda: board().link(f"{FIRMWARE}.mf", "x"), "is a link"),
    "twice": (lambda: board().duplicate(FIRMWARE), "twice"),
    "package.json twice": (lambda: board().duplicate("package.json"), "twice"),
    "encrypted": (lambda: board().encrypted(FIRMWARE), "is encrypted"),
    "bomb": (lambda: board().bomb(FIRMWARE, 8 * 2**20), "times as much"),
    "bomb as manifest": (lambda: board().bomb(f"{FIRMWARE}.mf", 8 * 2**20), "times as much"),
    "bomb beside": (lambda: board().bomb("readme.txt", 8 * 2**20), "times as much"),
    "understated size": (lambda: board().understated(FIRMWARE, 100), "whole zip file"),
    "overstated size": (lambda: board().understated(FIRMWARE, 6000), "its directory entry says 6000"),
    "declared too large": (lambda: board().understated(FIRMWARE, 300 * 2**20), "more than"),
    "bzip2": (lambda: rezipped(board(), zipfile.ZIP_BZIP2), "packed by method"),
    "corrupt": (with_corrupt_byte, "whole zip file"),
    "truncated": (lambda: board().truncated(0.6), "its end is missing"),
    "truncated a little": (lambda: board().truncated(0.999), "its end is missing"),
    "not a zip": (lambda: b"#!/bin/sh\nrm -rf /\n" * 100, "its end is missing"),
    "empty": (lambda: b"", "it is empty"),
    "zip64": (lambda: with_end(count=0xFFFF), "4 GiB"),
    "many members": (lambda: with_end(count=30_000), "limit"),
    "huge directory": (lambda: with_end(directory=2**30), "limit"),
    "no package.json": (lambda: board().remove("package.json"), "no package.json"),
    "no firmware": (lambda: board().remove(FIRMWARE), "which it should hold"),
    "no manifest": (lambda: board().remove(f"{FIRMWARE}.mf"), "no meta information"),
    "empty firmware": (lambda: board().replace(FIRMWARE, b""), "is empty"),
    "empty manifest": (lambda: board().replace(f"{FIRMWARE}.mf", b""), "has 0 bytes"),
    "package.json is no JSON": (lambda: raw(b"{f: 1}"), "not JSON"),
    "package.json is nested deeply": (lambda: raw(b"[" * 60_000), "not JSON"),
    "package.json is a list": (lambda: raw(b"[]"), "not a JSON object"),
    "package.json is large": (lambda: raw(b" " * 100_000), "more than"),
    "package.json is not UTF-8": (lambda: raw(b"\xff\xfe\xfd"), "not JSON"),
    **{f"no {key}": (lambda key=key: board().describe(**{key: None}), f"no '{key}'") for key in ("f", "v", "vc", "df", "dm", "dst")},
    "f is a number": (lambda: board().describe(f=1), "'f' in package.json is not text"),
    "f is a path": (lambda: board().describe(f="../x"), "leads out"),
    "v is a number": (lambda: board().describe(v=1.21), "'v' in package.json is not text"),
    "v is empty": (lambda: board().describe(v=" "), "not a version"),
    "vc is text": (lambda: board().describe(vc="1210"), "'vc' in package.json is not a whole number"),
    "vc is true": (lambda: board().describe(vc=True), "'vc' in package.json is not a whole number"),
    "vc is negative": (lambda: board().describe(vc=-1), "not a version"),
    "dst is unknown": (lambda: board().describe(dst=3), "0 is the sensor"),
    "contents.json is missing": (lambda: ifw.web(FILES).remove("contents.json"), "no contents.json"),
    "contents.json is no JSON": (lambda: ifw.web(FILES).replace("contents.json", b"<html>"), "not JSON"),
    "contents.json is a list": (lambda: contents([]), "not a JSON object"),
    "contents.json without fA": (lambda: contents({"files": 1}), "no list fA"),
    "fA is empty": (lambda: contents({"fA": []}), "lists no files"),
    "fA holds numbers": (lambda: contents({"fA": [1]}), "not an object"),
    "fA names a number": (lambda: contents({"fA": [{"name": 5, "fingerprint": 6}]}), "no file name"),
    "fA without fingerprint": (lambda: contents({"fA": [{"name": "index.html"}]}), "no fingerprint"),
    "fA with an odd fingerprint": (lambda: contents({"fA": [{"name": "index.html", "fingerprint": {}}]}), "no fingerprint"),
    "fA climbs": (lambda: contents({"fA": [{"name": "../../x.html", "fingerprint": "1"}]}), "leads out"),
    "fA names a path it has not": (
        lambda: contents({"fA": [{"name": "/etc/passwd", "fingerprint": "1"}]}),
        "no '/etc",
    ),
    "fA names two roots": (lambda: contents({"fA": [{"name": "//index.html", "fingerprint": "1"}]}), "absolute"),
    "fA twice": (lambda: contents({"fA": [{"name": "index.html", "fingerprint": "1"}] * 2}), "twice"),
    "web file is missing": (lambda: ifw.web(FILES).remove("js/app.js"), "which it should hold"),
    "web manifest is missing": (lambda: ifw.web(FILES).remove("js/app.js.mf"), "no meta information"),
}


def write_bad(name: str, folder: Path) -> Path:
    made = BAD[name][0]()
    path = folder / "bad.ifw"
    path.write_bytes(made if isinstance(made, bytes) else made.build())
    return path


@pytest.mark.parametrize("name", BAD)
def test_a_bad_package_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught, open_package(str(write_bad(name, tmp_path))):
        pass
    assert BAD[name][1] in caught.value.message
    assert caught.value.message.startswith("Package bad.ifw is refused: ")
    assert caught.value.facts["package"] == "bad.ifw"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.ifw", "no such file"), (tmp_path, "cannot be read (Is a directory)")):
        with pytest.raises(InputError) as caught, open_package(str(path)):
            pass
        assert reason in caught.value.message


def test_a_bomb_costs_no_memory(tmp_path: Path) -> None:
    path = board().bomb("readme.txt", 32 * 2**20).write(tmp_path / "bomb.ifw")
    tracemalloc.start()
    try:
        with pytest.raises(InputError), open_package(str(path)):
            pass
        assert tracemalloc.get_traced_memory()[1] < 2 * 2**20
    finally:
        tracemalloc.stop()


def test_firmware(tmp_path: Path) -> None:
    package = board(size=300_000)
    path = package.write(tmp_path / "board.ifw")
    with open_package(str(path)) as opened:
        assert (opened.label, opened.component.name, str(opened.version), opened.version.key) == ("board.ifw", "com_board", "1.210", 1210)
        assert (opened.family, opened.mode) == (2, 1)
        (payload,) = opened.payloads
        assert (payload.name, payload.size, payload.manifest_size) == (FIRMWARE, 300_000, len(package.data(f"{FIRMWARE}.mf")))
        with opened.stream(payload.member) as stream:
            assert [len(stream.read(200_000)), len(stream.read(200_000)), stream.read(1)] == [200_000, 100_000, b""]
        with opened.stream(payload.manifest_member) as stream:
            assert stream.read(10_000) == package.data(f"{FIRMWARE}.mf")


def test_every_file_with_meta_information_is_meant_for_the_device(tmp_path: Path) -> None:
    package = board().add("boot.bin", b"boot").add("boot.bin.mf", b"mf").add("readme.txt", b"not for the device")
    with open_package(str(package.write(tmp_path / "board.ifw"))) as opened:
        assert [payload.name for payload in opened.payloads] == ["boot.bin", FIRMWARE]


def test_folders_and_a_byte_order_mark_are_fine(tmp_path: Path) -> None:
    package = ifw.web(FILES).add("js/", b"")
    package.replace("package.json", b"\xef\xbb\xbf" + package.data("package.json"))
    with open_package(str(package.write(tmp_path / "web.ifw"))) as opened:
        assert [payload.name for payload in opened.payloads] == list(FILES)


@pytest.mark.parametrize("keys", [("name", "fingerprint"), ("fp", "n"), ("a", "b")])
def test_web_files(keys: tuple[str, str], tmp_path: Path) -> None:
    path = ifw.web(FILES, keys=keys, with_contents_manifest=True).write(tmp_path / "web.ifw")
    with open_package(str(path)) as opened:
        assert opened.component.name == "web_server"
        assert [payload.name for payload in opened.payloads] == [*FILES, "contents.json"]
        assert all(payload.fingerprint for payload in opened.payloads[:2])
        assert opened.payloads[2].fingerprint is None


@pytest.mark.parametrize("root", ["/", "./"])
def test_web_files_listed_from_the_root_of_the_server(root: str, tmp_path: Path) -> None:
    package = contents({"fA": [{"name": f"{root}js/app.js", "fingerprint": "A1"}]})
    with open_package(str(package.write(tmp_path / "web.ifw"))) as opened:
        assert [(payload.name, payload.member) for payload in opened.payloads] == [(f"{root}js/app.js", "js/app.js")]


def test_web_files_beside_a_contents_json_in_a_folder(tmp_path: Path) -> None:
    package = ifw.web(FILES).describe(f="www/contents.json")
    for name in ("contents.json", *FILES, *(f"{file}.mf" for file in FILES)):
        package.rename(name, f"www/{name}")
    with open_package(str(package.write(tmp_path / "web.ifw"))) as opened:
        assert [(payload.name, payload.member) for payload in opened.payloads] == [(name, f"www/{name}") for name in FILES]


def test_packages_come_in_the_order_of_the_update(tmp_path: Path) -> None:
    paths = [
        str(ifw.web(FILES).write(tmp_path / "web.ifw")),
        str(board().write(tmp_path / "board.ifw")),
        str(ifw.firmware(ifw.SENSOR).write(tmp_path / "sensor.ifw")),
    ]
    with open_packages(paths) as packages:
        assert [package.component.name for package in packages] == ["sensor", "com_board", "web_server"]


def test_two_packages_for_one_component(tmp_path: Path) -> None:
    paths = [str(ifw.firmware(ifw.SENSOR, version).write(tmp_path / f"{version}.ifw")) for version in ("1.210", "1.209")]
    with pytest.raises(InputError, match=r"1\.210\.ifw and 1\.209\.ifw are both for the sensor"), open_packages(paths):
        pass


def test_errors_of_whoever_uses_a_package_are_theirs(tmp_path: Path) -> None:
    path = str(board().write(tmp_path / "board.ifw"))
    with pytest.raises(OSError, match="mine"), open_package(path):
        raise OSError("mine")


def test_a_package_that_is_altered_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "board.ifw"
    path.write_bytes(rezipped(board(size=400_000), zipfile.ZIP_STORED))
    with open_package(str(path)) as opened:
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            file.write(bytes(1000))
        with pytest.raises(FailedError, match="was valid, and now"), opened.stream(FIRMWARE) as stream:
            list(iter(lambda: stream.read(100_000), b""))


def test_totals_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "LARGEST_TOTAL", 4000)
    with pytest.raises(InputError, match="unpacked it would have"), open_package(str(board().write(tmp_path / "board.ifw"))):
        pass
