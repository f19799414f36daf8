# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks that run as a user would run them, and what is expected of them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ansible_collections.siteops.devices.tests.simulators.lifetime import kill_tree

from . import screen
from .output import Digest, changed_hosts

SETTINGS = {
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_NOCOWS": "true",
}


class UnexpectedError(Exception):
    """Something did not come out as the demo says. The text tells what."""


def expect(what: str, found: object, wanted: object) -> None:
    """Raise :class:`UnexpectedError` unless ``found`` is ``wanted``."""
    if found != wanted:
        raise UnexpectedError(f"{what}: expected {wanted}, found {found}.")


def run(
    command: Sequence[str],
    folder: Path,
    *,
    status: int = 0,
    quiet: bool = False,
    given: Mapping[str, str] | None = None,
    shown: Mapping[str, str] | None = None,
) -> set[str]:
    """Run ``ansible-playbook`` in a folder; the hosts that it changed. Its output is shortened.

    ``given`` and ``shown`` are variables of its environment; the latter are shown with the command.
    Raises :class:`UnexpectedError` when its exit status is another one.
    """
    if not quiet:
        screen.command(" ".join([*assignments(shown or {}), shlex.join(command)]))
    environment = {**os.environ, **SETTINGS, **(given or {}), **(shown or {}), "PWD": str(folder)}
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        environment["ANSIBLE_FORCE_COLOR"] = "true"
    lines, digest = [], Digest()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append(line)
                print(digest.take(line) if not quiet else "", end="", flush=True)
            ended = process.wait()
        except KeyboardInterrupt:
            kill_tree(process)
            raise
        errors.seek(0)
        print(errors.read(), end="", file=sys.stderr, flush=True)
    expect(f"Exit status of {shlex.join(command)}", ended, status)
    return changed_hosts("".join(lines))


def assignments(variables: Mapping[str, str]) -> list[str]:
    """Variables of an environment as a shell takes them."""
    return [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
