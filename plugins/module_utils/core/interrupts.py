# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cleaning up after an interrupt without being interrupted."""

from __future__ import annotations

import contextlib
import signal
import threading
import typing as t

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


@contextlib.contextmanager
def uninterrupted() -> t.Iterator[None]:
    """Within it, requests to stop have no effect: who stops a run often asks twice. Only for work that ends by itself soon.

    Outside of the main thread signals do not arrive, so nothing is done there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
