# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Way 2 and 3: a device module inside the controller process, called by an action."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from ..core.errors import InputError
from ..core.redact import Redactor
from .spec import Spec
from .task import Result, Run, Task


class Loaded(t.NamedTuple):
    """A device module: its full name, what it takes, and what it does."""

    name: str
    spec: Spec
    run: Run


def plain(value: t.Any) -> t.Any:
    """``value`` of builtin types only: the engine's task arguments are subclasses of them, and YAML makes dates."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()  # as it travels to a shipped module
    return value


def run_in_process(
    module: Loaded,
    arguments: t.Mapping[str, t.Any],
    *,
    check_mode: bool,
    diff: bool,
    say_warning: t.Callable[[str], None],
    say_progress: t.Callable[[str], None] | None,
) -> Result:
    """Validate ``arguments`` as the module's own process would, and run it. Never raises for a failure: that is a result."""
    given = module.spec.canonical(plain(arguments))
    users = [str(given.get("username") or "")]
    try:
        validation = ArgumentSpecValidator(module.spec.options, **module.spec.rules).validate(given)
    except (TypeError, AttributeError) as error:
        # The engine's validator does not survive, for example, a number where a dictionary with suboptions belongs.
        wrong = InputError(f"The arguments of {module.name} have another structure than documented ({error}).", hint="Nothing was sent.")
        return Redactor(module.spec.secrets(given), users=users).result(wrong.to_result())
    params = validation.validated_parameters
    redactor = Redactor([*module.spec.secrets(given), *module.spec.secrets(params), *validation._no_log_values], users=users)
    if validation.error_messages:
        return redactor.result({"failed": True, "changed": False, "msg": refusal(module.name, validation)})
    task = Task(params, check_mode=check_mode, diff=diff, redactor=redactor, say_warning=say_warning, say_progress=say_progress)
    return task.perform(module.run)


def refuse(module: Loaded) -> Result:
    """Let the arguments' check refuse an option that no module has. What is called once before the controller forks is quicker after."""
    return run_in_process(module, {"no such option": None}, check_mode=True, diff=False, say_warning=lambda _text: None, say_progress=None)


def checked(name: str, options: t.Mapping[str, t.Any], arguments: t.Any) -> dict[str, t.Any]:
    """What an action of this collection gets, converted. Raises :class:`InputError` that says what is wrong, in a whole sentence."""
    try:
        validation = ArgumentSpecValidator(options).validate(plain(arguments))
    except (TypeError, AttributeError) as error:
        raise InputError(f"The arguments of {name} have another structure than documented ({error}).") from None
    if validation.error_messages:
        raise InputError(f"{refusal(name, validation).rstrip('.')}.")
    return dict(validation.validated_parameters)


def refusal(name: str, validation: t.Any) -> str:
    """What AnsibleModule says of the same arguments. Of several mistakes it is the first."""
    message = str(validation.errors.msg)
    if isinstance(validation.errors[0], UnsupportedError):
        message = f"Unsupported parameters for ({name}) module: {message}"
    return message
