# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module documents is what it takes, returns, and is registered for."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PACKAGE = "ansible_collections.siteops.devices.plugins"
ACTIONS = {"fleet", "rollout_record", "vault_file"}  # run in the controller only; their files under modules/ are their documentation
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem not in ACTIONS)
RUNTIME = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
SYSTEMS = {name: system for system, names in RUNTIME["action_groups"].items() for name in names}
ALONE = {"firmware_download"}
"""Modules that talk to no device of a system, and so have no connection to set once."""


def module(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.modules.{name}")


def documentation(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load(module(name).DOCUMENTATION))


def fragment(name: str) -> dict[str, Any]:
    """A documentation fragment by its name, such as siteops.devices.attributes.info_module."""
    parts = name.split(".")[2:]
    fragments = importlib.import_module(f"{PACKAGE}.doc_fragments.{parts[0]}").ModuleDocFragment
    return dict(yaml.safe_load(getattr(fragments, parts[1].upper() if len(parts) > 1 else "DOCUMENTATION")))


def documented_options(name: str) -> dict[str, Any]:
    """A module's own options and those of its fragments."""
    options: dict[str, Any] = {}
    for part in documentation(name)["extends_documentation_fragment"]:
        options.update(fragment(part).get("options", {}))
    return {**options, **documentation(name).get("options", {})}


def pairs(documented: dict[str, Any], taken: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each option as it is documented and as it is taken, nested ones too."""
    assert set(documented) == set(taken), path
    for name, row in documented.items():
        yield f"{path}{name}", row, taken[name]
        yield from pairs(row.get("suboptions", {}), taken[name].get("options", {}), f"{path}{name}.")


@pytest.mark.parametrize("name", MODULES)
def test_options_are_documented_as_they_are_taken(name: str) -> None:
    for path, documented, taken in pairs(documented_options(name), module(name).ARGUMENT_SPEC.options):
        assert documented["type"] == taken["type"], path
        for key in ("required", "default", "choices", "elements", "aliases"):
            assert documented.get(key) == taken.get(key), f"{path}: {key}"
        assert documented["description"], path


@pytest.mark.parametrize("name", MODULES)
def test_secrets_are_not_logged(name: str) -> None:
    for path, _documented, taken in pairs(documented_options(name), module(name).ARGUMENT_SPEC.options):
        if any(word in path for word in ("password", "secret", "token", "access_key")):
            assert taken.get("no_log") is True, path


@pytest.mark.parametrize("name", MODULES)
def test_the_documentation_is_that_of_this_module(name: str) -> None:
    text = documentation(name)
    system = SYSTEMS.get(name)
    assert text["module"] == name
    assert (f"siteops.devices.attributes.actiongroup_{system}" in text["extends_documentation_fragment"]) is (name not in ALONE)
    # The systems that speak HTTP share their connection's options.
    assert ("siteops.devices.connection" in text["extends_documentation_fragment"]) is (system != "xyte" and name not in ALONE)
    assert f"siteops.devices.{name}:" in module(name).EXAMPLES
    assert text["short_description"][-1] != "."


@pytest.mark.parametrize("name", MODULES)
def test_an_information_module_changes_nothing(name: str) -> None:
    fragments = documentation(name)["extends_documentation_fragment"]
    informs = "siteops.devices.attributes.info_module" in fragments
    assert informs is not bool({"siteops.devices.attributes", "siteops.devices.attributes.report_module"} & set(fragments))
    assert informs is (name.rpartition("_")[2] in {"info", "health", "identity", "wait"})


@pytest.mark.parametrize("name", MODULES)
def test_examples_take_only_options_that_exist(name: str) -> None:
    for task in yaml.safe_load(module(name).EXAMPLES):
        arguments = task.get(f"siteops.devices.{name}")
        if arguments is not None:
            assert set(arguments) <= set(module(name).ARGUMENT_SPEC.options)


def test_every_failure_is_documented_alike() -> None:
    errors = {name: yaml.safe_load(module(name).RETURN)["error"] for name in MODULES}
    for name, row in errors.items():
        assert {**row, "contains": None} == {**errors["msk_config"], "contains": None}, name
        # The words are those of the module: the sensor's error code, the broker's reason code.
        assert {key: field["type"] for key, field in row["contains"].items() if key != "code"} == {"kind": "str", "http_status": "int"}, (
            name
        )
        assert row["contains"]["code"]["type"] in {"int", "str", "raw"}, name


def kinds(name: str) -> str:
    """The sentence that lists the kinds of failure."""
    return str(yaml.safe_load(module(name).RETURN)["error"]["contains"]["kind"]["description"][0])


def test_every_kind_of_failure_that_is_documented_exists() -> None:
    errors = importlib.import_module(f"{PACKAGE}.module_utils.core.errors")
    known = {thing.kind for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, errors.DeviceError)}
    named = {kind for name in MODULES for kind in re.findall(r"V\((\w+)\)", kinds(name))}
    assert named == known - {"device"}


@pytest.mark.parametrize("system", sorted({*SYSTEMS.values()}))
def test_the_modules_of_a_system_document_the_same_kinds(system: str) -> None:
    assert len({kinds(name) for name in MODULES if SYSTEMS.get(name) == system}) == 1


def named_in_readme(column: int, head: str) -> list[str]:
    """What stands in backquotes in one column of the table with this head."""
    table = (ROOT / "README.md").read_text().partition(f"\n{head}\n")[2].partition("\n\n")[0]
    return [name for row in table.splitlines() for name in re.findall(r"`([\w.]+)`", row.split("|")[column])]


def test_the_readme_lists_all_modules() -> None:
    assert named_in_readme(1, "| module | what it does |") == sorted({*MODULES, *ACTIONS})


def test_the_readme_lists_all_roles_and_playbooks() -> None:
    head = "| role | playbook | what it does |"
    assert sorted(named_in_readme(1, head)) == sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
    playbooks = {path.stem: path.read_text() for path in (ROOT / "playbooks").glob("*.yml")}
    whole = [name for name in sorted(playbooks) if "# Part of the playbooks" not in playbooks[name]]
    assert sorted(named_in_readme(2, head)) == [f"siteops.devices.{name}" for name in whole]


def test_every_module_is_in_the_group_of_its_system() -> None:
    assert sorted(SYSTEMS) == sorted(set(MODULES) - ALONE)
    assert all(names == sorted(names) for names in RUNTIME["action_groups"].values())
    for name, system in SYSTEMS.items():
        assert f"module_utils.{system}." in (ROOT / "plugins" / "modules" / f"{name}.py").read_text(), name


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_the_action_that_runs_it_in_process(name: str) -> None:
    base = importlib.import_module(f"{PACKAGE}.plugin_utils.device_action")
    action = importlib.import_module(f"{PACKAGE}.action.{name}").ActionModule
    assert issubclass(action, base.DeviceAction)
    assert base.loaded(f"siteops.devices.{name}").run is module(name).run


def test_every_action_is_of_a_module() -> None:
    assert sorted(path.stem for path in (ROOT / "plugins" / "action").glob("*.py") if path.stem not in ACTIONS) == MODULES
