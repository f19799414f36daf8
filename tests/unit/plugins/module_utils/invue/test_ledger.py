# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import BusyError, InputError
from ansible_collections.siteops.devices.plugins.module_utils.invue import ledger as ledger_module
from ansible_collections.siteops.devices.plugins.module_utils.invue.ledger import Ledger
from ansible_collections.siteops.devices.tests.simulators.invue import InvueSimulator
from ansible_collections.siteops.devices.tests.unit.plugins.running import run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.json"


def test_it_is_sorted_and_ends_with_a_newline_whatever_the_order(path: Path) -> None:
    rows = [("OKM", "2", "b"), ("IR4KEY", "1", "c"), ("OKM", "10", "a"), ("Türgriff", "1", "d")]
    texts = set()
    for order in (rows, rows[::-1]):
        path.unlink(missing_ok=True)
        for row in order:
            Ledger(str(path)).record(*row)
        texts.add(path.read_text(encoding="utf-8"))
    (text,) = texts
    assert text.endswith("}\n")
    assert list(json.loads(text)["OKM"]) == ["10", "2"]
    assert "Türgriff" in text


def test_an_id_has_one_place(path: Path) -> None:
    ledger = Ledger(str(path))
    ledger.record("OKM", "1", "a")
    ledger.record("OKM", "2", "a")
    assert ledger.ids() == {"OKM": {"2": "a"}}
    ledger.forget("a")
    assert ledger.ids() == {}


def test_what_does_not_change_is_not_written(path: Path) -> None:
    ledger = Ledger(str(path))
    ledger.record("OKM", "1", "a")
    before = path.stat().st_ino
    ledger.record("OKM", "1", "a")
    ledger.forget("unknown")
    assert path.stat().st_ino == before
    assert [entry.name for entry in path.parent.iterdir()] == ["ledger.json"]


def test_mode_and_link_survive(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_text("{}")
    real.chmod(0o640)
    path.symlink_to(real)
    Ledger(str(path)).record("OKM", "1", "a")
    assert path.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert Ledger(str(real)).find("OKM", "1") == "a"


@pytest.mark.parametrize("content", ["", "[]", '{"OKM": "a"}', '{"OKM": {"1": 2}}', '{"OKM": {"1": ""}}', "<<<<<<< HEAD"])
def test_what_is_no_ledger_is_not_touched(path: Path, content: str) -> None:
    path.write_text(content)
    for work in (lambda: Ledger(str(path)).check(), lambda: Ledger(str(path)).record("OKM", "1", "a")):
        with pytest.raises(InputError, match=r"ledger\.json"):
            work()
    assert path.read_text() == content


def test_a_failed_write_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(str(path))
    ledger.record("OKM", "1", "a")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        ledger.record("OKM", "2", "b")
    assert ledger.ids() == {"OKM": {"1": "a"}}
    assert [entry.name for entry in path.parent.iterdir()] == ["ledger.json"]


def test_a_lock_that_never_opens_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "LOCK_TIMEOUT", 0.05)
    with Ledger(str(path))._locked(), pytest.raises(BusyError, match="has held"):
        Ledger(str(path)).record("OKM", "1", "a")


def test_without_folder_locks_a_file_elsewhere_serves(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locks = tmp_path / "locks"
    locks.mkdir()
    monkeypatch.setattr(ledger_module.tempfile, "gettempdir", lambda: str(locks))
    real = ledger_module._try_lock

    def no_folders(handle: int) -> bool:
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            raise OSError(9, "Bad file descriptor")
        return real(handle)

    monkeypatch.setattr(ledger_module, "_try_lock", no_folders)
    Ledger(str(path)).record("OKM", "1", "a")
    assert len(list(locks.iterdir())) == 1
    assert Ledger(str(path)).find("OKM", "1") == "a"


def test_threads_lose_nothing(path: Path) -> None:
    def work(name: str) -> None:
        for number in range(20):
            Ledger(str(path)).record("OKM", f"{name}-{number}", f"id-{name}-{number}")

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Ledger(str(path)).ids()["OKM"]) == 80


def publish_all(arguments: dict[str, Any], name: str, count: int) -> int:
    """In a process of its own: publish entries of its own, and one that all of them publish; how many it created."""
    created = 0
    for version in [*(f"{name}-{number:03}" for number in range(count)), "shared"]:
        outcome = run(
            "firmware_registry_entry", {**arguments, "type": "OKM", "version": version, "url": f"https://x.example.com/{version}"}
        )
        assert not outcome.failed, outcome
        created += outcome.changed
    return created


@pytest.mark.timeout(300)
def test_eight_processes_publishing_100_entries_each_lose_nothing(path: Path) -> None:
    with InvueSimulator(first_address="127.35.0.1", tls=False) as simulator:
        arguments = {"api_url": simulator.api_url, "access_token": simulator.registry.token, "timeout": 60, "ledger": str(path)}
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__, "ansible_collections.siteops.devices.plugins.modules.firmware_registry_entry"])
        with ProcessPoolExecutor(8, mp_context=context) as pool:
            started = [pool.submit(publish_all, arguments, f"host{number}", 100) for number in range(8)]
            created = [future.result(timeout=280) for future in started]
        entries = simulator.registry.entries
        known = Ledger(str(path)).ids()["OKM"]
        assert len(entries) == 801
        assert {entry["version"]: number for number, entry in entries.items()} == known
        assert sum(created) == 801
