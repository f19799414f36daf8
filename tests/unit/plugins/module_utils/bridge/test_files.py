# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.bridge.files import with_files
from ansible_collections.siteops.devices.plugins.module_utils.bridge.spec import Spec

SPEC = Spec(
    {"packages": {"type": "list", "elements": "path", "aliases": ["ifw"]}, "src": {"type": "path"}, "name": {"type": "str"}},
    files=("packages", "src"),
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"packages": ["a", "b"]}, {"packages": ["/a", "/b"]}),
        ({"packages": "a, b"}, {"packages": ["/a", "/b"]}),
        ({"packages": ("a",)}, {"packages": ["/a"]}),
        ({"ifw": "a"}, {"ifw": ["/a"]}),
        ({"src": "a,b"}, {"src": "/a,b"}),
        ({"packages": [], "src": None}, {"packages": [], "src": None}),
        ({"packages": {"a": 1}}, {"packages": {"a": 1}}),
        ({"name": "a"}, {"name": "a"}),
    ],
)
def test_file_names_are_replaced(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert with_files(SPEC, given, lambda name: f"/{name}") == expected
