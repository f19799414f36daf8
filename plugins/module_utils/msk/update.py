# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updating a sensor's firmware: the plan carried out, the outcome checked, and the way back when it fails."""

from __future__ import annotations

import contextlib
import typing as t

from ..core.errors import DeviceError, FailedError, HTTPError, InputError, RefusedError, ReplyError
from ..core.exclusive import exclusive
from ..core.progress import Progress, share_done
from ..core.wait import Deadline, Pending, check_seconds, wait_until
from .arrival import Arrival, Seen, read_same_identity, renew
from .client import MskClient
from .component import WEB_SERVER
from .follow import Follower
from .health import read_faults
from .ifw import Package, open_packages
from .update_plan import FAILED, ROLLED_BACK, UNCHANGED, UPDATED, FirmwarePlan, Part, differing, read_contents, read_plan
from .upload import UpdateSession
from .version import running_version

REACH_TIMEOUT = 30.0
"""Seconds to wait, after a failure, until the sensor can be asked what it runs now."""


def update_firmware(task: t.Any) -> dict[str, t.Any]:
    """The whole of msk_firmware, from its options to its result."""
    params = task.params
    if not params["packages"]:
        raise InputError("packages: it names none.")
    check_seconds("wait_timeout", params["wait_timeout"])
    progress = Progress(task.progress if params["display_progress"] else None)
    with contextlib.ExitStack() as stack:
        packages = _only(params["components"], stack.enter_context(open_packages(params["packages"])))
        rollback = stack.enter_context(open_packages(params["rollback_packages"]))
        if not task.check_mode:
            stack.enter_context(_alone(params, progress))
        sensor = stack.enter_context(MskClient.open(task))
        plan = read_plan(sensor, packages, allow_downgrade=params["allow_downgrade"], force=params["force"])
        for warning in plan.warnings:
            task.warn(warning)
        rows = [part.row() for part in plan.parts]
        if plan.changed and not task.check_mode:
            rows = Update(task, sensor, plan, rollback, progress).run()
        changed = any(row["action"] != UNCHANGED for row in rows)
        return {"changed": changed, "components": rows, **({"diff": plan.diff} if task.diff else {})}


def _only(components: t.Collection[str] | None, packages: list[Package]) -> list[Package]:
    """The packages for these components; all of them when none is named."""
    return packages if components is None else [package for package in packages if package.component.name in components]


def _alone(params: t.Mapping[str, t.Any], progress: Progress) -> contextlib.AbstractContextManager[None]:
    """One update at a time. Who waits reads the sensor afterwards, and so finds done what the other run did."""
    return exclusive(
        params["host"],
        params["port"],
        "firmware",
        deadline=Deadline(params["wait_timeout"]),
        waiting=lambda: progress.tell(lambda: "waiting for another run on this host, which is at work on this sensor"),
    )


class Update:
    """Carries a plan out on one sensor, part by part; when one fails, finds out what state it left, and rolls back."""

    def __init__(self, task: t.Any, sensor: MskClient, plan: FirmwarePlan, rollback: t.Sequence[Package], progress: Progress) -> None:
        self._task = task
        self._sensor = sensor
        self._identity = plan.identity
        self._parts = [part for part in plan.parts if part.changed]
        self._rollback = {package.component: package for package in rollback}
        self._rows = {part.component: part.row(UNCHANGED, sent=False) for part in plan.parts}
        self._progress = progress
        self._applied: list[Part] = []
        self._sent = 0
        self._faults: t.Collection[t.Any] | None = None

    def run(self) -> list[dict[str, t.Any]]:
        """The parts as they are in the result. Raises the error of the part that failed, with the state of all in it."""
        if self._task.params["wait"]:
            self._faults = self._faults_before()
        for part in self._parts:
            try:
                done = self._bring(part, wait=self._task.params["wait"] or part is not self._parts[-1])
            except DeviceError as error:
                raise self._after_failure(error, part) from None
            self._rows[part.component] = part.row(UPDATED) if done else part.row(UNCHANGED, sent=False)
        return list(self._rows.values())

    def _faults_before(self) -> t.Collection[t.Any] | None:
        """What is no fault of the update. None when the sensor does not tell, which must not keep it from being updated."""
        try:
            return read_faults(self._sensor)
        except (HTTPError, RefusedError, ReplyError) as error:
            self._task.warn(f"{error.message} So it cannot be seen whether the update makes it sick.")
            return None

    def _bring(self, part: Part, *, wait: bool) -> bool:
        """Send one part, and wait until the sensor runs it. False when somebody else has just done it."""

        def sent(size: int) -> None:
            self._sent += size
            self._progress.tell(lambda: f"{part.title} {share_done(self._sent, part.bytes)}")

        self._sent = 0

        with UpdateSession(self._sensor, sent=sent, warn=self._task.warn) as session:
            try:
                sent_whole, doubt = self._deliver(part, session)
            except (RefusedError, HTTPError) as error:
                if not session.forgotten:
                    raise
                self._task.warn(
                    f"{error.message} It had just wanted a new login, and may have ended the update with the old one. "
                    "The update is begun anew, once."
                )
                session.abort()
                read_same_identity(self._sensor, self._identity)
                self._sent = 0
                sent_whole, doubt = self._deliver(part, session)
            if not sent_whole:
                return False
            if part in self._parts:
                self._applied.append(part)
            if doubt is not None:
                self._task.warn(f"{doubt.message} Whether it applies the update is seen by what it runs afterwards.")
            if wait or doubt is not None:
                self._await(part, doubt=doubt is not None)
                session.open = False
        return True

    def _deliver(self, part: Part, session: UpdateSession) -> tuple[bool, DeviceError | None]:
        """Steps 1 to 8 of chapter 2. False when somebody else has just done it; the error that leaves open whether it is applied."""
        if session.start(part.component) and self._look(part, self._sensor).reached:
            return False, None
        for payload in part.payloads:
            session.send(part.package, payload)
        return True, session.finish()

    def _await(self, part: Part, *, doubt: bool) -> None:
        Arrival(
            self._task,
            self._sensor,
            self._identity,
            lambda found: self._look(part, found),
            tell=lambda seconds: self._progress.tell(lambda: f"{part.title} sent, restarting ({seconds:.0f} s)"),
        ).wait(f"{self._sensor.name} to run {part.component.name} {part.package.version}", doubt=doubt)
        if self._faults is not None:
            self._check_health(part, self._faults)

    def _look(self, part: Part, sensor: MskClient) -> Seen:
        """Whether the sensor runs what the part holds."""
        package = part.package
        identity = read_same_identity(sensor, self._identity)
        if part.component is WEB_SERVER:
            held = read_contents(sensor, package)
            missing = [] if held is None else [payload.name for payload in differing(part.payloads, held)]
            return Seen(
                not missing,
                f"its contents.json still lists other fingerprints for {len(missing)} of its web files, for instance {missing[:1]}",
            )
        value = part.component.part_of(identity).get("fwVersion")
        if value in (None, ""):
            raise ReplyError(f"{sensor.name} tells no version of its {part.component.label}; it may still be starting.")
        try:
            reached = running_version(value, package.version) == package.version
        except ValueError:
            reached = False
        return Seen(reached, f"its {part.component.label} runs version {value}, not {package.version}")

    def _check_health(self, part: Part, before: t.Collection[t.Any]) -> None:
        """Fail when it goes on reporting a fault that it did not report before."""

        def poll() -> bool | Pending:
            try:
                new = {cause: text for cause, text in read_faults(self._sensor).items() if cause not in before}
            except DeviceError as error:
                return Pending(error.message)
            return True if not new else Pending(" ".join(new.values()))

        try:
            wait_until(poll, deadline=Deadline(self._task.params["health_timeout"]), what="health", go_on="", longest_interval=3.0)
        except DeviceError as error:
            seen = error.facts["last"]["state"]
            raise FailedError(
                f"{self._sensor.name} runs {part.component.name} {part.package.version}, but is not healthy with it: {seen}"
            ) from None

    # After a failure

    def _after_failure(self, error: DeviceError, part: Part) -> DeviceError:
        """``error`` of ``part``, with what was rolled back and what the sensor runs now in its message and facts."""
        notes: list[str] = []
        if 0 < self._sent < part.bytes and part not in self._applied:
            shown = share_done(self._sent, part.bytes)
            notes.append(f"So far {shown} of {part.package.label} for its {part.component.label} had been sent.")
        try:
            self._reach()
            notes.extend(self._restore(applied) for applied in reversed(self._applied))
            notes.append(self._state())
        except DeviceError as failure:
            for applied in self._applied:
                if self._rows[applied.component]["action"] != ROLLED_BACK:
                    self._rows[applied.component] = applied.row(FAILED)
            why = "." if failure.message in error.message else f": {failure.message}"
            notes.append(f"In which state it is now is not known{why}")
        error.message = " ".join([error.message, *filter(None, notes)])
        if not self._applied and not error.hint:
            error.hint = "An update that fails on its way is not applied. Run the task again: it reads first, and does what is left."
        error.facts["components"] = list(self._rows.values())
        error.changed = any(row["action"] != UNCHANGED for row in self._rows.values())
        return error

    def _reach(self) -> None:
        """Make sure that the sensor answers, and is the same one."""
        try:
            read_same_identity(self._sensor, self._identity)
        except DeviceError as error:
            if error.kind not in ("unreachable", "reply_lost", "http"):
                raise
        else:
            return
        follower = Follower(self._task, self._sensor, self._identity, self._sensor.password)
        follower.find([self._sensor.host], lambda _found, _host: True, deadline=Deadline(REACH_TIMEOUT), go_on="")
        renew(self._sensor)

    def _restore(self, part: Part) -> str:
        """Bring one part back that was applied; a sentence about it, empty when there was nothing to do."""
        package = self._rollback.get(part.component)
        self._rows[part.component] = part.row(UPDATED)
        if part.component.has_version and part.before not in (None, str(part.package.version)) and self._runs(part) == part.before:
            self._rows[part.component] = part.row(UNCHANGED)
            return ""
        if package is None:
            return f"Its {part.component.label} was not rolled back, for rollback_packages has none for it." if self._rollback else ""
        back = read_plan(self._sensor, [package], allow_downgrade=True, force=False).parts[0]
        if back.changed:
            try:
                self._bring(back, wait=True)
            except DeviceError as error:
                self._rows[part.component] = part.row(FAILED)
                return f"Rolling back its {part.component.label} to {package.version} failed: {error.message}"
        self._rows[part.component] = part.row(ROLLED_BACK)
        return f"Its {part.component.label} was rolled back to {package.version}."

    def _runs(self, part: Part) -> str:
        """The version that runs, in the form of :attr:`Part.before`."""
        value = part.component.part_of(read_same_identity(self._sensor, self._identity)).get("fwVersion")
        try:
            return str(running_version(value, part.package.version))
        except ValueError:
            return str(value)

    def _state(self) -> str:
        versions = [f"{part.component.name} {self._runs(part)}" for part in self._parts if part.component.has_version]
        return f"It answers, and runs {' and '.join(versions)} now." if versions else "It answers."
