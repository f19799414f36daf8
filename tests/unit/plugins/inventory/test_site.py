# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory siteops.devices.site: the sample site, twenty mistakes with their lines, and the published schema."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret

from ansible_collections.siteops.devices.plugins.inventory.site import InventoryModule
from ansible_collections.siteops.devices.plugins.plugin_utils.site.checks import IN_GIT, problems_of
from ansible_collections.siteops.devices.plugins.plugin_utils.site.document import Document, DocumentError
from ansible_collections.siteops.devices.plugins.plugin_utils.site.schema import SITE

ROOT = Path(__file__).resolve().parents[4]
SAMPLE = ROOT / "docs" / "examples" / "site" / "north-yard.site.yml"
MISTAKES = (Path(__file__).parent / "files" / "twenty-mistakes.txt").read_text()  # not .yml: linters would find them, too
NAME = "twenty-mistakes.site.yml"
HEAD = "plugin: siteops.devices.site\nsite: x\n"


def read(*paths: Path) -> InventoryData:
    inventory = InventoryData()
    for path in paths:
        plugin = InventoryModule()
        assert plugin.verify_file(str(path))
        plugin.parse(inventory, DataLoader(), str(path))
    inventory.reconcile_inventory()
    return inventory


def variables(inventory: InventoryData, name: str) -> dict[str, Any]:
    return dict(inventory.hosts[name].vars)


def test_sample_site() -> None:
    inventory = read(SAMPLE)
    groups = {name: sorted(host.name for host in group.hosts) for name, group in inventory.groups.items()}
    assert len(groups["site_north_yard"]) == 12
    assert groups["msk"] == ["gate-01", "gate-02", "gate-03", "ramp-01", "ramp-02", "yard-01", "yard-02", "yard-03"]
    assert (groups["npm"], groups["springcard"], groups["invue"]) == (["probe-01"], ["desk-01", "desk-02"], ["north-yard-registry"])
    assert groups["role_gate"] == ["gate-01", "gate-02", "gate-03"]


def test_the_sample_site_is_whole() -> None:
    """Its vault opens with the password beside it, and holds each secret that the document refers to."""
    loader = DataLoader()
    loader.set_vault_secrets([("default", VaultSecret((SAMPLE.parent / "vault-password.txt").read_bytes().strip()))])
    secrets = loader.load_from_file(str(SAMPLE.parent / "group_vars" / "all" / "vault.yml"))
    assert set(secrets) == set(re.findall(r"\bvault_\w+", SAMPLE.read_text()))


def test_defaults_are_merged() -> None:
    found = variables(read(SAMPLE), "yard-01")
    assert found["ansible_host"] == "10.20.0.21"
    assert found["msk_commission_configuration"] == {
        "alarm_sensitivity": 60,
        "anti_tamper_mode": "sensor_moved",
        "mount_height": 2000,
        "mount_elevation": -15,
        "mount_rotation": 0,
        "channel": 0,
        "alarm_distance": 10000,
        "pre_alarm_distance": 14000,
    }
    assert found["msk_commission_network"]["static_address"] == "10.20.0.21"
    assert found["msk_commission_password"] == "{{ vault_msk_password }}"
    assert found["msk_rollout_password"] == "{{ vault_msk_password }}"


def test_files_are_beside_the_document(tmp_path: Path) -> None:
    path = tmp_path / "x.site.yml"
    sensors = "{g1: {address: 10.0.0.1, ca_path: /etc/ca.pem, packages: [a/b.ifw, ~/c.ifw, '{{ inventory_dir }}/d.ifw']}}"
    readers = "{pc: {address: 10.0.0.2, readers: [{device: X, src: r.bin}, {device: Y, url: https://x/y}]}}"
    path.write_text(f"{HEAD}sensors: {sensors}\nreaders: {readers}\n")
    sensor, reader = (variables(read(path), name) for name in ("g1", "pc"))
    assert sensor["msk_rollout_ca_path"] == "/etc/ca.pem"
    assert sensor["msk_rollout_packages"] == [f"{tmp_path}/a/b.ifw", "~/c.ifw", "{{ inventory_dir }}/d.ifw"]
    assert reader["springcard_rollout_readers"] == [{"device": "X", "src": f"{tmp_path}/r.bin"}, {"device": "Y", "url": "https://x/y"}]


def test_a_host_name_is_no_static_address(tmp_path: Path) -> None:
    path = tmp_path / "x.site.yml"
    path.write_text(f"{HEAD}sensors: {{a: {{address: a.example, network: {{name_resolution: true}}}}}}\n")
    assert variables(read(path), "a")["msk_commission_network"] == {"name_resolution": True}


def test_sensors_that_disturb_each_other_get_different_channels() -> None:
    inventory = read(SAMPLE)
    gates = [variables(inventory, name)["msk_commission_configuration"] for name in ("gate-01", "gate-02", "gate-03")]
    assert [gate["channel"] for gate in gates] == [2, 3, "A"]
    assert {gate["num_conflicting_sensors"] for gate in gates} == {3}


def test_templates_stay_templates() -> None:
    """Their values are templated when they are used; on newer releases only what is marked as ours is."""
    template = pytest.importorskip("ansible.template")
    value = variables(read(SAMPLE), "gate-01")["msk_commission_password"]
    marked = getattr(template, "is_trusted_as_template", lambda _value: True)
    assert marked(value)


@pytest.fixture
def mistaken(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_text(MISTAKES)
    return path


def test_twenty_mistakes(mistaken: Path) -> None:
    wanted = [number for number, line in enumerate(MISTAKES.splitlines(), 1) if "# wrong" in line]
    assert len(wanted) == 20
    found = problems_of(Document(NAME, MISTAKES))
    assert sorted({problem.line for problem in found}) == wanted
    with pytest.raises(AnsibleParserError) as error:
        read(mistaken)
    message = str(error.value)
    for line in wanted:
        assert f"{NAME}:{line}:" in message
    assert "admin" not in message
    assert re.search(
        r":\d+:\d+: sensors\.gate-04\.configuration\.alarm_distnace: This is not known\. Did you mean alarm_distance\?", message
    )


def test_nothing_of_a_wrong_document_is_used(mistaken: Path) -> None:
    inventory = InventoryData()
    with pytest.raises(AnsibleParserError):
        InventoryModule().parse(inventory, DataLoader(), str(mistaken))
    assert not inventory.hosts


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("plugin: [", 1, "not valid YAML"),
        ("- a\n", 1, "is not a mapping"),
        ("", 1, "is not a mapping"),
        (HEAD + "sensors:\n  - gate-01\n", 4, "is not a mapping"),
        (HEAD + "sensors:\n  gate-01:\n    address: [1]\n", 5, "is not text"),
        (HEAD + "registry:\n  builds:\n    - {type: OKM, version: 2.4, url: 'https://x/y'}\n", 5, "2.4 is not text"),
    ],
)
def test_broken_documents(text: str, line: int, words: str) -> None:
    try:
        found = problems_of(Document("x.site.yml", text))
    except DocumentError as error:
        found = error.problems
    assert any(problem.line == line and words in problem.message for problem in found), found


def told(text: str) -> list[str]:
    return [str(problem) for problem in problems_of(Document("x.site.yml", text))]


@pytest.mark.parametrize("value", ["[hunter2, '{{ vault_old }}']", "hunter2", "{a: hunter2}", "\"{{ 'hunter2' }}\""])
@pytest.mark.parametrize("option", ["password", "fallback_passwords"])
def test_secrets_in_clear_are_refused_and_not_repeated(option: str, value: str) -> None:
    found = told(f"{HEAD}sensors:\n  g1:\n    address: 10.0.0.1\n    {option}: {value}\n")
    assert [line for line in found if line.startswith("x.site.yml:6:")] == found != []
    assert "hunter2" not in "".join(found)


@pytest.mark.parametrize("user", ["ops:hunter2", "hunter2", ":hunter2", "{{ vault_user }}:hunter2", "\"{{ 'hunter2' }}\""])
@pytest.mark.parametrize(
    ("devices", "path"),
    [
        ("appliances:\n  a:\n    address: h\n    url: 'https://%s@h/i.iso'\n", "appliances.a.url"),
        ("appliances:\n  a:\n    address: h\n    src: 'https://%s@h/i.iso'\n", "appliances.a.src"),
        ("readers:\n  a: {address: h, readers: [\n    {device: X,\n    url: 'ftp://%s@h/i.bin'}]}\n", "readers.a.readers[0].url"),
        ("registry:\n  builds:\n  - {type: A, version: '1',\n    url: 'HTTPS://%s@h/a'}\n", "registry.builds[0].url"),
        ("registry:\n  builds: []\n\n  api_url: 'https://%s@h/api'\n", "registry.api_url"),
    ],
)
def test_secrets_in_urls_are_refused_and_not_repeated(devices: str, path: str, user: str) -> None:
    found = told(HEAD + devices % user.replace("'", "''"))
    assert [line.partition(": ")[2] for line in found] == [f"{path}: {IN_GIT}"]
    assert "hunter2" not in found[0]
    assert re.match(r"x\.site\.yml:6:", found[0])


@pytest.mark.parametrize(
    "url",
    [
        "https://h/a@b",
        "https://h?user=a@b",
        "{{ vault_image_url }}",
        "https://{{ vault_user }}:{{ vault_password }}@h/i.iso",
        "https://ops:{{ vault_password }}@h/i.iso",
        "https://{{ host }}/i.iso",
    ],
)
def test_urls_without_secrets(url: str) -> None:
    assert not told(
        f"{HEAD}appliances: {{a: {{address: h, url: '{url}'}}}}\nregistry: {{builds: [{{type: A, version: '1', url: '{url}'}}]}}\n"
    )


@pytest.mark.parametrize(
    ("devices", "wanted"),
    [
        ("sensors:\n  on: {address: 10.0.0.1}\n", "4:3: sensors.on: YAML reads this key as something else than text"),
        ("sensors:\n  007: {address: 10.0.0.1}\n", "4:3: sensors.007: YAML reads this key as something else than text"),
        ("sensors:\n  a: {address: 10.0.0.1}\n  tür: {address: 10.0.0.2}\n", "5:3: sensors.tür: This is not a name"),
        ("sensors:\n  a: {address: 10.0.0.300}\n", "4:16: sensors.a.address: 10.0.0.300 is no IP address"),
        ("sensors:\n  a: {address: '10.0.0.1:443'}\n", "4:16: sensors.a.address: 10.0.0.1:443 is no IP address. A port is given as port"),
        (
            "sensors:\n  a: {address: 10.0.0.1, port: 443}\n  b: {address: 10.0.0.1}\n",
            "5:16: sensors.b.address: a has the address 10.0.0.1",
        ),
        ("sensors:\n  x-registry: {address: 10.0.0.1}\nregistry: {builds: []}\n", "4:3: sensors.x-registry: The host that stands for"),
        ("sensors:\n  a: {address: 10.0.0.1}\n  a: {address: 10.0.0.2, port: x}\n", "5:32: sensors.a.port: 'x' is not a whole number"),
        (
            "sensors:\n  a: {address: 10.0.0.1, device_id: X}\n  b: {address: 10.0.0.2, device_id: X}\n",
            "5:37: sensors.b.device_id: a has the device id X, too",
        ),
        (
            "sensors:\n  a: {address: 10.0.0.1}\n  b: {address: 10.0.0.2, network: {dhcp: false, static_address: 10.0.0.1}}\n",
            "5:65: sensors.b.network.static_address: a has the address 10.0.0.1, too",
        ),
        (
            "sensors:\n  a: {address: 10.0.0.1, network: {dhcp: false, auto_ip: false, subnet: 255.255.255.0, gateway: 10.2.0.1}}\n",
            "4:26: sensors.a.network: static_address: 10.0.0.1 with subnet 255.255.255.0 does not reach gateway 10.2.0.1",
        ),
        (
            "registry:\n  builds:\n  - {type: A, version: '1', url: 'http://x/a'}\n  - {type: A, version: '1', url: 'http://x/b'}\n",
            "6:5: registry.builds[1]: builds[0] is A 1, too",
        ),
    ],
)
def test_more_mistakes(devices: str, wanted: str) -> None:
    assert any(line.startswith(f"x.site.yml:{wanted}") for line in told(HEAD + devices)), told(HEAD + devices)


def test_an_alias_within_what_it_names() -> None:
    with pytest.raises(DocumentError) as error:
        Document("x.site.yml", f"{HEAD}sensors: &all\n  a: *all\n")
    assert str(error.value) == "x.site.yml:3:10: This is not valid YAML: an alias stands within what it names."


def test_anchors_and_merges(tmp_path: Path) -> None:
    path = tmp_path / "x.site.yml"
    path.write_text(f"{HEAD}sensors:\n  a: &a {{address: 10.0.0.1, role: gate}}\n  b: {{<<: *a, address: 10.0.0.2}}\n")
    assert variables(read(path), "b")["ansible_host"] == "10.0.0.2"


def test_a_channel_of_the_defaults_is_for_sensors_that_are_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.site.yml"
    sensors = "{a: {address: h1, interference_group: g}, b: {address: h2, interference_group: g}, c: {address: h3}}"
    path.write_text(f"{HEAD}defaults: {{sensors: {{configuration: {{channel: 3, num_conflicting_sensors: 1}}}}}}\nsensors: {sensors}\n")
    inventory = read(path)
    channels = [variables(inventory, name)["msk_commission_configuration"] for name in "abc"]
    assert [(found["channel"], found["num_conflicting_sensors"]) for found in channels] == [(1, 2), (2, 2), (3, 1)]


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("{a: {address: '::1'}}", "{b: {address: '0:0:0:0:0:0:0:1', port: 443}}", "y.site.yml:3:24: sensors.b.address: a has the address"),
        ("{a: {address: h, port: 1}}", "{b: {address: h, port: 2}}", ""),
        ("{a: {address: '{{ x }}'}}", "{b: {address: '{{ x }}'}}", ""),
        ("{y-registry: {address: h}}", "{}\nregistry: {builds: []}", "y.site.yml:4:1: registry: y-registry is a device of another site"),
    ],
)
def test_two_sites(tmp_path: Path, one: str, other: str, wanted: str) -> None:
    paths = [tmp_path / f"{site}.site.yml" for site in "xy"]
    for path, sensors in zip(paths, (one, other), strict=True):
        path.write_text(f"plugin: siteops.devices.site\nsite: {path.name[0]}\nsensors: {sensors}\n")
    if not wanted:
        assert len(read(*paths).hosts) == 2
        return
    with pytest.raises(AnsibleParserError, match=re.escape(wanted)):
        read(*paths)


def test_a_site_has_one_document(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.site.yml" for name in "xy"]
    for path in paths:
        path.write_text(f"{HEAD}sensors: {{{path.name[0]}: {{address: {path.name}}}}}\n")
    with pytest.raises(AnsibleParserError, match=r"y.site.yml:2:7: site: Another document describes the site x, too."):
        read(*paths)


@pytest.mark.parametrize("static", ["", ", static_address: 10.0.0.1"])
def test_two_sensors_at_one_address_are_one_mistake(static: str) -> None:
    sensors = f"  a: {{address: 10.0.0.1}}\n  b: {{address: 10.0.0.1, network: {{dhcp: false, auto_ip: false{static}}}}}\n"
    found = problems_of(Document("x.site.yml", f"{HEAD}sensors:\n{sensors}"))
    assert [str(problem) for problem in found] == ["x.site.yml:5:16: sensors.b.address: a has the address 10.0.0.1, too."]


def test_names_and_addresses_are_unique_across_sites(tmp_path: Path) -> None:
    other = tmp_path / "other.site.yml"
    other.write_text(HEAD + "sensors:\n  gate-01:\n    address: 10.9.9.9\n  new-01:\n    address: 10.20.0.12\n")
    with pytest.raises(AnsibleParserError) as error:
        read(SAMPLE, other)
    assert "other.site.yml:4:3: sensors.gate-01: The site north-yard has a device gate-01, too." in str(error.value)
    assert "other.site.yml:7:14: sensors.new-01.address: gate-02 has the address 10.20.0.12, too." in str(error.value)


def test_more_sensors_than_channels() -> None:
    sensors = "".join(f"  g{number}: {{address: 10.0.0.{number}, interference_group: g}}\n" for number in range(1, 17))
    found = problems_of(Document("x.site.yml", f"{HEAD}sensors:\n{sensors}"))
    assert any("16 sensors, and there are 14 channels" in problem.message for problem in found)


def test_published_schema_is_the_one_in_use() -> None:
    published = ROOT / "docs" / "schemas" / "site.schema.json"
    hint = "python -m ansible_collections.siteops.devices.plugins.plugin_utils.site.schema > docs/schemas/site.schema.json"
    assert json.loads(published.read_text()) == SITE, f"run {hint}"


def test_only_site_documents_are_read(tmp_path: Path) -> None:
    plugin = InventoryModule()
    file = tmp_path / "hosts.yml"
    file.touch()
    assert not plugin.verify_file(str(file))
    assert os.path.basename(str(SAMPLE)).endswith(".site.yml")
