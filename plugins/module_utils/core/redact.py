# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are masked in everything that leaves a task: results, diffs, messages, warnings, progress.

Ansible masks the result of a module, and nothing of what an action does in the controller process.
Both ways of running use this one instead, so that they give the same results.
"""

from __future__ import annotations

import base64
import json
import typing as t
import urllib.parse
from collections.abc import Mapping

MASK = "********"


def _derived(secret: str, users: t.Iterable[str]) -> t.Iterator[str]:
    """The forms in which a secret travels: as it is, escaped for JSON and ``repr``, quoted for URLs, in a Basic header."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    # Of the environment, bytes that are not UTF-8 come as halves of surrogate pairs.
    yield urllib.parse.quote(secret, safe="", errors="surrogatepass")
    yield urllib.parse.quote(secret, errors="surrogatepass")
    yield urllib.parse.quote_plus(secret, errors="surrogatepass")
    yield base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode()
    for user in users:
        yield base64.b64encode(f"{user}:{secret}".encode("utf-8", "surrogatepass")).decode()


class Redactor:
    """Masks a set of secrets. ``add`` may be called at any time, for instance with a session token."""

    def __init__(self, secrets: t.Iterable[t.Any] = (), users: t.Iterable[str] = ()) -> None:
        self._users = tuple(users)
        self._forms: list[str] = []
        self.add(*secrets)

    def add(self, *secrets: t.Any) -> None:
        """Add secrets; empty ones and None are ignored. The longest is replaced first."""
        forms = set(self._forms)
        for text in {str(secret) for secret in secrets if secret is not None} - {""}:
            forms.update(form for form in _derived(text, self._users) if form)
        self._forms = sorted(forms, key=lambda form: (-len(form), form))

    def text(self, value: str) -> str:
        """``value`` with every secret in it replaced by :data:`MASK`."""
        for form in self._forms:
            if form in value:
                value = value.replace(form, MASK)
        return value

    def result(self, result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """A task's result, masked. Its own keys stay: a password that reads ``failed`` must not hide the failure."""
        return {key: self.mask(value) for key, value in result.items()}

    def mask(self, value: t.Any) -> t.Any:
        """A copy of ``value`` (any JSON-like structure) without secrets. Keys are masked too: devices choose some of them."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.mask(key) if isinstance(key, str) else key: self.mask(item) for key, item in value.items()}
        if isinstance(value, (list, tuple, set)):
            return [self.mask(item) for item in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool) and str(value) in self._forms:
            return MASK
        return value
