# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches of the simulated appliance: one for each thing its document leaves open or that a test wants otherwise."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

CHOICES: dict[str, tuple[Any, ...]] = {
    "image_outcome": ("VALID", "INVALID", "UPLOAD_ERROR"),
    "broken_upload": ("error", "gone", "stuck", "late"),
    "no_images": ("empty", "absent"),
    "duplicates": ("kept", "refused"),
    "init_outcome": ("INITIALIZED", "IDLE", "FAILED_GRACEFUL", "FAILED_CRITICAL"),
    "init_picks": ("newest", "oldest"),
    "run_outcome": ("updated", "unchanged", "FAILED_GRACEFUL", "FAILED_CRITICAL"),
}
CHECKSUM, PROGRESS, VERSION, IDENTITY = "checksum", "progress", "version", "id"
OPTIONAL_MEMBERS = (CHECKSUM, IDENTITY, PROGRESS, VERSION)


@dataclass
class Switches:
    """How an appliance behaves where there is a choice. Each has its own copy; it may be altered at any time. Times in seconds."""

    # Credentials
    token_versions: tuple[str, ...] = ("1.0", "2.0")  # of mgmt.aaa, as the list of services gives them
    token_versions_after: tuple[str, ...] | None = None  # the same, once an update was installed
    token_listed: bool = True  # whether mgmt.aaa stands in the list of services
    token_seconds: float | None = 900.0  # life of a token; None: for ever
    services_need_auth: bool = False
    info_needs_auth: bool = False
    basic_allowed: bool = True

    # Images
    image_members: tuple[str, ...] = OPTIONAL_MEMBERS  # optional members of an image that this appliance has
    identified_early: bool = False  # whether version and checksum are told while the image is UPLOADING or VALIDATING
    no_images: str = "empty"  # an empty list of items, or no items at all
    upload_status: int = 200
    upload_reply_empty: bool = False
    validating_seconds: float = 0.05
    fetch_seconds: float = 0.05
    image_outcome: str = "VALID"
    upload_version: str | None = None  # of images whose content does not tell it
    broken_upload: str = "error"  # what an upload leaves that breaks off: UPLOAD_ERROR (late: in a moment), nothing, UPLOADING for ever
    room: int | None = None  # bytes after which an upload is refused with 413
    cut_upload_after: int | None = None  # close the connection after that many bytes of the next upload
    duplicates: str = "kept"  # an image with the checksum of another: kept beside it, or refused with 409
    early_refusal: bool = False  # refuse an upload before its body is read
    delete_seconds: float = 0.0  # until a deleted image is gone

    # Updates
    reaction_seconds: float = 0.0  # from a POST to the change of state
    init_seconds: float = 0.05
    init_outcome: str = "INITIALIZED"
    init_picks: str = "newest"  # which of several VALID images
    target_told: bool = True
    target_builds: bool = True  # False: "11.6.0" where the image says "11.6.0 #23947"
    run_seconds: float = 0.05  # RUNNING before the restart
    start_reply_lost: bool = False  # the restart comes at once, instead of the reply
    reboot_seconds: float = 0.1  # nobody listens
    start_up: tuple[tuple[int, float], ...] = ((502, 0.05), (503, 0.05), (401, 0.05))  # what is answered afterwards, and how long
    finish_seconds: float = 0.05  # RUNNING after the restart
    run_outcome: str = "updated"
    history_times: bool = True
    history_newest_first: bool = False
    history_told: bool = True  # False: update_history stays empty
    history_builds: bool = True  # False: "11.6.0" where info says "11.6.0 #23947"
    version_lag: float = 0.0  # common/1.0/info tells the old version for that long after the end
    info_offered: bool = True
    empty_status: int = 204  # of replies without a body

    # Replies
    numbers_as_text: bool = False  # ids, times and progress
    xml_errors: bool = False  # errors as older products send them
    expired_status: int = 401  # of a call with a token that has ended
    services_offered: bool = True

    # What only the vendor's older clients use
    auth_methods: tuple[str, ...] = field(default_factory=lambda: ("COOKIE", "OAUTH_2_0"))

    def set(self, **changes: Any) -> None:
        """Alter some; raises ValueError for a switch or a position that does not exist."""
        names = {item.name for item in dataclasses.fields(self)}
        for name, value in changes.items():
            if name not in names:
                raise ValueError(f"no switch {name!r}; there are {', '.join(sorted(names))}")
            if value not in CHOICES.get(name, (value,)):
                raise ValueError(f"{name}: one of {', '.join(CHOICES[name])}")
            setattr(self, name, _tupled(value))


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, (list, tuple)) else value
