# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What load-firmware says no with ("Load a new firmware into a device", Error Response), and what to do about each."""

from __future__ import annotations

import typing as t

from ..core.errors import DeviceError, FailedError, InputError, RefusedError


class Explanation(t.NamedTuple):
    """``error``: its class. ``meaning``: a clause after the colon. ``hint``: what to do."""

    error: type[DeviceError]
    meaning: str
    hint: str


MESSAGES: dict[str, Explanation] = {
    "Invalid arguments": Explanation(
        InputError, "it wants the firmware either as a file or as a blob", "This collection sends one of them; please report this."
    ),
    "Scheme not supported": Explanation(
        InputError, "it does not know the scheme of the URL", "Give an http:// or https:// URL, or the file with src, which needs no URL."
    ),
    "File not found": Explanation(
        InputError,
        "there is no such file, or its host answered 404",
        "A URL is fetched by the machine that runs the service, and file:// is a path there. Correct url, or give the file with src.",
    ),
    "Access denied": Explanation(
        InputError,
        "the service may not read this file, or its host answered 401 or 403",
        "Let the machine that runs the service read it without a login, or give the file with src.",
    ),
    "Download failed": Explanation(
        FailedError,
        "the service could not fetch the URL",
        "See that the machine that runs the service reaches that host, or give the file with src.",
    ),
    "Read failed": Explanation(
        FailedError, "the service could not read the file", "Look at the disk of its machine, or give the file with src."
    ),
    "Invalid base64 string": Explanation(
        FailedError,
        "the blob did not arrive as it was sent",
        "Something between here and the service altered it; please report this if there is nothing.",
    ),
    "Unsupported content": Explanation(
        InputError,
        "this is not a firmware image for SpringCard readers",
        "Get the .BIN file again from the vendor, and check that it is complete.",
    ),
    "Not available": Explanation(
        RefusedError,
        "the reader takes no firmware, at least not in its present mode",
        "Look at the mode of the reader (springcard_info); a reader in fail-safe mode may have to be plugged in again.",
    ),
    "Failed": Explanation(
        RefusedError,
        "the reader denied the request",
        "The firmware may not fit this reader; compare its family with that of the reader (springcard_info).",
    ),
}


def explained(message: str, what: str, status: int) -> DeviceError | None:
    """The error for one of the document's messages; None for any other. ``what`` starts the sentence."""
    wanted = message.strip().rstrip(".").lower()
    for known, explanation in MESSAGES.items():
        if known.lower() == wanted:
            said = f"{what} with {'HTTP ' if status != 200 else ''}{status} ({known}): {explanation.meaning}."
            return explanation.error(said, hint=explanation.hint, http_status=status, code=known)
    return None
