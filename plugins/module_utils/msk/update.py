# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Firmware of a sensor: what packages would change, the update itself, and the way back when it fails."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ..core.errors import DeviceError, FailedError, HTTPError, InputError, ReplyError
from ..core.exclusive import exclusive
from ..core.progress import Progress, share_done
from ..core.wait import Deadline, Pending, wait_until
from .arrival import Arrival, Seen, read_same_identity, renew
from .client import SESSION_REFUSED, MskClient
from .component import COM_BOARD, WEB_SERVER, Component
from .contents import Fingerprint, parse_contents
from .follow import Follower
from .health import read_faults
from .identity import Identity, read_identity
from .ifw import Package, Payload, open_packages
from .upload import UpdateSession
from .version import running_version

UPDATED, UNCHANGED, ROLLED_BACK, FAILED = "updated", "unchanged", "rolled_back", "failed"

REACH_TIMEOUT = 30.0
"""Seconds to wait, after a failure, until the sensor can be asked what it runs now."""


@dataclasses.dataclass(frozen=True)
class Part:
    """What one package means for the sensor. ``before``: the version that runs, None for the web server.

    ``payloads``: what is to be sent.
    """

    package: Package
    before: str | None
    payloads: tuple[Payload, ...]

    @property
    def component(self) -> Component:
        return self.package.component

    @property
    def changed(self) -> bool:
        return bool(self.payloads)

    @property
    def bytes(self) -> int:
        return sum(payload.total for payload in self.payloads)

    @property
    def title(self) -> str:
        """``sensor 1.207 -> 1.209``."""
        return f"{self.component.name} {f'{self.before} -> ' if self.before else ''}{self.package.version}"

    def row(self, action: str | None = None) -> dict[str, t.Any]:
        """The part in the result; by default as it will be, or is, when all goes well."""
        return {
            "component": self.component.name,
            "from": self.before,
            "to": str(self.package.version),
            "action": action or (UPDATED if self.changed else UNCHANGED),
            "files_sent": len(self.payloads),
            "files_skipped": len(self.package.payloads) - len(self.payloads),
            "bytes_sent": self.bytes,
        }


@dataclasses.dataclass(frozen=True)
class FirmwarePlan:
    """What all packages mean for the sensor that ``identity`` describes."""

    identity: Identity
    parts: tuple[Part, ...]
    warnings: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return any(part.changed for part in self.parts)

    @property
    def diff(self) -> dict[str, t.Any]:
        before: t.Any = {part.component.name: {"version": part.before, "files_to_send": [], "bytes_to_send": 0} for part in self.parts}
        after: t.Any = {
            part.component.name: {
                "version": str(part.package.version) if part.changed else part.before,
                "files_to_send": [payload.name for payload in part.payloads],
                "bytes_to_send": part.bytes,
            }
            for part in self.parts
        }
        return {"before": before, "after": after}


# Plan


def read_plan(sensor: MskClient, packages: t.Sequence[Package], *, allow_downgrade: bool, force: bool) -> FirmwarePlan:
    """Compare packages with what the sensor runs. Sends no writing request.

    Raises :class:`InputError` for a package that is for another device, or older than what runs.
    """
    identity = read_identity(sensor)
    parts: list[Part] = []
    warnings: list[str] = []
    for package in packages:
        _check_mode(sensor, package, identity, force)
        if package.component is WEB_SERVER:
            part, notes = _plan_web(sensor, package, force)
        else:
            part, notes = _plan_firmware(sensor, package, identity, allow_downgrade=allow_downgrade, force=force)
        parts.append(part)
        warnings += notes
        if part.changed:
            warnings += _family_warning(package, identity)
    return FirmwarePlan(identity, tuple(parts), tuple(warnings))


def _hardware(package: Package, identity: Identity) -> t.Mapping[str, t.Any]:
    """The part of /sensorInfo that holds model and family for this package; the web server lives on the communication board."""
    return (COM_BOARD if package.component is WEB_SERVER else package.component).part_of(identity)


def _check_mode(sensor: MskClient, package: Package, identity: Identity, force: bool) -> None:
    """``dm`` is "the device mode this file is meant for"; what /sensorInfo calls ``model`` is the only thing that it can mean."""
    model = _hardware(package, identity).get("model")
    if model is not None and str(model) != str(package.mode) and not force:
        raise InputError(
            f"Package {package.label} is for device mode {package.mode}, but the {package.component.label} of {sensor.name} "
            f"is model {model}. Nothing was sent.",
            hint="Take the package for this model. With force it is sent anyway.",
        )


def _family_warning(package: Package, identity: Identity) -> list[str]:
    """A warning only: the document's own example has ``df`` 2 for a board whose family must be 5. The same for all sensors of a fleet."""
    family = _hardware(package, identity).get("family")
    if family is None or str(family) == str(package.family):
        return []
    text = (
        f"Package {package.label} is for device family {package.family}, and the {package.component.label} answers family {family}. "
        "The vendor's own example differs in the same way, so it is sent; the sensor checks the signature."
    )
    return [text]


def _plan_firmware(
    sensor: MskClient, package: Package, identity: Identity, *, allow_downgrade: bool, force: bool
) -> tuple[Part, list[str]]:
    label = package.component.label
    answered = package.component.part_of(identity)
    if not answered:
        raise InputError(f"Package {package.label} is for the {label}, but {sensor.name} answers none. Nothing was sent.")
    value = answered.get("fwVersion")
    try:
        running = running_version(value, package.version)
    except ValueError as error:
        if not (allow_downgrade or force):
            raise InputError(
                f"{sensor.name} answers a version of its {label} that cannot be compared ({error}), so it is not known whether "
                f"{package.version} would be a downgrade. Nothing was sent.",
                hint="Set allow_downgrade to send it anyway.",
            ) from None
        return Part(package, str(value), package.payloads), []
    if running > package.version and not allow_downgrade:
        raise InputError(
            f"The {label} of {sensor.name} runs {running}; {package.version} in package {package.label} is older. Nothing was sent.",
            hint="Set allow_downgrade if this is meant.",
        )
    return Part(package, str(running), package.payloads if force or running != package.version else ()), []


def _plan_web(sensor: MskClient, package: Package, force: bool) -> tuple[Part, list[str]]:
    """Files whose fingerprint the sensor has are not sent. contents.json, when it is a file of the package, goes with any other."""
    held = read_contents(sensor, package)
    if held is None:
        note = f"{sensor.name} gives no usable /contents.json, so it is not known which web files it has; all of them are sent."
        return Part(package, None, package.payloads), [note]
    different = [
        payload
        for payload in package.payloads
        if payload.fingerprint is not None and (force or held.get(payload.name) != payload.fingerprint)
    ]
    listing = [payload for payload in package.payloads if payload.fingerprint is None]
    return Part(package, None, tuple([*different, *listing] if different else [])), []


def read_contents(sensor: MskClient, package: Package) -> dict[str, Fingerprint] | None:
    """GET /contents.json (chapter 2): file -> fingerprint. None when it has none, or one that cannot be understood."""
    try:
        body = sensor.call("GET", "/contents.json").json()
        listed = parse_contents(body, {payload.name for payload in package.payloads})
    except HTTPError as error:
        if error.http_status in SESSION_REFUSED:
            raise
        return None
    except (ReplyError, ValueError):
        return None
    return {name[2:] if name.startswith("./") else name.lstrip("/"): fingerprint for name, fingerprint in listed.items()}


# Execution


def update_firmware(task: t.Any) -> dict[str, t.Any]:
    """The whole of msk_firmware, from its options to its result."""
    params = task.params
    if not params["packages"]:
        raise InputError("packages: it names none.")
    if not params["wait_timeout"] > 0:
        raise InputError(f"wait_timeout: {params['wait_timeout']:g} is not a time; give seconds above 0.")
    with contextlib.ExitStack() as stack:
        packages = _only(params["components"], stack.enter_context(open_packages(params["packages"])))
        rollback = stack.enter_context(open_packages(params["rollback_packages"]))
        if not task.check_mode:
            stack.enter_context(exclusive(params["host"], params["port"], "firmware", deadline=Deadline(params["wait_timeout"])))
        sensor = stack.enter_context(MskClient.open(task))
        plan = read_plan(sensor, packages, allow_downgrade=params["allow_downgrade"], force=params["force"])
        for warning in plan.warnings:
            task.warn(warning)
        rows = [part.row() for part in plan.parts]
        if plan.changed and not task.check_mode:
            rows = Update(task, sensor, plan, rollback).run()
        changed = any(row["action"] != UNCHANGED for row in rows)
        return {"changed": changed, "components": rows, **({"diff": plan.diff} if task.diff else {})}


def _only(components: t.Collection[str] | None, packages: list[Package]) -> list[Package]:
    """The packages for these components; all of them when none is named."""
    return packages if components is None else [package for package in packages if package.component.name in components]


class Update:
    """Carries a plan out on one sensor, part by part; when one fails, finds out what state it left, and rolls back."""

    def __init__(self, task: t.Any, sensor: MskClient, plan: FirmwarePlan, rollback: t.Sequence[Package]) -> None:
        self._task = task
        self._sensor = sensor
        self._identity = plan.identity
        self._parts = [part for part in plan.parts if part.changed]
        self._rollback = {package.component: package for package in rollback}
        self._rows = {part.component: part.row(UNCHANGED if part.changed else None) for part in plan.parts}
        self._progress = Progress(task.progress if task.params["display_progress"] else None)
        self._applied: list[Part] = []
        self._faults: t.Collection[t.Any] = ()

    def run(self) -> list[dict[str, t.Any]]:
        """The parts as they are in the result. Raises the error of the part that failed, with the state of all in it."""
        if self._task.params["wait"]:
            self._faults = read_faults(self._sensor)
        for part in self._parts:
            try:
                done = self._bring(part, wait=self._task.params["wait"] or part is not self._parts[-1])
            except DeviceError as error:
                raise self._after_failure(error) from None
            self._rows[part.component] = part.row(UPDATED if done else UNCHANGED) if done else {**part.row(UNCHANGED), **NOTHING_SENT}
        return list(self._rows.values())

    def _bring(self, part: Part, *, wait: bool) -> bool:
        """Send one part, and wait until the sensor runs it. False when somebody else has just done it."""
        done = 0

        def sent(size: int) -> None:
            nonlocal done
            done += size
            self._progress.tell(lambda: f"{part.title} {share_done(done, part.bytes)}")

        with UpdateSession(self._sensor, sent=sent, warn=self._task.warn) as session:
            if session.start(part.component) and self._look(part, self._sensor).reached:
                return False
            for payload in part.payloads:
                session.send(part.package, payload)
            doubt = session.finish()
            self._applied.append(part)
            if doubt is not None:
                self._task.warn(f"{doubt.message} Whether it applies the update is seen by what it runs afterwards.")
            if wait or doubt is not None:
                self._await(part, doubt=doubt is not None)
                session.open = False
        return True

    def _await(self, part: Part, *, doubt: bool) -> None:
        Arrival(
            self._task,
            self._sensor,
            self._identity,
            lambda found: self._look(part, found),
            tell=lambda seconds: self._progress.tell(lambda: f"{part.title} sent, restarting ({seconds:.0f} s)"),
        ).wait(f"{self._sensor.name} to run {part.component.name} {part.package.version}", doubt=doubt)
        if self._task.params["wait"]:
            self._check_health(part)

    def _look(self, part: Part, sensor: MskClient) -> Seen:
        """Whether the sensor runs what the part holds."""
        package = part.package
        identity = read_same_identity(sensor, self._identity)
        if part.component is WEB_SERVER:
            held = read_contents(sensor, package)
            missing = [
                payload.name for payload in part.payloads if held is not None and payload.fingerprint not in (None, held.get(payload.name))
            ]
            return Seen(
                not missing,
                f"its contents.json still lists other fingerprints for {len(missing)} of its web files, for instance {missing[:1]}",
            )
        value = part.component.part_of(identity).get("fwVersion")
        try:
            reached = running_version(value, package.version) == package.version
        except ValueError:
            reached = False
        return Seen(reached, f"its {part.component.label} runs version {value}, not {package.version}")

    def _check_health(self, part: Part) -> None:
        """Fail when it goes on reporting a fault that it did not report before."""

        def poll() -> bool | Pending:
            try:
                new = {cause: text for cause, text in read_faults(self._sensor).items() if cause not in self._faults}
            except DeviceError as error:
                return Pending(str(error))
            return True if not new else Pending(" ".join(new.values()))

        try:
            wait_until(poll, deadline=Deadline(self._task.params["health_timeout"]), what="health", go_on="", longest_interval=3.0)
        except DeviceError as error:
            seen = error.facts["last"]["state"]
            raise FailedError(
                f"{self._sensor.name} runs {part.component.name} {part.package.version}, but is not healthy with it: {seen}"
            ) from None

    # After a failure

    def _after_failure(self, error: DeviceError) -> DeviceError:
        """``error``, with what was rolled back and what the sensor runs now in its message and facts."""
        notes = []
        try:
            self._reach()
            notes += [self._restore(applied) for applied in reversed(self._applied)]
            notes.append(self._state())
        except DeviceError as failure:
            for applied in self._applied:
                if self._rows[applied.component]["action"] != ROLLED_BACK:
                    self._rows[applied.component] = applied.row(FAILED)
            notes.append(f"In which state it is now is not known: {failure.message}")
        error.message = " ".join([error.message, *filter(None, notes)])
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
        follower = Follower(self._task, self._sensor.host, self._identity, self._sensor.password)
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
                raise FailedError(f"rolling back its {part.component.label} to {package.version} failed: {error.message}") from None
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


NOTHING_SENT = {"files_sent": 0, "bytes_sent": 0}
