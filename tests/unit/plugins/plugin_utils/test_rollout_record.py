# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a rollout: true at every moment, quick, and a help to the run after one that was killed."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ansible_collections.siteops.devices.plugins.plugin_utils import rollout_record
from ansible_collections.siteops.devices.plugins.plugin_utils.rollout_record import Record, Steps

ROOT = Path(__file__).resolve().parents[4]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "rollout.schema.json").read_text())
ODD = 'a", "b\\" ü\u2028'
ABOUT = {
    "started_at": "2026-11-26T18:00:00Z",
    "finished_at": None,
    "by": "ops",
    "job": "",
    "max_failures": 0,
    "soak": 0.0,
    "limit": "",
    "tags": [],
}


def begun(path: Path, hosts: list[str], serial: Any = "100%", **about: Any) -> Path:
    record = Record({**ABOUT, **about})
    for row in rollout_record.planned([{"host": host, "system": "msk"} for host in hosts], serial):
        record.set(row["host"], row)
    record.write(str(path))
    return path


def content(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return found


def states(path: Path) -> dict[str, str]:
    return {row["host"]: row["state"] for row in content(path)["hosts"]}


@pytest.mark.parametrize("hosts", [[], ["gate-01"], ["gate-01", ODD, "gate-02"]])
def test_what_is_written_is_read(tmp_path: Path, hosts: list[str]) -> None:
    path = begun(tmp_path / "r.json", hosts)
    assert Record.read(str(path)).hosts == hosts
    assert content(path)["summary"] == ({"waiting": len(hosts)} if hosts else {})
    for host in hosts:
        Steps(str(path), host, "Update", pytest.fail).begins()
    assert states(path) == dict.fromkeys(hosts, "under_way")
    assert [row["host"] for row in content(path)["hosts"]] == hosts


@pytest.mark.parametrize(
    ("serial", "waves"),
    [
        ("100%", [1] * 10),
        (4, [1, 1, 1, 1, 2, 2, 2, 2, 3, 3]),
        ([1, "30%", "100%"], [1, 2, 2, 2, 3, 3, 3, 3, 3, 3]),
        (["1", 2], [1, 2, 2, 3, 3, 4, 4, 5, 5, 6]),
        (0, [1] * 10),
        ([], [1] * 10),
    ],
)
def test_waves_are_those_of_the_engine(serial: Any, waves: list[int]) -> None:
    rows = [{"host": str(number)} for number in range(10)]
    assert [row["wave"] for row in rollout_record.planned(rows, serial)] == waves


def test_steps(tmp_path: Path) -> None:
    path = begun(tmp_path / "r.json", ["a", "b"])

    def row() -> tuple[str, str, str]:
        (found,) = [found for found in content(path)["hosts"] if found["host"] == "a"]
        return found["state"], found["step"], found["reason"]

    update, restore = (Steps(str(path), "a", step, pytest.fail) for step in ("Update", "Go back"))
    update.begins()
    assert row() == ("under_way", "Update", "")
    update.ended({"changed": True})
    assert row() == ("under_way", "Update", rollout_record.REST)
    update.ended({"failed": True, "msg": "No."})
    assert row() == ("failed", "Update", "No.")
    restore.begins()
    assert row() == ("under_way", "Go back", "No.")
    assert content(path)["summary"] == {"waiting": 1, "under_way": 1}


def test_a_role_that_broke_off(tmp_path: Path) -> None:
    """What had been written to the device before is told; what failed or was not written to tells it itself."""
    path = begun(tmp_path / "r.json", ["a"])
    row = {"host": "a", "state": "failed", "step": "Note the outcome", "reason": "No."}

    def told() -> str:
        return str(rollout_record.broken_off(Record.read(str(path)).row("a"), row)["reason"])

    assert told() == "No."
    update = Steps(str(path), "a", "Update", pytest.fail)
    update.begins()
    update.ended({"changed": True})
    assert told() == 'No. The step "Update" had been done on it before.'
    update.ended({"failed": True, "msg": "Broken."})
    assert told() == "No."
    assert rollout_record.broken_off({}, row) == row


def test_a_record_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    Steps(str(tmp_path / "none.json"), "a", "Update", told.append).begins()
    (tmp_path / "broken.json").write_text("{}")
    Steps(str(tmp_path / "broken.json"), "a", "Update", told.append).ended({})
    assert [text.partition(": ")[0] for text in told] == ["The record of this run is not up to date"] * 2
    Steps("", "a", "Update", pytest.fail).begins()


def test_workers_lose_nothing(tmp_path: Path) -> None:
    hosts = [f"gate-{number:02}" for number in range(40)]
    path = begun(tmp_path / "r.json", hosts)
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=note_all, args=(str(path), hosts[number::4])) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert content(path)["summary"] == {"failed": 40}
    assert sorted(os.listdir(tmp_path)) == ["r.json"]


def note_all(path: str, hosts: list[str]) -> None:
    for host in hosts:
        steps = Steps(path, host, "Update", print)
        steps.begins()
        steps.ended({"failed": True, "msg": "No."})


def test_a_worker_that_was_killed_while_it_wrote_stops_no_other_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = begun(tmp_path / "r.json", ["a"])
    monkeypatch.setattr(rollout_record, "PATIENCE", 0.01)
    lock = multiprocessing.get_context("fork").Lock()
    monkeypatch.setattr(rollout_record, "_WRITING", lock)
    lock.acquire()
    Steps(str(path), "a", "Update", pytest.fail).begins()
    assert states(path) == {"a": "under_way"}


@pytest.fixture
def gone() -> dict[str, Any]:
    """The identity of a process that is there no more."""
    code = f"from {rollout_record.__name__} import identity; import json; print(json.dumps(identity()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def test_life(gone: dict[str, Any]) -> None:
    own = rollout_record.identity()
    assert rollout_record.life_of(own) == "running"
    assert rollout_record.life_of({**own, "started": own["started"] - 1}) == "gone"  # the number was given to another process since
    assert rollout_record.life_of(gone) == "gone"
    assert rollout_record.life_of({**own, "machine": "another"}) == rollout_record.life_of({}) == "unknown"


def test_runs_that_did_not_end(tmp_path: Path, gone: dict[str, Any]) -> None:
    killed = begun(tmp_path / "rollout-1.json", ["a", "b", "c"], process=gone)
    Steps(str(killed), "b", "Update", pytest.fail).begins()
    begun(tmp_path / "rollout-2.json", ["a"], process=rollout_record.identity())
    begun(tmp_path / "rollout-3.json", ["a"], process={"machine": "ctl-2"})
    begun(tmp_path / "rollout-4.json", ["z"], process=gone)
    begun(tmp_path / "rollout-5.json", ["a"], state="ended")
    (tmp_path / "rollout-6.json").write_text('{"state": "running"')
    (tmp_path / "a.json").write_text("{}")
    found = rollout_record.unended(str(tmp_path), ["a", "b"])
    assert [(os.path.basename(one.path), one.life) for one in found] == [
        ("rollout-1.json", "gone"),
        ("rollout-2.json", "running"),
        ("rollout-3.json", "unknown"),
    ]
    first, second, third = (one.told() for one in found)
    assert first.startswith("This run goes on after rollout-1.json, begun at 2026-11-26T18:00:00Z by ops on ")
    assert ", which did not end (last heard of at " in first
    assert first.endswith(" b was under way. a, c were waiting. The devices tell what is left to do.")
    assert second.startswith("Another rollout of these hosts is under way: rollout-2.json, begun at")
    assert "which did not end, or still runs there" in third


def test_who_did_the_rest(tmp_path: Path) -> None:
    path = begun(tmp_path / "rollout-1.json", ["a", "b"])
    os.utime(path, (1000, 1000))
    rollout_record.close(str(tmp_path), path.name, "rollout-2.json", ["a"])
    assert content(path)["state"] == "running"
    rollout_record.close(str(tmp_path), path.name, "rollout-2.json", ["a", "b"])
    found = content(path)
    assert (found["state"], found["finished_by"], path.stat().st_mtime) == ("unfinished", "rollout-2.json", 1000)
    rollout_record.close(str(tmp_path), "none.json", "rollout-2.json", [])
