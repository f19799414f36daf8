# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client alone, on every Python that modules run on."""

from __future__ import annotations

import resource
import socket

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import RefusedError
from ansible_collections.siteops.devices.plugins.module_utils.xyte.account import CONNECTION_OPTIONS, account_of
from ansible_collections.siteops.devices.plugins.module_utils.xyte.client import XyteClient
from ansible_collections.siteops.devices.plugins.module_utils.xyte.listener import Listener, Memory
from ansible_collections.siteops.devices.plugins.module_utils.xyte.messages import Message, encode, topic_of
from ansible_collections.siteops.devices.tests.simulators.xyte import eventually
from ansible_collections.siteops.devices.tests.unit.plugins.clouds import Account, _unused_devices, account, cloud

__all__ = ["_unused_devices", "account", "cloud"]

PAYLOAD = encode("update", {"name": "x"})


def client(account: Account) -> XyteClient:
    defaults = {name: row.get("default") for name, row in CONNECTION_OPTIONS.items()}
    return XyteClient(account_of({**defaults, **account.options()}))


def test_several_messages_share_a_connection(account: Account) -> None:
    with client(account) as opened:
        for _number in range(3):
            opened.publish(topic_of(account.device.id, "update"), PAYLOAD)
        with pytest.raises(RefusedError, match="reason code 135"):
            opened.publish("elsewhere", PAYLOAD)
        opened.publish(topic_of(account.device.id, "update"), PAYLOAD)
    assert len(eventually(lambda: account.device.sent("update")[3:])) == 1
    log = account.cloud.broker.log
    assert log.count(f"as {account.device.id} (") == 1


def test_a_process_with_thousands_of_descriptors(account: Account) -> None:
    """What select() cannot do."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit[1] < 2000:
        pytest.fail("the limit of open files is below 2000")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limit[1]), limit[1]))
    held = [socket.socket() for _number in range(1100)]
    try:
        with client(account) as opened:
            opened.publish(topic_of(account.device.id, "update"), PAYLOAD)
    finally:
        for item in held:
            item.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


def test_nothing_is_left_open(account: Account) -> None:
    def descriptors() -> int:
        with socket.socket() as probe:
            return probe.fileno()

    before = descriptors()
    for _number in range(5):
        with client(account) as opened:
            opened.publish(topic_of(account.device.id, "update"), PAYLOAD)
    assert descriptors() <= before + 1


def test_a_listener(account: Account) -> None:
    defaults = {name: row.get("default") for name, row in CONNECTION_OPTIONS.items()}
    listener = Listener(account_of({**defaults, **account.options()}))
    kinds = set()
    try:
        while kinds < {"space_info", "config"}:
            message = listener.next(5)
            assert message is not None
            kinds.add(message.kind)
            listener.done(message)
    finally:
        listener.close()
    assert account.device.violations == []


def test_memory_is_bounded_and_knows_states_by_their_last_value() -> None:
    memory = Memory()
    memory.COMMANDS = 3  # type: ignore[misc]
    for number in range(5):
        memory.remember(Message("command", "d", {"id": number, "name": "x"}))
    assert [number for number in range(5) if memory.knows(Message("command", "d", {"id": number, "name": "y"}))] == [2, 3, 4]
    one, two = (Message("config", "d", {"version": version}) for version in "12")
    memory.remember(one)
    memory.remember(two)
    assert (memory.knows(one), memory.knows(two)) == (False, True)
