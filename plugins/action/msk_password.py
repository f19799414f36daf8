# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.siteops.devices.plugins.plugin_utils.device_action import DeviceAction, preload

preload("msk_password")


class ActionModule(DeviceAction):
    """Runs the module of this name in process, or ships it."""
