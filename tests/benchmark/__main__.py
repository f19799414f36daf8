# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench [ONLY=name]`: each module of this folder with a function ``measure`` is one table. Nothing here is a test."""

from __future__ import annotations

import importlib
import pkgutil
import sys

from . import __path__ as folder


def main(names: list[str]) -> int:
    found = sorted(entry.name for entry in pkgutil.iter_modules(folder) if not entry.name.startswith("_") and entry.name != "table")
    unknown = set(names) - set(found)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(found)}.")
        return 2
    for name in names or found:
        module = importlib.import_module(f"{__package__}.{name}")
        print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
        module.measure()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
