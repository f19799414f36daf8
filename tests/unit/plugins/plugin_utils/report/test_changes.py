# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.plugin_utils.report.changes import LONGEST, MOST, clipped, fields_of


def fields(diff: Any) -> list[Any]:
    return [dict(row) for row in fields_of(diff, {})]


def test_only_what_differs_by_dotted_names() -> None:
    before = {"alarm_distance": 1, "led": "on", "extra": {"a": 1, "b": 2}, "zones": [{"min": 1}]}
    after = {"alarm_distance": 2, "led": "on", "extra": {"a": 1, "b": 3}, "zones": []}
    assert fields({"before": before, "after": after}) == [
        {"field": "alarm_distance", "before": 1, "after": 2},
        {"field": "extra.b", "before": 2, "after": 3},
        {"field": "zones", "before": [{"min": 1}], "after": []},
    ]


def test_what_was_not_there_and_what_is_gone() -> None:
    assert fields({"before": {"a": 1}, "after": {"b": None}}) == [{"field": "a", "before": 1}, {"field": "b", "after": None}]
    assert fields({"before": None, "after": {"b": 2}}) == [{"field": "b", "after": 2}]


def test_the_same_number_and_truth_differ() -> None:
    assert fields({"before": {"a": 1}, "after": {"a": True}}) == [{"field": "a", "before": 1, "after": True}]


def test_texts_lists_and_prepared_diffs() -> None:
    assert fields({"before": "x\n", "after": "y\n"}) == [{"field": "content", "before": "x\n", "after": "y\n"}]
    assert fields([{"before": "x", "after": "y"}, {"prepared": "+1"}]) == [
        {"field": "content", "before": "x", "after": "y"},
        {"field": "content", "after": "+1"},
    ]


@pytest.mark.parametrize("diff", [None, [], {}, "text", 3, [None, 7], {"after_header": "x"}])
def test_diffs_of_other_shapes(diff: Any) -> None:
    assert fields(diff) == []


def test_units() -> None:
    assert fields_of({"before": {"a": 1}, "after": {"a": 2}}, {"a": "mm"}) == [{"field": "a", "before": 1, "after": 2, "unit": "mm"}]


def test_secret_by_its_name() -> None:
    found = fields({"before": {"password": "old-one", "x": {"api_token": ""}}, "after": {"password": "new-one", "x": {"api_token": "abc"}}})
    assert "old-one" not in json.dumps(found)
    assert "new-one" not in json.dumps(found)
    assert found[1] == {"field": "x.api_token", "before": "", "after": "********"}


def test_endless_devices() -> None:
    assert len(clipped("x" * 10**6)) < LONGEST + 50
    assert len(fields({"before": {}, "after": {str(number): number for number in range(10**4)}})) == MOST
    assert clipped(float("nan")) == "nan"
    assert clipped({1: (object,)}) == {"1": [str(object)]}
