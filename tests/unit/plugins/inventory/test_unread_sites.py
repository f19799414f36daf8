# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site document that the inventory is without is told, wherever it was lost."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader

from ansible_collections.siteops.devices.plugins.inventory.site import InventoryModule
from ansible_collections.siteops.devices.plugins.lookup.unread_sites import LookupModule

HEAD = "plugin: siteops.devices.site\n"
GOOD = HEAD + "site: good\nsensors: {a: {address: h1}}\n"


def unread(*documents: Path, sources: list[Path]) -> list[str]:
    """What the look-up tells of the sources after the plugin has got the documents."""
    inventory = InventoryData()
    for document in documents:
        with contextlib.suppress(AnsibleParserError):
            InventoryModule().parse(inventory, DataLoader(), str(document))
    assert "a" in inventory.hosts
    shared = inventory.groups["all"].get_vars()
    return list(LookupModule().run([], variables={**shared, "ansible_inventory_sources": [str(source) for source in sources]}))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_a_whole_site(tmp_path: Path) -> None:
    good = write(tmp_path / "good.site.yml", GOOD)
    write(tmp_path / ".git" / "x.site.yml", "[")
    write(tmp_path / "group_vars" / "x.site.yml", "[")
    write(tmp_path / "x.site.yml.orig", "[")
    for sources in ([tmp_path], [good], [good, Path("127.0.0.1,")], [good, Path("127.0.0.1,none.site.yml")]):
        assert unread(good, sources=sources) == []
    assert LookupModule().run([], variables={}) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            HEAD + "site: other\nsensors: {b: {adress: h2}}\n",
            "bad.site.yml:3:15: sensors.b.adress: This is not known. Did you mean address?",
        ),
        (HEAD + "site: other\nsensors: {a: {address: h2}}\n", "bad.site.yml:3:11: sensors.a: The site good has a device a, too."),
    ],
)
def test_a_document_with_mistakes(tmp_path: Path, text: str, words: str) -> None:
    good = write(tmp_path / "1.site.yml", GOOD)
    bad = write(tmp_path / "below" / "bad.site.yml", text)
    for sources in ([good, bad], [tmp_path], []):  # without any: the inventory came as JSON
        (told,) = unread(good, bad, sources=sources)
        assert str(bad) in told
        assert words in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "sensors: [\n", "bad.site.yml:3:1: This is not valid YAML"),
        ("site: other\n", "its first line has to be plugin: siteops.devices.site"),
    ],
)
def test_a_document_that_never_gets_to_the_plugin(tmp_path: Path, text: str, words: str) -> None:
    good = write(tmp_path / "1.site.yml", GOOD)
    bad = write(tmp_path / "below" / "bad.site.yml", text)
    for sources in ([good, bad], [tmp_path]):
        (told,) = unread(good, sources=sources)
        assert told.startswith(f"{bad} was not read: ")
        assert words in told


def test_a_document_that_is_not_there(tmp_path: Path) -> None:
    good, none = write(tmp_path / "good.site.yml", GOOD), tmp_path / "none.site.yml"
    told = f"{none} was not read: there is no such file."
    assert unread(good, sources=[good, none]) == [told]
    assert LookupModule().run([], variables={"ansible_inventory_sources": [str(none)]}) == [told]
