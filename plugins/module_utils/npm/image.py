# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update images: what an appliance tells about them, and which of them is the wanted one."""

from __future__ import annotations

import dataclasses
import typing as t

from ..core.errors import InputError
from .replies import decimal, whole
from .version import NpmVersion, version_of

UPLOADING, VALIDATING, UPLOAD_ERROR, VALID, INVALID = "UPLOADING", "VALIDATING", "UPLOAD_ERROR", "VALID", "INVALID"
UNDER_WAY = frozenset({UPLOADING, VALIDATING})
FAILED = frozenset({UPLOAD_ERROR, INVALID})

SAME, OTHER, UNKNOWN = "same", "other", "unknown"
"""What can be said of an image on the appliance: it is the wanted one, it is not, it does not tell enough."""

Image = dict[str, t.Any]
MEMBERS = ("id", "state", "state_description", "progress", "version", "checksum")


def image_of(raw: t.Mapping[str, t.Any]) -> Image:
    """An image with all its members: what the appliance leaves out is None. The checksum in lower case."""
    image = {key: raw.get(key) for key in MEMBERS}
    image.update(id=whole(image["id"]), progress=decimal(image["progress"]))
    if image["checksum"]:
        image["checksum"] = str(image["checksum"]).strip().lower()
    return image


def describe(image: Image, *, start: bool = False) -> str:
    """``image 3 (11.6.0 #23947)``. ``start``: at the start of a sentence."""
    number = "an image without an id" if image["id"] is None else f"image {image['id']}"
    number = number[0].upper() + number[1:] if start else number
    known = image["version"] or (f"SHA-256 {image['checksum'][:12]}..." if image["checksum"] else "")
    return f"{number} ({known})" if known else number


def checksum_of(text: str | None) -> str | None:
    """A SHA-256 as the user writes it, in lower case. Raises :class:`InputError`."""
    if not text:
        return None
    digits = text.strip().lower().rpartition("sha256:")[2]
    if len(digits) != 64 or digits.strip("0123456789abcdef"):
        raise InputError(f"checksum: {text!r} is not a SHA-256, which has 64 hexadecimal digits.")
    return digits


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What the image must be: its checksum, its version, both, or (a url that says nothing of its content) neither."""

    checksum: str | None = None
    version: NpmVersion | None = None

    def compare(self, image: Image) -> str:
        """:data:`SAME`, :data:`OTHER` or :data:`UNKNOWN`. The checksum decides when both sides know it, else the version."""
        if self.checksum and image["checksum"]:
            return SAME if self.checksum == image["checksum"] else OTHER
        if self.version and image["version"]:
            return SAME if self.version.fits(image["version"]) else OTHER
        return UNKNOWN

    def contradiction(self, image: Image) -> str:
        """How a VALID image differs from what is wanted, as a part of a sentence; empty when it does not."""
        if self.checksum and image["checksum"] and self.checksum != image["checksum"]:
            return f"its SHA-256 is {image['checksum']}, not {self.checksum}"
        if self.version and image["version"] and not self.version.fits(image["version"]):
            return f"it holds version {image['version']}, not {self.version}"
        return ""

    def picture(self) -> Image:
        """The image as it will be: what is not known yet is None."""
        version = str(self.version) if self.version else None
        return {**dict.fromkeys(MEMBERS), "state": VALID, "version": version, "checksum": self.checksum}


def wanted_of(checksum: str | None, version: str | None) -> Wanted:
    """From the options."""
    return Wanted(checksum_of(checksum), version_of(version))


def shown(images: t.Iterable[Image]) -> dict[str, t.Any]:
    """The images for a diff: what identifies their content, and whether it can be used."""
    rows = [{key: image[key] for key in ("version", "checksum", "state")} for image in images]
    return {"images": sorted(rows, key=lambda row: [str(row[key]) for key in ("version", "checksum", "state")])}
