# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports point one way: modules, actions -> bridge and a system; a system -> core; bridge -> core; core -> core."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
PREFIX = "ansible_collections.siteops.devices."
UTILS = PLUGINS / "module_utils"
SYSTEMS = sorted(folder.name for folder in UTILS.iterdir() if folder.is_dir() and folder.name not in {"core", "bridge", "__pycache__"})
FILES = sorted(PLUGINS.rglob("*.py"))


def layer_of(parts: tuple[str, ...]) -> str:
    """The layer of a file or module below plugins/: "core", "bridge", the name of a system, or the kind of plugin."""
    return parts[1] if parts[0] == "module_utils" and len(parts) > 1 else parts[0]


def imports_of(path: Path) -> Iterator[tuple[str, ...]]:
    """What a file imports from this collection, as parts below plugins/."""
    package = path.relative_to(PLUGINS).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            yield (*base, *(node.module.split(".") if node.module else [node.names[0].name]))
            continue
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.startswith(PREFIX):
                assert name.startswith(PREFIX + "plugins."), f"{path} imports {name}"
                yield tuple(name[len(PREFIX) :].split(".")[1:])


def foreign_imports_of(path: Path) -> set[str]:
    """The top-level names of other packages that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found - {"ansible_collections"}


def allowed(layer: str) -> set[str]:
    """The layers that a layer may import."""
    if layer in {"core", *SYSTEMS}:
        return {"core", layer}
    return {
        "bridge": {"bridge", "core"},
        "modules": {"bridge", "core", *SYSTEMS},
        "plugin_utils": {"plugin_utils", "bridge", "core", "modules", *SYSTEMS},
        "action": {"plugin_utils", "bridge", "core", "modules"},
        "doc_fragments": set(),
    }.get(layer, {"plugin_utils", "bridge", "core", "modules", *SYSTEMS})


def test_there_is_something_to_look_at() -> None:
    assert {"msk"} <= set(SYSTEMS)
    assert len(FILES) > 20
    assert ("module_utils", "core", "errors") in set(imports_of(UTILS / "core" / "http.py"))
    assert ("module_utils", "core", "plan") in {parts[:3] for parts in imports_of(PLUGINS / "modules" / "msk_config.py")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PLUGINS)))
def test_imports_point_one_way(path: Path) -> None:
    layer = layer_of(path.relative_to(PLUGINS).parts)
    wrong = {".".join(parts) for parts in imports_of(path) if layer_of(parts) not in allowed(layer)}
    assert not wrong, f"{layer} may import {', '.join(sorted(allowed(layer))) or 'nothing of ours'}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PLUGINS)))
def test_only_the_bridge_and_plugins_of_the_controller_know_ansible(path: Path) -> None:
    layer = layer_of(path.relative_to(PLUGINS).parts)
    # The files of these actions are their documentation, and no modules that run anywhere.
    actions = {PLUGINS / "modules" / f"{name}.py" for name in ("fleet", "rollout_record", "vault_file")}
    if layer in {"core", "modules", *SYSTEMS} and path not in actions:
        assert "ansible" not in foreign_imports_of(path)


@pytest.mark.parametrize("path", sorted(UTILS.rglob("*.py")), ids=lambda path: str(path.relative_to(UTILS)))
def test_libraries_are_imported_in_one_place(path: Path) -> None:
    if path != UTILS / "core" / "requirements.py":
        assert not foreign_imports_of(path) & {"requests", "urllib3", "jsonschema"}
