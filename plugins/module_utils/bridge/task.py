# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task that a device module works for, and the one edge where errors become results and secrets are masked."""

from __future__ import annotations

import os
import sys
import traceback
import typing as t

from ansible.module_utils.basic import missing_required_lib

from ..core.errors import DefectError, DeviceError, InterruptedWork, RequirementError
from ..core.redact import Redactor
from ..core.requirements import IMPORT_ERRORS

Result = dict[str, t.Any]
Run = t.Callable[["Task"], Result]


class Task:
    """``params`` (validated), ``check_mode``, ``diff``, ``warn()``, ``progress()``, ``hide()``. Lives as long as one run.

    ``say_warning`` and ``say_progress`` take text in which the secrets are masked already.
    """

    def __init__(
        self,
        params: t.Mapping[str, t.Any],
        *,
        check_mode: bool,
        diff: bool,
        redactor: Redactor,
        say_warning: t.Callable[[str], None],
        say_progress: t.Callable[[str], None] | None = None,
    ) -> None:
        self.params = params
        self.check_mode = check_mode
        self.diff = diff
        self._redactor = redactor
        self._say_warning = say_warning
        self._say_progress = say_progress

    def warn(self, message: str) -> None:
        """Tell the user something that is no failure."""
        self._say_warning(self._redactor.text(message))

    def progress(self, message: str) -> None:
        """Tell the user how far long work is; heard in process only, for a shipped module has no way to speak."""
        if self._say_progress is not None:
            self._say_progress(self._redactor.text(message))

    def hide(self, *secrets: str) -> None:
        """From now on mask these too, for instance a session token."""
        self._redactor.add(*secrets)

    def perform(self, run: Run) -> Result:
        """``run(self)``, with every failure turned into a failed result, and everything masked."""
        return self._redactor.result(_attempt(run, self))


def _attempt(run: Run, task: Task) -> Result:
    try:
        return run(task)
    except RequirementError as error:
        return _missing_library(error)
    except DeviceError as error:
        return error.to_result()
    except Exception as error:  # noqa: BLE001 (the edge: an uncaught one would print the arguments)
        return _bug(error)


def interrupted() -> Result:
    """The result of a module that was told to stop. How far it had come is not known here."""
    return InterruptedWork(
        "The run was told to stop and has closed its session. What the device does by itself, such as an update that was started, goes on.",
        hint="Run the task again: it compares before it changes anything.",
        facts={"took_effect": "unknown"},
    ).to_result()


def _missing_library(error: RequirementError) -> Result:
    library = error.facts["library"]
    last_line = IMPORT_ERRORS.get(library, "").strip().rpartition("\n")[2]
    error.message = f"{missing_required_lib(library)} ({sys.executable}: {last_line})"
    return error.to_result()


def _bug(error: Exception) -> Result:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "an unknown place"
    return DefectError(
        f"A defect of this collection: {type(error).__name__}: {error} (at {place}).",
        hint="Nothing is known of what the device has taken; run the task again in check mode to see. Please report this.",
    ).to_result()
