# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The update images of the simulated appliance: uploads that are hashed as they come, fetches, validation."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from typing import Any

from .exchange import Call
from .npm_errors import Refused, json_object, wrong_order
from .npm_switches import CHECKSUM, IDENTITY, PROGRESS, VERSION, Switches

UPLOADING, VALIDATING, UPLOAD_ERROR, VALID, INVALID = STATES = ("UPLOADING", "VALIDATING", "UPLOAD_ERROR", "VALID", "INVALID")
DESCRIPTIONS = {
    UPLOADING: "The image is being uploaded",
    VALIDATING: "The image is being validated",
    UPLOAD_ERROR: "The upload ended before the image was complete",
    VALID: "The image is valid",
    INVALID: "The signature of the image is not valid",
}
HEAD = 512
MOMENT = 0.1  # seconds
VERSION_LINE = re.compile(rb"^AppResponse update image, version ([^\n]+)\n")


def image_bytes(version: str, size: int = 4096, filler: bytes = b"\0") -> bytes:
    """An image that this simulator takes for `version`."""
    head = f"AppResponse update image, version {version}\n".encode()
    return head + filler * max(0, size - len(head))


@dataclass
class Image:
    """One image. Without `ends_at` it stays as it is; `then` is what it becomes."""

    number: int
    state: str
    description: str = ""
    progress: float = 0.0
    version: str | None = None
    checksum: str | None = None
    started_at: float = 0.0
    ends_at: float | None = None
    then: str = VALID
    gone_at: float | None = None

    def become(self, state: str, description: str | None = None) -> None:
        self.state, self.ends_at = state, None
        self.description = DESCRIPTIONS[state] if description is None else description


class Upload:
    """The sink of one upload (see `exchange.Sink`): keeps a hash and the first bytes. `refusal`: it is read, and refused in the end."""

    def __init__(self, images: Images, call: Call, refusal: Refused | None) -> None:
        self._images = images
        self.refusal = refusal
        self.size = 0
        self.sha = hashlib.sha256()
        self.head = b""
        self.announced = int(call.headers.get("Content-Length") or 0)
        self.image = images.add(UPLOADING) if refusal is None else None

    def take(self, piece: bytes) -> None:
        limit = self._images.switches.cut_upload_after
        if limit is not None and self.size + len(piece) > limit and self.image is not None:
            self._images.switches.cut_upload_after = None
            raise ConnectionAbortedError
        self.size += len(piece)
        room = self._images.switches.room
        if room is not None and self.size > room and self.refusal is None:
            self.refusal = Refused(413, "NO_SPACE", "there is no room for an image of this size", violation=False)
            self.broken()
        self.sha.update(piece)
        if len(self.head) < HEAD:
            self.head += piece[:HEAD]
        if self.image is not None and self.announced:
            self.image.progress = round(100 * self.size / self.announced, 2)

    def broken(self) -> None:
        how = self._images.switches.broken_upload
        if self.image is None or self.image.state != UPLOADING or how == "stuck":
            return
        if how == "gone":
            self._images.drop(self.image)
            self.image = None
        elif how == "late":
            self.image.then, self.image.ends_at = UPLOAD_ERROR, time.monotonic() + MOMENT
        else:
            self.image.become(UPLOAD_ERROR)


class Images:
    """All images of one appliance."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self._images: list[Image] = []
        self._next = 1
        self.uploads = 0
        self.fetches = 0
        self.fetchable: dict[str, dict[str, str]] = {}  # url: version and checksum; others cannot be fetched

    def add(self, state: str, **members: Any) -> Image:
        """Put an image there. `ends_in` seconds later it becomes `then`."""
        now = time.monotonic()
        ends_in = members.pop("ends_in", None)
        ends_at = None if ends_in is None else now + ends_in
        image = Image(self._next, state, started_at=now, ends_at=ends_at, **{"description": DESCRIPTIONS[state], **members})
        if state in {VALID, VALIDATING, INVALID}:
            image.progress = 100.0
        self._next += 1
        self._images.append(image)
        return image

    def all(self) -> list[Image]:
        """The images as they are now."""
        now = time.monotonic()
        self._images = [image for image in self._images if image.gone_at is None or image.gone_at > now]
        for image in self._images:
            self._advance(image, now)
        return self._images

    def valid(self) -> list[Image]:
        """Those that an update can use, oldest first."""
        return [image for image in self.all() if image.state == VALID]

    def _advance(self, image: Image, now: float) -> None:
        while image.ends_at is not None and now >= image.ends_at:
            ended = image.ends_at
            if image.state == UPLOADING and image.then != UPLOAD_ERROR:
                image.become(VALIDATING)
                image.progress, image.ends_at = 100.0, ended + self.switches.validating_seconds
            else:
                image.become(image.then)
        if image.state == UPLOADING and image.ends_at is not None:
            image.progress = round(100 * (now - image.started_at) / max(image.ends_at - image.started_at, 0.001), 2)

    def receive(self, call: Call, refusal: Refused | None) -> Upload:
        """The sink for an upload that begins; one that is not application/octet-stream is refused when it has been read."""
        return Upload(self, call, refusal or self.objection(call))

    @staticmethod
    def objection(call: Call) -> Refused | None:
        """Why an upload will be refused, whatever its content is. A missing content type passes: the vendor's client sends none."""
        kind = call.headers.get("Content-Type")
        if kind not in {None, "application/octet-stream"}:
            return Refused(415, "UNSUPPORTED_MEDIA_TYPE", f"an image is application/octet-stream, not {kind}")
        return None

    def finish_upload(self, call: Call) -> Image:
        """The body has come."""
        upload = call.sink
        assert isinstance(upload, Upload)
        if upload.refusal is not None:
            raise upload.refusal
        image = upload.image
        assert image is not None
        if not upload.size:
            raise Refused(400, "REQUEST_INVALID_INPUT", "the image is empty")
        checksum = upload.sha.hexdigest()
        if self.switches.duplicates == "refused" and any(other.checksum == checksum for other in self.all()):
            raise wrong_order("an image with this checksum is there already")
        told = VERSION_LINE.match(upload.head)
        image.version = told.group(1).decode() if told else self.switches.upload_version
        image.checksum, image.progress = checksum, 100.0
        self.uploads += 1
        self._validate(image)
        return image

    def _validate(self, image: Image) -> None:
        outcome = self.switches.image_outcome
        image.become(VALIDATING)
        if outcome == UPLOAD_ERROR:
            image.become(UPLOAD_ERROR, "The image could not be stored")
            return
        image.then, image.ends_at = outcome, time.monotonic() + self.switches.validating_seconds
        self._advance(image, time.monotonic())

    def fetch(self, call: Call) -> Image:
        """POST images/fetch: the appliance gets it by itself, here from `fetchable`."""
        url = json_object(call, {"url": str})["url"]
        self.fetches += 1
        known = self.fetchable.get(url)
        then = UPLOAD_ERROR if known is None else self.switches.image_outcome
        image = self.add(UPLOADING, ends_in=self.switches.fetch_seconds, then=then, **(known or {}))
        self._advance(image, time.monotonic())
        return image

    def get(self, number: int) -> Image:
        """404 when it is not there."""
        for image in self.all():
            if image.number == number:
                return image
        raise Refused(404, "RESOURCE_NOT_FOUND", f"there is no image {number}", violation=False)

    def delete(self, number: int) -> None:
        """It is gone `delete_seconds` later."""
        image = self.get(number)
        image.gone_at = time.monotonic() + self.switches.delete_seconds

    def drop(self, image: Image) -> None:
        self._images.remove(image)

    def shown(self, image: Image) -> dict[str, Any]:
        """The image data object. Version and checksum are known once it is VALID, with `identified_early` sooner."""
        told = image.state in {VALID, INVALID} or self.switches.identified_early
        members = {
            IDENTITY: image.number,
            PROGRESS: image.progress,
            VERSION: image.version if told else None,
            CHECKSUM: image.checksum if told else None,
        }
        optional = {key: value for key, value in members.items() if key in self.switches.image_members and value is not None}
        return {"state": image.state, "state_description": image.description, **optional}

    def listed(self) -> dict[str, Any]:
        """The images data object."""
        items = [self.shown(image) for image in self.all()]
        return {"items": items} if items or self.switches.no_images == "empty" else {}
