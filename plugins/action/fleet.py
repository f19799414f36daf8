# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one device module on many targets in one task, by threads. See ``docs/architecture.md``, "three ways in"."""

from __future__ import annotations

import functools
import time
import typing as t

from ansible.executor import task_result
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.siteops.devices.plugins.module_utils.bridge.files import with_files
from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import Loaded, checked, run_in_process
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError
from ansible_collections.siteops.devices.plugins.modules.fleet import FLEET_OPTIONS
from ansible_collections.siteops.devices.plugins.plugin_utils.device_action import COLLECTION, find_file, loaded
from ansible_collections.siteops.devices.plugins.plugin_utils.fleet_arguments import Arguments, HostVariables, raw_defaults
from ansible_collections.siteops.devices.plugins.plugin_utils.fleet_crew import Crew, Done, Job, Said, Voice, told_to_stop
from ansible_collections.siteops.devices.plugins.plugin_utils.fleet_results import Harvest

Result = dict[str, t.Any]

SHOWN = 20
"""Failures and warnings that reach the screen one by one; the others are in the result only."""

TAKES_ROWS_FOR_A_LOOP = hasattr(task_result, "censor_result")
"""ansible-core 2.19 and 2.20 show the rows of a task with no_log, but those that are marked themselves."""

PROGRESS_INTERVAL = 5.0
"""Seconds."""


class ActionModule(ActionBase):
    """See the documentation of ``siteops.devices.fleet``."""

    _supports_check_mode = True
    _supports_async = True  # to refuse it with a sentence
    _requires_connection = False

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        super().run(tmp, task_vars)
        try:
            return self._run(task_vars or {})
        except InputError as error:
            failure = error
        return failure.to_result()

    def _run(self, task_vars: dict[str, t.Any]) -> Result:
        options = checked(f"{COLLECTION}.fleet", FLEET_OPTIONS, self._task.args)
        if options["concurrency"] < 1:
            raise InputError("concurrency: it is below 1.")
        self._refuse_keywords()
        module = _module(options["module"])
        variables = HostVariables(self._task, task_vars)
        targets = list(dict.fromkeys(options["targets"]))
        if "" in targets:
            raise InputError("targets: it has an empty name.", hint="Give a list of host names, such as {{ groups['msk'] }}; [] for none.")
        unknown = [target for target in targets if not variables.knows(target)]
        if unknown:
            raise InputError(f"targets: the inventory has no host {', '.join(unknown[:10])}{' and more' if unknown[10:] else ''}.")
        defaults = raw_defaults(self._task, module.name)
        shared, host_args = _divided(module, options, defaults)
        arguments = Arguments(variables, self._loader, defaults, shared, host_args)
        return self._work(module, options, targets, arguments)

    def _refuse_keywords(self) -> None:
        """Threads of the controller's process cannot be other users, have another environment, or run elsewhere."""
        delegated = self._task.delegate_to and self._connection is not None and self._connection.transport != "local"
        for keyword, used in (
            ("async", self._task.async_val),
            ("become", self._play_context.become),
            ("environment", any(item and self._templar.template(item) for item in self._task.environment or [])),
            ("delegate_to", delegated),
        ):
            if used:
                raise InputError(
                    f"{COLLECTION}.fleet runs in the controller's process and cannot honour {keyword}.",
                    hint="Leave it out here (or switch it off, when the play sets it), or call the module itself, once per host.",
                )

    def _work(self, module: Loaded, options: Result, targets: list[str], arguments: Arguments) -> Result:
        crew = Crew(options["concurrency"], options["max_failures"])
        harvest = Harvest(
            targets,
            unchanged_rows=_wants_unchanged(module, options),
            size=options["results_size"],
            diff=bool(self._task.diff),
            censored=bool(self._task.no_log) and TAKES_ROWS_FOR_A_LOOP,
        )
        screen = Screen(f"fleet {module.name.rpartition('.')[2]}", harvest, shows=options["progress"])
        stopped: list[bool] = []

        def stop() -> None:
            stopped.append(True)
            crew.halt()

        find = functools.lru_cache(maxsize=None)(functools.partial(find_file, self))
        with told_to_stop(stop):
            jobs = [(target, self._prepare(module, arguments, find, target)) for target in targets if not stopped]
            for target in targets[len(jobs) :]:
                harvest.unstarted(target)
            for event in crew.work(jobs):
                if isinstance(event, Said):
                    screen.said(event)
                elif isinstance(event, Done):
                    screen.ended(harvest.add(event.target, event.result, event.seconds))
                else:
                    harvest.unstarted(event.target)
        return {"module": module.name, **harvest.result(bool(stopped))}

    def _prepare(self, module: Loaded, arguments: Arguments, find: t.Callable[[str, str], str], target: str) -> Job:
        """What a thread is to do for the target. All that needs the engine is done here, in the action's own thread."""
        try:
            folder = arguments.folder(target)
            given = with_files(module.spec, arguments.of(target), lambda name: find(name, folder))
        except Exception as error:  # noqa: BLE001 (the engine raises many kinds; one target's is not another's)
            return functools.partial(_failed, str(error))
        return functools.partial(_run_one, module, given, bool(self._task.check_mode), bool(self._task.diff))


def _module(name: str) -> Loaded:
    try:
        module = loaded(name)
    except KeyError:
        module = None
    except Exception as error:  # noqa: BLE001 (the result tells it)
        raise InputError(f"module: {name} cannot be loaded: {type(error).__name__}: {error}.") from None
    if module is None or name not in {module.name, module.name.rpartition(".")[2]}:
        raise InputError(f"module: {name} is not a device module of {COLLECTION}.")
    return module


def _divided(module: Loaded, options: Result, defaults: list[t.Any]) -> tuple[Result, Result]:
    """The arguments that all targets share, and the options whose value a host variable gives."""
    shared, host_args = options["args"], dict(options["host_args"])
    unknown = [option for option in host_args if option not in module.spec.options]
    if unknown:
        raise InputError(f"host_args: {module.name} has no option {', '.join(unknown)}.")
    by_defaults = any(not isinstance(layer, t.Mapping) or "host" in layer for layer in defaults)
    if "host" in module.spec.options and "host" not in {*shared, *host_args} and not by_defaults:
        host_args["host"] = "ansible_host"
    return shared, host_args


def _wants_unchanged(module: Loaded, options: Result) -> bool:
    """Whether rows of unchanged targets are wanted; of a module that only reads, they are all there is."""
    wanted = options["unchanged_results"]
    return module.name.endswith("_info") if wanted is None else bool(wanted)


def _failed(message: str, _voice: Voice) -> Result:
    return InputError(f"Its arguments could not be made: {message.rstrip('.')}.", hint="Nothing was sent to it.").to_result()


def _run_one(module: Loaded, arguments: Result, check_mode: bool, diff: bool, voice: Voice) -> Result:
    """In a thread. Nothing that one target does may end another's work."""
    try:
        return run_in_process(module, arguments, check_mode=check_mode, diff=diff, say_warning=voice.warn, say_progress=voice.tell)
    except BaseException as error:  # noqa: BLE001 (without a result the task would wait for ever)
        kind = type(error).__name__
    return InputError(f"A defect of this collection: {kind} left the module.").to_result()


class Screen:
    """What the task shows while it runs: where it is, and the first failures and warnings as they come."""

    def __init__(self, name: str, harvest: Harvest, *, shows: bool) -> None:
        self._name = name
        self._harvest = harvest
        self._shows = shows
        self._display = Display()
        self._last = time.monotonic()
        self._failures = self._warnings = 0

    def said(self, event: Said) -> None:
        if event.kind == "warning":
            self._harvest.warned(event.target, event.text)
            self._warnings += 1
            if self._warnings <= SHOWN:
                self._display.warning(f"{event.target}: {event.text}")
        elif self._shows and self._display.verbosity:
            self._display.display(f"{event.target}: {event.text}")

    def ended(self, row: Result) -> None:
        if not self._shows:
            return
        if row["failed"]:
            self._failures += 1
            if self._failures <= SHOWN:
                self._display.display(f"{self._name}: {row['target']} failed: {row.get('msg', '')}", color="red")
        if time.monotonic() - self._last >= PROGRESS_INTERVAL:
            self._last = time.monotonic()
            self._display.display(f"{self._name}: {self._harvest.progress()}")
