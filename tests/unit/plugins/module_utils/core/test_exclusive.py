# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import BusyError
from ansible_collections.siteops.devices.plugins.module_utils.core.exclusive import exclusive
from ansible_collections.siteops.devices.plugins.module_utils.core.wait import Deadline

HOLDER = """
import sys
from ansible_collections.siteops.devices.plugins.module_utils.core.exclusive import exclusive
from ansible_collections.siteops.devices.plugins.module_utils.core.wait import Deadline
with exclusive("127.0.0.1", 443, "firmware", deadline=Deadline(5), where=sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(
    folder: Path, host: str = "127.0.0.1", timeout: float = 0.05, purpose: str = "firmware"
) -> contextlib.AbstractContextManager[None]:
    return exclusive(host, 443, purpose, deadline=Deadline(timeout), where=str(folder))


def test_one_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    with hold(folder):
        with pytest.raises(BusyError, match="Another run on this host works on localhost:443"), hold(folder, "localhost"):
            pass
        with hold(folder, "127.0.0.2"), hold(folder, purpose="other"):
            assert len(list(folder.iterdir())) == 3
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o700
    with hold(folder):
        pass


def test_who_waits_gets_it(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with hold(tmp_path, timeout=5):
            order.append("second")

    waiting = threading.Thread(target=second)
    with hold(tmp_path):
        waiting.start()
        order.append("first")
    waiting.join(5)
    assert order == ["first", "second"]


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(BusyError), hold(tmp_path):
        pass
    holder.kill()
    holder.communicate()
    with hold(tmp_path):
        pass


@pytest.mark.parametrize("kind", ["file", "link", "foreign"])
def test_where_no_lock_can_be_made_there_is_none(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "locks"
    if kind == "file":
        folder.write_text("")
    elif kind == "link":
        folder.symlink_to(tmp_path)
    else:
        folder.mkdir()
        owner = os.getuid() + 1
        monkeypatch.setattr(os, "getuid", lambda: owner)
    with hold(folder), hold(folder):
        pass
