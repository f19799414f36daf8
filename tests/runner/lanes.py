"""Runs stages side by side, each as soon as what it needs is there."""

from __future__ import annotations

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .processes import Shell, StageError, stop_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .stages import Stage


@dataclass(frozen=True)
class Result:
    """How a stage ended: ``problem`` is ``None`` where it is fine, ``line`` is what it has to say, ``shown`` if its output was."""

    stage: Stage
    seconds: float
    problem: str | None
    line: str | None
    log: Path
    shown: bool


def run_stages(stages: list[Stage], *, lanes: int, logs: Path, live: bool, report: Callable[[Result], None]) -> list[Result]:
    """Run ``stages`` in ``lanes`` lanes, first those that stand first, and report each as it ends, in this thread."""
    waiting = list(stages)
    results: dict[str, Result] = {}
    futures: dict[Future[Result], Stage] = {}
    with ThreadPoolExecutor(lanes) as pool:
        try:
            while waiting or futures:
                for stage in _ready(waiting, results, lanes - len(futures)):
                    waiting.remove(stage)
                    futures[pool.submit(_run, stage, _broken_need(stage, results), logs, live)] = stage
                finished = wait(futures, return_when=FIRST_COMPLETED).done
                for future in finished:
                    futures.pop(future)
                    result = future.result()
                    results[result.stage.name] = result
                    report(result)
        except BaseException:
            # Control-C, or a mistake in this program: nothing that was started may stay behind.
            stop_all()
            raise
    return [results[stage.name] for stage in stages]


def _ready(waiting: list[Stage], results: dict[str, Result], free: int) -> list[Stage]:
    return [stage for stage in waiting if all(need in results for need in stage.needs)][:free]


def _broken_need(stage: Stage, results: dict[str, Result]) -> str | None:
    return next((need for need in stage.needs if results[need].problem), None)


def _run(stage: Stage, broken: str | None, logs: Path, live: bool) -> Result:
    started = time.monotonic()
    shell = Shell(logs / f"{stage.file_name}.log", limit=stage.limit, live=live and not stage.name.startswith("environment"))
    problem = line = None
    if broken:
        problem = f"not run: {broken} failed"
    else:
        threading.current_thread().name = stage.name
        try:
            line = stage.work(shell)
        except StageError as failure:
            problem, line = str(failure), failure.line
    return Result(stage, time.monotonic() - started, problem, line, shell.log, shell.live)
