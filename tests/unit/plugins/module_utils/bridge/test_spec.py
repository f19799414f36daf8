# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec

SPEC = Spec(
    {"password": {"type": "str", "no_log": True, "env": "MSK_PASSWORD"}, "host": {"type": "str"}},
    {
        "keys": {
            "type": "list",
            "elements": "dict",
            "options": {"pin": {"type": "int", "no_log": True, "aliases": ["code"]}, "name": {"type": "str"}},
        },
        "old": {"type": "list", "elements": "str", "no_log": True},
        "more": {"type": "dict", "no_log": True},
    },
    required_together=[("host", "password")],
    mutually_exclusive=[["old", "more"]],
)


def test_parts_are_merged_and_an_environment_variable_becomes_a_fallback() -> None:
    assert set(SPEC.options) == {"password", "host", "keys", "old", "more"}
    assert SPEC.options["password"]["fallback"][1] == ["MSK_PASSWORD"]
    assert "env" not in SPEC.options["password"]
    assert SPEC.rules["required_together"] == [["host", "password"]]
    assert SPEC.rules["mutually_exclusive"] == [["old", "more"]]


def test_a_part_is_not_changed_by_what_is_made_of_it() -> None:
    part = {"password": {"type": "str", "env": "X"}}
    Spec(part)
    assert part == {"password": {"type": "str", "env": "X"}}


def test_secrets_are_found_at_every_depth() -> None:
    arguments = {
        "password": "a",
        "host": "no",
        "keys": [{"pin": 1234, "name": "no"}, {"code": "5678"}, "no dictionary"],
        "old": ["b", "c"],
        "more": {"x": ["d", {"y": "e"}], "z": True, "n": None},
    }
    assert sorted(SPEC.secrets(arguments)) == ["1234", "5678", "a", "b", "c", "d", "e"]


@pytest.mark.parametrize("arguments", [{}, {"password": None}, {"keys": None}, {"keys": "x"}, {"keys": [None]}])
def test_where_there_is_none(arguments: dict[str, object]) -> None:
    assert SPEC.secrets(arguments) == []
