# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.plugin_utils.msk_mistakes import mistakes_in


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"configuration": {}, "network": {}},
        {"configuration": {"alarm_distance": "8000", "channel": "A", "extra": {"newKey": 1}}, "network": {"dhcp": "yes"}},
        {"configuration": {"pre_alarm_distance": 1000}},  # what the sensor has already counts
    ],
)
def test_nothing_is_wrong(settings: dict[str, Any]) -> None:
    assert mistakes_in(settings) == []


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"configuration": {"alarm_distnace": 8000}}, "Unsupported parameters for (siteops.devices.msk_config) module: configuration.a"),
        ({"configuration": {"alarm_distance": "far"}}, "'alarm_distance' is of type"),
        ({"configuration": {"alarm_distance": 5000, "pre_alarm_distance": 4000}}, "pre_alarm_distance (4000 mm) must not be below"),
        ({"configuration": {"ss_manual_zones": [{"min": 2, "max": 1}]}}, "min of zone 1 (2) lies above its max (1)"),
        ({"configuration": {"ss_manual_zones": [7]}}, "ss_manual_zones"),
        ({"configuration": "far"}, "configuration"),
        ({"network": {"static_address": "10.0.0.300"}}, "static_address: '10.0.0.300' is not an IPv4 address."),
        ({"network": {"static_address": "10.0.0.3", "subnet": "24", "gateway": "10.0.1.1"}}, "does not reach gateway 10.0.1.1"),
        ({"network": {"adress": "10.0.0.3"}}, "Unsupported parameters for (siteops.devices.msk_netsettings) module: network.adress"),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence_or_two(settings: dict[str, Any], told: str) -> None:
    (text,) = mistakes_in(settings)
    assert told in text
    assert text.endswith(".")
    assert not text.endswith("..")


def test_both_are_told() -> None:
    assert len(mistakes_in({"configuration": {"channel": 99999, "unknown": 1}, "network": {"dhcp": "perhaps"}})) == 2
