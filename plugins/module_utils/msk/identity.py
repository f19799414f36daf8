# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which device this is, /sensorInfo (section 3.5)."""

from __future__ import annotations

import dataclasses
import typing as t

from ..core.errors import IdentityError, ReplyError
from .client import MskClient

MODEL, FAMILY = 1, 5
"""What an MSK-101-POE must answer, for the sensor and for its communication board (section 3.5.1)."""


@dataclasses.dataclass(frozen=True)
class Identity:
    """The two parts of a sensor as /sensorInfo shows them, in the API's own keys."""

    sensor: t.Mapping[str, t.Any]
    com_board: t.Mapping[str, t.Any]

    @property
    def ids(self) -> tuple[str, str]:
        """Device ids of the sensor and of its communication board, as text."""
        return _id_of(self.sensor), _id_of(self.com_board)

    def is_same(self, other: Identity) -> bool:
        """Whether both are one device. A part that is starting may not tell its id; then the other part's id counts."""
        known = [(mine, its) for mine, its in zip(self.ids, other.ids) if mine and its]
        return all(mine == its for mine, its in known) if known else self.ids == other.ids

    def problems(self, device_id: str | None) -> list[str]:
        """Why this is not an MSK-101-POE, or not the one with ``device_id`` (of the sensor or of its board)."""
        found = []
        for label, part in (("sensor", self.sensor), ("communication board", self.com_board)):
            for key, wanted in (("model", MODEL), ("family", FAMILY)):
                if part.get(key) is not None and str(part[key]) != str(wanted):
                    found.append(f"its {label} answers {key} {part[key]}, an MSK-101-POE {wanted}")
        if device_id and device_id.strip().lower() not in {known.lower() for known in self.ids}:
            found.append(f"its device ids are {' and '.join(filter(None, self.ids))}, not {device_id}")
        return found


def _id_of(part: t.Mapping[str, t.Any]) -> str:
    value = part.get("deviceId")
    return "" if value is None else str(value)


def read_identity(sensor: MskClient) -> Identity:
    """GET /sensorInfo. The document does not name the two containers, so they are known by what only they hold."""
    return identity_in(sensor.get("/sensorInfo"), sensor.name)


def identity_in(body: t.Mapping[str, t.Any], name: str) -> Identity:
    """The two parts in a reply. Raises :class:`ReplyError` when the sensor's part is not there."""
    parts = list(_objects(body))
    board = next((part for _key, part in parts if "pinResetRequired" in part), None)
    board = board or next((part for key, part in parts if "com" in key.lower() or "board" in key.lower()), None)
    radar = next((part for _key, part in parts if part is not board and ("maxDistance" in part or "minDistance" in part)), None)
    radar = radar or next((part for _key, part in parts if part is not board and "fwVersion" in part), None)
    if radar is None:
        raise ReplyError(f"{name} answered GET /sensorInfo without the sensor's part.", hint="Is it an MSK-101-POE?")
    return Identity(radar, board or next((part for _key, part in parts if part is not radar), {}))


def _objects(value: t.Any, key: str = "") -> t.Iterator[tuple[str, t.Mapping[str, t.Any]]]:
    if isinstance(value, t.Mapping):
        if "fwVersion" in value or "deviceId" in value:
            yield key, value
        for name, item in value.items():
            yield from _objects(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item, key)


def check_identity(identity: Identity, name: str, device_id: str | None) -> None:
    """Raise :class:`IdentityError` unless this is an MSK-101-POE, and the one with ``device_id`` when that is given."""
    problems = identity.problems(device_id)
    if problems:
        raise IdentityError(
            f"{name} is not the expected device: {'; '.join(problems)}. This task changed nothing.",
            hint="Check which device has this address before you go on; what ran before, such as msk_password, may have changed it.",
            facts={"device_ids": list(filter(None, identity.ids))},
        )
