# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One entry of the registry: found by its id, the registry's list or the ledger; then created, changed or deleted."""

from __future__ import annotations

import dataclasses
import typing as t

from ..core.errors import DeviceError, IdentityError, InputError, RefusedError
from ..core.plan import Plan, Resource, Task, converge
from ..core.wait import Deadline
from .client import DUPLICATE, RegistryClient
from .firmware_url import UrlCheck, check_url
from .index import Index
from .ledger import Ledger
from .replies import Entry

POSTS = 3
"""How often an entry is sent whose creation nothing but the reply can tell."""

LEDGER_LAG = 1.0
"""Seconds for which the ledger is looked at again after a duplicate: another run may be about to write the id into it."""

FIELDS = ("type", "version", "url")


@dataclasses.dataclass(frozen=True)
class Desired:
    """What a task asks for; None where it does not say."""

    present: bool
    id: str | None
    type: str | None
    version: str | None
    url: str | None

    @classmethod
    def of(cls, params: t.Mapping[str, t.Any]) -> Desired:
        """From a task's options. Raises :class:`InputError`."""
        desired = cls(params["state"] == "present", params["id"], params["type"], params["version"], params["url"])
        missing = [name for name in FIELDS if not getattr(desired, name)]
        if desired.present and not desired.id and missing:
            raise InputError(f"{', '.join(missing)}: needed to publish an entry whose id is not given.")
        if not desired.id and not (desired.type and desired.version):
            raise InputError("id, or type and version: one of them has to say which entry is meant.")
        for name in ("id", *FIELDS):
            if getattr(desired, name) == "":
                raise InputError(f"{name}: it is empty.")
        return desired


class Registered(Resource):
    """An entry as a resource; its state is an :class:`Entry`, or None where there is none."""

    name = "entry"

    def __init__(self, task: Task, registry: RegistryClient, desired: Desired, index: Index, check: UrlCheck | None) -> None:
        self.label = f"The entry {desired.id or f'{desired.type} {desired.version}'} of {registry.name}"
        self.url_facts: dict[str, t.Any] | None = None
        self.collided = False
        self._task = task
        self._registry = registry
        self._desired = desired
        self._index = index
        self._check = check
        self._id = desired.id
        self._assumed: Entry | None = None

    def read(self) -> Entry | None:
        """By id where one is known, else by look-up."""
        if self._assumed is not None:
            return self._assumed
        if self._id is None:
            return self._look_up()
        found = self._registry.get(self._id)
        if self._id == self._desired.id:
            self._judge(found)
        return found

    def plan(self, current: Entry | None, desired: Desired) -> Plan:
        before = current.view() if current else {}
        if not desired.present:
            return Plan(before=before, after={}, changes={"state": "absent"} if current else {}, payload=current)
        wanted = {name: getattr(desired, name) or before.get(name) for name in FIELDS}
        entry = Entry(id=before.get("id"), type=str(wanted["type"]), version=str(wanted["version"]), url=wanted["url"])
        changes = {name: value for name, value in wanted.items() if value != before.get(name)}
        return Plan(before=before, after=entry.view(), changes=changes, payload=entry)

    def review(self, plan: Plan) -> t.Sequence[str]:
        """Check the URL that is about to be published, and the ledger that is to keep the id."""
        if self._desired.present:
            self._index.check()
            self.check_url()
        return plan.warnings

    def apply(self, plan: Plan) -> None:
        entry: Entry = plan.payload
        if not self._desired.present:
            self._registry.delete(str(entry.id))
        elif entry.id is not None:
            self._registry.update(entry)
        else:
            self._create(entry)

    def view(self, current: Entry | None) -> dict[str, t.Any]:
        return current.view() if current else {}

    def _create(self, entry: Entry) -> None:
        """POST, and keep the id that the reply tells. Where a list can show the entry, it is looked for when the reply is lost."""
        try:
            self._id = self._registry.create(entry.type, entry.version, entry.url) if self._index.listed else self._create_unseen(entry)
        except RefusedError as error:
            self.collided = error.code == DUPLICATE
            raise
        self._index.keep(dataclasses.replace(entry, id=self._id))
        if self._id is None and not self._index.listed:
            self._assumed = entry
            self._task.warn(f"{self.label} was created, but its id was not told, and the registry has no list to find it in.")

    def _create_unseen(self, entry: Entry) -> str | None:
        """POST, where nothing but its reply tells. Repeated after a lost one: a duplicate then says that the first one took effect."""
        for repeated in range(POSTS):
            try:
                return self._registry.create(entry.type, entry.version, entry.url)
            except DeviceError as error:
                if repeated and isinstance(error, RefusedError) and error.code == DUPLICATE:
                    return None
                if not error.uncertain:
                    raise
                if repeated + 1 == POSTS or error.http_status == 500:
                    raise _unseen(error) from None
                self._task.warn(f"{error.message} It is sent again: if the first one took effect, the registry says so.")
        raise AssertionError("the last round returns or raises")

    def _look_up(self) -> Entry | None:
        found = self._index.find(str(self._desired.type), str(self._desired.version))
        self._id = found.id if found else None
        return found

    def _judge(self, found: Entry | None) -> None:
        """An id that the user gave: it must exist to be changed, and be what the task says to be deleted."""
        if found is None and self._desired.present:
            raise InputError(
                f"{self._registry.name} has no entry with the id {self._desired.id}.",
                hint="Leave id out to create one; the registry chooses ids.",
            )
        if found is not None and not self._desired.present:
            for name in ("type", "version"):
                wanted = getattr(self._desired, name)
                if wanted and wanted != getattr(found, name):
                    raise IdentityError(f"{self.label} is {found.type} {found.version}, not {name} {wanted}; it was not deleted.")

    def check_url(self) -> None:
        """See :mod:`firmware_url`; once per task."""
        if self._check is not None and self._desired.url and self.url_facts is None:
            self.url_facts = check_url(self._desired.url, self._check)

    def find_again(self) -> bool:
        """Whether the entry that a POST collided with can be found now; another run may be about to write it into the ledger."""
        deadline = Deadline(0 if self._index.listed or self._index.blind else LEDGER_LAG)
        while self._look_up() is None:
            if deadline.left <= 0:
                return False
            deadline.clock.sleep(0.1)
        return True

    def settle(self, result: t.Mapping[str, t.Any]) -> None:
        """Let the ledger, where it counts, say what was found or done."""
        if self._desired.present:
            self._index.keep(Entry(**result["entry"]))
        else:
            self._index.forget(*self._index.stale, *([self._id] if self._id else []))


def _unseen(error: DeviceError) -> DeviceError:
    """``error``, which leaves open for good whether an entry was created."""
    error.uncertain = False
    error.changed = True
    error.facts["took_effect"] = "unknown"
    error.hint = "Whether the entry was created cannot be seen, for the registry has no list. Run the task again: then it says so."
    return error


def publish(task: t.Any) -> dict[str, t.Any]:
    """What ``firmware_registry_entry`` does. Raises what :mod:`client`, :mod:`ledger` and :mod:`firmware_url` raise."""
    desired = Desired.of(task.params)
    check = UrlCheck.of(task.params["url_check"], task.params["connect_timeout"])
    ledger = Ledger(task.params["ledger"]) if task.params["ledger"] else None
    if desired.present and desired.url and "://" not in desired.url:
        task.warn(f"url: {desired.url!r} is not a full URL, so a device cannot fetch it; passed on.")
    with RegistryClient.open(task) as registry:
        index = Index(registry, ledger)
        entry = Registered(task, registry, desired, index, check)
        if check is not None and check.always and desired.present:
            entry.check_url()
        if not desired.present and not desired.id:
            _say_what_cannot_be_found(task, desired, index, ledger)
        result = _converge(task, entry, desired)
        if not task.check_mode:
            entry.settle(result)
    return {**result, **({"url_check": entry.url_facts} if entry.url_facts is not None else {})}


def _converge(task: t.Any, entry: Registered, desired: Desired) -> dict[str, t.Any]:
    try:
        return converge(task, entry, desired)
    except RefusedError as error:
        if not entry.collided:
            raise
        collision = error
    if entry.find_again():
        return converge(task, entry, desired)
    task.warn(
        f"{collision.message} It cannot be looked up, so whether it has this url is not known, and it was left as it is. "
        "Name its id to compare and change it; a ledger that creates entries knows their ids."
    )
    known = Entry(id=None, type=str(desired.type), version=str(desired.version), url=None).view()
    return {"changed": False, "entry": known, **({"diff": {"before": known, "after": known}} if task.diff else {})}


def _say_what_cannot_be_found(task: t.Any, desired: Desired, index: Index, ledger: Ledger | None) -> None:
    """Deleting by type and version needs a list or a ledger, and a ledger knows only what it was told."""
    if index.blind:
        raise InputError(
            f"{desired.type} {desired.version} cannot be looked up: the registry has no list, and no ledger is given.",
            hint="Give the id of the entry, or the ledger that knows it.",
        )
    if not index.listed and ledger is not None and ledger.find(str(desired.type), str(desired.version)) is None:
        task.warn(
            f"The ledger knows no {desired.type} {desired.version}, and the registry has no list; if there is such an entry, it stays."
        )
