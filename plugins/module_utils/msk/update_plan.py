# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What firmware packages would change on a sensor. Reads only; check mode ends here."""

from __future__ import annotations

import dataclasses
import typing as t

from ..core.errors import HTTPError, InputError, ReplyError
from .client import SESSION_REFUSED, MskClient
from .component import COM_BOARD, WEB_SERVER, Component
from .contents import Fingerprint, bare, parse_contents, same_file
from .identity import Identity, read_identity
from .ifw import Package, Payload
from .replies import whole
from .version import running_version

UPDATED, UNCHANGED, ROLLED_BACK, FAILED = "updated", "unchanged", "rolled_back", "failed"
"""``action`` of a component in the result; the last one when a rollback failed, or when it is not known what it runs."""


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

    def row(self, action: str | None = None, *, sent: bool = True) -> dict[str, t.Any]:
        """The part in the result; by default as it will be, or is, when all goes well. ``sent``: its files went to the sensor whole."""
        return {
            "component": self.component.name,
            "from": self.before,
            "to": str(self.package.version),
            "action": action or (UPDATED if self.changed else UNCHANGED),
            "files_sent": len(self.payloads) if sent else 0,
            "files_skipped": len(self.package.payloads) - len(self.payloads),
            "bytes_sent": self.bytes if sent else 0,
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
    different = differing(package.payloads, {} if force else held)
    listing = [payload for payload in package.payloads if payload.fingerprint is None]
    return Part(package, None, tuple([*different, *listing] if different else [])), []


def differing(payloads: t.Iterable[Payload], held: t.Mapping[str, Fingerprint]) -> list[Payload]:
    """The web files of which ``held``, what :func:`read_contents` returns, has another fingerprint or none."""
    marked = [(payload, payload.fingerprint) for payload in payloads if payload.fingerprint is not None]
    return [payload for payload, mark in marked if not same_file(mark, held.get(bare(payload.name)))]


def read_contents(sensor: MskClient, package: Package) -> dict[str, Fingerprint] | None:
    """GET /contents.json (chapter 2): file -> fingerprint. None when it has none, or one that cannot be understood."""
    try:
        body = whole(sensor.call("GET", "/contents.json").json())
        listed = parse_contents(body, {bare(payload.name) for payload in package.payloads})
    except HTTPError as error:
        if error.http_status in SESSION_REFUSED:
            raise
        return None
    except (ReplyError, ValueError):
        return None
    return {bare(name): fingerprint for name, fingerprint in listed.items()}
