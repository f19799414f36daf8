# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the action runs a module: in this process, or shipped to a host that can."""

from __future__ import annotations

import contextlib
import gc
import signal
import types
from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError

from ansible_collections.siteops.devices.plugins.plugin_utils import device_action
from ansible_collections.siteops.devices.tests.simulators.msk import Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site

SHIPPED = {"shipped": True}


class Action(device_action.DeviceAction):
    """The action with a stand-in for the engine's shipping. `shipments`: what was shipped, and over which connection."""

    shipments: list[dict[str, Any]]

    def _execute_module(self, **keywords: Any) -> dict[str, Any]:  # type: ignore[override]
        self.shipments.append({**keywords, "connection": self._connection.transport})
        return dict(SHIPPED)


def action(arguments: dict[str, Any], *, name: str = "msk_info", transport: str = "local", become: bool = False, **task: Any) -> Action:
    """The action of a task over a connection."""
    given = {"async_val": 0, "delegate_to": None, "environment": None, "check_mode": False, "diff": False, **task}
    made = Action(
        task=types.SimpleNamespace(action=f"siteops.devices.{name}", args=arguments, **given),
        connection=types.SimpleNamespace(transport=transport, become=None, _shell=types.SimpleNamespace(tmpdir=None)),
        play_context=types.SimpleNamespace(become=become),
        loader=None,
        templar=types.SimpleNamespace(template=lambda value: value),
        shared_loader_obj=None,
    )
    made.shipments = []
    return made


@pytest.fixture(autouse=True)
def local_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def get(name: str, *_arguments: Any) -> Any:
        return types.SimpleNamespace(transport=name, become=None)

    monkeypatch.setattr(device_action, "connection_loader", types.SimpleNamespace(get=get))


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the action shows."""
    shown: list[str] = []
    display = types.SimpleNamespace(warning=shown.append, display=shown.append)
    monkeypatch.setattr(device_action, "Display", lambda: display)
    return shown


HOST = "127.0.0.1"
OWN: dict[str, Any] = {"inventory_hostname": "gate-03", "ansible_host": HOST}
JUMP: dict[str, Any] = {
    "inventory_hostname": "gate-03",
    "ansible_host": HOST,
    "ansible_delegated_vars": {"jump": {"ansible_host": "10.0.0.1"}},
}
ENVIRONMENT = [{"LANG": "C"}]


@pytest.mark.parametrize(
    ("task", "variables", "shipped"),
    [
        ({}, OWN, False),
        ({"transport": "ssh"}, OWN, False),  # the device itself
        ({"transport": "ssh"}, {"inventory_hostname": HOST}, False),
        ({"transport": "ssh"}, {"inventory_hostname": "pc", "ansible_host": "10.0.0.1"}, True),
        ({"transport": "ssh"}, {"inventory_hostname": "pc"}, True),
        ({"transport": "ssh", "delegate_to": "jump"}, JUMP, True),
        ({"transport": "ssh", "delegate_to": "jump"}, {"inventory_hostname": "x"}, True),
        ({"transport": "ssh", "delegate_to": HOST}, {"inventory_hostname": "x"}, False),
        ({"transport": "local", "delegate_to": "localhost"}, OWN, False),
        ({"environment": [{}, None]}, OWN, False),
        ({"environment": ENVIRONMENT}, OWN, True),
        ({"become": True}, OWN, True),
        ({"async_val": 10}, OWN, True),
        ({"transport": "ssh", "environment": ENVIRONMENT}, OWN, True),
        ({"transport": "ssh", "become": True}, OWN, True),
    ],
)
def test_where_it_runs(task: dict[str, Any], variables: dict[str, Any], shipped: bool) -> None:
    tried = action({"host": HOST}, **task)  # without a password: in process that is an error, and nothing is sent
    result = tried.run(task_vars=variables)
    assert (result == SHIPPED) is shipped
    assert len(tried.shipments) == shipped
    if not shipped:
        assert "No password for" in result["msg"]


def test_the_template_before_the_fork_is_evaluated() -> None:
    """Its errors are ignored, so that it would be of no use unnoticed."""
    assert device_action.template_once() == "yes"


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_leaves_what_lasts_alone_and_goes_on_as_it_did(collects: bool) -> None:
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        made: list[Any] = []
        with contextlib.suppress(LookupError), device_action.lasting():
            assert not gc.isenabled()
            raise LookupError
        assert gc.isenabled() is collects
        assert not any(made is each for each in gc.get_objects())
    finally:
        gc.unfreeze()
        (gc.enable if before else gc.disable)()


def test_what_is_shipped() -> None:
    variables = {"inventory_hostname": "pc", "x": 1}
    tried = action({"host": HOST, "password": "hush"}, transport="ssh", async_val=7)
    tried.run(task_vars=variables)
    assert tried.shipments == [
        {
            "module_name": "siteops.devices.msk_info",
            "module_args": {"host": HOST, "password": "hush"},
            "task_vars": variables,
            "wrap_async": True,
            "connection": "ssh",
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "delegate", "told"),
    [({"host": "10.0.0.9"}, None, True), ({"host": "10.0.0.9"}, "jump", False), ({}, None, False)],
)
def test_a_device_that_moved_is_not_reached_by_ssh(
    arguments: dict[str, Any], delegate: str | None, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result ``host`` of msk_netsettings used in the next task, while the inventory still has the address from before."""

    def fail(_action: Action, **_keywords: Any) -> Any:
        raise AnsibleConnectionFailure("Failed to connect: port 22: Connection refused")

    monkeypatch.setattr(Action, "_execute_module", fail)
    with pytest.raises(AnsibleConnectionFailure, match="port 22: Connection refused") as caught:
        action(arguments, transport="ssh", delegate_to=delegate).run(task_vars=dict(OWN))
    assert ("was to run on gate-03 itself, since its host, 10.0.0.9, is another address" in str(caught.value)) is told
    assert ("add delegate_to: localhost" in str(caught.value)) is told


@pytest.mark.parametrize("delegate", [None, HOST])
def test_a_process_for_a_device_starts_on_the_controller(delegate: str | None) -> None:
    variables = {**OWN, "ansible_connection": "ssh", "ansible_playbook_python": "/py", "ansible_python_interpreter": "/device/py"}
    before = dict(variables)
    tried = action({"host": HOST}, transport="ssh", become=True, delegate_to=delegate)
    assert tried.run(task_vars=variables) == SHIPPED
    (shipment,) = tried.shipments
    assert shipment["connection"] == "local"
    assert shipment["task_vars"]["ansible_python_interpreter"] == "/py"
    if delegate:
        assert shipment["task_vars"]["ansible_delegated_vars"][delegate]["ansible_python_interpreter"] == "/py"
    assert variables == before  # they are the engine's


def test_async_on_the_device_is_told() -> None:
    tried = action({"host": HOST}, transport="ssh", async_val=10)
    result = tried.run(task_vars=OWN)
    assert result["failed"]
    assert "delegate_to: localhost" in result["msg"]
    assert tried.shipments == []


def test_a_module_that_does_not_exist() -> None:
    result = action({}, name="msk_weather").run(task_vars={})
    assert result["failed"]
    assert result["msg"].startswith("siteops.devices.msk_weather is not a device module of siteops.devices")


def test_a_module_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(device_action.MODULES, "msk_info", SyntaxError("no"))
    result = action({}).run(task_vars={})
    assert result == {"failed": True, "msg": "siteops.devices.msk_info cannot be loaded: SyntaxError: no"}


def test_a_run_in_process(site: Site, sensor: Sensor, screen: list[str]) -> None:
    arguments = site.connection(sensor, configuration={"mount_height": 900}, check_installation="ignore")
    predicted = action(arguments, name="msk_config", check_mode=True, diff=True).run(task_vars=OWN)
    assert sensor.writing_requests() == []
    result = action(arguments, name="msk_config", check_mode=False, diff=True).run(task_vars=OWN)
    assert result == predicted
    assert result["changed"]
    assert "invocation" not in result
    assert [text.startswith("mount_height: 900 lies outside") for text in screen] == [True, True]


def test_nothing_that_is_shown_holds_the_password(site: Site, sensor: Sensor, screen: list[str]) -> None:
    sensor.fail("error_code", "/installationConfigurations", desc=sensor.password)
    arguments = site.connection(sensor, configuration={"mount_height": 900})
    result = action(arguments, name="msk_config").run(task_vars=OWN)
    assert result["changed"]
    assert len(screen) == 2
    assert sensor.password not in f"{screen} {result}"


def interrupting(sensor: Sensor, number: int) -> Callable[..., Any]:
    """A stand-in for reading that sends this process a signal in the middle of a session."""

    def read(*_arguments: Any) -> None:
        assert sensor.open_sessions == 1
        signal.raise_signal(number)

    return read


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_session(site: Site, sensor: Sensor, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.siteops.devices.plugins.module_utils.msk.name.Name.read", interrupting(sensor, number))
    before = signal.getsignal(signal.SIGTERM)
    result = action(site.connection(sensor, name="x"), name="msk_name").run(task_vars=OWN)
    assert result["error"]["kind"] == "interrupted"
    assert sensor.open_sessions == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_arguments_of_the_engine_become_plain_ones(site: Site, sensor: Sensor) -> None:
    class Tagged(str):
        """Like the strings that ansible-core 2.19 and newer give to actions."""

        __slots__ = ()

    arguments = {name: Tagged(value) if isinstance(value, str) else value for name, value in site.connection(sensor, name="gate").items()}
    result = action(arguments, name="msk_name").run(task_vars=OWN)
    assert not result.get("failed")
    assert result["name"].__class__ is str


# Files of the controller


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The files that the action copies, from and to. It finds every file but "missing.ifw"."""
    copies: list[tuple[str, str]] = []

    def find(_action: Action, folder: str, name: str) -> str:
        if name == "missing.ifw":
            raise AnsibleError("Could not find or access 'missing.ifw'")
        return f"/play/{folder}/{name}"

    def make_folder(made: Action) -> None:
        made._connection._shell.tmpdir = "/far/there"

    monkeypatch.setattr(Action, "_find_needle", find)
    monkeypatch.setattr(Action, "_make_tmp_path", make_folder)
    monkeypatch.setattr(Action, "_transfer_file", lambda _action, source, target: copies.append((source, target)))
    monkeypatch.setattr(Action, "_fixup_perms2", lambda _action, paths: copies.append(("readable", " ".join(paths))))
    return copies


FILES = {"host": HOST, "password": "x", "packages": ["a.ifw", "old/a.ifw"], "rollback_packages": "a.ifw,b.ifw"}
FOUND = [["/play/files/a.ifw", "/play/files/old/a.ifw"], ["/play/files/a.ifw", "/play/files/b.ifw"]]


@pytest.mark.parametrize("task", [{"async_val": 10}, {"environment": ENVIRONMENT}])
def test_files_are_used_in_place_on_the_controller(task: dict[str, Any], carried: list[tuple[str, str]]) -> None:
    tried = action(FILES, name="msk_firmware", **task)
    tried.run(task_vars=OWN)
    arguments = tried.shipments[0]["module_args"]
    assert [arguments["packages"], arguments["rollback_packages"]] == FOUND
    assert carried == []


@pytest.mark.parametrize("task", [{"transport": "ssh"}, {"become": True}])
def test_files_go_where_the_module_goes(task: dict[str, Any], carried: list[tuple[str, str]]) -> None:
    tried = action(FILES, name="msk_firmware", **task)
    tried._connection._shell.join_path = "{}/{}".format
    tried.run(task_vars={"inventory_hostname": "pc"})
    arguments = tried.shipments[0]["module_args"]
    assert arguments["packages"] == ["/far/there/a.ifw", "/far/there/1-a.ifw"]
    assert arguments["rollback_packages"] == ["/far/there/a.ifw", "/far/there/b.ifw"]
    assert carried == [
        ("/play/files/a.ifw", "/far/there/a.ifw"),
        ("/play/files/old/a.ifw", "/far/there/1-a.ifw"),
        ("/play/files/b.ifw", "/far/there/b.ifw"),
        ("readable", "/far/there /far/there/a.ifw /far/there/1-a.ifw /far/there/b.ifw"),
    ]


def test_a_file_that_is_not_there(carried: list[tuple[str, str]]) -> None:
    tried = action({**FILES, "packages": "missing.ifw"}, name="msk_firmware")
    result = tried.run(task_vars=OWN)
    assert result == {
        "failed": True,
        "changed": False,
        "msg": "Could not find or access 'missing.ifw'",
        "error": {"kind": "input", "http_status": None, "code": None},
    }
    assert carried == []
