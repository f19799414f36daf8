# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes an appliance through its update: plan, then each step, then the waits. An interrupted run is continued, never repeated.

``init`` and ``start`` take no image, so what was prepared is checked before it is started. From ``start`` to the end the API may be gone:
unreachable, 401, 502 and 503 are expected then.
"""

from __future__ import annotations

import typing as t

from ..core.errors import (
    AuthenticationError,
    CertificateError,
    DeviceError,
    FailedError,
    HTTPError,
    InputError,
    ReplyError,
    ReplyLost,
    UnreachableError,
)
from ..core.plan import Plan
from ..core.progress import Progress
from ..core.wait import Clock, Deadline, Patience, Pending, wait_until
from .client import NpmClient, passing
from .image import VALID, Image, image_of
from .steps import INIT, RESET, START, WAIT, Goal, missing_image, refuse_downgrade, sole_version, steps_to
from .update import FAILED_CRITICAL, FAILED_GRACEFUL, IDLE, INITIALIZED, INITIALIZING, RUNNING, Status, read_status
from .version import NpmVersion

GO_ON = "Run the task again: it goes on from the state that the appliance is in then."
STARTING = 60.0
"""Seconds until the state has to show what was just begun."""
SETTLING = 20.0
"""Seconds until an update that has ended has to show its version everywhere: after a restart, services start one after the other."""
SHOWS_WITHIN = 2.0
"""Seconds after which a POST whose reply was lost shows an effect, if it has one."""
EXPECTED_AWAY = (UnreachableError, ReplyLost, HTTPError, ReplyError)
LONGEST_INTERVAL = 10.0


class Outcome(t.NamedTuple):
    """``to``: the version that it runs after ``updated``, or is prepared for after ``staged``."""

    plan: Plan
    update: dict[str, t.Any]
    version_before: str | None
    version_after: str | None


class Update:
    """One task's work on one appliance's update."""

    def __init__(self, task: t.Any, appliance: NpmClient, goal: Goal, clock: Clock | None = None) -> None:
        self._task = task
        self._appliance = appliance
        self._name = appliance.name
        self._goal = goal
        self._deadline = Deadline(task.params["wait_timeout"], clock)
        self._progress = Progress(task.progress, clock=self._deadline.clock)
        self._posted = False
        self._own_init = False
        self._image_checked = False

    def bring(self) -> Outcome:
        """Bring the update to the goal, or in check mode say what that would do. Raises what the appliance's failure is."""
        before = self._first_status()
        steps = self._steps(before)
        shown = before.picture(self._target(before))
        self._check_beforehand(before, steps)
        if self._task.check_mode:
            return self._prediction(before, shown, steps)
        try:
            after = self._follow(before, steps)
        except DeviceError as error:
            error.changed = error.changed or self._posted
            raise
        changed = self._posted or before.running != after.running
        target = self._target(after)
        plan = Plan(shown, after.picture(target), {"update": True} if changed else {})
        return Outcome(plan, after.update, before.running, str(target) if target else after.running)

    # Planning

    def _steps(self, status: Status) -> list[str]:
        return steps_to(self._goal, status, self._target(status), self._name)

    def _target(self, status: Status) -> NpmVersion | None:
        """What is prepared. An appliance that does not tell, or leaves out the build, has prepared its only valid image."""
        told, wanted = status.target, self._goal.version
        if told and (wanted is None or wanted.fits(told) or wanted.contradicts(told)):
            return told
        return sole_version(self._images()) if status.state == INITIALIZED else None

    def _images(self) -> list[Image]:
        return [image_of(raw) for raw in self._appliance.images()]

    def _check_beforehand(self, status: Status, steps: list[str]) -> None:
        """All that can be known to go wrong, before anything is sent."""
        if status.state == FAILED_GRACEFUL and self._goal.state != "idle" and self._task.check_mode:
            raise self._gave_up(status, "It would be reset.")
        if INIT not in steps and START not in steps:
            return
        refuse_downgrade(self._goal, status, self._name)
        if INIT in steps:
            self._check_image()

    def _check_image(self) -> None:
        """Once: there is an image that ``init`` can prepare. In check mode it may only be predicted yet."""
        if self._image_checked:
            return
        self._image_checked = True
        missing = missing_image(self._goal, self._images(), self._name)
        if missing and self._task.check_mode:
            if not self._task.params["image_follows"]:
                self._task.warn(f"{missing} Without check mode this fails, unless the image is put there before.")
        elif missing:
            raise FailedError(
                f"{missing} Nothing was prepared.", hint="Put it there with siteops.devices.npm_update_image, and wait for it."
            )

    def _prediction(self, before: Status, shown: dict[str, t.Any], steps: list[str]) -> Outcome:
        """``shown``: the picture of ``before``."""
        update, version = dict(before.update), before.running
        if steps:
            update.update(state=IDLE, target_version=None, state_description=None, last_state_time=None)
        if steps and self._goal.state == "staged" and before.state != RUNNING:
            update.update(state=INITIALIZED, target_version=self._worded())
        elif steps and self._goal.state != "idle":
            version = self._worded()
            if not self._goal.wanted.fits(before.newest):
                update["update_history"] = [*update["update_history"], {"time": None, "version": version}]
        after = Status(update, version)
        changed = any(step != WAIT for step in steps) or before.running != after.running
        target = after.target if steps else self._target(before)
        plan = Plan(shown, after.picture(target), {"update": True} if changed else {})
        return Outcome(plan, update, before.running, str(target) if target else after.running)

    def _worded(self) -> str:
        """The wanted version as the appliance will call it: with the build that its image tells."""
        for image in self._images():
            if image["state"] == VALID and self._goal.wanted.fits(image["version"]):
                return str(image["version"])
        return str(self._goal.wanted)

    # Executing

    def _follow(self, status: Status, steps: list[str]) -> Status:
        """Take the first step, look where that led, and plan anew: others may work on the appliance too."""
        rounds = 0
        while steps:
            rounds += 1
            if rounds > 10:
                raise FailedError(f"{self._name} does not come to rest: {status}.", hint="Something else seems to work on its update, too.")
            if status.state == FAILED_GRACEFUL and self._goal.state != "idle":
                raise self._reset_and_give_up(status)
            status = self._take(steps[0], status)
            steps = self._steps(status)
        return status

    def _take(self, step: str, status: Status) -> Status:
        if step == RESET:
            if self._own_init and status.state == INITIALIZED:
                raise self._wrong_target(status)
            return self._reset()
        if step == INIT:
            self._check_image()
            self._own_init = True
            self._post("init", self._appliance.init_update, lambda seen: seen.state != IDLE or seen.has(self._goal.wanted))
            return self._wait_prepared()
        if step == START:
            self._post("start", self._appliance.start_update, lambda seen: seen.state != INITIALIZED)
            return self._wait_ended()
        return self._wait_ended() if status.state == RUNNING else self._wait_prepared()

    def _reset(self) -> Status:
        self._post("reset", self._appliance.reset_update, lambda seen: seen.state == IDLE)
        return self._wait("to be idle", lambda seen: seen.state in {IDLE, FAILED_CRITICAL})

    def _post(self, verb: str, call: t.Callable[[], None], effective: t.Callable[[Status], bool]) -> None:
        """POST. When its reply was lost, or it was refused, the state tells whether it is still needed; a lost one is sent again."""
        for last_try in (False, True):
            try:
                call()
                self._posted = True
                return
            except DeviceError as error:
                refused = isinstance(error, HTTPError) and not isinstance(error, AuthenticationError)
                if not (error.uncertain or refused):
                    raise
                doubt = error
            seen = self._settled(effective)
            if effective(seen):
                self._posted = self._posted or doubt.uncertain
                return
            if last_try or not doubt.uncertain or doubt.http_status == 500:
                doubt.hint = f"{self._name} was asked afterwards: {seen}. {GO_ON}"
                raise doubt
            self._task.warn(f"{doubt.message} The appliance was asked afterwards: {seen}. {verb} is sent again.")

    def _settled(self, effective: t.Callable[[Status], bool]) -> Status:
        """The state after a lost reply: as soon as it shows an effect, or after :data:`SHOWS_WITHIN` seconds in which it shows none."""
        until: list[float] = []
        clock = self._deadline.clock

        def done(seen: Status) -> bool:
            until.append(clock.now() + SHOWS_WITHIN)
            return effective(seen) or clock.now() >= until[0]

        return self._wait("to answer after a lost reply", done, tolerates=EXPECTED_AWAY)

    # Failing

    def _gave_up(self, status: Status, then: str) -> FailedError:
        return FailedError(
            f"The update of {self._name} failed{f': {status.said}' if status.said else ''} (FAILED_GRACEFUL). {then}",
            hint="Solve what it names; then run the task again: it starts anew.",
            facts=status.facts,
        )

    def _reset_and_give_up(self, status: Status) -> FailedError:
        try:
            after = self._reset()
        except DeviceError as error:
            return self._gave_up(status, f"Then the reset failed: {error.message}")
        failure = self._gave_up(status, f"It was reset; the appliance runs {after.running or 'the version that it had'}.")
        failure.facts.update(after.facts)
        return failure

    def _wrong_target(self, status: Status) -> FailedError:
        """The appliance prepared another image than the wanted one: undo that."""
        target = self._target(status)
        prepared = f"prepared {target}" if target else "does not tell which version it prepared"
        after = self._reset()
        return FailedError(
            f"{self._name} {prepared}, where {self._goal.wanted} is wanted. It was reset and nothing was started.",
            hint="Leave only the wanted image there (siteops.devices.npm_update_image with exclusive: true): init takes no image.",
            facts=after.facts,
        )

    # Waiting

    def _first_status(self) -> Status:
        """The state at the beginning. An update that another run started may be restarting the appliance just now."""
        away: list[DeviceError] = []
        patience = Deadline(min(self._task.params["reach_timeout"], self._deadline.timeout), self._deadline.clock)

        def poll() -> Status | Pending:
            try:
                return read_status(self._appliance)
            except DeviceError as error:
                # "Wrong user name or password" never passes. Any other 401 to a login comes from services that are not all up.
                starting = error.http_status == 401 and (bool(away) or error.code == "AUTH_REQUIRED") and self._appliance.can_log_in
                if not (passing(error) or starting) or patience.left <= 0:
                    raise
                away.append(error)
                self._progress.tell(lambda: f"does not answer; an update may be restarting it ({away[-1].message})")
                return Pending(str(error))

        return wait_until(poll, deadline=self._deadline, what=f"{self._name} to answer", go_on=GO_ON, interval=0.3, longest_interval=5.0)

    def _wait(
        self,
        what: str,
        done: t.Callable[[Status], bool],
        tolerates: tuple[type[DeviceError], ...] = (),
    ) -> Status:
        """Poll until ``done``. ``tolerates``: errors that are expected on the way, besides those that pass by themselves."""
        refused = Patience(self._deadline.clock, STARTING)
        broken = Patience(self._deadline.clock, STARTING)

        def poll() -> Status | Pending:
            with self._appliance.until(self._deadline):
                try:
                    seen = read_status(self._appliance)
                except DeviceError as error:
                    if isinstance(error, (CertificateError, InputError)) or not (isinstance(error, tolerates) or passing(error, broken)):
                        error.hint = error.hint or GO_ON
                        raise
                    return self._away(error, refused, expected=bool(tolerates))
            broken.begin_anew()
            if done(seen):
                return seen
            self._progress.tell(lambda: str(seen))
            return Pending(str(seen), {"update": seen.update})

        return wait_until(
            poll, deadline=self._deadline, what=f"{self._name} {what}", go_on=GO_ON, interval=0.2, longest_interval=LONGEST_INTERVAL
        )

    def _wait_prepared(self) -> Status:
        """INITIALIZING ends: INITIALIZED, or a failure. After the own ``init``, IDLE may still be shown for a moment."""
        idle = Patience(self._deadline.clock, STARTING)

        def done(seen: Status) -> bool:
            if seen.state == IDLE and self._own_init and not seen.has(self._goal.wanted):
                return idle.over(
                    lambda: FailedError(f"{self._name} accepted init and is still IDLE{f': {seen.said}' if seen.said else ''}.", hint=GO_ON)
                )
            return seen.state != INITIALIZING

        return self._wait(f"to prepare {self._goal.version or 'its update'}", done)

    def _wait_ended(self) -> Status:
        """RUNNING ends: IDLE with the wanted version in everything that the appliance tells, or a failure."""
        before, after = Patience(self._deadline.clock, STARTING), Patience(self._deadline.clock, SETTLING)
        wanted = self._goal.wanted

        def done(seen: Status) -> bool:
            if seen.state in {FAILED_GRACEFUL, FAILED_CRITICAL}:
                return True
            if seen.state == IDLE and seen.proves(wanted):
                return True
            if seen.state in {IDLE, INITIALIZED}:
                return (after if seen.state == IDLE else before).over(lambda: self._not_updated(seen))
            after.begin_anew()
            return False

        return self._wait(f"to be updated to {wanted}", done, tolerates=EXPECTED_AWAY)

    def _away(self, error: DeviceError, refused: Patience, *, expected: bool) -> Pending:
        """The appliance did not answer, and is asked again. A token that nobody can replace is given up after a while."""
        if error.http_status == 401 and not self._appliance.can_log_in:
            refused.over(lambda: self._token_lost(error))
        why = error.message.replace("; nothing was sent.", "").rstrip(".")
        self._progress.tell(lambda: f"does not answer{', as expected while it restarts' if expected else ''} ({why})")
        return Pending(str(error), {"state": "unreachable"})

    def _token_lost(self, error: DeviceError) -> DeviceError:
        error.message += " The token did not outlive the restart."
        error.hint = (
            "Run the task again with a new token, or give username and password; it goes on from the state that the appliance is in then."
        )
        return error

    def _not_updated(self, seen: Status) -> FailedError:
        told = f"its newest update is {seen.newest or 'not told'}, its version {seen.sw_version or 'not told'}"
        return FailedError(
            f"The update of {self._name} to {self._goal.wanted} ended {seen.state}, but {told}{f' ({seen.said})' if seen.said else ''}.",
            hint="Look at the appliance's own log; then run the task again.",
            facts=seen.facts,
        )
