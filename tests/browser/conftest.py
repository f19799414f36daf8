# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.plugin_utils.report.write import write_report
from ansible_collections.siteops.devices.tests.browser.chromium import Chromium, Page
from ansible_collections.siteops.devices.tests.browser.sample import sample_report


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """One browser for all tests. That it is missing is an error."""
    with Chromium() as running:
        yield running


@pytest.fixture(scope="session")
def report() -> dict[str, Any]:
    """A run over 300 devices."""
    return sample_report(300)


@pytest.fixture
def page(browser: Chromium, report: dict[str, Any], tmp_path: Path) -> Iterator[Page]:
    """The report's page, which must have no problems in the end."""
    opened = browser.open(url_of(report, tmp_path), prefers_color_scheme="light")
    yield opened
    assert opened.problems == []


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots are kept."""
    return Path(os.environ.get("REPORT_PICTURES") or Path(__file__).resolve().parents[2] / "build" / "report")


def url_of(report: dict[str, Any], folder: Path) -> str:
    """The address of the page of a report, written to ``folder``."""
    return Path(write_report(report, str(folder), "", "report.html")[0]).as_uri()
