# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page holds its data whatever is in it, and the files are written whole."""

from __future__ import annotations

import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.plugin_utils.report import write
from ansible_collections.siteops.devices.plugins.plugin_utils.report.render import FOLDER, embedded, page_of
from ansible_collections.siteops.devices.tests.browser.sample import sample_report

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    "&lt;&#60;'\"",
    "\u2028\u2029\x00\x1b[31m",
    "\ud800 lone",
    "@DATA@ @SCRIPT@ \\1 \\g<0>",
]


class Reader(HTMLParser):
    """Tags with their attributes, and the text of each script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and data.strip():
            self.scripts.append(data)


def with_text(text: str) -> dict[str, Any]:
    report = sample_report(3, title=text)
    device = report["devices"][0]
    device.update(name=text, address=text, findings=[text], firmware={text: text})
    return report


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_stay_data(text: str) -> None:
    report = with_text(text)
    reader, plain = Reader(page_of(report)), Reader(page_of(sample_report(3)))
    assert [tag for tag, _attributes in reader.tags] == [tag for tag, _attributes in plain.tags]
    assert json.loads(reader.scripts[0]) == report
    assert reader.scripts[1:] == plain.scripts[1:]


def test_embedded_data_means_nothing_to_html() -> None:
    text = embedded(HOSTILE)
    assert not set(text) & set("<>&'")
    assert text.isascii()
    assert json.loads(text) == HOSTILE


def test_nothing_is_loaded() -> None:
    page = page_of(sample_report(3))
    reader = Reader(page)
    assert not [
        name for tag, attributes in reader.tags for name in attributes if name in {"src", "data"} or (name == "href" and tag != "a")
    ]
    assert [attributes["href"] for tag, attributes in reader.tags if tag == "a"] == ["#devices"]
    policy = next(attributes["content"] for tag, attributes in reader.tags if attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert not re.search(r"url\(|@import", style[1])


@pytest.mark.parametrize("script", sorted(FOLDER.glob("*.js")), ids=lambda path: path.name)
def test_data_becomes_text_only(script: Path) -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|XMLHttp|\.srcdoc|import\(",
        script.read_text(),
    )


def test_files(tmp_path: Path) -> None:
    report = sample_report(5)
    paths = write.write_report(report, str(tmp_path / "a" / "b"), "x.json", "x.html")
    assert paths == [str(tmp_path / "a" / "b" / name) for name in ("x.json", "x.html")]
    assert json.loads(Path(paths[0]).read_text()) == report
    assert Path(paths[1]).read_text() == page_of(report)
    assert all(stat.S_IMODE(Path(path).stat().st_mode) == 0o640 for path in paths)
    assert len(list((tmp_path / "a" / "b").iterdir())) == 2
    assert write.write_report(report, str(tmp_path), "", "only.html") == [str(tmp_path / "only.html")]


def test_an_empty_report() -> None:
    assert json.loads(write.json_of(sample_report(0)))["devices"] == []
    assert "No device matches." in page_of(sample_report(0))


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    with pytest.raises(OSError):
        write.write_report(sample_report(1), str(tmp_path), "x.json", "")
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
