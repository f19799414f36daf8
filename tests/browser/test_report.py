# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's page in a real browser: it opens, filters, sorts, opens rows, and shows hostile strings as text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.browser.chromium import Chromium, Page
from ansible_collections.siteops.devices.tests.browser.conftest import url_of
from ansible_collections.siteops.devices.tests.browser.sample import sample_report

NAMES = "[...document.querySelectorAll('#body > tr.row .name')].map((element) => element.textContent)"
STATES = "[...document.querySelectorAll('#body > tr.row .state')].map((element) => element.textContent)"
COUNT = "document.getElementById('count').textContent"
HOSTILE = "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 2'>\u202e\x00"

CONTRAST = """(() => {
  const light = (color) => {
    const linear = (part) => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
    const parts = color.match(/[\\d.]+/g).slice(0, 3).map((part) => linear(part / 255));
    return .2126 * parts[0] + .7152 * parts[1] + .0722 * parts[2];
  };
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if (!/, 0\\)$|transparent/.test(color)) return color;
    }
    return getComputedStyle(document.body).backgroundColor;
  };
  const poor = new Set();
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest("script, style, noscript, :disabled, svg, .unseen")) continue;
    const [one, two] = [light(getComputedStyle(element).color), light(ground(element))].sort();
    if ((two + .05) / (one + .05) < 4.5) poor.add(`${element.tagName}.${element.className} ${((two + .05) / (one + .05)).toFixed(2)}`);
  }
  return [...poor];
})()"""


def test_it_opens(page: Page, report: dict[str, Any]) -> None:
    assert page.evaluate("document.title") == page.evaluate("document.querySelector('h1').textContent") == "Fleet report"
    totals = page.evaluate("[...document.querySelectorAll('#totals button')].map((element) => element.textContent)")
    assert totals[0] == "300Devices"
    assert f"{report['totals']['changed']}Changed" in totals
    assert page.evaluate(COUNT) == "300 devices"
    assert page.evaluate("document.querySelectorAll('#body tr').length") == 150


def test_the_worst_comes_first(page: Page) -> None:
    states = page.evaluate(STATES)
    assert states[0] == "Failed"
    assert states.index("Unreachable") < states.index("Changed") < states.index("Unchanged")


def test_filter(page: Page, report: dict[str, Any]) -> None:
    page.evaluate("document.getElementById('filter').focus()")
    page.write("harbour  UNREACHABLE")
    wanted = [row["name"] for row in report["devices"] if row["name"].startswith("harbour") and row["state"] == "unreachable"]
    assert page.evaluate(NAMES) == wanted
    assert page.evaluate(COUNT) == f"{len(wanted)} of 300 devices"
    page.write(" nothing like this")
    assert page.evaluate("document.getElementById('nothing').hidden") is False
    assert page.evaluate(NAMES) == []


def test_filter_by_state(page: Page, report: dict[str, Any]) -> None:
    press = "document.querySelector('#totals [data-state=\"changed\"]').click()"
    page.evaluate(press)
    assert set(page.evaluate(STATES)) == {"Changed"}
    assert len(page.evaluate(NAMES)) == report["totals"]["changed"]
    assert page.evaluate("[...document.querySelectorAll('#totals [aria-pressed=true]')].map((element) => element.dataset.state)") == [
        "changed"
    ]
    page.evaluate(press)
    assert page.evaluate(COUNT) == "300 devices"


def test_filter_by_version(page: Page, report: dict[str, Any]) -> None:
    page.evaluate("[...document.querySelectorAll('.bars .link')].find((element) => element.textContent === '1.118').click()")
    wanted = {row["name"] for row in report["devices"] if "1.118" in json.dumps(row["firmware"]) + json.dumps(row["updates"])}
    assert set(page.evaluate(NAMES)) == wanted


def test_sort(page: Page, report: dict[str, Any]) -> None:
    press = "[...document.querySelectorAll('#head button')].find((element) => element.textContent === '%s').click()"
    sorted_by = "[...document.querySelectorAll('#head th')].map((element) => element.getAttribute('aria-sort'))"
    page.evaluate(press % "Device")
    ascending = page.evaluate(NAMES)
    assert ascending == [row["name"] for row in report["devices"]][:150]
    assert page.evaluate(sorted_by)[:2] == ["ascending", "none"]
    page.evaluate(press % "Device")
    assert page.evaluate(NAMES)[0] == report["devices"][-1]["name"]
    assert page.evaluate(sorted_by)[0] == "descending"
    page.evaluate(press % "Took")
    page.evaluate(press % "Took")
    longest = max(report["devices"], key=lambda row: row["seconds"] or 0)
    assert page.evaluate(NAMES)[0] == longest["name"]


def test_all_rows_can_be_reached(page: Page) -> None:
    page.evaluate("document.getElementById('more').scrollIntoView()")
    page.settle()
    page.settle()
    assert page.evaluate("document.querySelectorAll('#body tr').length") == 300
    assert page.evaluate("document.getElementById('more').hidden") is True


def test_keyboard_opens_a_device(page: Page) -> None:
    page.evaluate("document.querySelector('#head th:last-child button').focus()")
    page.press("Tab", code=9)
    focused = "document.activeElement.getAttribute('aria-expanded')"
    assert page.evaluate(focused) == "false"
    page.press("Enter", code=13, text="\r")
    assert page.evaluate(focused) == "true"
    controlled = page.evaluate("document.getElementById(document.activeElement.getAttribute('aria-controls')).textContent")
    assert "reading it back shows" in controlled
    assert "kind: not_taken" in controlled
    page.press("Enter", code=13, text="\r")
    assert page.evaluate("document.querySelectorAll('.detail').length") == 0


def test_before_and_after_and_the_plan(page: Page) -> None:
    page.evaluate("document.querySelector('#totals [data-state=\"changed\"]').click()")
    page.evaluate("document.getElementById('open-all').click()")
    changes = page.evaluate("[...document.querySelectorAll('.old .value, .new .value')].map((element) => element.textContent)")
    assert {"2500\u00a0mm", "8000\u00a0mm", "disabled", "normal"} <= set(changes)
    assert page.evaluate("document.querySelectorAll('.plan path.alarm').length") > 10
    labels = page.evaluate("[...document.querySelectorAll('.plan svg')].map((element) => element.getAttribute('aria-label'))")
    assert all(label.startswith("Plan. Alarm area to 8\u00a0m, pre-alarm area to 12\u00a0m, azimuth ") for label in labels)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(page: Page, scheme: str) -> None:
    page.media(prefers_color_scheme=scheme)
    page.evaluate("document.getElementById('open-all').click()")
    assert page.evaluate(CONTRAST) == []


def test_everything_has_a_name(page: Page) -> None:
    page.evaluate("document.getElementById('open-all').click()")
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    nameless = [
        node["role"]["value"]
        for node in nodes
        if not node.get("ignored") and node["role"]["value"] in {"button", "searchbox", "columnheader", "rowheader", "img", "image"}
        if not node.get("name", {}).get("value")
    ]
    assert nameless == []
    roles = {node["role"]["value"] for node in nodes if not node.get("ignored")}
    assert {"table", "columnheader", "rowheader", "searchbox", "status", "main", "banner"} <= roles


def test_hostile_strings_are_shown_as_text(browser: Chromium, tmp_path: Path) -> None:
    report = sample_report(6, title=HOSTILE)
    for device in report["devices"]:
        device.update(address=HOSTILE, site=HOSTILE, system=HOSTILE, firmware={HOSTILE: HOSTILE}, findings=[HOSTILE], state="failed")
        device["failures"] = [
            {"task": HOSTILE, "module": HOSTILE, "message": HOSTILE, "kind": HOSTILE, "http_status": 500, "code": HOSTILE, "handled": False}
        ]
        fields = [{"field": HOSTILE, "before": HOSTILE, "after": {HOSTILE: [HOSTILE]}, "unit": HOSTILE}, {"field": "x"}]
        device["changes"] = [{"task": HOSTILE, "module": HOSTILE, "check_mode": True, "fields": fields}]
        device["updates"] = [{"component": HOSTILE, "from": HOSTILE, "to": None, "action": HOSTILE, "check_mode": True}]
        device["events"] = [{"at": "2026-11-26T10:00:00Z", "type": HOSTILE, "cause": HOSTILE, "duration": None}]
    report["firmware"] = [{"component": HOSTILE, "version": HOSTILE, "devices": 6}]
    page = browser.open(url_of(report, tmp_path))
    page.evaluate("document.getElementById('open-all').click()")
    page.settle()
    assert page.problems == []
    assert page.evaluate("window.hurt === undefined && document.images.length === 0 && document.scripts.length === 2") is True
    # NUL is the one character that no page can hold.
    assert page.evaluate("document.querySelector('h1').textContent").replace("\ufffd", "\x00") == HOSTILE
    assert page.evaluate("document.querySelectorAll('.failure').length") == 6


def test_no_other_script_can_run(browser: Chromium, report: dict[str, Any], tmp_path: Path) -> None:
    page = browser.open(url_of(report, tmp_path))
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hurt = 1\">')")
    page.settle()
    assert page.evaluate("window.hurt === undefined") is True
    assert any("Content Security Policy" in problem for problem in page.problems)


@pytest.mark.parametrize("devices", [0, 1])
def test_small_runs(browser: Chromium, tmp_path: Path, devices: int) -> None:
    page = browser.open(url_of(sample_report(devices), tmp_path))
    assert page.problems == []
    assert page.evaluate(COUNT) == ("1 device" if devices else "0 devices")


def test_a_stopped_run_says_so(browser: Chromium, report: dict[str, Any], tmp_path: Path) -> None:
    page = browser.open(url_of({**report, "complete": False}, tmp_path))
    assert "stopped before its end" in page.evaluate("document.getElementById('notice').innerText")


def test_check_mode_says_would(browser: Chromium, tmp_path: Path) -> None:
    page = browser.open(url_of(sample_report(60, check_mode=True), tmp_path))
    assert "Would change" in page.evaluate(STATES)
    assert "Changed" not in page.evaluate(STATES)
    assert "nothing was changed" in page.evaluate("document.getElementById('run').textContent")


def test_print_shows_all_devices(page: Page, pictures: Path) -> None:
    page.evaluate("document.querySelector('#totals [data-state=\"changed\"]').click()")
    page.evaluate("addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('.detail').length; })")
    page.pdf(pictures / "print.pdf")
    assert page.evaluate("window.printed") > 10
    assert page.evaluate("document.querySelectorAll('.detail').length") == 0
    assert (pictures / "print.pdf").read_bytes().startswith(b"%PDF")


def test_pictures(page: Page, pictures: Path) -> None:
    page.evaluate(
        "[...document.querySelectorAll('.name')].filter((name, index) => [0, 12].includes(index)).forEach((name) => name.click())"
    )
    page.screenshot(pictures / "light.png", height=1500)
    page.media(prefers_color_scheme="dark")
    page.screenshot(pictures / "dark.png", height=1500)
    page.media(prefers_color_scheme="light")
    page.screenshot(pictures / "narrow.png", width=390, height=1500)
    with page.size(390, 1500):
        page.evaluate("document.getElementById('open-all').click()")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True
        assert page.evaluate("document.querySelector('.scroll').scrollWidth <= innerWidth") is True
    assert all((pictures / f"{name}.png").stat().st_size > 20000 for name in ("light", "dark", "narrow"))
