# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies are checked with JSON Schema before they are used."""

from __future__ import annotations

import functools
import json
import typing as t

from .errors import ReplyError
from .requirements import jsonschema, require

Schema = dict[str, t.Any]


@functools.cache
def _validator(text: str) -> t.Any:
    require("jsonschema")
    return jsonschema.Draft202012Validator(json.loads(text))


_DECLARED: list[Schema] = []


def declared(schema: Schema) -> Schema:
    """Mark ``schema`` as one that :func:`compile_declared` prepares. Returns it."""
    _DECLARED.append(schema)
    return schema


def compile_declared() -> None:
    """Prepare the validators of all declared schemas: once in a controller, instead of in each process that it forks."""
    if jsonschema is not None:
        for schema in _DECLARED:
            list(_validator(_text_of(schema)).iter_errors({}))


_TEXT: dict[int, tuple[Schema, str]] = {}


def _text_of(schema: Schema) -> str:
    """The schema as text, remembered by identity: schemas are module constants."""
    kept = _TEXT.get(id(schema))
    if kept is None or kept[0] is not schema:
        kept = _TEXT[id(schema)] = (schema, json.dumps(schema, sort_keys=True))
    return kept[1]


def violations(body: t.Any, schema: Schema) -> list[str]:
    """What is wrong with ``body``: sentences that name the path in it (``alarms[0].type``), without its values."""
    found = sorted(_validator(_text_of(schema)).iter_errors(body), key=lambda error: [str(part) for part in error.absolute_path])
    return [f"{_path(error.absolute_path)} {_reason(error)}" for error in found]


def _path(parts: t.Iterable[str | int]) -> str:
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the reply"


def _reason(error: t.Any) -> str:
    """Say what was expected; the value itself might be a secret or a megabyte, so only its type is told."""
    got = {type(None): "null", dict: "an object", list: "a list", str: "text", bool: "a boolean", int: "a number", float: "a number"}
    kind = got.get(type(error.instance), type(error.instance).__name__)
    if error.validator == "type":
        wanted = error.validator_value
        return f"is {kind}, expected {' or '.join(wanted) if isinstance(wanted, (list, tuple)) else wanted}"
    if error.validator == "required":
        missing = [name for name in error.validator_value if isinstance(error.instance, dict) and name not in error.instance]
        return f"has no {', '.join(missing)}"
    return f"does not fit ({error.validator}: {error.validator_value!r:.120})"


def check_reply(body: t.Any, schema: Schema, what: str) -> None:
    """Raise :class:`ReplyError` unless ``body`` fits ``schema``. ``what`` starts the sentence: "gate-03 answered GET /x"."""
    wrong = violations(body, schema)
    if wrong:
        more = f" (and {len(wrong) - 3} more)" if len(wrong) > 3 else ""
        raise ReplyError(
            f"{what} with JSON of an unexpected shape: {'; '.join(wrong[:3])}{more}.",
            hint="The device may run firmware that this collection does not know; nothing was derived from this reply.",
        )
