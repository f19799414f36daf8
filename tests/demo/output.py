# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook prints, shortened to what happens."""

from __future__ import annotations

import re

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
NOTHING = re.compile(r"(ok: \[[^\]]*\]( => \(item=.*\))?|included: .*|skipping: .*|)$")
CHANGED = re.compile(r"changed: \[([\w.-]+)(?: -> [\w.-]+)?\]$")
RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=\d+\s+failed=\d+", re.MULTILINE)


class Digest:
    """Takes the lines as they come; returns those that say something. Plays and tasks that have none are left out."""

    def __init__(self) -> None:
        self._headings: dict[str, str] = {}
        self._changed: list[str] = []
        self._in_trace = False

    def take(self, line: str) -> str:
        """What is to be shown now."""
        plain = COLOURS.sub("", line).rstrip()
        kind = plain.partition(" [")[0]
        found = CHANGED.match(plain)
        if found:
            self._changed.append(found.group(1))
            return ""
        shown = self._those_changed()
        if kind == "PLAY":
            self._headings = {kind: line}
        elif kind in {"TASK", "RUNNING HANDLER"}:
            self._headings["TASK"] = line
        elif plain.startswith("PLAY RECAP"):
            self._headings = {}
            shown += f"\n{line}"
        elif self._says_something(plain):
            shown += self._under_headings(line)
        return shown

    def _says_something(self, plain: str) -> bool:
        """A failure is told twice: as an error with the place in the playbook, and as the result of the task, which is enough."""
        if plain.startswith("[ERROR]: Task failed"):
            self._in_trace = True
        elif plain.startswith(("fatal: ", "failed: ")):
            self._in_trace = False
        return not self._in_trace and not NOTHING.match(plain)

    def _those_changed(self) -> str:
        """The hosts that a task changed, in one line."""
        if not self._changed:
            return ""
        hosts, self._changed = sorted(self._changed), []
        return self._under_headings(f"changed: {', '.join(hosts)}\n")

    def _under_headings(self, text: str) -> str:
        above = "".join(f"\n{heading}" for heading in self._headings.values())
        self._headings = {}
        return above + text


def changed_hosts(output: str) -> set[str]:
    """The hosts that the recap counts as changed."""
    return {host for host, changed in RECAP.findall(COLOURS.sub("", output)) if int(changed)}
