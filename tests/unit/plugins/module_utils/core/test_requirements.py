# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core import requirements
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import RequirementError
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import run, ship
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site


def test_what_is_there_is_not_asked_for() -> None:
    requirements.require("requests", "jsonschema")


def test_what_is_missing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(requirements.IMPORT_ERRORS, "jsonschema", "...")
    with pytest.raises(RequirementError) as caught:
        requirements.require("requests", "jsonschema")
    assert caught.value.facts == {"library": "jsonschema"}


def test_a_missing_library_fails_the_task_with_its_name_and_the_python(site: Site, sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(requirements.IMPORT_ERRORS, "requests", "Traceback ...\nModuleNotFoundError: No module named 'requests'\n")
    outcome = run("msk_info", site.connection(sensor))
    assert outcome.kind == "requirement"
    assert "Failed to import the required Python library (requests)" in outcome.message
    assert "No module named 'requests'" in outcome.message
    assert sensor.requests == []


@pytest.mark.parametrize("library", ["requests", "jsonschema"])
def test_a_shipped_module_says_the_same_where_the_library_is_missing(site: Site, sensor: Sensor, tmp_path: Path, library: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules[{library!r}] = None\n")
    outcome = ship("msk_info", site.connection(sensor), before_path=str(tmp_path))
    assert outcome.kind == "requirement"
    assert f"Failed to import the required Python library ({library})" in outcome.message
    assert sensor.requests == []
