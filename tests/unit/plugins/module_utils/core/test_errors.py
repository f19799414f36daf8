# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core import errors

ROW = re.compile(r"^    (?P<indent>[|\x60 ]*(?:[|\x60]- )?)(?P<name>[A-Z]\w+) +(?P<kind>[a-z_]+) ", re.MULTILINE)


def drawn() -> dict[str, tuple[str, str]]:
    """The tree in the docstring: class -> base and kind."""
    tree: dict[str, tuple[str, str]] = {}
    bases = ["Exception"]
    for row in ROW.finditer(errors.__doc__ or ""):
        depth = len(row["indent"]) // 3
        del bases[depth + 1 :]
        tree[row["name"]] = (bases[-1], row["kind"])
        bases.append(row["name"])
    return tree


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    classes = {name: value for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    found = {name: (value.__mro__[1].__name__, value.kind) for name, value in classes.items()}
    found["DeviceError"] = ("Exception", "kind")  # the head of the column
    assert drawn() == found


def test_kinds_tell_the_classes_apart() -> None:
    kinds = [kind for _base, kind in drawn().values()]
    assert len(kinds) == len(set(kinds))


def test_an_error_becomes_a_failed_result() -> None:
    error = errors.RefusedError("gate-03 said no.", hint="Ask again.", changed=True, code=7, facts={"last": 1})
    assert error.to_result() == {
        "failed": True,
        "changed": True,
        "msg": "gate-03 said no. Ask again.",
        "error": {"kind": "refused", "http_status": None, "code": 7},
        "last": 1,
    }


@pytest.mark.parametrize("facts", [{"failed": False}, {"changed": True, "msg": "", "error": {}}])
def test_facts_do_not_hide_the_failure(facts: dict[str, object]) -> None:
    result = errors.InputError("no.", facts=facts).to_result()
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, "no.")
    assert result["error"]["kind"] == "input"
