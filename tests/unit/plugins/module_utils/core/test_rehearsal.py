# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import socket
from typing import NoReturn

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core import rehearsal


def test_the_exchange_takes_place_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_unused: object) -> NoReturn:
        raise AssertionError("a rehearsal leads nowhere")

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert rehearsal.exchange() == {}


def test_a_handshake_begins_with_the_first_public_ca() -> None:
    first = rehearsal.begin_tls()
    assert (first[0], first[1], first[5]) == (22, 3, 1)  # a handshake of TLS, its ClientHello


def test_a_failing_rehearsal_is_left_to_the_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> NoReturn:
        raise OSError("no sockets left")

    tried: list[str] = []
    monkeypatch.setattr(rehearsal, "compile_declared", lambda: tried.append("schemas"))
    monkeypatch.setattr(rehearsal, "exchange", fail)
    rehearsal.rehearse()
    assert tried == ["schemas"]
