# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which site documents of a run's sources were read, and which were not: the engine only warns of a source that it cannot use.

A document that was read is known in the process of the run, and in the workers that it forks. Why one was refused stands in a variable
of the group ``all``, which is also there when the inventory travels as JSON, as in AWX.
"""

from __future__ import annotations

import os
import typing as t

from ansible.inventory.manager import IGNORED

from .document import Document, DocumentError

ENDINGS = (".site.yml", ".site.yaml")

REFUSED = "siteops_refused_sites"
"""Variable of the group all: path of a document -> why nothing of it is used."""

_READ: set[str] = set()


def note_read(path: str) -> None:
    """The plugin has read the document at ``path``, and uses it."""
    _READ.add(os.path.realpath(path))


def unread(sources: t.Iterable[str], refused: t.Mapping[str, str]) -> list[str]:
    """Why the inventory is not the whole site: a text for each document of ``sources`` that was refused or never got to the plugin."""
    told = dict(refused)
    for path in _documents(sources):
        if path not in told and os.path.realpath(path) not in _READ:
            told[path] = f"{path} was not read: {_why(path)}"
    return list(told.values())


def _why(path: str) -> str:
    """Why a document may not have got to the plugin: the engine opens it first, to see whose it is."""
    try:
        with open(path, encoding="utf-8") as file:
            Document(os.path.basename(path), file.read())
    except FileNotFoundError:
        return "there is no such file."
    except (DocumentError, OSError, UnicodeDecodeError) as error:
        return str(error)
    return "its first line has to be plugin: siteops.devices.site, and the inventory plugin auto or that one has to be enabled."


def _documents(sources: t.Iterable[str]) -> t.Iterator[str]:
    """The site documents that are sources, there or not, or lie in folders that are, as the engine walks through them.

    A source with a comma that is no file is a list of hosts.
    """
    for source in sources:
        if os.path.isdir(source):
            names = sorted(name for name in os.listdir(source) if not IGNORED.search(os.fsencode(name)))
            yield from _documents(os.path.join(source, name) for name in names)
        elif source.endswith(ENDINGS) and ("," not in source or os.path.exists(source)):
            yield os.path.abspath(source)
