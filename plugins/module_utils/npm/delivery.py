# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting an image onto an appliance: send or fetch it, find it again when the reply was lost, and wait until it is valid."""

from __future__ import annotations

import os
import typing as t

from ..core import location
from ..core.errors import DeadlineError, DeviceError, FailedError, NotTakenError, UnreachableError
from ..core.progress import Progress, share_done
from ..core.upload import FileBody
from ..core.wait import Deadline, Patience, Pending, wait_until
from .client import NpmClient, passing
from .image import FAILED, OTHER, SAME, UNDER_WAY, UNKNOWN, UPLOAD_ERROR, UPLOADING, VALID, VALIDATING, Image, Wanted, describe, image_of

GO_ON = "Run the task again: it joins what is still under way."
STILL_FOR = 300.0
"""Seconds without progress after which somebody else's upload counts as dead; a quarter of the wait's time when that is less."""

BROKEN_FOR = 60.0
"""Seconds for which the appliance may answer 500 while an image is waited for."""

GONE_WITHIN = 60.0
"""Seconds after which an image whose removal was accepted has to be gone."""

ENDS_WITHIN = 5.0
"""Seconds within which an appliance that refused an upload shows that the image of it has ended, too."""


class Source(t.NamedTuple):
    """Where the image comes from: a file here, or a URL that the appliance fetches by itself."""

    path: str | None
    url: str | None

    def __str__(self) -> str:
        return os.path.basename(self.path) if self.path else location.shown(str(self.url))


class Stalled(DeviceError):
    """An upload that nobody feeds any more."""


class Delivery:
    """Brings one image to one appliance within a deadline."""

    def __init__(
        self, appliance: NpmClient, wanted: Wanted, deadline: Deadline, say: t.Callable[[str], None], warn: t.Callable[[str], None]
    ) -> None:
        self._appliance = appliance
        self._wanted = wanted
        self._deadline = deadline
        self._progress = Progress(say, clock=deadline.clock)
        self._warn = warn
        self.wrote = False  # whether anything was sent that changed the appliance

    def look(self) -> list[Image]:
        """All images that are there now."""
        return [image_of(raw) for raw in self._appliance.images()]

    # Sending

    def send(self, source: Source, before: list[Image]) -> Image:
        """Upload or fetch, once more when it did not arrive, and wait until it is VALID. ``before``: what was there already."""
        sent = self._attempt(source, before)
        if isinstance(sent, DeviceError):
            self._warn(f"{sent.message} The image did not arrive; it is sent again.")
            sent = self._attempt(source, before)
        if isinstance(sent, DeviceError):
            sent.facts["took_effect"] = "no"
            sent.hint = "The image did not arrive. Run the task again once the appliance answers well. " + sent.hint
            raise sent
        return sent

    def _attempt(self, source: Source, before: list[Image]) -> Image | DeviceError:
        """The image, VALID; or the error after which it turned out that it did not arrive."""
        try:
            return self.wait(self._post(source, before), before)
        except _Unsure as unsure:
            return self._after(unsure, before)

    def _after(self, unsure: _Unsure, before: list[Image]) -> Image | DeviceError:
        found = self._arrived(before, unsure.complete)
        if found is None:
            return unsure.error
        self.wrote = True
        try:
            image = self.wait(found, before, foreign=True)
        except Stalled:
            self.remove(found)
            return unsure.error
        self._warn(f"{unsure.error.message} The appliance got {describe(image)} nevertheless.")
        return image

    def _post(self, source: Source, before: list[Image]) -> Image:
        body = None
        try:
            if source.path is None:
                return self._sent(self._appliance.fetch_image(str(source.url)))
            # A token that ends in the middle would cost the whole upload.
            self._appliance.log_in_freshly()
            with FileBody(source.path, self._tell_sent(source)) as body:
                return self._sent(self._appliance.upload_image(body, timeout=max(self._deadline.left, 1.0)))
        except DeviceError as error:
            if not error.uncertain:
                error.hint = error.hint or f"{source} was not taken. See what the appliance says, and that it has room for it."
                if not isinstance(error, UnreachableError) and error.http_status != 401:
                    error.hint = f"{error.hint} {self._clear_remains(before)}"
                raise
            raise _Unsure(error, body is None or body.complete) from None

    def _sent(self, answer: dict[str, t.Any]) -> Image:
        self.wrote = True
        return image_of(answer)

    def _tell_sent(self, source: Source) -> t.Callable[[int], None]:
        """Called for each piece of the file: tells how far it is, and ends an upload that takes too long."""
        size = os.path.getsize(str(source.path))

        def on_read(sent: int) -> None:
            if self._deadline.left <= 0 and sent < size:
                raise DeadlineError(
                    f"Sent only {share_done(sent, size)} of {source} to {self._appliance.name} within {self._deadline.timeout:g} s.",
                    hint="Give it more time with wait_timeout; or let the appliance fetch the image from a server near to it, with url.",
                    facts={"last": {"state": "UPLOADING", "sent": sent, "size": size}},
                )
            self._progress.tell(lambda: f"sending {source}: {share_done(sent, size)}")

        return on_read

    def _arrived(self, before: list[Image], complete: bool) -> Image | None:
        """After a lost reply: the image that is there now and was not before. What a broken upload left behind is removed.

        An upload under way is not this run's when more of it comes in after the own one broke off: it is joined.
        """
        new = [image for image in self._list_patiently() if self._may_be_own(image, before)]
        good = next((image for image in new if image["state"] == VALID or (image["state"] in UNDER_WAY and complete)), None)
        if good is None and any(image["state"] in UNDER_WAY for image in new):
            new, good = self._look_who_feeds(before)
        for image in new:
            if good is None or image["state"] in FAILED:
                self.remove(image)
        return good

    def _look_who_feeds(self, before: list[Image]) -> tuple[list[Image], Image | None]:
        """The new images a moment later, and the one whose upload still goes on, or has ended."""
        seen: list[Image] = []
        progress: dict[int | None, float | None] = {}
        for _half in range(2):
            self._deadline.clock.sleep(ENDS_WITHIN / 2)
            progress = {image["id"]: image["progress"] for image in seen}
            seen = [image for image in self._list_patiently() if self._may_be_own(image, before)]
        for image in seen:
            moved = image["id"] in progress and image["progress"] != progress[image["id"]]
            if image["state"] in {VALIDATING, VALID} or (image["state"] == UPLOADING and moved):
                return seen, image
        return seen, None

    def _clear_remains(self, before: list[Image]) -> str:
        """After an upload that was refused for good: remove the broken image that it left. What became of it; empty when it left none.

        Only a single new image that may be the wanted one is surely this run's. Several, or one that is not known to be broken, stay.
        """
        wrote = self.wrote
        try:
            new = self._remains(before)
            if len(new) == 1 and new[0]["state"] == UPLOAD_ERROR and new[0]["id"] is not None:
                self.remove(new[0])
                self.wrote = wrote
                return f"The broken {describe(new[0])} that it left there was removed."
        except DeviceError as error:
            self.wrote = True
            return f"What it may have left there could not be removed ({error.message.rstrip('.')}); the next run replaces it."
        if not new:
            return ""
        self.wrote = True
        there = ", ".join(f"{describe(image)} in the state {image['state']}" for image in new)
        return f"New there since then: {there}. The next run joins or replaces it."

    def _remains(self, before: list[Image]) -> list[Image]:
        """New images that are not valid and may be the wanted one. An upload that was refused may take a moment to end."""
        patience = Deadline(ENDS_WITHIN, self._deadline.clock)
        while True:
            new = [image for image in self.look() if image["state"] != VALID and self._may_be_own(image, before)]
            if patience.left <= 0 or not any(image["state"] in UNDER_WAY for image in new):
                return new
            patience.clock.sleep(0.2)

    def _may_be_own(self, image: Image, before: list[Image]) -> bool:
        """Whether this run may have brought an image: it was not there ``before``, and is not known to be another one."""
        known = {other["id"] for other in before}
        new = image["id"] not in known if image["id"] is not None else image not in before
        return new and self._wanted.compare(image) != OTHER

    def _list_patiently(self) -> list[Image]:
        """All images, asked for until the appliance answers."""

        def poll() -> list[Image] | Pending:
            with self._appliance.until(self._deadline):
                try:
                    return self.look()
                except DeviceError as error:
                    if not passing(error):
                        raise
                    return Pending(str(error))

        return wait_until(
            poll, deadline=self._deadline, what=f"{self._appliance.name} to answer after a lost reply", go_on=GO_ON, interval=0.2
        )

    def remove(self, image: Image) -> None:
        """DELETE one image and wait until it is gone. One that is gone already is no failure."""
        if image["id"] is None:
            raise FailedError(f"{self._appliance.name} does not tell the id of {describe(image)}, so it cannot be removed.")
        for last_try in (False, True):
            doubt = None
            try:
                self._appliance.delete_image(image["id"])
                self.wrote = True
            except DeviceError as error:
                if error.http_status == 404:
                    return
                if not error.uncertain:
                    error.hint = error.hint or f"{describe(image, start=True)} stays there; an update may use it."
                    raise
                doubt = error
            if doubt is None or not any(other["id"] == image["id"] for other in self.look()):
                break
            if last_try:
                raise doubt
        self._wait_gone(image)

    def _wait_gone(self, image: Image) -> None:
        patience = Deadline(min(GONE_WITHIN, self._deadline.left), self._deadline.clock)

        def poll() -> bool | Pending:
            there = any(other["id"] == image["id"] for other in self.look())
            if there and patience.left <= 0:
                raise NotTakenError(
                    f"{self._appliance.name} answered success, but {describe(image)} is still there after {patience.timeout:g} s.",
                    hint="It may be in use by an update.",
                    changed=True,
                )
            return Pending(f"{describe(image)} is still there") if there else True

        wait_until(
            poll, deadline=self._deadline, what=f"{describe(image)} to be removed from {self._appliance.name}", go_on=GO_ON, interval=0.2
        )

    # Waiting

    def wait(self, image: Image, before: list[Image], *, foreign: bool = False) -> Image:
        """Wait through UPLOADING and VALIDATING. INVALID and UPLOAD_ERROR are a :class:`FailedError` with the appliance's description.

        ``foreign``: somebody else sends it. Then one that makes no progress any more is a :class:`Stalled`.
        """
        watch = _Watch(self._deadline, foreign)
        broken = Patience(self._deadline.clock, BROKEN_FOR)

        def poll() -> Image | Pending:
            with self._appliance.until(self._deadline):
                try:
                    seen = self._again(image, before)
                except DeviceError as error:
                    if not passing(error, broken):
                        error.hint = error.hint or GO_ON
                        raise
                    return Pending(str(error))
            broken.begin_anew()
            if seen["state"] == VALID:
                return seen
            if seen["state"] in FAILED:
                raise self._failed(seen)
            watch.see(seen, self._appliance.name)
            self._progress.tell(lambda: _stage(seen))
            return Pending(_stage(seen), {"image": seen})

        return wait_until(
            poll,
            deadline=self._deadline,
            what=f"{describe(image)} on {self._appliance.name} to become valid",
            go_on=GO_ON,
            interval=0.2,
        )

    def _again(self, image: Image, before: list[Image]) -> Image:
        """The image as it is now: by its id, or where it tells none by its content, or because it was not there before."""
        if image["id"] is not None:
            try:
                return image_of(self._appliance.image(image["id"]))
            except DeviceError as error:
                if error.http_status != 404:
                    raise
                raise FailedError(
                    f"{describe(image)} disappeared from {self._appliance.name}.", hint="Somebody removed it meanwhile."
                ) from None
        images = self.look()
        for fits in (
            lambda other: bool(image["checksum"]) and other["checksum"] == image["checksum"],
            lambda other: self._wanted.compare(other) == SAME,
            lambda other: other not in before and self._wanted.compare(other) == UNKNOWN,
            lambda other: other["state"] in UNDER_WAY,
        ):
            for other in reversed(images):
                if fits(other):
                    return other
        if len(images) == 1:
            return images[0]
        raise FailedError(f"The image that was sent to {self._appliance.name} cannot be found among its images, which tell no ids.")

    def _failed(self, image: Image) -> FailedError:
        said = f": {image['state_description']}" if image["state_description"] else ""
        doing = "could not be uploaded" if image["state"] != "INVALID" else "is not valid"
        return FailedError(
            f"{describe(image, start=True)} on {self._appliance.name} {doing} ({image['state']}{said.rstrip('.')}).",
            hint="Check the file, and that it is an image for this appliance. The next run replaces it.",
            facts={"image": image},
        )


class _Unsure(Exception):
    """It is not known whether the image arrived. ``complete``: all of it was sent."""

    def __init__(self, error: DeviceError, complete: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.complete = complete


class _Watch:
    """Tells an upload that somebody still feeds from one that nobody does, where the appliance tells its progress."""

    def __init__(self, deadline: Deadline, foreign: bool) -> None:
        self._clock = deadline.clock
        self._patience = min(STILL_FOR, deadline.timeout / 4)
        self._foreign = foreign
        self._seen: t.Any = None
        self._since = 0.0

    def see(self, image: Image, name: str) -> None:
        """Look at it; raises :class:`Stalled`."""
        state = (image["state"], image["progress"])
        if state != self._seen:
            self._seen, self._since = state, self._clock.now()
        elif (
            self._foreign
            and image["state"] == UPLOADING
            and image["progress"] is not None
            and self._clock.now() - self._since > self._patience
        ):
            raise Stalled(f"The upload of {describe(image)} to {name} has stood at {image['progress']:g} % for {self._patience:g} s.")


def _stage(image: Image) -> str:
    share = f" {image['progress']:g} %" if image["progress"] is not None and image["state"] == UPLOADING else ""
    said = f" ({image['state_description']})" if image["state_description"] else ""
    return f"{describe(image)}: {image['state']}{share}{said}"
