# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError
from ansible_collections.siteops.devices.plugins.module_utils.core.upload import PIECE, FileBody


def whole(body: FileBody) -> bytes:
    return b"".join(iter(body.read, b""))


def test_it_is_read_in_pieces_and_can_be_sent_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(PIECE + 10))
    told: list[int] = []
    with FileBody(str(path), told.append) as body:
        assert (len(body), body.complete) == (PIECE + 10, False)
        assert whole(body) == path.read_bytes()
        assert body.complete
        body.rewind()
        assert (len(body.read(8192)), body.read(), body.read()) == (PIECE, path.read_bytes()[PIECE:], b"")
    assert told == [PIECE, PIECE + 10, PIECE + 10, PIECE, PIECE + 10, PIECE + 10]


def test_what_is_added_meanwhile_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    with FileBody(str(path)) as body, path.open("ab") as more:
        more.write(b"def")
        more.flush()
        assert (len(body), whole(body)) == (3, b"abc")


def test_what_is_cut_off_meanwhile_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    with FileBody(str(path)) as body:
        os.truncate(path, 1)
        assert body.read() == b"a"
        with pytest.raises(InputError, match="became shorter"):
            body.read()


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        FileBody(str(tmp_path / "file"))
