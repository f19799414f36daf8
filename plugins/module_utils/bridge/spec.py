# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module takes: its options and the rules between them, mergeable."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.module_utils.basic import env_fallback

Options = t.Mapping[str, t.Mapping[str, t.Any]]


class Spec:
    """An argument spec. ``files``: options that name files of the controller, which a shipped module needs with it.

    A row may have ``env``: the environment variable that gives the value when the task does not.
    ``renamed``: names that a task may use for options although Ansible lets no module have such an option or alias.
    """

    def __init__(
        self,
        *options: Options,
        mutually_exclusive: t.Sequence[t.Sequence[str]] = (),
        required_together: t.Sequence[t.Sequence[str]] = (),
        required_one_of: t.Sequence[t.Sequence[str]] = (),
        required_if: t.Sequence[t.Sequence[t.Any]] = (),
        required_by: t.Mapping[str, t.Any] | None = None,
        files: t.Sequence[str] = (),
        renamed: t.Mapping[str, str] | None = None,
    ) -> None:
        self.options: dict[str, t.Any] = {name: _row(row) for part in options for name, row in part.items()}
        self.rules: dict[str, t.Any] = {
            "mutually_exclusive": [list(names) for names in mutually_exclusive],
            "required_together": [list(names) for names in required_together],
            "required_one_of": [list(names) for names in required_one_of],
            "required_if": [list(rule) for rule in required_if],
            "required_by": dict(required_by or {}),
        }
        self.files = tuple(files)
        self.renamed = dict(renamed or {})

    def canonical(self, arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """``arguments`` under the options' own names. Where a task gives both names, the unknown one stays, to be refused."""
        return {self.renamed[name] if self._is_free(name, arguments) else name: value for name, value in arguments.items()}

    def _is_free(self, name: str, arguments: t.Mapping[str, t.Any]) -> bool:
        return name in self.renamed and self.renamed[name] not in arguments

    def secrets(self, arguments: t.Mapping[str, t.Any]) -> list[str]:
        """The values of all ``no_log`` options in ``arguments``, validated or raw, nested ones and aliases too."""
        return list(_secrets(self.options, arguments))


def _row(row: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    known = dict(row)
    variable = known.pop("env", None)
    if variable:
        known["fallback"] = (env_fallback, [variable])
    return known


def _secrets(options: Options, arguments: t.Any) -> t.Iterator[str]:
    if not isinstance(arguments, Mapping):
        return
    for name, row in options.items():
        for key in (name, *row.get("aliases", ())):
            value = arguments.get(key)
            if value is None:
                continue
            if row.get("no_log"):
                yield from _texts(value)
            for item in value if isinstance(value, (list, tuple)) else [value]:
                yield from _secrets(row.get("options") or {}, item)


def _texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple, set)):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
