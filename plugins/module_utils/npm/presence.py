# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wanted image is there and valid, or the named ones are not there: what ``npm_update_image`` does."""

from __future__ import annotations

import dataclasses
import typing as t

from ..core import location
from ..core.checksum import sha256_of
from ..core.errors import DeviceError, FailedError, InputError
from ..core.plan import Plan
from ..core.progress import Progress, share_done
from ..core.wait import Deadline
from .client import NpmClient
from .delivery import Delivery, Source, Stalled
from .image import FAILED, OTHER, SAME, UNDER_WAY, VALID, Image, Wanted, describe, shown, wanted_of


@dataclasses.dataclass(frozen=True)
class Steps:
    """What is to be done about the images that are there, in this order. ``replace``: removed before, ``surplus``: removed after."""

    replace: list[Image]
    join: Image | None
    send: bool
    use: Image | None
    surplus: list[Image]

    @property
    def writes(self) -> bool:
        return bool(self.send or self.replace or self.surplus)


def steps_for(images: list[Image], wanted: Wanted, exclusive: bool) -> Steps:
    """An image that is the wanted one is used; one under way that may be it is joined; a failed one is replaced; else it is sent."""
    named = [(image, wanted.compare(image)) for image in images]
    use = _newest(image for image, answer in named if image["state"] == VALID and answer == SAME)
    join = None if use else _newest(image for image, answer in named if image["state"] in UNDER_WAY and answer != OTHER)
    send = use is None and join is None
    replace = [image for image, answer in named if image["state"] in FAILED and answer != OTHER and image["id"] is not None] if send else []
    surplus = [image for image in images if image not in (use, join) and image not in replace] if exclusive else []
    return Steps(replace, join, send, use, surplus)


def _newest(images: t.Iterable[Image]) -> Image | None:
    found = sorted(images, key=lambda image: -1 if image["id"] is None else image["id"])
    return found[-1] if found else None


class Presence:
    """Makes one image present on one appliance."""

    def __init__(self, task: t.Any, appliance: NpmClient) -> None:
        params = task.params
        self._task = task
        self._appliance = appliance
        self._deadline = Deadline(params["wait_timeout"])
        self._source = Source(params["src"], params["url"])
        task.hide(*location.secrets_in(params["url"]))
        self._exclusive = params["exclusive"]
        self._wanted = wanted_of(params["checksum"], params["version"])
        self._checked = False

    def ensure(self) -> tuple[Plan, Image]:
        """The plan, and the image as it is afterwards, or will be. Raises what :class:`Delivery` raises."""
        if self._source.path and not self._wanted.checksum:
            self._wanted = dataclasses.replace(self._wanted, checksum=self._sum_up())
            self._checked = True
        delivery = Delivery(self._appliance, self._wanted, self._deadline, self._task.progress, self._task.warn)
        before = delivery.look()
        steps = steps_for(before, self._wanted, self._exclusive)
        if steps.use:
            self._refuse_contradiction(steps.use)
        if steps.send:
            self._check_source()
            self._warn_of_endless_work()
        _need_ids(self._appliance, steps.surplus)
        image = self._picture(steps)
        after = [other for other in before if other not in [*steps.replace, *steps.surplus, steps.join]]
        after += [] if steps.use else [image]
        wrote = steps.writes
        if not self._task.check_mode:
            try:
                image = self._execute(delivery, steps, before)
            except DeviceError as error:
                error.changed = error.changed or delivery.wrote
                raise
            wrote = delivery.wrote
            after = delivery.look()
        return Plan(shown(before), shown(after), {"images": True} if wrote else {}), image

    def _picture(self, steps: Steps) -> Image:
        """The image as it will be."""
        picture = self._wanted.picture()
        there = steps.use or steps.join
        known = {key: value for key, value in (there or {}).items() if value is not None and key in {"id", "version", "checksum"}}
        return dict(steps.use) if steps.use else {**picture, **known}

    def _execute(self, delivery: Delivery, steps: Steps, before: list[Image]) -> Image:
        """Carry the steps out. A joined upload that turns out to be dead, broken, or another image is followed by the own one."""
        image = steps.use
        if steps.join:
            try:
                image = delivery.wait(steps.join, before, foreign=True)
            except (FailedError, Stalled) as error:
                self._task.warn(f"{error.message} It is replaced.")
            if image is None or self._wanted.compare(image) == OTHER:
                before = delivery.look()
                steps = self._steps_after_join(before, image, steps.join)
                image = steps.use
        for failed in steps.replace:
            delivery.remove(failed)
        if image is not None:
            self._refuse_contradiction(image)
        else:
            self._check_source()
            image = self._send(delivery, [other for other in before if other not in steps.replace])
        for other in self._surplus(delivery, image):
            delivery.remove(other)
        return image

    def _steps_after_join(self, images: list[Image], ended: Image | None, joined: Image) -> Steps:
        steps = steps_for(images, self._wanted, self._exclusive)
        if ended is None and steps.join and steps.join["id"] == joined["id"]:
            steps = dataclasses.replace(steps, replace=[steps.join], join=None, send=True)
        return dataclasses.replace(steps, join=None)

    def _send(self, delivery: Delivery, before: list[Image]) -> Image:
        image = delivery.send(self._source, before)
        wrong = self._wanted.contradiction(image)
        if wrong:
            raise FailedError(
                f"{self._source} arrived on {self._appliance.name} as {describe(image)}, but {wrong}.",
                hint=self._clear_away(delivery, image),
                facts={"image": image},
            )
        if not self._wanted.version and self._wanted.checksum:
            self._warn_of_endless_work(image)
        return image

    def _clear_away(self, delivery: Delivery, image: Image) -> str:
        """Remove what this run has brought and is not what was wanted, unless the next run knows it again. What became of it."""
        if self._wanted.compare(image) == OTHER:
            try:
                delivery.remove(image)
            except DeviceError as error:
                return f"It could not be removed again: {error.message} Remove it with state: absent and its id."
            return "It was removed again. Correct version, or what is fetched."
        return "The image stays there; remove it with state: absent and its id."

    def _surplus(self, delivery: Delivery, image: Image) -> list[Image]:
        """With ``exclusive``, all images but this one, as they are now."""
        if not self._exclusive:
            return []
        if image["id"] is None:
            return [other for other in delivery.look() if self._wanted.compare(other) == OTHER]
        return [other for other in delivery.look() if other["id"] != image["id"]]

    # The file

    def _sum_up(self) -> str:
        progress = Progress(self._task.progress, clock=self._deadline.clock)
        path = str(self._source.path)
        return sha256_of(path, on_read=lambda done, total: progress.tell(lambda: f"reading {self._source}: {share_done(done, total)}"))

    def _check_source(self) -> None:
        """Before a file is sent whose checksum the user gave: make sure that it is that file. Raises :class:`InputError`."""
        if self._source.path is None or self._checked:
            return
        self._checked = True
        found = self._sum_up()
        if found != self._wanted.checksum:
            raise InputError(
                f"src: the SHA-256 of {self._source.path} is {found}, but checksum says {self._wanted.checksum}. Nothing was sent.",
                hint="Get the file again, or correct checksum.",
            )

    def _refuse_contradiction(self, image: Image) -> None:
        wrong = self._wanted.contradiction(image)
        if wrong:
            raise InputError(
                f"{self._appliance.name} has the image with this checksum ({describe(image)}), but {wrong}. Nothing was sent.",
                hint="Correct version or checksum: they belong to different images.",
                facts={"image": image},
            )

    def _warn_of_endless_work(self, image: Image | None = None) -> None:
        """Say so when the next run will not be able to tell that the image is there."""
        if self._wanted.version:
            return
        if not self._wanted.checksum:
            self._task.warn("Without version and checksum it cannot be told whether the image is there already; it is fetched every time.")
        elif image is not None and not image["checksum"]:
            self._task.warn(
                f"{self._appliance.name} tells no checksums. Give version, so that the next run can tell that the image is there."
            )


def ensure_absent(task: t.Any, appliance: NpmClient) -> Plan:
    """Remove the images that ``id``, ``version`` and ``checksum`` name, as many of these as are given."""
    wanted = wanted_of(task.params["checksum"], task.params["version"])
    number = task.params["id"]
    delivery = Delivery(appliance, wanted, Deadline(task.params["wait_timeout"]), task.progress, task.warn)
    before = delivery.look()
    going = [image for image in before if _named(image, number, wanted)]
    after = [image for image in before if image not in going]
    _need_ids(appliance, going)
    for image in before:
        if image not in going and image["state"] == VALID and _may_be_named(image, number, wanted):
            task.warn(f"{describe(image, start=True)} on {appliance.name} does not tell whether it is the one to remove; it stays.")
    if going and not task.check_mode:
        for image in going:
            delivery.remove(image)
        after = delivery.look()
    return Plan(shown(before), shown(after), {"images": True} if going else {})


def _named(image: Image, number: int | None, wanted: Wanted) -> bool:
    if number is not None and image["id"] != number:
        return False
    if wanted.checksum and image["checksum"] != wanted.checksum:
        return False
    return not wanted.version or wanted.version.fits(image["version"])


def _may_be_named(image: Image, number: int | None, wanted: Wanted) -> bool:
    """Whether an image would be named if it told all that the options name it by."""
    named = {"id": number, "checksum": wanted.checksum, "version": wanted.version}
    return _named({**image, **{key: value for key, value in named.items() if image[key] is None}}, number, wanted)


def _need_ids(appliance: NpmClient, images: list[Image]) -> None:
    """Images are removed by their ids; raise :class:`FailedError` for one that tells none, before anything is sent."""
    for image in images:
        if image["id"] is None:
            raise FailedError(f"{appliance.name} does not tell the id of {describe(image)}, so it cannot be removed. Nothing was sent.")
