# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module arguments of each target of a fleet task.

The engine templates a task's arguments before an action sees them, for the task's own host. What differs per target comes from
``module_defaults``, taken as they were written and templated for the target, and from host variables that are named by ``host_args``.

A template costs a millisecond, as much as a request: the engine compiles it anew each time. So a value that is just ``{{ name }}``, or
``{{ name | default(other) }}``, is looked up, one without templates is taken as it is, and any other one is evaluated once for all
targets whose variables give it the same input.
"""

from __future__ import annotations

import functools
import re
import typing as t

from ansible.template import Templar
from jinja2 import Environment, TemplateError, meta

NAME_ONLY = re.compile(r"\s*\{\{\s*([A-Za-z_]\w*)\s*\}\}\s*", re.ASCII)

NAME_OR_OTHER = re.compile(r"\s*\{\{\s*([A-Za-z_]\w*)\s*\|\s*default\(\s*([A-Za-z_]\w*)\s*\)\s*\}\}\s*", re.ASCII)

DEEPEST = 5
"""Names that lead to names; more of them are left to the engine, which notices circles."""

IMPURE = frozenset({"lookup", "query", "q", "now", "hostvars", "vars", "undef"})
"""What a template may call whose answer its variables do not determine."""

PLAY_LISTS = ("ansible_play_hosts_all", "ansible_play_hosts", "ansible_play_batch", "play_hosts")

MISSING = object()

Variables = t.Mapping[str, t.Any]


def raw_defaults(task: t.Any, module: str) -> list[t.Any]:
    """The task's ``module_defaults`` of that module and its groups, as they were written; later ones win. ``module``: the full name."""
    merged: dict[str, t.Any] = {}
    for layer in _written(task):
        merged.update(layer)
    groups = [f"group/{name}" for name in (task.get_play()._action_groups or {}).get(module, [])]
    return [merged[key] for key in merged if key in groups] + ([merged[module]] if module in merged else [])


def _written(task: t.Any) -> list[Variables]:
    if hasattr(task, "_post_validate_module_defaults"):
        return list(task.module_defaults or [])
    # Up to ansible-core 2.18 the task holds its own and its parents' defaults templated for its own host already.
    blocks: list[Variables] = []
    roles: list[Variables] = []
    node = task._parent
    while node is not None:
        blocks = [*_own(node), *blocks]
        roles = [*_own(getattr(node, "_role", None)), *roles]
        node = getattr(node, "_parent", None)
    own = (task._ds or {}).get("module_defaults")
    return [*_own(task.get_play()), *roles, *blocks, *(task._load_module_defaults("module_defaults", own) if own else [])]


def _own(holder: t.Any) -> list[Variables]:
    written = getattr(holder, "_module_defaults", None)
    return written if isinstance(written, list) else []


class HostVariables:
    """All variables that a task has on another host of the inventory, those of the play, its roles and the task included."""

    def __init__(self, task: t.Any, task_vars: Variables) -> None:
        hostvars = task_vars["hostvars"]
        self._inventory = hostvars._inventory
        self._manager = hostvars._variable_manager
        self._task = task
        self._play = task.get_play()
        loop = (task.loop_control.loop_var, task.loop_control.index_var, "ansible_loop") if task.loop_control else ()
        self._shared = {name: task_vars[name] for name in (*PLAY_LISTS, *loop) if name in task_vars}

    def knows(self, name: str) -> bool:
        """Whether the inventory has such a host."""
        return self._inventory.get_host(name) is not None

    def folder(self, name: str) -> str:
        """The host's ``inventory_dir``; empty where its inventory is no file."""
        return str(self._inventory.get_host(name).vars.get("inventory_dir") or "")

    def of(self, name: str) -> dict[str, t.Any]:
        """The variables, not templated. A millisecond: take them once."""
        # The lists of the play's hosts are the same for each target; building them anew would cost their length each time.
        some = [name]
        variables = self._manager.get_vars(
            play=self._play, host=self._inventory.get_host(name), task=self._task, _hosts=some, _hosts_all=some
        )
        variables.update(self._shared)
        return t.cast("dict[str, t.Any]", variables)


class Arguments:
    """Makes the arguments of a module for one target after the other. Not for several threads: the engine's templates are not."""

    def __init__(
        self, variables: HostVariables, loader: t.Any, defaults: t.Sequence[t.Any], shared: Variables, host_args: Variables
    ) -> None:
        self._variables = variables
        self._defaults = defaults
        self._shared = shared
        self._host_args = host_args
        self._templates = Templates(loader)

    def folder(self, target: str) -> str:
        """Where the target's files may lie beside its inventory."""
        return self._variables.folder(target)

    def of(self, target: str) -> dict[str, t.Any]:
        """The target's arguments. Raises what the engine raises for a template that cannot be evaluated."""
        variables = self._variables.of(target)
        self._templates.variables = variables
        found: dict[str, t.Any] = {}
        for layer in self._defaults:
            rows = self._templates.named(layer)
            rows = rows if isinstance(rows, t.Mapping) else self._templates.value(layer)
            for option, written in rows.items() if isinstance(rows, t.Mapping) else ():
                self._set(found, option, written)
        found.update(self._shared)
        for option, name in self._host_args.items():
            if name in variables:
                self._set(found, option, variables[name])
        return found

    def _set(self, found: dict[str, t.Any], option: str, written: t.Any) -> None:
        value = self._templates.value(written)
        if value is MISSING:
            found.pop(option, None)
        else:
            found[option] = value


class Templates:
    """Evaluates values with the variables of one target at a time (``variables``)."""

    def __init__(self, loader: t.Any) -> None:
        self._templar = Templar(loader=loader, variables={})
        self._kept: dict[tuple[t.Any, ...], tuple[t.Any, t.Any]] = {}
        self._variables: Variables = {}

    @property
    def variables(self) -> Variables:
        return self._variables

    @variables.setter
    def variables(self, variables: Variables) -> None:
        self._variables = variables
        self._templar.available_variables = dict(variables)

    def named(self, written: t.Any) -> t.Any:
        """What the variable holds, as it was written, when ``written`` is just its name; else ``written`` itself."""
        name = NAME_ONLY.fullmatch(written) if isinstance(written, str) else None
        if name and name.group(1) in self._variables and name.group(1) != "omit" and self._templar.is_template(written):
            return self._variables[name.group(1)]
        either = NAME_OR_OTHER.fullmatch(written) if isinstance(written, str) else None
        if either and "omit" not in either.groups() and self._templar.is_template(written):
            first, second = (self._variables.get(each, MISSING) for each in either.groups())
            chosen = second if first is MISSING else first
            # What is a template itself may turn out to be undefined.
            return written if chosen is MISSING or not _is_literal(chosen) else chosen
        return written

    def value(self, written: t.Any) -> t.Any:
        """The value for this target; ``MISSING`` when it is ``omit``."""
        for _step in range(DEEPEST):
            written, before = self.named(written), written
            if written is before:
                break
        if _is_literal(written):
            return written
        inputs = self._inputs(written)
        if inputs is None:
            return self._evaluate(written)
        key = (id(written), *(id(value) for value in inputs))
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) > 500:
                self._kept.clear()
            # The inputs are kept too, lest another object gets the identity of one of them.
            kept = self._kept[key] = (self._evaluate(written), (written, inputs))
        return kept[0]

    def _evaluate(self, written: t.Any) -> t.Any:
        answer = self._templar.template({"value": written})
        value = answer.get("value", MISSING)
        omit = self._variables.get("omit")
        return _without(_decrypted(value), omit) if isinstance(omit, str) else _decrypted(value)

    def _inputs(self, written: t.Any) -> list[t.Any] | None:
        """The variables that a value depends on, directly or by way of others; None when that cannot be told."""
        found: dict[str, t.Any] = {}
        todo = [written]
        while todo:
            for text in _texts(todo.pop()):
                names = _names(text)
                if names is None:
                    return None
                for name in names - found.keys():
                    found[name] = self._variables.get(name, MISSING)
                    todo.append(found[name])
        return list(found.values())


@functools.lru_cache(maxsize=500)
def _names(template: str) -> frozenset[str] | None:
    try:
        names = meta.find_undeclared_variables(Environment(autoescape=False).parse(template))  # noqa: S701 (it is parsed, not rendered)
    except TemplateError:
        return None  # it has a filter of Ansible's own syntax, or is no template at all
    return None if names & IMPURE else frozenset(names)


def _is_literal(value: t.Any) -> bool:
    """Whether there is nothing in a value to be evaluated, or to be decrypted."""
    if isinstance(value, t.Mapping):
        return all(_is_literal(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return all(_is_literal(item) for item in value)
    return "{" not in value if isinstance(value, str) else value is None or isinstance(value, (bool, int, float))


def _texts(value: t.Any) -> t.Iterator[str]:
    """The texts in a value that may be templates."""
    if isinstance(value, str):
        if "{" in value:
            yield str.__str__(value)
    elif isinstance(value, t.Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _decrypted(value: t.Any) -> t.Any:
    """``value`` with vaulted texts, which are objects of the engine's own, as texts. Each costs a tenth of a second."""
    if isinstance(value, t.Mapping):
        return {key: _decrypted(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_decrypted(item) for item in value]
    return str(value) if hasattr(value, "_ciphertext") or type(value).__name__ == "AnsibleVaultEncryptedUnicode" else value


def _without(value: t.Any, omit: str) -> t.Any:
    """Up to ansible-core 2.18 an omitted value is a text that stands for it."""
    if isinstance(value, t.Mapping):
        return {key: _without(item, omit) for key, item in value.items() if item != omit}
    if isinstance(value, list):
        return [_without(item, omit) for item in value if item != omit]
    return MISSING if isinstance(value, str) and value == omit else value
