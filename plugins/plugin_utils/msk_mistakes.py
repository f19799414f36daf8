# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with wanted settings of a sensor, as far as that can be told without it."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import plain, refusal
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError
from ansible_collections.siteops.devices.plugins.module_utils.msk import configuration, network

CHECKS: dict[str, tuple[str, t.Any]] = {
    "configuration": ("siteops.devices.msk_config", configuration),
    "network": ("siteops.devices.msk_netsettings", network),
}
"""Option -> the module that has it, and the code behind it."""


def mistakes_in(settings: t.Mapping[str, t.Any]) -> list[str]:
    """A sentence for each of ``settings`` (``configuration``, ``network``) that its module would refuse. An empty one is left out."""
    found = (_mistake(option, plain(value)) for option, value in settings.items() if value)
    return [text for text in found if text]


def _mistake(option: str, value: t.Any) -> str:
    name, code = CHECKS[option]
    try:
        validation = ArgumentSpecValidator({option: {"type": "dict", "options": code.OPTIONS}}).validate({option: value})
        if validation.error_messages:
            text = refusal(name, validation).rstrip(".")
            return f"{text}." if option in text else f"{option}: {text}."
        code.desired_of(validation.validated_parameters[option])
    except InputError as error:
        return str(error)
    except (TypeError, AttributeError) as error:
        # The engine's validator does not survive, for example, a number where a dictionary with suboptions belongs.
        return f"{option} has another structure than documented ({error})."
    return ""
