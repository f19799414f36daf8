# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with wanted settings of a sensor, as far as that can be told without it."""

from __future__ import annotations

import typing as t

from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import checked
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError
from ansible_collections.siteops.devices.plugins.module_utils.msk import configuration, network

CHECKS: dict[str, tuple[str, t.Any]] = {
    "configuration": ("siteops.devices.msk_config", configuration),
    "network": ("siteops.devices.msk_netsettings", network),
}
"""Option -> the module that has it, and the code behind it."""


def mistakes_in(settings: t.Mapping[str, t.Any]) -> list[str]:
    """A sentence for each of ``settings`` (``configuration``, ``network``) that its module would refuse. An empty one is left out."""
    found = (_mistake(option, value) for option, value in settings.items() if value)
    return [text for text in found if text]


def _mistake(option: str, value: t.Any) -> str:
    name, code = CHECKS[option]
    try:
        options = checked(name, {option: {"type": "dict", "options": code.OPTIONS}}, {option: value})[option]
    except InputError as error:
        text = str(error)
        return text if option in text else f"{option}: {text}"
    try:
        code.desired_of(options)
    except InputError as error:
        return str(error)
    return ""
