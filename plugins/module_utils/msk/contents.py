# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""contents.json: the files of the web server with their fingerprints, in a package and on a sensor (chapter 2).

The document's example was lost: it says that the array is called ``fA``, and that an entry holds a name and a fingerprint,
not how these two are called. So a name is known by being the name of a known file, or by looking like one, and what
else an entry holds is its fingerprint. Two fingerprints are the same when all that both lists tell is the same; when in
doubt a file is sent.
"""

from __future__ import annotations

import re
import typing as t

Fingerprint = tuple[tuple[str, str], ...]
"""Key and value of what an entry holds beside the name, hexadecimal digits in small letters."""

ARRAY = "fA"
NAME_KEYS = frozenset({"name", "filename", "file", "path", "f", "n", "fn"})
"""Lower case. Used where no entry names a known file."""

NO_MARKS = frozenset({"size", "length", "len", "date", "time", "mtime"})
"""Lower case. They do not tell one content from another; they do not count beside a fingerprint."""

HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")


def same_file(one: Fingerprint, other: Fingerprint | None) -> bool:
    """Whether two fingerprints are of the same content. A list may hold members that the other one has not, or call them otherwise."""
    mine, its = dict(one), dict(other or ())
    shared = mine.keys() & its.keys()
    return all(mine[key] == its[key] for key in shared) if shared else sorted(mine.values()) == sorted(its.values())


def bare(name: str) -> str:
    """A name as it is in a zip: web files may be listed from the root of the server on."""
    return name[2:] if name.startswith("./") else name.removeprefix("/")


def parse_contents(body: t.Any, known: t.Collection[str] = ()) -> dict[str, Fingerprint]:
    """File name -> fingerprint. ``known``: names of which some are expected. Raises ``ValueError`` with the reason."""
    found: dict[str, Fingerprint] = {}
    for number, entry in enumerate(_entries(body)):
        name, fingerprint = _read_entry(entry, known, f"{ARRAY}[{number}]")
        if name in found:
            raise ValueError(f"{ARRAY} lists {name!r} twice")
        found[name] = fingerprint
    return found


def _entries(body: t.Any) -> t.Sequence[t.Any]:
    if not isinstance(body, dict):
        raise ValueError("it is not a JSON object")
    entries = body.get(ARRAY)
    if entries is None:
        lists = [value for value in body.values() if isinstance(value, list)]
        entries = lists[0] if len(lists) == 1 else None
    if not isinstance(entries, list):
        raise ValueError(f"it has no list {ARRAY}")
    return entries


def _read_entry(entry: t.Any, known: t.Collection[str], where: str) -> tuple[str, Fingerprint]:
    if isinstance(entry, list):
        entry = {str(number): value for number, value in enumerate(entry)}
    if not isinstance(entry, dict):
        raise ValueError(f"{where} is not an object")
    texts = {key: value for key, value in entry.items() if isinstance(value, str)}
    key = _name_key(texts, known)
    if key is None:
        raise ValueError(f"{where} has no file name")
    marks = {other.lower(): _text(value) for other, value in entry.items() if other != key and _is_mark(value)}
    if not marks:
        raise ValueError(f"{where} has no fingerprint that is text or a number")
    return texts[key], tuple(sorted((other, mark) for other, mark in marks.items() if other not in NO_MARKS or marks.keys() <= NO_MARKS))


def _is_mark(value: t.Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != ""


def _text(value: t.Any) -> str:
    text = str(value).strip()
    return text.lower() if HEXADECIMAL.fullmatch(text) else text


def _name_key(texts: t.Mapping[str, str], known: t.Collection[str]) -> str | None:
    for fits in (
        lambda key: bare(texts[key]) in known,
        lambda key: key.lower() in NAME_KEYS,
        lambda key: "." in texts[key] or "/" in texts[key],
        lambda _key: True,
    ):
        for key in texts:
            if fits(key) and texts[key]:
                return key
    return None
