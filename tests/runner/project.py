"""What there is to run on this machine: interpreters, releases of ansible-core, environments."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .environments import Environment
from .pythons import Python, find_pythons
from .releases import OLDEST_MODULE_PYTHON, RELEASES, Core, Release, newest_final, pair

COLLECTION = Path("requirements.txt")
REQUIREMENTS = Path("tests/requirements")
SIMULATORS = REQUIREMENTS / "simulators.txt"
TESTS = REQUIREMENTS / "tests.txt"
SANITY = REQUIREMENTS / "sanity.txt"
LINT = REQUIREMENTS / "lint.txt"
VENDOR = REQUIREMENTS / "vendor.txt"


@dataclass(frozen=True)
class Project:
    """The checkout at ``root`` on this machine."""

    root: Path

    @cached_property
    def build(self) -> Path:
        """Where environments, copies and logs go: ``build``, or a cache folder where ansible-test cannot bear the checkout's name."""
        if not any(character.isspace() for character in str(self.root)):
            return self.root / "build"
        return Path.home() / ".cache" / "siteops.devices" / hashlib.sha256(str(self.root).encode()).hexdigest()[:12]

    @cached_property
    def pythons(self) -> dict[str, Python]:
        """The interpreters found, by minor version."""
        return find_pythons()

    @cached_property
    def cores(self) -> list[Core]:
        """The releases that an interpreter was found for, oldest first."""
        cores = [core for release in RELEASES if (core := pair(release, self.pythons))]
        if not any(core.release.final for core in cores):
            sys.exit(f"no final release of ansible-core runs on the interpreters found ({', '.join(self.pythons) or 'none'})")
        return cores

    @cached_property
    def newest(self) -> Core:
        """The newest final release: it runs everything."""
        return newest_final(self.cores)

    @property
    def absent(self) -> list[Release]:
        """The releases that no interpreter was found for."""
        present = {core.release for core in self.cores}
        return [release for release in RELEASES if release not in present]

    def select(self, wanted: str) -> list[Core]:
        """Return the cores that ``wanted`` names: ``newest``, ``all``, a series (``2.16``) or a version."""
        if wanted == "newest":
            return [self.newest]
        chosen = [core for core in self.cores if wanted in ("all", core.release.series, core.release.version)]
        if not chosen:
            known = ", ".join(core.release.series for core in self.cores)
            sys.exit(f"no ansible-core {wanted} here: newest, all, or one of {known}")
        return chosen

    def core_environment(self, core: Core) -> Environment:
        """Return the environment that tests run in with one release of ansible-core."""
        return Environment(
            name=core.name,
            path=self.build / "venvs" / core.name,
            python=core.python,
            packages=(f"ansible-core=={core.release.version}",),
            files=(COLLECTION, SIMULATORS, TESTS, SANITY),
        )

    @property
    def oldest(self) -> Core | None:
        """The oldest Python that modules run on with a release for it; ``None`` where it was not found."""
        return pair(OLDEST_MODULE_PYTHON, self.pythons)

    @property
    def lint_environment(self) -> Environment:
        """The environment of the linters: on the oldest interpreter that controllers run on, so that it is alike everywhere."""
        core = next(core for core in self.cores if core.release.final and core.release.series != "2.16")
        return Environment(
            name=f"lint-py{core.python.minor}",
            path=self.build / "venvs" / "lint",
            python=core.python,
            packages=(f"ansible-core=={core.release.version}",),
            files=(COLLECTION, SIMULATORS, TESTS, LINT),
        )

    @property
    def vendor_environment(self) -> Environment:
        """The environment of the vendor's own client of the appliance, which cannot share one: it brings a package ``tests`` along."""
        return Environment(name="vendor", path=self.build / "venvs" / "vendor", python=self.newest.python, packages=(), files=(VENDOR,))

    @property
    def rulebook_environment(self) -> Environment:
        """The environment of ansible-rulebook, whose engine is a Java library: on an interpreter that this has wheels for."""
        core = next(core for core in self.cores if core.release.final and core.release.series != "2.16")
        return Environment(
            name=f"rulebook-py{core.python.minor}",
            path=self.build / "venvs" / "rulebook",
            python=core.python,
            packages=(f"ansible-core=={core.release.version}", "ansible-rulebook"),
            files=(COLLECTION, SIMULATORS, TESTS),
        )

    @property
    def user_environment(self) -> Environment:
        """The ``.venv`` of the demo and of daily work: the newest final release, the collection's needs and the simulators'."""
        return Environment(
            name=".venv",
            path=self.root / ".venv",
            python=self.newest.python,
            packages=(f"ansible-core=={self.newest.release.version}",),
            files=(COLLECTION, SIMULATORS),
        )
