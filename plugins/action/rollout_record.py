# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the record of a rollout on the controller. See ``plugin_utils/rollout_record.py``."""

from __future__ import annotations

import os
import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import checked
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError
from ansible_collections.siteops.devices.plugins.modules.rollout_record import RECORD_OPTIONS
from ansible_collections.siteops.devices.plugins.plugin_utils import rollout_record
from ansible_collections.siteops.devices.plugins.plugin_utils.failure_limit import count_failure
from ansible_collections.siteops.devices.plugins.plugin_utils.rollout_record import Record

Result = dict[str, t.Any]


NUMBERS = {"max_failures": int, "soak": float}


def _typed(about: Result) -> Result:
    """Templates of older releases give text."""
    return {key: NUMBERS.get(key, lambda kept: kept)(value) for key, value in about.items()}


class ActionModule(ActionBase):
    """See the documentation of ``siteops.devices.rollout_record``."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        super().run(tmp, task_vars)
        try:
            return self._run(checked("siteops.devices.rollout_record", RECORD_OPTIONS, self._task.args))
        except InputError as error:
            failure = error
        except (OSError, ValueError) as error:
            failure = InputError(f"The record of the run cannot be written: {error}.", hint="rollout_record_dir names its folder.")
        return failure.to_result()

    def _run(self, options: Result) -> Result:
        if self._task.check_mode:
            return {"changed": False, "unended": [], "rows": options["rows"]}
        if options["state"] == "begun":
            return self._begin(options)
        if options["state"] == "failed":
            return self._failed(options)
        if options["path"]:
            with rollout_record.updated(options["path"], lasting=options["state"] == "ended") as record:
                self._set(record, options)
            path = options["path"]
        else:
            record, path = self._new(options)
            self._set(record, options)
            record.write(path, lasting=True)
        if options["state"] == "ended":
            ended = [row["host"] for row in options["rows"] if row.get("state") not in ("left", "planned", "held", "stopped")]
            for name in record.head.get("goes_on_after", ()):
                rollout_record.close(os.path.dirname(path), name, os.path.basename(path), ended)
        return {"changed": False, "path": path}

    @staticmethod
    def _failed(options: Result) -> Result:
        if not options["counted"]:
            count_failure()
        rows = options["rows"]
        if options["path"]:
            with rollout_record.updated(options["path"]) as record:
                rows = [rollout_record.broken_off(record.row(row["host"]), row) for row in rows]
                for row in rows:
                    record.set(row["host"], row)
        return {"changed": False, "path": options["path"], "rows": rows}

    def _begin(self, options: Result) -> Result:
        record, path = self._new(options)
        earlier = rollout_record.unended(os.path.dirname(path), [row["host"] for row in options["rows"]])
        record.head["goes_on_after"] = [os.path.basename(one.path) for one in earlier if one.life != "running"]
        for row in rollout_record.planned(options["rows"], options["serial"]):
            record.set(row["host"], row)
        record.write(path, lasting=True)
        return {"changed": False, "path": path, "unended": [one.told() for one in earlier]}

    @staticmethod
    def _new(options: Result) -> tuple[Record, str]:
        folder = options["directory"]
        if not folder:
            raise InputError("directory: it is missing.")
        os.makedirs(folder, mode=0o750, exist_ok=True)
        about = {
            "started_at": rollout_record.moment(),
            "finished_at": None,
            "by": options["by"] or rollout_record.user(),
            "process": rollout_record.identity(),
            "job": options["job"],
            **_typed(options["about"]),
        }
        return Record(about), rollout_record.new_path(folder, options["job"])

    @staticmethod
    def _set(record: Record, options: Result) -> None:
        record.head.update(_typed(options["about"]))
        for row in options["rows"]:
            record.set(row["host"], row)
        if options["state"] == "ended":
            record.head.update(state="ended", finished_at=rollout_record.moment())
