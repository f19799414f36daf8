# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.replacing import replace_file


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize(("keep_mode", "mode"), [(False, 0o640), (True, 0o604)])
def test_the_new_file_takes_the_place_of_the_old_one(tmp_path: Path, lasting: bool, keep_mode: bool, mode: int) -> None:
    path = tmp_path / "file"
    replace_file(str(path), b"old", mode=0o600, lasting=lasting)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"old", 0o600)
    path.chmod(0o604)
    replace_file(str(path), b"new", mode=0o640, keep_mode=keep_mode, lasting=lasting)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", mode)
    assert os.listdir(tmp_path) == ["file"]


def test_a_failure_leaves_what_there_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_unused: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        replace_file(str(path), b"new")
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["file"])
