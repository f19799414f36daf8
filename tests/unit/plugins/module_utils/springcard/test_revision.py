# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.springcard.revision import Revision


def parsed(text: Any) -> Revision:
    revision = Revision.of(text)
    assert revision is not None
    return revision


@pytest.mark.parametrize("text", ["", "1", "1.", "one", "1.2.3", "1.22 (beta)", None, 1.22, ["1.22"]])
def test_what_is_no_revision(text: Any) -> None:
    assert Revision.of(text) is None


def test_the_documents_example() -> None:
    revision = parsed("0.80-138-g56e5ed58")
    assert (revision.numbers, revision.build, revision.commit, revision.version) == ((0, 80), 138, "56e5ed58", "0.80")
    assert revision.full
    assert not parsed("1.23").full


@pytest.mark.parametrize(
    ("low", "high"),
    [("1.09", "1.10"), ("1.99", "2.00"), ("1.22-9-gff", "1.22-10-g00"), ("1.22-138-g56e5ed58", "1.23"), ("0.80", "1.00-1-g0")],
)
def test_order(low: str, high: str) -> None:
    assert parsed(low).is_below(parsed(high))
    assert not parsed(high).is_below(parsed(low))
    assert not parsed(low).fits(parsed(high))


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("1.22", "1.22-138-g56e5ed58", True),
        ("1.22-138", "1.22-138-g56e5ed58", True),
        ("1.22-138-G56E5ED58", "1.22-138-g56e5ed58", True),
        ("1.22-138-g56e5ed58", "1.22-138-gffffffff", False),
        ("1.22-137", "1.22-138", False),
    ],
)
def test_what_both_know_must_be_equal(left: str, right: str, same: bool) -> None:
    assert parsed(left).fits(parsed(right)) == parsed(right).fits(parsed(left)) == same
