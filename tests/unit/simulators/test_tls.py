# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Iterator

import pytest

from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator
from ansible_collections.siteops.devices.tests.simulators.serving import addresses


@pytest.fixture(scope="module")
def simulator() -> Iterator[MskSimulator]:
    with MskSimulator(300) as running:
        yield running


def shown(simulator: MskSimulator, number: int, name: str | None = None, *, check: bool = True) -> bytes:
    """The certificate that a sensor shows, verified against the authority for its address or another name."""
    sensor = simulator.sensors[number]
    context = ssl.create_default_context(cafile=simulator.ca_path)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if not check:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((sensor.address, simulator.port), 5) as plain,
        context.wrap_socket(plain, server_hostname=name or sensor.address) as secure,
    ):
        certificate = secure.getpeercert(binary_form=True)
        assert certificate is not None
        return certificate


def test_addresses_leave_out_network_and_broadcast() -> None:
    assert list(addresses("127.20.0.253", 3)) == ["127.20.0.253", "127.20.0.254", "127.20.1.1"]


@pytest.mark.parametrize("number", [0, 253, 254, 299])
def test_certificates_fit_address_and_host_name(simulator: MskSimulator, number: int) -> None:
    shown(simulator, number)
    shown(simulator, number, simulator.sensors[number].host_name)


@pytest.mark.parametrize("kind", ["self_signed", "wrong_name", "expired"])
def test_bad_certificates(simulator: MskSimulator, kind: str) -> None:
    simulator.show_certificate(simulator.sensors[1], kind)
    with pytest.raises(ssl.SSLCertVerificationError):
        shown(simulator, 1)
    assert hashlib.sha256(shown(simulator, 1, check=False)).hexdigest() == simulator.fingerprint(simulator.sensors[1])
    shown(simulator, 0)


def test_positions_are_checked() -> None:
    with pytest.raises(ValueError, match="certificate"):
        MskSimulator(1, certificate="none")
