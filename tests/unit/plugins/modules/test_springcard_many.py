# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty readers at once: one leaves, one fails, one comes back with another id."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.springcard import firmware, load
from ansible_collections.siteops.devices.tests.simulators.springcard import SpringcardSimulator
from ansible_collections.siteops.devices.tests.unit.plugins.reader_site import NEW, OLD, ReaderSite
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome

LEAVES, FAILS, MOVES = 4, 9, 14


def test_each_reader_has_its_own_outcome_and_a_second_run_does_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"POLL": 0.1, "SETTLE": 0.3, "RETURNED": 0.3}.items():
        monkeypatch.setattr(load, name, seconds)
    monkeypatch.setattr(firmware, "ABSENCE", 0.2)
    with SpringcardSimulator(1, 20, first_address="127.34.0.1") as simulator:
        site = ReaderSite(simulator, simulator.service, tmp_path)
        readers = site.service.readers
        readers[LEAVES].outcome, readers[FAILS].outcome, readers[MOVES].new_id = "gone", "failed", True
        old_id = readers[MOVES].device_id
        src = site.file()

        def update_all(**options: Any) -> list[Outcome]:
            with ThreadPoolExecutor(10) as pool:
                return list(pool.map(lambda reader: site.load(device=reader.serial, src=src, wait_timeout=3, **options), readers))

        foreseen = update_all(check=True)
        assert {outcome.result["to"] for outcome in foreseen} == {NEW}
        first = update_all()
        assert {number: outcome.kind for number, outcome in enumerate(first) if outcome.failed} == {LEAVES: "deadline", FAILS: "failed"}
        assert all(outcome.changed for outcome in first)
        assert first[MOVES].result["device"]["device_id"] not in {old_id, None}
        site.settle()

        second = update_all()
        assert {number: outcome.kind for number, outcome in enumerate(second) if outcome.failed} == {LEAVES: "unreachable", FAILS: "failed"}
        assert [number for number, outcome in enumerate(second) if outcome.changed] == [FAILS], second

        site.settle()
        readers[LEAVES].alter({"present": True, "outcome": "success"})
        readers[FAILS].alter({"outcome": "success", "status": "ok"})
        third = update_all()
        assert [number for number, outcome in enumerate(third) if outcome.changed] == [LEAVES, FAILS]
        assert not any(outcome.failed for outcome in third)
        assert not any(outcome.changed or outcome.failed for outcome in update_all())
        assert [reader.loads for reader in readers] == [1] * 20
        assert third[LEAVES].result["from"] == OLD
        assert site.service.violations == []
