# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import io
import json
import zipfile

import pytest

from ansible_collections.siteops.devices.tests.simulators import ifw


def opened(package: ifw.Package) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(package.build()))


def test_firmware_package_has_the_members_of_the_document() -> None:
    archive = opened(ifw.firmware(ifw.COM_BOARD, "1.209"))
    assert sorted(archive.namelist()) == ["CBPOE_v1209.bin", "CBPOE_v1209.bin.mf", "package.json"]
    assert json.loads(archive.read("package.json")) == {"f": "CBPOE_v1209.bin", "v": "1.209", "df": 2, "dst": 1, "vc": 1209, "dm": 1}


def test_web_package_lists_its_files() -> None:
    archive = opened(ifw.web({"index.html": b"a", "js/app.js": b"b"}))
    assert json.loads(archive.read("package.json"))["f"] == "contents.json"
    assert [row["name"] for row in json.loads(archive.read("contents.json"))["fA"]] == ["index.html", "js/app.js"]
    assert "js/app.js.mf" in archive.namelist()
    assert "contents.json.mf" not in archive.namelist()


def test_same_arguments_give_the_same_bytes() -> None:
    assert ifw.firmware(0, "1.2").build() == ifw.firmware(0, "1.2").build()


def test_descriptor_can_be_wrong() -> None:
    package = ifw.firmware(0).describe(vc="many", dst=None)
    descriptor = json.loads(opened(package).read("package.json"))
    assert descriptor["vc"] == "many"
    assert "dst" not in descriptor


def test_members_can_be_malicious() -> None:
    package = ifw.firmware(0, "1.2", name="fw.bin").add("../../etc/passwd", b"x").link("link", "/etc/passwd").duplicate("fw.bin")
    archive = opened(package.remove("fw.bin.mf").bomb("zeros", 2**20))
    assert "../../etc/passwd" in archive.namelist()
    assert archive.namelist().count("fw.bin") == 2
    assert archive.getinfo("link").external_attr >> 28 == 0o12
    assert archive.getinfo("zeros").compress_size < 2000
    assert "fw.bin.mf" not in archive.namelist()


def test_headers_can_lie() -> None:
    archive = opened(ifw.firmware(0, "1.2", name="fw.bin").encrypted("fw.bin").understated("fw.bin.mf", 3))
    with pytest.raises(RuntimeError, match="encrypted"):
        archive.read("fw.bin")
    assert archive.getinfo("fw.bin.mf").file_size == 3


def test_package_can_be_truncated() -> None:
    with pytest.raises(zipfile.BadZipFile):
        opened(ifw.firmware(0).truncated())
