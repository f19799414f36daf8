# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's page in Chromium, from opening it to its table painted: 1,000 devices, and 10,000 that should stay usable.

The baseline is the page of a run over no devices.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from ansible_collections.siteops.devices.plugins.plugin_utils.report.write import write_report
from ansible_collections.siteops.devices.tests.benchmark.table import Row, show
from ansible_collections.siteops.devices.tests.browser.chromium import Chromium
from ansible_collections.siteops.devices.tests.browser.sample import sample_report

TURNS = 5
TARGETS = {1000: 2.0, 10000: 5.0}
"""Devices -> seconds."""

FILTER = """(() => {
  const began = performance.now();
  const filter = document.getElementById("filter");
  filter.value = "harbour unreachable";
  filter.dispatchEvent(new Event("input"));
  document.body.offsetHeight;
  return (performance.now() - began) / 1000;
})()"""


def measure() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, Chromium() as browser:
        pages, sizes = {}, {}
        for devices in (0, *TARGETS):
            report = sample_report(devices)
            began = time.monotonic()
            path = Path(write_report(report, folder, f"{devices}.json", f"{devices}.html")[1])
            pages[devices], sizes[devices] = path.as_uri(), (path.stat().st_size / 1e6, time.monotonic() - began)
        page = browser.open(pages[0])
        times: dict[int, list[float]] = {devices: [] for devices in pages}
        filters: dict[int, list[float]] = {devices: [] for devices in pages}
        for _turn in range(TURNS):
            for devices, url in pages.items():
                began = time.monotonic()
                page.load(url)
                page.settle()
                times[devices].append(time.monotonic() - began)
                filters[devices].append(float(page.evaluate(FILTER)))
        if page.problems:
            raise RuntimeError(page.problems[0])
    empty = statistics.median(times[0])
    rows = []
    for devices, target in TARGETS.items():
        took, (size, written) = statistics.median(times[devices]), sizes[devices]
        what = f"open {devices:,} devices, {size:.1f} MB (written in {written:.2f} s)"
        rows.append(Row(what, f"{took:.2f} s", f"none {empty:.2f} s", f"{took / empty:.1f}", f"under {target:g} s", took < target))
        filtered = statistics.median(filters[devices])
        rows.append(Row(f"filter {devices:,} devices", f"{filtered * 1000:.0f} ms", "-", "-", "under 500 ms", filtered < 0.5))
    show(rows)
