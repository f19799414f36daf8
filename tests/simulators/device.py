# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all simulated devices have: a name, an address, ordered faults, and a record of what was asked of them."""

from __future__ import annotations

import abc
from typing import Any

from .exchange import Call, Outage, Reply, Sink
from .faults import Fault, Faults
from .recording import Recorded


class Device(abc.ABC):
    """One device without its network: `answer` turns a request into a reply and never blocks.

    A subclass follows its vendor's document. What the document forbids is refused and noted in `violations`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults = Faults()
        self.requests: list[Recorded] = []
        self.violations: list[str] = []
        self.certificate = "good"  # see tls.CERTIFICATES; read when the device starts to listen
        self.latency = 0.0  # seconds added to every reply
        self.recording = True  # a benchmark may switch it off
        self.listening = False  # kept by the server

    @property
    @abc.abstractmethod
    def address(self) -> str:
        """Where the device is on the network now."""

    @property
    @abc.abstractmethod
    def host_name(self) -> str:
        """The name that its certificate is valid for besides its address."""

    @abc.abstractmethod
    def answer(self, call: Call, fault: Fault | None = None) -> Reply:
        """Carry out one request. `fault` is one of the kinds that only the device can show."""

    def sink(self, _call: Call) -> Sink | None:
        """Where the body of a request goes that is too large for memory. `answer` is called when all of it has come."""
        return None

    def early_answer(self, _call: Call) -> Reply | None:
        """A reply given before the body is read; the connection closes after it."""
        return None

    @abc.abstractmethod
    def writes(self, call: Call) -> bool:
        """Whether such a request changes the device, logging in and out apart."""

    @abc.abstractmethod
    def restarted(self) -> None:
        """Forget what does not survive a restart."""

    @abc.abstractmethod
    def state(self) -> dict[str, Any]:
        """All there is to know about it, as JSON types."""

    @abc.abstractmethod
    def merge(self, changes: dict[str, Any]) -> Outage | None:
        """Alter it by hand; raises ValueError for what is not there. The outage, if any, is for the server to carry out."""

    @abc.abstractmethod
    def factory_new(self) -> Outage | None:
        """Make it as it leaves the factory."""

    def fail(
        self, kind: str, path: str | None = None, method: str | None = None, *, nth: int = 1, times: int | None = 1, **details: Any
    ) -> Fault:
        """Order a fault (see `faults`) for the nth matching request from now on, and for `times` of them."""
        return self.faults.add(kind, path, method, nth=nth, times=times, **details)

    def writing_requests(self) -> list[Recorded]:
        """The recorded requests that were to change the device."""
        return [request for request in self.requests if request.writing]

    def forget_requests(self) -> None:
        """Empty the record, violations too."""
        self.requests.clear()
        self.violations.clear()
