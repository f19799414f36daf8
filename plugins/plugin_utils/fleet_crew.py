# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads that work through the targets of a fleet task, and stop starting new ones when they should."""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
import time
import typing as t

Result = dict[str, t.Any]
Job = t.Callable[["Voice"], Result]


class Done(t.NamedTuple):
    """A target has ended. ``seconds``: how long its job took."""

    target: str
    result: Result
    seconds: float


class Unstarted(t.NamedTuple):
    """A target was not started, since the crew was halted."""

    target: str


class Said(t.NamedTuple):
    """A target has something to tell. ``kind``: ``warning`` or ``progress``."""

    target: str
    kind: str
    text: str


Event = t.Union[Done, Unstarted, Said]


class Voice:
    """How a job speaks from its thread; who started the crew hears it in his own."""

    def __init__(self, target: str, inbox: queue.SimpleQueue[Event]) -> None:
        self._target = target
        self._inbox = inbox

    def warn(self, text: str) -> None:
        self._inbox.put(Said(self._target, "warning", text))

    def tell(self, text: str) -> None:
        self._inbox.put(Said(self._target, "progress", text))


class Crew:
    """``size`` threads. Halts, that is starts nothing any more, when more than ``max_failures`` jobs have failed (below 0: never)."""

    def __init__(self, size: int, max_failures: int) -> None:
        self._size = size
        self._max_failures = max_failures
        self._failures = 0
        self._counting = threading.Lock()
        self._halted = threading.Event()
        self._todo: queue.SimpleQueue[tuple[str, Job] | None] = queue.SimpleQueue()
        self._inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def halt(self) -> None:
        """Start nothing any more; what runs goes on to its end."""
        self._halted.set()

    def work(self, jobs: t.Sequence[tuple[str, Job]]) -> t.Iterator[Event]:
        """Do the job of each target. Yields what happens, in the caller's thread, until each was done or left.

        The jobs are made before: a thread that computes while others talk to devices waits for the interpreter most of the time.
        """
        for item in jobs:
            self._todo.put(item)
        threads = [threading.Thread(target=self._serve, daemon=True) for _number in range(min(self._size, len(jobs)))]
        for thread in threads:
            thread.start()
        left = len(jobs)
        try:
            while left:
                event = self._inbox.get()
                left -= not isinstance(event, Said)
                yield event
        finally:
            self.halt()
            for _thread in threads:
                self._todo.put(None)
            for thread in threads:
                thread.join()

    def _serve(self) -> None:
        while True:
            item = self._todo.get()
            if item is None:
                return
            target, job = item
            if self._halted.is_set():
                self._inbox.put(Unstarted(target))
                continue
            began = time.monotonic()
            result = job(Voice(target, self._inbox))
            seconds = time.monotonic() - began
            # Counted here and not where the result is heard: this thread must not start another one meanwhile.
            if result.get("failed"):
                self._count_failure()
            self._inbox.put(Done(target, result, seconds))

    def _count_failure(self) -> None:
        with self._counting:
            self._failures += 1
            if 0 <= self._max_failures < self._failures:
                self._halted.set()


@contextlib.contextmanager
def told_to_stop(stop: t.Callable[[], None]) -> t.Iterator[None]:
    """Within it, SIGINT, SIGTERM and SIGHUP call ``stop`` instead of ending the process, so that devices are left in order."""

    def handle(_number: int, _frame: t.Any) -> None:
        stop()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
