# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import signal
import threading

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.interrupts import stoppable


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_first_signal_unwinds_and_further_ones_do_not(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    cleaned: list[str] = []

    def work() -> None:
        try:
            os.kill(os.getpid(), number)
            cleaned.append("not interrupted")
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)
            cleaned.append("cleaned")

    with pytest.raises(KeyboardInterrupt), stoppable():
        work()
    assert cleaned == ["cleaned"]
    assert signal.getsignal(number) == before


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_thread_hears_no_signals() -> None:
    entered: list[bool] = []

    def work() -> None:
        with stoppable():
            entered.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert entered == [True]
