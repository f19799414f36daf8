# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.connection import endpoint_of, http_options
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError

DEFAULTS = {name: row.get("default") for name, row in http_options(port=443).items()}


def params(**more: Any) -> dict[str, Any]:
    return {**DEFAULTS, "host": "gate-03", **more}


def test_the_defaults_are_safe() -> None:
    endpoint = endpoint_of(params())
    assert (endpoint.tls, endpoint.trust.validate, endpoint.use_proxy) == (True, True, False)
    assert (endpoint.connect_timeout, endpoint.timeout, endpoint.retries) == (10.0, 30.0, 3)


@pytest.mark.parametrize(
    ("given", "origin", "name"),
    [
        ({}, "https://gate-03:443", "gate-03"),
        ({"port": 8443}, "https://gate-03:8443", "gate-03:8443"),
        ({"host": " 10.0.0.7 ", "tls": False, "port": 80}, "http://10.0.0.7:80", "10.0.0.7"),
        ({"host": "fe80::1"}, "https://[fe80::1]:443", "fe80::1"),
        ({"host": "gate-03.local."}, "https://gate-03.local.:443", "gate-03.local."),
        ({"host": "[fe80::1]"}, "https://[fe80::1]:443", "fe80::1"),
        ({"host": "fe80::1", "port": 8443}, "https://[fe80::1]:8443", "[fe80::1]:8443"),
    ],
)
def test_endpoint(given: dict[str, Any], origin: str, name: str) -> None:
    endpoint = endpoint_of(params(**given))
    assert (endpoint.origin, endpoint.name) == (origin, name)


def test_another_host_takes_the_place_of_the_option() -> None:
    assert endpoint_of(params(), host="10.0.0.9").host == "10.0.0.9"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"host": ""}, "host: '' is not a host name or an address"),
        ({"host": "https://gate-03/"}, "host: "),
        ({"host": "admin@gate-03"}, "host: "),
        ({"host": "x" * 64}, "host: "),
        ({"host": "a..b"}, "host: "),
        ({"timeout": 0.0}, "timeout: 0 is not a time"),
        ({"timeout": float("nan")}, "timeout: nan is not a time"),
        ({"timeout": float("inf")}, "timeout: inf is not a time"),
        ({"connect_timeout": -1.0}, "connect_timeout: -1 is not a time"),
        ({"wait_timeout": float("inf")}, "wait_timeout: inf is not a time; give seconds."),
        ({"health_timeout": -1.0}, "health_timeout: -1 is not a time; give seconds."),
        ({"retries": -1}, "retries: -1 is below 0"),
        ({"port": 0}, "port: 0 is not between 1 and 65535"),
        ({"port": 65536}, "port: 65536 is not between"),
        ({"fingerprint": "ab:cd"}, "fingerprint: a SHA-256 fingerprint has 64 hexadecimal digits"),
        ({"ca_path": "/nonexistent/ca.pem"}, "ca_path: there is no file or folder /nonexistent/ca.pem"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        endpoint_of(params(**given))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("text", ["AB" * 32, ":".join(["ab"] * 32), "SHA256:" + "ab" * 32, " ".join(["Ab"] * 32)])
def test_a_fingerprint_may_be_written_in_several_ways(text: str) -> None:
    assert endpoint_of(params(fingerprint=text)).trust.fingerprint == "ab" * 32


def test_a_folder_without_certificates_is_no_mistake_but_a_file_without_is(tmp_path: Path) -> None:
    endpoint_of(params(ca_path=str(tmp_path))).trust.context()
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(InputError, match="holds no usable certificates"):
        endpoint_of(params(ca_path=str(tmp_path / "ca.pem"))).trust.context()
