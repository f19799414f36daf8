# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core import checksum
from ansible_collections.siteops.devices.plugins.module_utils.core.checksum import sha256_of
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError

KNOWN = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of "abc"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "image.iso"
    path.write_bytes(b"abc")
    return path


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read from start to end."""
    found: list[str] = []
    real = checksum._compute

    def compute(file: object, path: str, on_read: object) -> object:
        found.append(path)
        return real(file, path, on_read)  # type: ignore[arg-type]

    monkeypatch.setattr(checksum, "_compute", compute)
    return found


def test_computed_once(file: Path, tmp_path: Path, readings: list[str]) -> None:
    folder = str(tmp_path / "kept")
    assert [sha256_of(str(file), folder=folder) for _time in range(3)] == [KNOWN] * 3
    assert len(readings) == 1


def test_computed_once_for_all_that_ask_at_the_same_time(tmp_path: Path, readings: list[str]) -> None:
    file = tmp_path / "image.iso"
    file.write_bytes(b"x" * 20_000_000)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(sha256_of(str(file), folder=str(tmp_path / "kept")))) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found)), len(readings)) == (6, 1, 1)


def test_any_change_counts(file: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "kept")
    assert sha256_of(str(file), folder=folder) == KNOWN
    before = file.stat()
    file.write_bytes(b"abd")  # the same inode and size
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # and the time set back
    assert sha256_of(str(file), folder=folder) != KNOWN
    replacement = tmp_path / "other"
    replacement.write_bytes(b"abc")
    replacement.replace(file)
    assert sha256_of(str(file), folder=folder) == KNOWN


def test_no_folder_for_results_is_no_failure(file: Path, tmp_path: Path, readings: list[str]) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path)
    for folder in (open_to_all, file, tmp_path / "link"):
        assert sha256_of(str(file), folder=str(folder)) == KNOWN
    assert (len(readings), list(open_to_all.iterdir())) == (3, [])


def test_a_damaged_result_is_ignored(file: Path, tmp_path: Path, readings: list[str]) -> None:
    folder = tmp_path / "kept"
    sha256_of(str(file), folder=str(folder))
    for kept in folder.iterdir():
        kept.write_bytes(b"\xff not a digest")
    assert sha256_of(str(file), folder=str(folder)) == KNOWN
    assert len(readings) == 2


def test_old_results_are_forgotten(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    sha256_of(str(file), folder=str(folder))
    for kept in folder.iterdir():
        os.utime(kept, (0, 0))
    other = tmp_path / "other"
    other.write_bytes(b"abc")
    sha256_of(str(other), folder=str(folder))
    assert all(kept.stat().st_mtime for kept in folder.iterdir())


def test_a_file_that_changes_while_it_is_read(file: Path, tmp_path: Path) -> None:
    def change(_done: int, _total: int) -> None:
        time.sleep(0.02)
        file.write_bytes(b"abd")

    with pytest.raises(InputError, match="changed while it was read"):
        sha256_of(str(file), folder=str(tmp_path / "kept"), on_read=change)


@pytest.mark.parametrize("name", ["nothing-there", "."])
def test_what_is_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        sha256_of(str(tmp_path / name))
