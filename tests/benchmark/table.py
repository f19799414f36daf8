# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ratios against a baseline that ran in turn with what is measured, as a table with their targets."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    """``ratio`` of what is measured to its baseline; ``target`` as the issue has it, ``met`` whether it holds (None: no target)."""

    what: str
    measured: str
    baseline: str
    ratio: str
    target: str
    met: bool | None


def show(rows: list[Row]) -> None:
    """Print the rows under their headings."""
    cells = [("what", "measured", "baseline", "ratio", "target", "")]
    verdicts = {True: "met", False: "MISSED", None: ""}
    cells += [(row.what, row.measured, row.baseline, row.ratio, row.target, verdicts[row.met]) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for line in cells:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip(), flush=True)
