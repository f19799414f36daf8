# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A YAML document that remembers where each of its parts stands, so that an error can name the line."""

from __future__ import annotations

import dataclasses
import typing as t

import yaml

Path = tuple[t.Union[str, int], ...]


@dataclasses.dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, and where. ``line`` and ``column`` count from 1; ``path`` reads like ``sensors.gate-01.address``."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {where}{self.message}"


class DocumentError(Exception):
    """The document has ``problems``: all of them, in the order of their lines."""

    def __init__(self, problems: t.Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class _Loader(yaml.SafeLoader):
    """Dates stay the text that was written: a version or a name may look like one."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Document:
    """One parsed file. ``data``: its content in plain types. ``problems``: found while reading, such as a key that stands twice."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._open: list[yaml.Node] = []
        self._marks: dict[Path, yaml.Mark] = {}
        self._key_marks: dict[Path, yaml.Mark] = {}
        try:
            loader = _Loader(text)
            node = loader.get_single_node()
            self._remember(node, ())
            self.data = loader.construct_document(node) if node is not None else None
        except yaml.YAMLError as error:
            raise DocumentError([self._broken(error)]) from None

    def _broken(self, error: yaml.YAMLError) -> Problem:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = getattr(error, "problem", None) or str(error)
        return Problem(self.file, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, "", f"This is not valid YAML: {what}.")

    def _remember(self, node: yaml.Node | None, path: Path) -> None:
        if node is None:
            return
        if any(node is outer for outer in self._open):
            raise yaml.constructor.ConstructorError(None, None, "an alias stands within what it names", node.start_mark)
        self._open.append(node)
        self._marks[path] = node.start_mark
        if isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._remember(item, (*path, number))
        elif isinstance(node, yaml.MappingNode):
            first: dict[str, int] = {}
            for key, value in node.value:
                self._remember_pair(key, value, path, first)
        self._open.pop()

    def _remember_pair(self, key: yaml.Node, value: yaml.Node, path: Path, first: dict[str, int]) -> None:
        """``first``: name -> line, of the keys of this mapping so far. The last of two is the one that counts."""
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        inner = (*path, name)
        if name in first:
            self.problems.append(self._at(key.start_mark, inner, f"It stands here again; the first is in line {first[name]}."))
        elif key.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
            self.problems.append(self._at(key.start_mark, inner, "YAML reads this key as something else than text. Put it in quotes."))
        first.setdefault(name, key.start_mark.line + 1)
        self._key_marks[inner] = key.start_mark
        self._remember(value, inner)

    def problem(self, path: t.Sequence[str | int], message: str, *, at_key: bool = False) -> Problem:
        """A problem with the part at ``path``, or with the key that leads to it."""
        known = tuple(str(part) if isinstance(part, str) else part for part in path)
        marks = self._key_marks if at_key and known in self._key_marks else self._marks
        while known and known not in marks:
            known = known[:-1]  # it is not there: where it should be
            marks = self._key_marks if known in self._key_marks else self._marks
        return self._at(marks.get(known), tuple(path), message)

    def _at(self, mark: yaml.Mark | None, path: Path, message: str) -> Problem:
        return Problem(self.file, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, readable(path), message)


def readable(path: t.Iterable[str | int]) -> str:
    """``("registry", 0, "url")`` as ``registry[0].url``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
