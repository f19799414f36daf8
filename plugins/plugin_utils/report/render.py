# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one page: ``assets/page.html`` with its style, its scripts and the report's data in it.

Everything in the data may come from a device, hostile or broken. It is JSON in which no character means anything to HTML;
the script shows it with text nodes only; and the page's policy runs no other script and loads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import typing as t
from pathlib import Path

FOLDER = Path(__file__).parent / "assets"
SCRIPTS = ("dom", "charts", "plan", "detail", "main")


def page_of(report: t.Mapping[str, t.Any]) -> str:
    """The page of a report (``docs/schemas/report.schema.json``)."""
    style = _part("page.css")
    script = "\n".join(['"use strict";', "{", *(_part(f"{name}.js") for name in SCRIPTS), "}"])
    parts = {
        "POLICY": f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {_digest(style)}; script-src {_digest(script)}",
        "TITLE": html.escape(str(report["title"])),
        "STYLE": style,
        "SCRIPT": script,
        "DATA": embedded(report),
    }
    return re.sub("@([A-Z]+)@", lambda match: parts[match[1]], _part("page.html"))


def embedded(data: t.Any) -> str:
    """``data`` as JSON that can stand anywhere in a page: pure ASCII, and without ``<``, ``>``, ``&`` and ``'``."""
    text = json.dumps(data, separators=(",", ":"))
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _part(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """The source expression of a Content Security Policy for an inline element of exactly this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
