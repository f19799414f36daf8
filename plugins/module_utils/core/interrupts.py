# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Being told to stop: once, and with time to clean up."""

from __future__ import annotations

import contextlib
import signal
import threading
import typing as t

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


@contextlib.contextmanager
def stoppable() -> t.Iterator[None]:
    """Within it, the first signal that asks to stop unwinds the stack as ``KeyboardInterrupt``; further ones have no effect.

    Who stops a playbook asks several times within moments: the terminal, and the engine on its way out. What ends
    sessions and updates on devices must not be cut short by that; it ends by itself soon. Signals that are ignored stay
    so (``nohup``). Outside of the main thread signals do not arrive, so nothing is done there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (getattr(signal, name) for name in SIGNALS if hasattr(signal, name))}
    heard = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}

    def stop(_number: int, _frame: t.Any) -> None:
        for number in heard:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
