# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs device modules as users get them: in process, and shipped, that is as a process of their own."""

from __future__ import annotations

import base64
import dataclasses
import importlib
import json
import os
import subprocess
import sys
import urllib.parse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import Loaded, run_in_process

MODULES = "ansible_collections.siteops.devices.plugins.modules"
SHIPPED = Path(__file__).with_name("shipped.py")


@dataclasses.dataclass
class Outcome:
    """What a run returned, and what it said meanwhile."""

    result: dict[str, Any]
    warnings: list[str] = dataclasses.field(default_factory=list)
    raw: str = ""  # of a shipped module: what else it wrote

    @property
    def failed(self) -> bool:
        return bool(self.result.get("failed"))

    @property
    def changed(self) -> bool:
        return bool(self.result["changed"])

    @property
    def message(self) -> str:
        return str(self.result.get("msg", ""))

    @property
    def kind(self) -> str | None:
        """The kind of failure; None for a success, "arguments" where the argument spec refused."""
        if not self.failed:
            return None
        return str(self.result["error"]["kind"]) if "error" in self.result else "arguments"

    @property
    def text(self) -> str:
        """All that a user may get to see, unescaped."""
        return "\n".join([*strings(self.result), *self.warnings, self.raw])


def strings(value: Any) -> list[str]:
    """Every text and number in a structure, keys too."""
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in strings(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in strings(item)]
    return [str(value)]


def leaks(outcome: Outcome, secrets: Iterable[str | None]) -> list[str]:
    """The secrets that show in an outcome, as they are or in a form in which they travel."""
    forms = [form for secret in secrets if secret for form in forms_of(secret)]
    return [form for form in forms if form in outcome.text]


def forms_of(secret: str) -> list[str]:
    """A secret as it is, in base64, in a URL, and in JSON."""
    quoted = [urllib.parse.quote(secret), urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)]
    return [secret, base64.b64encode(secret.encode()).decode(), *quoted, json.dumps(secret)[1:-1], repr(secret)[1:-1]]


def module_named(name: str) -> Any:
    """The Python module of a device module."""
    return importlib.import_module(f"{MODULES}.{name}")


def loaded(name: str) -> Loaded:
    """The device module as the action loads it."""
    module = module_named(name)
    return Loaded(f"siteops.devices.{name}", module.ARGUMENT_SPEC, module.run)


def run(name: str, arguments: dict[str, Any], *, check: bool = False, diff: bool = False) -> Outcome:
    """Run a module in this process, as the action does."""
    warnings: list[str] = []
    result = run_in_process(loaded(name), arguments, check_mode=check, diff=diff, say_warning=warnings.append, say_progress=warnings.append)
    return Outcome(result, warnings)


def start_shipped(
    name: str, arguments: dict[str, Any], *, check: bool = False, diff: bool = False, before_path: str = "", **env: str
) -> subprocess.Popen[str]:
    """Start a module as a process of its own, for :func:`outcome_of`. ``before_path``: a folder for PYTHONPATH."""
    keywords = {"_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_module_name": f"siteops.devices.{name}"}
    path = [folder for folder in (before_path, os.environ.get("PYTHONPATH", "")) if folder]
    return subprocess.Popen(
        [sys.executable, str(SHIPPED), str(module_named(name).__file__), json.dumps({"ANSIBLE_MODULE_ARGS": {**arguments, **keywords}})],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": os.pathsep.join(path), **env},
    )


ENGINES_OWN = ("invocation", "_ansible_new_secrets")
"""Keys that are added to a module's result and taken out by the engine, which shows the first at ``-vvv`` and masks by the second."""


def outcome_of(process: subprocess.Popen[str]) -> Outcome:
    """Wait for a shipped module's end."""
    out, err = process.communicate(timeout=60)
    assert out.strip(), f"it printed nothing but {err}"
    result = json.loads(out.strip().splitlines()[-1])
    # Since ansible-core 2.19 a warning is an object.
    warnings = [warning["event"]["msg"] if isinstance(warning, dict) else warning for warning in result.pop("warnings", [])]
    invocation = result.get("invocation")
    return Outcome({key: value for key, value in result.items() if key not in ENGINES_OWN}, warnings, raw=f"{invocation} {err}")


def ship(name: str, arguments: dict[str, Any], *, check: bool = False, diff: bool = False, before_path: str = "", **env: str) -> Outcome:
    """Run a module as a process of its own."""
    return outcome_of(start_shipped(name, arguments, check=check, diff=diff, before_path=before_path, **env))
