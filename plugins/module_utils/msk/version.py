# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of a sensor's firmware: 1.209 in words, 1209 as a number (chapter 2, ``v`` and ``vc``).

A package gives both forms. The document leaves open in which one /sensorInfo answers ``fwVersion`` (section 3.5), and
whether as a string or as a number. A JSON number has no trailing zeros, so 1.21 is version 1.210 (``vc`` 1210), not 1.21.
"""

from __future__ import annotations

import re
import typing as t

from ..core.version import Version

DECIMALS = 3
"""Digits after the dot: ``vc`` is the version without its dot, 1209 for 1.209."""

SMALLEST_CODE = 100
"""A whole number from here on is a ``vc``; below, a version such as 1.000 whose decimals a JSON number has lost."""

DOTTED = re.compile(r"[vV]?\s*(\d{1,6})(?:\.(\d{1,6}))?")


class FirmwareVersion(Version):
    """Ordered by ``vc``."""

    @classmethod
    def parse(cls, value: t.Any) -> FirmwareVersion:
        """A version from ``"1.209"``, ``1.209``, ``1209`` or ``"1209"``. Raises ``ValueError`` for anything else."""
        major, decimals = _parts(value)
        if len(decimals) > DECIMALS:
            raise ValueError(f"{value!r} has more than {DECIMALS} decimals")
        code = int(major) if not decimals and int(major) >= SMALLEST_CODE else int(major + decimals.ljust(DECIMALS, "0"))
        return cls(f"{code // 10**DECIMALS}.{code % 10**DECIMALS:0{DECIMALS}}", code)

    @classmethod
    def packaged(cls, text: str, code: int) -> FirmwareVersion:
        """The version that a package states: ``v`` to show, ``vc`` to compare."""
        return cls(text, code)


def running_version(value: t.Any, packaged: FirmwareVersion) -> FirmwareVersion:
    """What a sensor answered as ``fwVersion``, comparable with a package's version. Raises ``ValueError``.

    Where the package itself does not follow the rule of three decimals (``v`` 2.4, ``vc`` 24), its own scale is taken:
    as many decimals as its ``v`` has.
    """
    if str(value).strip() == packaged.text:
        return packaged
    major, decimals = _parts(value)
    scale = _own_scale(packaged)
    if scale is None:
        return FirmwareVersion.parse(value)
    if not decimals and int(major) >= 10**scale:
        return FirmwareVersion(f"{major[:-scale]}.{major[-scale:]}", int(major))
    if len(decimals) > scale:
        raise ValueError(f"{value!r} has more decimals than the package's {packaged.text}")
    padded = decimals.ljust(scale, "0") if isinstance(value, float) else decimals.rjust(scale, "0")
    return FirmwareVersion(f"{major}.{decimals}", int(major + padded))


def _own_scale(packaged: FirmwareVersion) -> int | None:
    """Decimals of a package whose ``vc`` is the digits of its ``v``, when they are not three."""
    match = DOTTED.fullmatch(packaged.text.strip())
    if match is None or not match[2] or len(match[2]) == DECIMALS:
        return None
    return len(match[2]) if int(match[1] + match[2]) == packaged.key else None


def _parts(value: t.Any) -> tuple[str, str]:
    """Digits before and after the dot."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError(f"{value!r} is not a version")
    match = DOTTED.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"{value!r} is not a version such as 1.209")
    major, decimals = match[1], match[2] or ""
    if isinstance(value, float):
        decimals = decimals.rstrip("0")  # repr(1209.0) and repr(1.0)
    return major, decimals
