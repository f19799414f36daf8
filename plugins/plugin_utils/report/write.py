# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report's files."""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.siteops.devices.plugins.module_utils.core.replacing import replace_file

from .render import page_of


def write_report(report: t.Mapping[str, t.Any], directory: str, json_name: str, html_name: str) -> list[str]:
    """Write those of the two files that have a name, each whole or not at all. Returns their paths. Raises ``OSError``."""
    os.makedirs(directory, mode=0o750, exist_ok=True)
    written = []
    if json_name:
        written.append(_write(os.path.join(directory, json_name), json_of(report)))
    if html_name:
        written.append(_write(os.path.join(directory, html_name), page_of(report)))
    return written


def json_of(report: t.Mapping[str, t.Any]) -> str:
    """The report as JSON, a line for each member and for each device: quick to write, and fit for ``grep`` and ``diff``."""
    members = []
    for key, value in report.items():
        rows = ",\n  ".join(json.dumps(row) for row in value) if key == "devices" else ""
        members.append(f"{json.dumps(key)}: " + (f"[\n  {rows}\n ]" if rows else json.dumps(value)))
    return "{\n " + ",\n ".join(members) + "\n}\n"


def _write(path: str, text: str) -> str:
    """Readers see the old file or the new one. Configurations are in it, so that others of the machine cannot read it."""
    replace_file(path, text.encode(), mode=0o640)
    return path
