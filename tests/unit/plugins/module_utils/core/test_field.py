# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError
from ansible_collections.siteops.devices.plugins.module_utils.core.field import Codec, Enumeration, Field, Integer, Table, Text

MODE = Field("mode", "deviceMode", Enumeration({"off": 0, "on": 1}))
CHANNEL = Field("channel", "ch", Enumeration(letters=True), typical=(0, 14))
HEIGHT = Field("height", "mountHeight", Integer(), "mm", (1000, 4000))
PIN = Field("pin", "pin", Text(), secret=True)
COUNT = Field("count", "cnt", Integer(), read_only=True)
TABLE = Table(MODE, CHANNEL, HEIGHT, PIN, COUNT)


@pytest.mark.parametrize(
    ("field", "value", "wire"),
    [
        (MODE, "on", 1),
        (MODE, "1", 1),
        (MODE, 7, 7),
        (MODE, " off ", 0),
        (CHANNEL, "A", 1),
        (CHANNEL, "n", 14),
        (CHANNEL, "0", 0),
        (HEIGHT, 2000, 2000),
    ],
)
def test_values_travel_as_the_device_wants_them(field: Field, value: Any, wire: Any) -> None:
    assert field.encode(value) == wire


@pytest.mark.parametrize(("field", "value"), [(MODE, "On"), (MODE, "A"), (MODE, ""), (CHANNEL, "AB"), (CHANNEL, "ä"), (CHANNEL, "1.5")])
def test_a_value_without_a_meaning_is_refused_by_the_name_of_its_option(field: Field, value: str) -> None:
    with pytest.raises(InputError, match=f"^{field.option}: .* is not one of .*a number"):
        field.encode(value)


def test_the_way_back_gives_names_and_keeps_unknown_numbers() -> None:
    assert TABLE.decode({"deviceMode": 1, "ch": 3, "other": 9, "cnt": 2}) == {"mode": "on", "channel": 3, "count": 2}
    assert TABLE.decode({"deviceMode": 42}) == {"mode": 42}


def test_name_and_number_mean_the_same() -> None:
    assert MODE.codec.same("on", 1)
    assert not MODE.codec.same("on", "off")
    assert Codec().same(1, 1)


def test_a_strange_value_is_passed_on_with_a_warning() -> None:
    assert HEIGHT.strangeness(1000) == HEIGHT.strangeness(4000) == MODE.strangeness(99) == ""
    assert HEIGHT.strangeness(4001) == "height: 4001 lies outside the vendor's typical range of 1000 to 4000 mm; passed on."
    assert CHANNEL.strangeness("Z") == "channel: 26 lies outside the vendor's typical range of 0 to 14; passed on."


def test_options_are_the_rows_that_can_be_written() -> None:
    assert TABLE.options() == {
        "mode": {"type": "str"},
        "channel": {"type": "str"},
        "height": {"type": "int"},
        "pin": {"type": "str", "no_log": True},
    }
