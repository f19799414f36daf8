# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.version import Version
from ansible_collections.siteops.devices.plugins.module_utils.msk.version import FirmwareVersion, running_version


@pytest.mark.parametrize(
    ("answered", "text", "code"),
    [
        ("1.209", "1.209", 1209),
        (" v1.209 ", "1.209", 1209),
        (1.209, "1.209", 1209),
        (1209, "1.209", 1209),
        ("1209", "1.209", 1209),
        (1209.0, "1.209", 1209),
        (1.21, "1.210", 1210),
        ("1.21", "1.210", 1210),
        (1.2, "1.200", 1200),
        (1.0, "1.000", 1000),
        (1, "1.000", 1000),
        (2, "2.000", 2000),
        ("0.999", "0.999", 999),
        (999, "0.999", 999),
        (10.001, "10.001", 10001),
        (10001, "10.001", 10001),
    ],
)
def test_every_form_is_the_same_version(answered: Any, text: str, code: int) -> None:
    version = FirmwareVersion.parse(answered)
    assert (str(version), version.key) == (text, code)


@pytest.mark.parametrize("answered", [None, True, "", "latest", "1.2.3", "1.2091", "-1", [], {}, "1,209"])
def test_what_is_no_version(answered: Any) -> None:
    with pytest.raises(ValueError, match=r"version|decimals"):
        FirmwareVersion.parse(answered)


@pytest.mark.parametrize(
    ("older", "newer"), [(1.209, 1.21), ("1.99", "1.991"), (1209, "1.210"), ("1.209", 1.21), (1.9, "1.901"), ("1.999", 2)]
)
def test_the_order_is_not_that_of_numbers_or_text(older: Any, newer: Any) -> None:
    assert FirmwareVersion.parse(older) < FirmwareVersion.parse(newer)
    assert FirmwareVersion.parse(newer) >= FirmwareVersion.parse(older)
    assert FirmwareVersion.parse(newer) != FirmwareVersion.parse(older)


@pytest.mark.parametrize(
    ("answered", "text", "code", "relation"),
    [
        ("1.209", "1.209", 1209, "same"),
        (1.21, "1.210", 1210, "same"),
        (1.21, "1.209", 1209, "newer"),
        ("2.4", "2.4", 24, "same"),  # packages on a scale of their own
        (24, "2.4", 24, "same"),
        (2.0, "2.0", 20, "same"),
        (2, "2.0", 20, "same"),
        ("2.9", "2.10", 210, "older"),
        ("2.11", "2.10", 210, "newer"),
        (2.1, "2.10", 210, "same"),
        (210, "2.10", 210, "same"),
        ("build 7", "build 7", 7, "same"),
    ],
)
def test_what_runs_against_a_package(answered: Any, text: str, code: int, relation: str) -> None:
    packaged = FirmwareVersion.packaged(text, code)
    running = running_version(answered, packaged)
    assert {"same": running == packaged, "newer": running > packaged, "older": running < packaged}[relation]


def test_versions_of_two_products_do_not_compare() -> None:
    class Other(Version):
        pass

    assert Other("1", 1) != FirmwareVersion("1", 1)
    assert len({FirmwareVersion("1.0", 1), FirmwareVersion("1.00", 1)}) == 1
    with pytest.raises(TypeError):
        assert Other("1", 1) < FirmwareVersion("2", 2)
