# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine tells callbacks, as outcomes. The only file of the report that knows how releases of ansible-core differ."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import plain
from ansible_collections.siteops.devices.plugins.plugin_utils.device_action import loaded

from .outcome import COLLECTION, FLEET, Outcome, apart, state_of

Arguments = dict[str, t.Any]


class Watch:
    """Which task runs on which host, and since when."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, str], tuple[float, str, str, bool]] = {}

    def started(self, host: t.Any, task: t.Any) -> None:
        """From ``v2_runner_on_start``."""
        self._running[host.get_name(), task._uuid] = (time.monotonic(), _name(task), module_of(task), bool(task.check_mode))

    def outcomes(
        self, event: t.Any, *, failed: bool = False, unreachable: bool = False, skipped: bool = False, ignored: bool = False
    ) -> list[Outcome]:
        """The outcomes of a task on a host: of one device, or of a fleet's."""
        # ``host``, ``task`` and ``result`` since ansible-core 2.19, the others before.
        host, task, result = (
            getattr(event, name) if hasattr(event, name) else getattr(event, f"_{name}") for name in ("host", "task", "result")
        )
        module = module_of(task)
        began = self._running.pop((host.get_name(), task._uuid), None)
        result = plain(result) if isinstance(result, t.Mapping) else {}
        loop = bool(task.loop) or bool(getattr(task, "loop_with", None))
        # A loop's arguments have not been templated.
        arguments: Arguments = {} if loop or not isinstance(task.args, t.Mapping) else plain(task.args)
        whole = Outcome(
            device=host.get_name(),
            task=_name(task),
            module=module,
            state=state_of(result, failed=failed, unreachable=unreachable, skipped=skipped),
            result=result,
            check_mode=bool(task.check_mode),
            ignored=ignored,
            seconds=time.monotonic() - began[0] if began else None,
            address=_address(module, arguments),
            host=host.get_name(),
            secrets=tuple(secrets_of(module, arguments)),
        )
        return apart(whole, loop=loop)

    def unfinished(self) -> list[Outcome]:
        """The tasks of device modules that have begun and not ended."""
        return [
            Outcome(device=host, task=name, module=module, state="unfinished", result={}, check_mode=check_mode, host=host)
            for (host, _uuid), (_began, name, module, check_mode) in self._running.items()
        ]


def _name(task: t.Any) -> str:
    """The task's name, without that of its role."""
    return str(plain(task.name) or module_of(task))


def module_of(task: t.Any) -> str:
    """The full name of the task's module."""
    return str(getattr(task, "resolved_action", None) or task.action)


def secrets_of(module: str, arguments: Arguments) -> list[str]:
    """The secrets among a device module's arguments, and among those of the module that a fleet task runs."""
    if module == FLEET:
        inner = arguments.get("args")
        return secrets_of(str(arguments.get("module")), inner if isinstance(inner, dict) else {})
    if "." in module and not module.startswith(COLLECTION):
        return []
    try:
        return loaded(module).spec.secrets(arguments)
    except Exception:  # noqa: BLE001 (a module that cannot be loaded, or arguments of any shape: there is nothing to mask then)
        return []


def _address(module: str, arguments: Arguments) -> str | None:
    """Where a device module looked for its device."""
    host = arguments.get("host")
    return str(host) if module.startswith(COLLECTION) and isinstance(host, str) and host and "{{" not in host else None


class Inventory:
    """Addresses and sites of hosts, as the inventory has them."""

    def __init__(self) -> None:
        self._data: t.Any = None

    def of_play(self, play: t.Any) -> None:
        """From ``v2_playbook_on_play_start``."""
        manager = play.get_variable_manager()
        self._data = getattr(manager, "_inventory", None) or self._data

    def place(self, name: str) -> tuple[str | None, str | None]:
        """Address and site; None for what is not written there plainly."""
        host = self._data.get_host(name) if self._data is not None else None
        if host is None:
            return None, None
        variables = host.get_vars()
        site = variables.get("siteops_site") or next(
            (group.name[5:] for group in host.get_groups() if group.name.startswith("site_")), None
        )
        return _plainly(variables.get("ansible_host")), _plainly(site)


def _plainly(value: t.Any) -> str | None:
    return str(plain(value)) if isinstance(value, str) and value and "{{" not in value else None
