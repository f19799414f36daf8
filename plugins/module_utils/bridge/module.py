# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Way 1: a device module as an ordinary Ansible module, in a process of its own."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..core.interrupts import stoppable
from ..core.redact import Redactor
from .spec import Spec
from .task import Run, Task, interrupted


def refuse_as_module(name: str, options: dict[str, t.Any]) -> None:
    """Fail as the module ``siteops.devices.<name>``, which is there for its documentation: an action does its work."""
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    module.fail_json(msg=f"siteops.devices.{name} is an action: it runs in the controller's process only, as a task of a playbook.")


def run_module(spec: Spec, run: Run) -> None:
    """Validate the arguments, call ``run``, and exit with its result."""
    module = AnsibleModule(argument_spec=spec.options, supports_check_mode=True, **spec.rules)
    redactor = Redactor([*spec.secrets(module.params), *module.no_log_values], users=[module.params.get("username") or ""])
    task = Task(module.params, check_mode=module.check_mode, diff=module._diff, redactor=redactor, say_warning=module.warn)
    try:
        with stoppable():
            result = task.perform(run)
    except KeyboardInterrupt:
        result = interrupted()
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
