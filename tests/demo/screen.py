# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo says between the runs, told apart from what they print."""

from __future__ import annotations

import sys


def chapter(title: str) -> None:
    """Begin a chapter."""
    print(f"\n{_bold(f'{title} ' + '=' * max(3, 79 - len(title)))}", flush=True)


def say(text: str) -> None:
    """Say what happens next, or what came out."""
    print(f"\n{_bold(text)}\n", flush=True)


def command(text: str) -> None:
    """Show a command as somebody would type it."""
    print(f"$ {text}", flush=True)


def _bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text
