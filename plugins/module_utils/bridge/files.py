# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that name files of the controller (``Spec.files``), as an action rewrites them before the module sees them."""

from __future__ import annotations

import typing as t

from .spec import Spec


def with_files(spec: Spec, arguments: t.Mapping[str, t.Any], place: t.Callable[[str], str]) -> dict[str, t.Any]:
    """``arguments`` with each file name replaced by ``place(name)``. Aliases and ``a,b`` for a list count as in validation."""
    changed = dict(arguments)
    for option in spec.files:
        row = spec.options[option]
        for key in (option, *row.get("aliases", ())):
            value = arguments.get(key)
            if not value:
                continue
            if row["type"] != "list":
                changed[key] = place(str(value))
            else:
                names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
                changed[key] = [place(str(name)) if name else name for name in names] if isinstance(names, (list, tuple)) else value
    return changed
