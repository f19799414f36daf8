# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Way 1: a device module as an ordinary Ansible module, in a process of its own."""

from __future__ import annotations

import signal
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..core.redact import Redactor
from .spec import Spec
from .task import Run, Task, interrupted


def run_module(spec: Spec, run: Run) -> None:
    """Validate the arguments, call ``run``, and exit with its result."""
    module = AnsibleModule(argument_spec=spec.options, supports_check_mode=True, **spec.rules)
    redactor = Redactor([*spec.secrets(module.params), *module.no_log_values], users=[module.params.get("username") or ""])
    task = Task(module.params, check_mode=module.check_mode, diff=module._diff, redactor=redactor, say_warning=module.warn)
    _stop_on_signals()
    try:
        result = task.perform(run)
    except KeyboardInterrupt:
        result = interrupted()
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def _stop_on_signals() -> None:
    """Let SIGTERM and SIGHUP unwind the stack as SIGINT does, so that sessions and updates are ended."""

    def stop(_number: int, _frame: t.Any) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, stop)
