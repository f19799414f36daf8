# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a firmware is to be loaded into a reader, and whether it may be: equal revision, other family, downgrade."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..core.errors import InputError
from ..core.plan import Plan
from .reader import Firmware
from .revision import Revision


def expected_of(params: t.Mapping[str, t.Any]) -> Revision | None:
    """The options ``revision`` and ``version``. Raises :class:`InputError`."""
    version, revision = params["version"], params["revision"]
    wanted = None
    if version:
        if not re.fullmatch(r"\d+\.\d\d+", version.strip()):
            raise InputError(
                f"version: {version!r} is not of the form M.mm.", hint="Quote it in YAML, since 1.20 is the number 1.2 otherwise."
            )
        wanted = Revision.of(version)
    if revision:
        exact = Revision.of(revision)
        if exact is None:
            raise InputError(f"revision: {revision!r} is not of the form M.mm-bbb-gcccccccc.")
        if wanted is not None and not wanted.fits(exact):
            raise InputError(f"revision: {revision} is not of the version {version}.")
        return exact
    return wanted


@dataclasses.dataclass(frozen=True)
class Decision:
    """What the reader runs (``current``), what it is to run (``target``), and the plan that follows."""

    current: Firmware
    target: Firmware
    force: bool

    @property
    def same(self) -> bool:
        """Whether the reader seems to have the target already."""
        wanted, there = self.target.revision, self.current.revision
        return wanted is not None and there is not None and wanted.fits(there) and not self.target.other_family(self.current)

    def shown(self, firmware: Firmware) -> str | None:
        """A firmware as the result shows it: by revision, or by version where only the version of the target is known."""
        wanted, revision = self.target.revision, firmware.revision
        if revision is None:
            return None
        if wanted is None:
            return revision.text
        if wanted.fits(revision):
            return wanted.text
        return revision.text if wanted.full else revision.version

    def plan(self, sent: str) -> Plan:
        """``sent``: the name of what is loaded."""
        before = {"firmware": self.current.family, "revision": self.shown(self.current)}
        if self.same and not self.force:
            return Plan(before=before, after=before, changes={})
        after = {"firmware": self.target.family or self.current.family, "revision": self.shown(self.target)}
        return Plan(before=before, after=after, changes={"revision": after["revision"]}, payload=sent)


def check(decision: Decision, expected: Revision | None, *, allow_downgrade: bool, label: str, source: str) -> None:
    """Raise :class:`InputError` for what must not be loaded; its code is ``family``, ``downgrade``, ``revision`` or ``unknown``."""
    current, target = decision.current, decision.target
    if expected is not None and target.revision is not None and not expected.fits(target.revision):
        raise InputError(
            f"{source} holds firmware {target.revision.text}, not {expected.text}. Nothing was loaded.",
            code="revision",
            hint="Correct the file, or what is expected.",
        )
    if target.revision is None and not decision.force:
        raise InputError(
            f"It is not known which firmware {source} holds, so it cannot be compared with what {label} runs. Nothing was loaded.",
            code="unknown",
            hint="Say so with version or revision, or load it anyway with force.",
        )
    if target.other_family(current) and not decision.force:
        raise InputError(
            f"{source} holds firmware of the family {target.family}, and {label} is of the family {current.family}. Nothing was loaded.",
            code="family",
            hint="Take the firmware for this reader; force loads it nevertheless, and may leave a reader that does not start.",
        )
    if target.revision is not None and current.revision is not None and target.revision.is_below(current.revision) and not allow_downgrade:
        raise InputError(
            f"{source} with {target.revision.text} is a downgrade for {label}, which runs {current.revision.text}. Nothing was loaded.",
            code="downgrade",
            hint="Set allow_downgrade if it is meant.",
        )
