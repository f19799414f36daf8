# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.npm.version import NpmVersion, version_of

ORDERED = ["9.12 #5", "11.5 #30000", "11.5.1 #1", "11.5.10 #1", "11.6.0 #9", "11.6.0 #23947", "11.6.1", "11.6.1 #1", "11.6.1a #1", "12"]


def test_ordered_by_number_then_build() -> None:
    assert sorted(sorted(ORDERED), key=NpmVersion) == ORDERED


@pytest.mark.parametrize(
    ("wanted", "seen", "fits"),
    [
        ("11.6.0 #23947", "11.6.0 #23947", True),
        ("11.6.0#23947", " 11.6 #23947 ", True),
        ("v11.6.0 build 23947", "11.6.0 #23947", True),
        ("11.6.0 #023947", "11.6.0 #23947", True),
        ("11.6.0", "11.6.0 #23947", True),
        ("11.6.0 #23947", "11.6.0", False),
        ("11.6.0 #23947", "11.6.0 #23948", False),
        ("11.6.1", "11.6.0 #23947", False),
        ("11.6.0-beta", "11.6.0", False),
        ("nightly  one", "nightly one", True),
        ("nightly", "11.6.0", False),
        ("11.6.0", "", False),
        ("11.6.0", None, False),
    ],
)
def test_fits(wanted: str, seen: str | None, fits: bool) -> None:
    assert NpmVersion(wanted).fits(seen) is fits


@pytest.mark.parametrize(
    ("wanted", "running", "older"),
    [
        ("11.6.0 #1", "11.6.0 #2", True),
        ("11.6.0 #2", "11.6.0 #1", False),
        ("11.6.0", "11.6.0 #2", False),
        ("11.5", "11.6.0 #2", True),
        ("11.10", "11.9 #7", False),
        ("nightly", "11.6.0 #2", None),
        ("11.6.0 #2", "nightly", None),
    ],
)
def test_older_than(wanted: str, running: str, older: bool | None) -> None:
    assert NpmVersion(wanted).older_than(NpmVersion(running)) is older


def test_nothing_is_no_version() -> None:
    assert [version_of(text) for text in (None, "", " ")] == [None] * 3
    assert str(version_of(" 11.6 ")) == "11.6"
