# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.npm.update import Status, newest_of, update_of
from ansible_collections.siteops.devices.plugins.module_utils.npm.version import NpmVersion


@pytest.mark.parametrize(
    ("history", "newest"),
    [
        ([], None),
        ([{"version": "1", "time": 5}, {"version": "2", "time": 9}], "2"),
        ([{"version": "2", "time": 9}, {"version": "1", "time": 5}], "2"),
        ([{"version": "1"}, {"version": "2"}], "2"),
        ([{"version": "1", "time": 5}, {"version": "2", "time": 5}], "2"),
        ([{"version": "1", "time": 5}, {"time": 9}], None),
    ],
)
def test_newest(history: list[dict[str, object]], newest: str | None) -> None:
    assert newest_of(history) == newest


def status(newest: str | None, sw_version: str | None) -> Status:
    raw = {"state": "IDLE", "state_description": "", "last_state_time": 0, "update_history": [{"version": newest}] if newest else []}
    return Status(update_of(raw), sw_version)


@pytest.mark.parametrize(
    ("newest", "sw_version", "has", "proves"),
    [
        ("2 #1", "2 #1", True, True),
        ("2 #1", None, True, True),
        (None, "2 #1", True, True),
        ("2 #1", "1 #1", True, False),
        (None, None, False, False),
    ],
)
def test_installed(newest: str | None, sw_version: str | None, has: bool, proves: bool) -> None:
    seen = status(newest, sw_version)
    assert (seen.has(NpmVersion("2")), seen.proves(NpmVersion("2"))) == (has, proves)


def test_a_left_over_target_counts_as_nothing() -> None:
    assert Status({**update_of({"state": "IDLE"}), "target_version": "2"}, None).target is None
