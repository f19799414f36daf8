# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches of the simulated MSK-101-POE: one for each thing its document leaves open or that a test wants otherwise."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "token_in": ("body", "header", "update_token"),
    "default_password_refusal": ("forbidden", "error_code"),
    "version_as": ("string", "number"),
    "numbers_as": ("integer", "float", "text"),
    "unknown_keys": ("refused", "ignored"),
    "omitted_static_address": ("factory", "kept"),
    "move": ("after_reply", "before_reply"),
    "manifest_name": ("either", "plain", "mf"),
    "unnamed_verb": ("PUT", "POST"),
    "update_outcome": ("new", "old", "sick", "refused"),
}


@dataclass
class Switches:
    """How a sensor behaves where there is a choice. Each sensor has its own copy; it may be altered at any time."""

    # Sessions: sections 1, 3.10, 3.12, 3.13, 3.15, 3.16
    token_in: str = "body"  # where the token of /login is: body, header (Authorization), update_token (ask on the same connection)
    token_key: str = "token"  # its key in the body of /login
    login_members: dict[str, Any] = field(default_factory=dict)  # more members in the body of /login
    token_seconds: float | None = 3600.0  # life of a token; None: for ever
    max_sessions: int | None = None  # more logins than that are refused
    update_token_keeps_old: bool = False  # whether the old token stays good after /updateToken
    password_change_ends_sessions: bool = False
    default_password_refusal: str = "forbidden"  # how calls fail until it is changed: forbidden (403), error_code (200 with 100)
    contents_needs_login: bool = False
    reset_window: float = 20.0  # seconds after a start during which /comboardReset needs no login (3.15)

    refusal_status: int = 200  # HTTP status of a reply with an error code

    # Data: sections 2, 3.3, 3.5
    info_names: tuple[str, str] = ("sensor", "comBoard")  # containers in /sensorInfo
    info_tells_pin: bool = True  # whether the board's part of /sensorInfo has pinResetRequired
    version_as: str = "string"  # fwVersion: "1.209" or 1209
    numbers_as: str = "integer"  # whole numbers in replies: 203; 203.0, which JSON does not tell apart; "203", which is not as documented
    contents_names: tuple[str, str] = ("name", "fingerprint")  # keys of a file in contents.json
    contents_capitals: bool = False  # hexadecimal fingerprints in capital letters
    contents_members: dict[str, Any] = field(default_factory=dict)  # what a file in contents.json holds more
    contents_root: str = ""  # before each name in contents.json, for instance "/"
    unknown_keys: str = "refused"  # keys of /sensorConfiguration that the document does not have
    hard_limits: bool = False  # refuse values outside the typical ranges

    # Network: sections 3.9, 3.15
    omitted_static_address: str = "factory"  # a PUT without staticAddress: back to the factory's address, or kept
    move: str = "after_reply"  # the reply to a PUT that moves the sensor is sent, or lost
    move_seconds: float = 0.05  # until it answers at its new address

    # Calibration: section 3.6
    calibration_outcome: int = 0  # what "stop" answers: 0, 223, anything else is a failure

    # Restarts
    reboot_seconds: float = 0.3  # after /comboardReset
    sensor_reset_reboots: bool = False  # whether /sensorReset makes it restart, too

    # Updates: sections 3.18 to 3.25
    manifest_chunk_size: int = 64
    file_chunk_size: int = 1024
    manifest_name: str = "either"  # X-Update-Filename while the manifest is sent: with .mf, without, either
    unnamed_verb: str = "PUT"  # of /chunkFileUpdate, /stopFileUpdate and /stopProcessUpdate
    update_outcome: str = "new"  # new; old: restarts with the version it had; sick: new with a fault alarm; refused: the stop fails
    sick_version: str | None = None  # firmware that makes the sensor report a fault for as long as it runs
    sick_after: float = 0.0  # seconds for which it seems well at first
    update_seconds: float = 0.3  # unreachable after an update
    web_update_reboots: bool = False
    radar_seconds: float = 0.0  # after an update of the radar: so long its part of /sensorInfo has neither version nor id
    update_ends_with_token: bool = False  # whether an update session ends with the token that began it
    orphan_seconds: float | None = None  # an update session nobody uses for that long is closed; None: never

    def set(self, **changes: Any) -> None:
        """Alter some; raises ValueError for a switch or a position that does not exist."""
        names = {field.name for field in dataclasses.fields(self)}
        for name, value in changes.items():
            if name not in names:
                raise ValueError(f"no switch {name!r}; there are {', '.join(sorted(names))}")
            if value not in CHOICES.get(name, (value,)):
                raise ValueError(f"{name}: one of {', '.join(CHOICES[name])}")
            setattr(self, name, tuple(value) if isinstance(value, list) else value)
