# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a sensor answer, and at which of several addresses? Without a login."""

from __future__ import annotations

import dataclasses
import typing as t

from ..core.connection import endpoint_of
from ..core.errors import CertificateError, DeviceError, HTTPError, InputError
from ..core.http import Endpoint, Session
from ..core.wait import Deadline, Pending, wait_until
from .client import SESSION_REFUSED
from .follow import POLL_CONNECT_TIMEOUT


def find_sensor(task: t.Any) -> str:
    """The first of ``host`` and ``alternatives`` at which a sensor's API answers, within ``wait_timeout``."""
    return look_for(task.params, list(dict.fromkeys([task.params["host"], *task.params["alternatives"]])), task.params["wait_timeout"])


def look_for(params: t.Mapping[str, t.Any], hosts: t.Sequence[str], timeout: float) -> str:
    """The first of ``hosts`` at which a sensor's API answers, within ``timeout`` seconds.

    Raises :class:`DeadlineError`, :class:`InputError`, and :class:`CertificateError` where the first that answers is not trusted.
    """
    endpoints = {host: endpoint_of(params, host=host) for host in hosts}

    def poll() -> str | Pending:
        notes = []
        for host, endpoint in endpoints.items():
            note = answers(endpoint)
            if not note:
                return host
            notes.append(note)
        return Pending(" ".join(notes))

    return wait_until(
        poll,
        deadline=Deadline(timeout),
        what=f"a sensor to answer at {' or '.join(hosts)}",
        go_on="Check that it has power and a link, and that these addresses are right; then run the task again.",
        longest_interval=5.0,
    )


def answers(endpoint: Endpoint) -> str:
    """Empty when a sensor answers there, else what was seen, without advice: who waits has some of its own.

    Raises what will not change by waiting: :class:`CertificateError` for a certificate that is not trusted, and :class:`InputError`.
    """
    timeout = min(endpoint.connect_timeout, POLL_CONNECT_TIMEOUT)
    try:
        with Session(dataclasses.replace(endpoint, retries=0, connect_timeout=timeout)) as session:
            session.call("GET", "/sensorInfo").json()
    except (CertificateError, InputError):
        raise
    except HTTPError as error:
        # What a sensor answers to those who have not logged in (chapter 1).
        return "" if error.http_status in SESSION_REFUSED else error.message
    except DeviceError as error:
        return error.message
    return ""
