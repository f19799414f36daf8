# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Way 1: a device module as an ordinary Ansible module, in a process of its own."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ..core.interrupts import stoppable
from ..core.redact import Redactor
from .spec import Spec
from .task import Run, Task, interrupted


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
