# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.siteops.devices.plugins.module_utils.core.progress import Progress, share_done
from ansible_collections.siteops.devices.plugins.module_utils.core.wait import Clock


class Stepping(Clock):
    """A clock that a test moves."""

    time = 100.0

    def now(self) -> float:
        return self.time


def test_a_line_every_five_seconds_and_none_before() -> None:
    said: list[str] = []
    clock = Stepping()
    progress = Progress(said.append, clock=clock)
    for second in range(1, 17):
        clock.time = 100.0 + second
        progress.tell(lambda second=second: f"{second} s")  # type: ignore[misc]
        progress.tell(lambda: "again")
    assert said == ["5 s", "10 s", "15 s"]


def test_silent() -> None:
    Progress(None, interval=0).tell(lambda: 1 // 0)  # type: ignore[arg-type, return-value]


def test_shares() -> None:
    assert share_done(1_215_000, 2_700_000) == "45 % (1.2 of 2.7 MB)"
    assert share_done(182_000, 200_172) == "90 % (182.0 of 200.2 kB)"
    assert share_done(500, 2000) == "25 % (0.5 of 2.0 kB)"
    assert share_done(0, 0) == "100 % (0.0 of 0.0 kB)"
