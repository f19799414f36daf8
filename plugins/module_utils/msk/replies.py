# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of the sensor's replies, as JSON Schema. More members than these are allowed: firmware adds some."""

from __future__ import annotations

import typing as t

from ..core.schema import declared

Shape = dict[str, t.Any]

NUMBER: Shape = {"type": "number"}
INTEGER: Shape = {"type": "integer"}
TEXT: Shape = {"type": "string"}


def _object(required: t.Sequence[str] = (), **properties: Shape) -> Shape:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(item: Shape) -> Shape:
    return {"type": "array", "items": item}


def _or_null(shape: Shape) -> Shape:
    """Null says the same as a member that is not there."""
    return {**shape, "type": [shape["type"], "null"]}


def whole(value: t.Any) -> t.Any:
    """The same structure with whole numbers as ``int``: JSON does not tell 203 from 203.0, and a sensor may write either."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    return [whole(item) for item in value] if isinstance(value, list) else value


OBJECT = declared(_object())
CODE = declared(_object(["errorCode"], errorCode=INTEGER))
CHUNK_SIZE = declared(_object(["errorCode"], errorCode=INTEGER, maxChunkSize=INTEGER))
"""Sections 3.19.1 and 3.22.1. Bytes."""

TOKEN = declared(_object(["errorCode"], errorCode=INTEGER, token={**TEXT, "minLength": 1}))

ZONES = _list(_object(["min", "max"], min=INTEGER, max=INTEGER))

NUMBERS_OF_CONFIGURATION = (
    *("alarmDistance", "preAlarmDistance", "alarmSensitivity", "mountHeight", "mountElevation", "mountRotation", "mountAzimuth"),
    *("calibrationCoefficient", "ledMode", "channel", "configurationsCount", "antiMaskingMode", "antiMaskingExitMode"),
    *("antiTamperMode", "antiTamperExitMode", "numConflictingSensors", "ssMode", "ssMinDist", "ssMaxSize", "ssNumMaxZones"),
)

CONFIGURATION = declared(
    _object(
        ["configuration"],
        configuration=_object(
            [], **dict.fromkeys(NUMBERS_OF_CONFIGURATION, _or_null(INTEGER)), country=_or_null(TEXT), ssManualZones=_or_null(ZONES)
        ),
    )
)
"""Section 3.3.1."""

POSITION = declared(_object(["elevation", "rotation"], elevation=NUMBER, rotation=NUMBER))
"""Section 3.4.1. Degrees."""

DETECTION = declared(_object(["fps"], fps=NUMBER, acqIdx=NUMBER, elapsedTime=NUMBER, targets=_list(OBJECT)))
"""Section 3.1.1."""

ALARMS = declared(
    _object(
        ["alarms"], fps=NUMBER, acqIdx=NUMBER, elapsedTime=NUMBER, alarms=_list(_object(["type"], type=INTEGER, cause=_or_null(INTEGER)))
    )
)
"""Section 3.2.1."""

EVENTS = declared(_object(["events"], events=_list(_object(["type"], type=INTEGER, elapsedTime=NUMBER, duration=NUMBER))))
"""Section 3.17.1."""

INSTALLATIONS = declared(
    _object(
        ["installations"],
        installations=_list(
            _object(
                ["minDistance", "maxDistance", "minElevation", "maxElevation", "minHeight", "maxHeight", "orientation"],
                **dict.fromkeys("minDistance maxDistance minElevation maxElevation minHeight maxHeight orientation".split(), NUMBER),
            )
        ),
    )
)
"""Section 3.8.1. Centimetres and degrees."""

CALIBRATION = declared(_object(version=NUMBER, value=_or_null(NUMBER), mse=_or_null(NUMBER), peaks=_or_null({"type": "array"})))
"""Section 3.7."""

NETWORK = declared(
    _object(
        ["netConfiguration"],
        netConfiguration=INTEGER,
        curNetConfiguration=_or_null(INTEGER),
        **{key: _or_null(TEXT) for key in "staticAddress subnet gateway curHostAddress curSubnet curGateway".split()},
    )
)
"""Section 3.9.1."""

NAME = declared(_object(["name"], name=TEXT))
"""Section 3.11.1."""
