"""The releases of ansible-core that the collection is tested with, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .pythons import Python


@dataclass(frozen=True)
class Release:
    """One release of ansible-core and the Python versions it is run with, most wanted first."""

    version: str
    pythons: tuple[str, ...]

    @property
    def series(self) -> str:
        """``2.19`` of ``2.19.14``."""
        return ".".join(self.version.split(".")[:2])

    @property
    def final(self) -> bool:
        """Whether it is neither a beta nor a release candidate."""
        return all(part.isdigit() for part in self.version.split("."))


RELEASES = (
    Release("2.16.19", ("3.11", "3.12", "3.10")),
    Release("2.19.14", ("3.11", "3.12", "3.13")),
    Release("2.21.5", ("3.13", "3.12", "3.14")),
    Release("2.22.0rc1", ("3.13", "3.14")),
)

# The oldest Python that modules run on: the unit tests of plugins/module_utils only.
OLDEST_MODULE_PYTHON = Release("2.15.13", ("3.9",))


@dataclass(frozen=True)
class Core:
    """A release with the interpreter that was found for it."""

    release: Release
    python: Python

    @property
    def name(self) -> str:
        """``core-2.19-py3.11``."""
        return f"core-{self.release.series}-py{self.python.minor}"


def pair(release: Release, pythons: dict[str, Python]) -> Core | None:
    """Return the release with the interpreter it wants most of those found; ``None`` where there is none."""
    for minor in release.pythons:
        if minor in pythons:
            return Core(release, pythons[minor])
    return None


def newest_final(cores: list[Core]) -> Core:
    """Return the core that runs everything."""
    return [core for core in cores if core.release.final][-1]
