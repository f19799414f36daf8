# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action behind every device module: runs it inside the controller process, or ships it when that cannot honour the task.

Each module has a file of its name in ``plugins/action`` that takes its action from here. A redirect of the names to one
action in ``meta/runtime.yml`` would work as well, but linters of playbooks follow it and tell users to call that action instead.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import typing as t

import ansible.template
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader
from ansible.utils.display import Display

from ansible_collections.siteops.devices.plugins import modules
from ansible_collections.siteops.devices.plugins.module_utils.bridge.files import with_files
from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import Loaded, refuse, run_in_process
from ansible_collections.siteops.devices.plugins.module_utils.bridge.task import interrupted
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import RequirementError
from ansible_collections.siteops.devices.plugins.module_utils.core.interrupts import stoppable
from ansible_collections.siteops.devices.plugins.module_utils.core.requirements import require
from ansible_collections.siteops.devices.plugins.plugin_utils.failure_limit import TASK_VARIABLE, FailureLimit
from ansible_collections.siteops.devices.plugins.plugin_utils.rollout_record import Steps

COLLECTION = "siteops.devices"

REHEARSAL = "ansible_collections.siteops.devices.plugins.module_utils.core.rehearsal"
"""It imports the libraries, so it is imported by name, after them."""

MODULES: dict[str, Loaded | Exception | None] = {}
"""Short name -> the module, what its import raised, or None when it is not a device module."""


def preload(name: str) -> None:
    """Import a module now. Its action's file calls this, and the engine loads that file before it forks its workers: once per play."""
    if name not in MODULES:
        with lasting():
            _load_libraries()
            module = MODULES[name] = _load(name)
            if isinstance(module, Loaded):
                importlib.import_module(REHEARSAL).rehearse()
                refuse(module)
                template_once()


@contextlib.contextmanager
def lasting() -> t.Iterator[None]:
    """What is made within lasts until the process ends: Python's collector need not look through it, neither now nor later."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def _load_libraries() -> None:
    """Import what every module needs, before anything does so from deeper down.

    There, compiling the libraries' regular expressions let CPython take and give back the same piece of its stack a thousand times.
    A library that is missing is told when it is needed.
    """
    with contextlib.suppress(RequirementError):
        require("requests", "jsonschema")


def template_once() -> t.Any:
    """Jinja's first template of a process makes its lexer, which takes longer than the template. Not worth an error; returns "yes"."""
    trusted = getattr(ansible.template, "trust_as_template", str)  # before 2.19 each text is a template
    with contextlib.suppress(Exception):
        return ansible.template.Templar(loader=DataLoader(), variables={"known": "yes"}).template(trusted("{{ known }}"))
    return None


def _load(name: str) -> Loaded | Exception | None:
    full_name = f"{modules.__name__}.{name}"
    try:
        module = importlib.import_module(full_name)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told when the module is called)
        return None if isinstance(error, ModuleNotFoundError) and error.name == full_name else error
    return Loaded(f"{COLLECTION}.{name}", module.ARGUMENT_SPEC, module.run) if hasattr(module, "run") else None


def loaded(name: str) -> Loaded:
    """The module of that short or full name. Raises ``KeyError`` when there is none, or what its import raised."""
    short = name.rpartition(".")[2]
    preload(short)
    module = MODULES[short]
    if module is None:
        raise KeyError(name)
    if isinstance(module, Exception):
        raise module
    return module


def find_file(action: ActionBase, name: str, folder: str) -> str:
    """A file of the controller, looked for where ``copy`` looks for its ``src``, then beside the inventory. Raises ``AnsibleError``.

    ``folder``: the ``inventory_dir`` of the host that it is for. The playbooks of a collection have no folder of the user's.
    """
    try:
        return str(action._find_needle("files", name))
    except AnsibleError:
        places = [os.path.join(folder, "files", name), os.path.join(folder, name)] if folder else []
        found = next(filter(os.path.isfile, places), None)
        if found is None:
            raise
        return found


class DeviceAction(ActionBase):
    """See ``docs/architecture.md``, "One piece of code, three ways in"."""

    _supports_check_mode = True
    _supports_async = True
    _requires_connection = False

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        variables = dict(task_vars or {})
        if TASK_VARIABLE not in variables:
            return self._run_task(variables)
        return self._run_within_limit(variables)

    def _run_within_limit(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """A step of a rollout. An unreachable delegate is a failure of the device, since it would end the whole play as unreachable."""
        try:
            asked = self._templar.template(variables[TASK_VARIABLE])
            limit = FailureLimit.of(asked)
        except (TypeError, ValueError, AttributeError) as error:
            return {"failed": True, "changed": False, "msg": f"The limit of failures is not a number of devices: {error}."}
        refusal = limit.refusal()
        if refusal:
            return refusal
        steps = Steps(
            "" if self._task.check_mode else str(asked.get("record") or ""),
            str(variables.get("inventory_hostname", "")),
            str(self._task.name),
            Display().warning,
        )
        steps.begins()
        try:
            result = self._run_task(variables)
        except AnsibleConnectionFailure as error:
            text = f"{self._task.delegate_to or 'The host'}, which is to run {self._task.action}, is not reached: {error}"
            result = {"failed": True, "changed": False, "msg": text, "error": {"kind": "unreachable", "http_status": None, "code": None}}
        judged = limit.judged(result)
        steps.ended(judged)
        return judged

    def _run_task(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        try:
            module = loaded(self._task.action)
        except KeyError:
            return {"failed": True, "msg": f"{self._task.action} is not a device module of {COLLECTION}."}
        except Exception as error:  # noqa: BLE001 (the result tells it)
            return {"failed": True, "msg": f"{self._task.action} cannot be loaded: {type(error).__name__}: {error}"}
        folder = str(variables.get("inventory_dir") or "")
        try:
            arguments = with_files(module.spec, self._task.args, lambda name: find_file(self, name, folder))
        except AnsibleError as error:
            missing = str(error)
        else:
            return self._run_module(module, arguments, variables)
        return {"failed": True, "changed": False, "msg": missing, "error": {"kind": "input", "http_status": None, "code": None}}

    def _run_module(self, module: Loaded, arguments: dict[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """In process, or as a process of its own where only that can honour the task."""
        own_address = self._leads_to(arguments.get("host"), variables)
        if not (own_address or self._connection.transport == "local"):
            return self._ship_there(module, arguments, variables)
        reason = self._needs_process()
        if reason == "async" and own_address:
            return {
                "failed": True,
                "msg": f"async needs a host that can run {module.name}; the device itself cannot. Add delegate_to: localhost.",
            }
        if reason and own_address:
            self._use_controller(variables)
        if reason:
            return self._ship(module, arguments, variables)
        return self._run_here(module, arguments, variables)

    def _leads_to(self, host: t.Any, variables: dict[str, t.Any]) -> bool:
        """Whether the task's connection leads to the device itself, which cannot run its own module."""
        delegate = self._task.delegate_to
        if self._connection.transport == "local" or not host:
            return False
        source = (variables.get("ansible_delegated_vars") or {}).get(delegate) or {} if delegate else variables
        address = source.get("ansible_host") or delegate or variables.get("inventory_hostname")
        return bool(str(self._templar.template(address)) == str(host))

    def _needs_process(self) -> str:
        """The task keyword that only a process of its own can honour; empty when there is none."""
        if self._task.async_val:
            return "async"
        if self._play_context.become:
            return "become"
        for item in self._task.environment or []:
            if item and self._templar.template(item):
                return "environment"
        return ""

    def _use_controller(self, variables: dict[str, t.Any]) -> None:
        """Let the module's process start on the controller, since the task's own connection ends at the device."""
        become = self._connection.become
        self._connection = connection_loader.get("local", self._play_context, getattr(self._connection, "_new_stdin", None))
        if become is not None:
            self._connection.set_become_plugin(become)
        own = {"ansible_python_interpreter": variables.get("ansible_playbook_python"), "ansible_connection": "local"}
        variables.update(own)
        delegate = self._task.delegate_to
        if delegate:
            of_delegates = variables.get("ansible_delegated_vars") or {}
            variables["ansible_delegated_vars"] = {**of_delegates, delegate: {**(of_delegates.get(delegate) or {}), **own}}

    def _ship_there(self, module: Loaded, arguments: dict[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """To the host of the task. Whoever meant the device itself, at an address that the inventory does not know, is told so."""
        try:
            return self._ship(module, arguments, variables)
        except AnsibleConnectionFailure as error:
            if self._task.delegate_to or not arguments.get("host"):
                raise
            told = str(error).rstrip(". \n")
        raise AnsibleConnectionFailure(
            f"{told}. {module.name} was to run on {variables.get('inventory_hostname')} itself, since its host, {arguments['host']}, is "
            "another address than that of this host. When both are one device, which cannot run it, add delegate_to: localhost."
        )

    def _ship(self, module: Loaded, arguments: dict[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
        result = self._execute_module(
            module_name=module.name,
            module_args=self._with_files_there(module, module.spec.canonical(arguments)),
            task_vars=variables,
            wrap_async=bool(self._task.async_val),
        )
        return t.cast("dict[str, t.Any]", result)

    def _with_files_there(self, module: Loaded, arguments: dict[str, t.Any]) -> dict[str, t.Any]:
        """``arguments`` with the controller's files copied to where the module will run, into the folder that is removed afterwards.

        On the controller itself they are used in place, unless another user's process is to read them.
        """
        if not any(arguments.get(option) for option in module.spec.files):
            return arguments
        if self._connection.transport == "local" and not self._play_context.become:
            return arguments
        if self._connection._shell.tmpdir is None:
            self._make_tmp_path()
        folder = self._connection._shell.tmpdir
        there: dict[str, str] = {}

        def carry(path: str) -> str:
            name = os.path.basename(path)
            if path not in there:
                taken = {os.path.basename(other) for other in there}
                there[path] = self._connection._shell.join_path(folder, f"{len(there)}-{name}" if name in taken else name)
                self._transfer_file(path, there[path])
            return there[path]

        changed = with_files(module.spec, arguments, carry)
        self._fixup_perms2((folder, *there.values()))
        return changed

    def _run_here(self, module: Loaded, arguments: dict[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
        display = Display()
        name = str(variables.get("inventory_hostname", ""))
        try:
            with stoppable():
                return run_in_process(
                    module,
                    arguments,
                    check_mode=bool(self._task.check_mode),
                    diff=bool(self._task.diff),
                    say_warning=display.warning,
                    say_progress=lambda text: display.display(f"{name}: {text}"),
                )
        except KeyboardInterrupt:
            return interrupted()
