# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding a sensor again after it moved or restarted, and making sure that it is the same one."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ..core.connection import endpoint_of
from ..core.errors import AuthenticationError, CertificateError, DeviceError, IdentityError, NotTakenError
from ..core.wait import Deadline, Pending, wait_until
from .client import MskClient
from .client import Task as ClientTask
from .identity import Identity, read_identity

Found = t.TypeVar("Found")

POLL_CONNECT_TIMEOUT = 3.0
"""Seconds. While it is on its way nothing answers, so a try must not take long."""

REFUSALS = 3
"""Refused logins in a row after which whatever answers is not taken for the sensor any more."""


class Follower:
    """Looks for the sensor that ``sensor`` talked to, at one or more addresses.

    ``identity``: what it was before it went away; None: any sensor.
    """

    def __init__(self, task: ClientTask, sensor: MskClient, identity: Identity | None, password: str | None) -> None:
        self._task = task
        self._sensor = sensor
        self._old_host = sensor.host
        self._identity = identity
        self._password = password
        self._refused = 0

    def find(
        self,
        hosts: t.Sequence[str],
        look: t.Callable[[MskClient, str], Found | Pending],
        *,
        deadline: Deadline,
        go_on: str,
        interval: float = 0.5,
    ) -> Found:
        """Wait until ``look`` finds what it wants at one of ``hosts``; it gets a logged-in client and the address.

        The first of ``hosts`` is where the sensor belongs: another device there is an :class:`IdentityError`.
        Raises :class:`DeadlineError` with what was seen last at each address.
        """

        def poll() -> Found | Pending:
            notes: list[str] = []
            for host in hosts:
                seen = self._try(host, look, belongs=host == hosts[0])
                if not isinstance(seen, Pending):
                    return seen
                notes.append(seen.state)
            return Pending(" ".join(notes))

        if hosts == [self._old_host]:
            what = f"the sensor at {self._old_host} to answer again"
        else:
            what = f"the sensor that was at {self._old_host} to answer at {' or '.join(hosts)}"
        return wait_until(poll, deadline=deadline, what=what, go_on=go_on, interval=interval, longest_interval=5.0)

    def _try(self, host: str, look: t.Callable[[MskClient, str], Found | Pending], *, belongs: bool) -> Found | Pending:
        state = Pending("")
        for name in self.names(host):
            try:
                with self.session(host, name) as sensor:
                    self.check_same(sensor)
                    self._refused = 0
                    return look(sensor, host)
            except CertificateError as error:
                state = Pending(error.message)
                continue
            except NotTakenError:
                raise
            except DeviceError as error:
                self._judge(error, belongs)
                return Pending(error.message)
        return state

    def _judge(self, error: DeviceError, belongs: bool) -> None:
        """Stop waiting when what answers where the sensor belongs is not the sensor."""
        if not belongs:
            return
        if isinstance(error, IdentityError):
            raise error
        self._refused = self._refused + 1 if isinstance(error, AuthenticationError) else 0
        if self._refused >= REFUSALS:
            error.message += " It may be another device: two may have this address now."
            error.changed = True
            raise error

    def names(self, host: str) -> list[str | None]:
        """Names to expect in the certificate: the user's; else the new address, then the one that it had."""
        given = self._task.params["certificate_name"]
        if given is not None or self._task.params["fingerprint"] or not self._task.params["validate_certs"] or host == self._old_host:
            return [given]
        return [None, self._old_host]

    @contextlib.contextmanager
    def session(self, host: str, certificate_name: str | None = None) -> t.Iterator[MskClient]:
        """A logged-in client for one try at an address, in place of the session from before."""
        client = self.connect(host, certificate_name)
        try:
            self._sensor.hand_over(client)
        except BaseException:
            client.close()
            raise
        with client:
            yield client

    def connect(self, host: str, certificate_name: str | None = None) -> MskClient:
        """A client for one try at an address."""
        endpoint = endpoint_of(self._task.params, host=host)
        trust = endpoint.trust if certificate_name is None else dataclasses.replace(endpoint.trust, certificate_name=certificate_name)
        timeout = min(endpoint.connect_timeout, POLL_CONNECT_TIMEOUT)
        return MskClient(dataclasses.replace(endpoint, trust=trust, retries=0, connect_timeout=timeout), self._password, self._task.hide)

    def check_same(self, sensor: MskClient) -> None:
        """Raise :class:`IdentityError` when this is another sensor than the one that went away."""
        if self._identity is None:
            return
        found = read_identity(sensor)
        if not found.is_same(self._identity):
            raise IdentityError(
                f"Another sensor answers at {sensor.name}: its device ids are {' and '.join(found.ids)}, "
                f"not {' and '.join(self._identity.ids)}.",
                hint="Two devices may have this address now. The sensor that moved has its new settings.",
                changed=True,
            )
