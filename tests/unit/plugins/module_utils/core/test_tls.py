# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a device's certificate is judged. Whatever is wrong with it, nothing is sent."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor
from ansible_collections.siteops.devices.tests.unit.plugins.running import Outcome, run
from ansible_collections.siteops.devices.tests.unit.plugins.site import Site

INVALID = "some-other-device.invalid"  # what a certificate of the kind wrong_name is valid for


def ask(site: Site, sensor: Sensor, **options: Any) -> Outcome:
    """Read the name of a sensor with these TLS options."""
    return run("msk_info", site.connection(sensor, gather=["name"], **options))


def showing(site: Site, sensor: Sensor, certificate: str) -> str:
    """Let the sensor show that certificate; returns its fingerprint."""
    if certificate != "good":
        site.fleet.show_certificate(sensor, certificate)
    return site.fleet.fingerprint(sensor)


@pytest.mark.parametrize(
    ("certificate", "options"),
    [
        ("good", {}),
        ("good", {"certificate_name": ""}),
        ("good", {"certificate_name": "own"}),
        ("wrong_name", {"certificate_name": INVALID}),
        ("wrong_name", {"certificate_name": ""}),
        ("self_signed", {"validate_certs": False}),
        ("expired", {"validate_certs": False, "ca_path": None}),
    ],
)
def test_trusted(site: Site, sensor: Sensor, certificate: str, options: dict[str, Any]) -> None:
    showing(site, sensor, certificate)
    if options.get("certificate_name") == "own":
        options = {"certificate_name": sensor.host_name}
    assert not ask(site, sensor, **options).failed


def test_python_says_nothing_of_a_certificate_that_is_not_to_be_checked(site: Site, sensor: Sensor) -> None:
    """Also where the libraries' import is long past: the engine's loader undoes the filters that an import sets, as this does."""
    with warnings.catch_warnings(record=True) as said:
        warnings.resetwarnings()
        assert not ask(site, sensor, validate_certs=False).failed
    assert [str(warning.message) for warning in said if "Unverified" in str(warning.message)] == []


@pytest.mark.parametrize("certificate", ["good", "self_signed", "wrong_name", "expired"])
def test_the_right_fingerprint_is_enough_whatever_else_is_wrong(site: Site, sensor: Sensor, certificate: str) -> None:
    fingerprint = showing(site, sensor, certificate)
    assert not ask(site, sensor, fingerprint=fingerprint.upper(), ca_path=None).failed


@pytest.mark.parametrize(
    ("certificate", "options", "told", "advice"),
    [
        ("self_signed", {}, "is not trusted (self", "ca_path"),
        ("expired", {}, "is not trusted (certificate has expired)", "fingerprint"),
        ("good", {"ca_path": None}, "is not trusted (", "ca_path"),
        ("good", {"ca_path": None, "certificate_name": ""}, "is not trusted (", "ca_path"),
        ("wrong_name", {}, "is valid for another name", "certificate_name"),
        ("good", {"certificate_name": "gate-03.example"}, "is valid for another name", "certificate_name"),
        ("good", {"fingerprint": "ab" * 32}, "is not the pinned one", "fingerprint"),
        ("self_signed", {"fingerprint": "ab" * 32, "validate_certs": False}, "is not the pinned one", "fingerprint"),
    ],
)
def test_not_trusted(site: Site, sensor: Sensor, certificate: str, options: dict[str, Any], told: str, advice: str) -> None:
    fingerprint = showing(site, sensor, certificate)
    outcome = ask(site, sensor, **options)
    assert outcome.kind == "certificate"
    for part in (f"The certificate of {sensor.address}:{site.fleet.port} ", told, "nothing was sent", fingerprint):
        assert part in outcome.message
    assert advice in outcome.message.rpartition(fingerprint)[2]
    assert sensor.requests == []


def test_a_certificate_is_not_tried_again(site: Site, sensor: Sensor, pauses: list[float]) -> None:
    assert ask(site, sensor, ca_path=None, retries=3).kind == "certificate"
    assert pauses == []


def test_a_ca_of_somebody_else_is_none(site: Site, sensor: Sensor) -> None:
    with MskSimulator(1, first_address="127.32.0.1") as other:
        assert ask(site, sensor, ca_path=other.ca_path).kind == "certificate"
    assert sensor.requests == []


@pytest.mark.parametrize("content", [None, "", "not a certificate"])
def test_a_ca_path_without_certificates_is_wrong_input(site: Site, sensor: Sensor, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    outcome = ask(site, sensor, ca_path=str(tmp_path / "ca.pem"))
    assert outcome.kind == "input"
    assert outcome.message.startswith("ca_path: ")
    assert sensor.requests == []


def test_a_ca_path_may_begin_with_the_home_folder(site: Site, sensor: Sensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert site.fleet.ca_path
    (tmp_path / "ca.pem").write_bytes(Path(site.fleet.ca_path).read_bytes())
    monkeypatch.setenv("HOME", str(tmp_path))
    assert not ask(site, sensor, ca_path="~/ca.pem").failed


def test_a_ca_that_was_renewed_in_its_place_is_read_again(site: Site, sensor: Sensor, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    with MskSimulator(1, first_address="127.32.0.2") as other:
        assert other.ca_path
        path.write_bytes(Path(other.ca_path).read_bytes())
    assert ask(site, sensor, ca_path=str(path)).kind == "certificate"
    assert site.fleet.ca_path
    path.write_bytes(Path(site.fleet.ca_path).read_bytes())
    assert not ask(site, sensor, ca_path=str(path)).failed


def test_the_environment_does_not_weaken_trust(site: Site, sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert site.fleet.ca_path
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", site.fleet.ca_path)
    monkeypatch.setenv("CURL_CA_BUNDLE", site.fleet.ca_path)
    assert ask(site, sensor, ca_path=None).kind == "certificate"
    assert sensor.requests == []


@pytest.mark.parametrize("tls", [True, False])
def test_a_port_that_speaks_otherwise_is_an_error_that_says_so(site: Site, sensor: Sensor, tls: bool) -> None:
    if tls:
        port = int(site.fleet.control_url.rpartition(":")[2])  # plain HTTP
        outcome = ask(site, sensor, host="127.0.0.1", port=port)
        assert outcome.kind == "unreachable"
        assert "does not speak TLS as expected" in outcome.message
        assert "Check port and tls" in outcome.message
    else:
        outcome = ask(site, sensor, tls=False)
        assert outcome.kind in {"reply_lost", "http", "reply"}
    assert sensor.requests == []
