# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import ReplyError
from ansible_collections.siteops.devices.plugins.module_utils.core.schema import check_reply, violations

SCHEMA = {
    "type": "object",
    "required": ["alarms"],
    "properties": {
        "alarms": {"type": "array", "items": {"type": "object", "required": ["type"], "properties": {"type": {"type": "integer"}}}}
    },
}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "the reply is a list, expected object"),
        (None, "the reply is null, expected object"),
        ({}, "the reply has no alarms"),
        ({"alarms": {}}, "alarms is an object, expected array"),
        ({"alarms": [{"type": 1}, {}]}, "alarms[1] has no type"),
        ({"alarms": [{"type": "hush"}]}, "alarms[0].type is text, expected integer"),
        ({"alarms": [{"type": 1.5}]}, "alarms[0].type is a number, expected integer"),
        ({"alarms": [{"type": True}]}, "alarms[0].type is a boolean, expected integer"),
    ],
)
def test_what_is_wrong_is_told_with_its_path_and_without_its_value(body: Any, sentence: str) -> None:
    assert violations(body, SCHEMA) == [sentence]


def test_a_reply_that_fits_passes() -> None:
    check_reply({"alarms": [{"type": 1, "more": 2}], "more": 3}, SCHEMA, "gate-03 answered GET /x")


def test_a_long_list_of_complaints_is_shortened() -> None:
    with pytest.raises(ReplyError) as caught:
        check_reply({"alarms": [{}, {}, {}, {}, {}]}, SCHEMA, "gate-03 answered GET /x")
    assert caught.value.message == (
        "gate-03 answered GET /x with JSON of an unexpected shape: "
        "alarms[0] has no type; alarms[1] has no type; alarms[2] has no type (and 2 more)."
    )
