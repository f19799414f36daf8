# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import AuthenticationError, HTTPError, InputError, ReplyError
from ansible_collections.siteops.devices.plugins.module_utils.npm.client import NpmClient
from ansible_collections.siteops.devices.tests.simulators.npm import Appliance
from ansible_collections.siteops.devices.tests.simulators.npm_appliance import ENDPOINTS
from ansible_collections.siteops.devices.tests.unit.plugins.rack import API, NEW, OLD, Rack
from ansible_collections.siteops.devices.tests.unit.plugins.running import run

DEFAULTS = {
    "tls": True,
    "validate_certs": True,
    "fingerprint": None,
    "certificate_name": None,
    "use_proxy": False,
    "token": None,
    "auth": "token",
}


class Task:
    def __init__(self, params: dict[str, Any]) -> None:
        self.params: Mapping[str, Any] = {**DEFAULTS, **params}
        self.hidden: list[str] = []

    def hide(self, *secrets: str) -> None:
        self.hidden.extend(secrets)


def client(rack: Rack, appliance: Appliance, **more: Any) -> NpmClient:
    return NpmClient.open(Task(rack.connection(appliance, **more)))


def test_all_links_of_the_document(rack: Rack, appliance: Appliance) -> None:
    appliance.images.fetchable["https://x/y"] = {"version": NEW}
    appliance.switches.set(fetch_seconds=0.0, validating_seconds=0.0, init_seconds=0.0, reboot_seconds=0.0, run_seconds=0.0)
    with client(rack, appliance) as api:
        assert api.images() == []
        image = api.fetch_image("https://x/y")
        assert api.image(image["id"])["state"] == "VALID"
        api.init_update()
        api.reset_update()
        api.init_update()
        assert api.update()["state"] == "INITIALIZED"
        api.start_update()
        api.delete_image(image["id"])
        assert (api.info()["sw_version"], api.services()["npm.system_update"]) == (NEW, ["2.0"])
    assert appliance.violations == []
    asked = {
        (request.method, request.path.replace(f"/{image['id']}", "/N")) for request in appliance.requests if request.path.startswith(API)
    }
    documented = {(verb, path) for path, verbs in ENDPOINTS.items() if path.startswith(f"{API}/") for verb in verbs}
    assert asked == {*documented, ("GET", f"{API}/images/items/N"), ("DELETE", f"{API}/images/items/N")} - {
        ("POST", f"{API}/images/upload")
    }


@pytest.mark.parametrize("offered", [("1.0",), ("2.0",), ("1.0", "2.0")])
@pytest.mark.parametrize("switch", ["told", "not listed", "login first"])
def test_token_service(rack: Rack, offered: tuple[str, ...], switch: str) -> None:
    appliance = rack.appliance(token_versions=offered, token_listed=switch != "not listed", services_need_auth=switch == "login first")
    with client(rack, appliance) as api:
        api.images()
        api.images()
    asked = [request for request in appliance.requests if request.path.endswith("/token")]
    assert asked[-1].path == f"/api/mgmt.aaa/{offered[-1] if switch == 'told' else offered[0]}/token"
    assert asked[-1].headers["Content-Type"] == "application/json"
    assert asked[-1].body["generate_refresh_token"] is False
    assert (appliance.credentials.logins, appliance.violations) == (1, [])


def test_an_expired_token_is_replaced_once(rack: Rack, appliance: Appliance) -> None:
    with client(rack, appliance) as api:
        api.images()
        appliance.expire_tokens()
        api.images()
        assert appliance.credentials.logins == 2
        appliance.fail("forbid", f"{API}/images", times=2)
        with pytest.raises(AuthenticationError) as caught:
            api.images()
    assert (caught.value.http_status, caught.value.code, appliance.credentials.logins) == (401, "AUTH_EXPIRED_TOKEN", 3)


def test_each_token_is_hidden(rack: Rack, appliance: Appliance) -> None:
    task = Task(rack.connection(appliance))
    with NpmClient.open(task) as api:
        api.images()
        appliance.expire_tokens()
        api.images()
    assert len(set(task.hidden)) == 2


@pytest.mark.parametrize("token", ["one\ntwo", "\u00e4"])
def test_a_token_that_no_header_can_carry(rack: Rack, appliance: Appliance, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="token: it holds characters"):
        client(rack, appliance, token=token)
    monkeypatch.setattr(appliance.credentials, "_new_token", lambda **_unused: {"access_token": token})
    with client(rack, appliance) as api, pytest.raises(ReplyError, match="no HTTP header can carry"):
        api.images()


def test_basic(rack: Rack, appliance: Appliance) -> None:
    with client(rack, appliance, auth="basic") as api:
        api.images()
    assert (len(appliance.requests), appliance.credentials.logins) == (1, 0)
    with client(rack, appliance, auth="basic", password="no") as api, pytest.raises(AuthenticationError):
        api.images()


@pytest.mark.parametrize(("status", "kind"), [(400, HTTPError), (403, AuthenticationError), (409, HTTPError), (500, HTTPError)])
def test_errors_carry_the_appliances_words(rack: Rack, appliance: Appliance, status: int, kind: type[HTTPError]) -> None:
    appliance.fail("error_code", f"{API}/update/init", code="SOME_ID", desc="not today", status=status)
    with client(rack, appliance) as api, pytest.raises(kind) as caught:
        api.init_update()
    assert (caught.value.code, caught.value.http_status) == ("SOME_ID", status)
    assert f"answered POST {API}/update/init with HTTP {status}: not today (SOME_ID)." in str(caught.value)
    assert caught.value.uncertain is (status == 500)


@pytest.mark.parametrize("kind", ["wrong_types", "truncated", "html", "not_json"])
def test_replies_are_checked(rack: Rack, appliance: Appliance, kind: str) -> None:
    appliance.fail(kind, f"{API}/update")
    with client(rack, appliance) as api, pytest.raises(ReplyError):
        api.update()


def test_info(rack: Rack, appliance: Appliance) -> None:
    appliance.add_image(version=OLD, checksum="AB" * 32)
    npm = run("npm_info", rack.connection(appliance)).result["npm"]
    assert npm["images"] == [
        {"id": 1, "state": "VALID", "state_description": "The image is valid", "progress": 100.0, "version": OLD, "checksum": "ab" * 32}
    ]
    assert npm["update_status"] == npm["update"]
    assert (npm["update"]["state"], npm["update"]["target_version"], npm["update"]["update_history"][0]["version"]) == ("IDLE", None, OLD)
    assert (npm["system"]["sw_version"], npm["system"]["services"]["npm.system_update"]) == (OLD, ["2.0"])
    assert appliance.writing_requests() == []
    bare = rack.appliance(info_offered=False, no_images="absent", history_told=False)
    npm = run("npm_info", rack.connection(bare)).result["npm"]
    assert (npm["images"], npm["update"]["update_history"], set(npm["system"])) == ([], [], {"services"})


def test_errors_as_xml(rack: Rack, appliance: Appliance) -> None:
    appliance.switches.set(xml_errors=True)
    with client(rack, appliance, password="wrong") as api, pytest.raises(AuthenticationError) as caught:
        api.images()
    assert (caught.value.code, caught.value.http_status) == ("AUTH_INVALID_CREDENTIALS", 401)
    assert caught.value.message.endswith("with HTTP 401: wrong user name or password (AUTH_INVALID_CREDENTIALS).")


def test_info_without_a_list_of_services(rack: Rack, appliance: Appliance) -> None:
    appliance.switches.set(services_offered=False)
    outcome = run("npm_info", rack.connection(appliance))
    assert (outcome.kind, outcome.result["npm"]["system"]["services"]) == (None, {})
