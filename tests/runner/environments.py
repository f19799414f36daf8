"""Virtual environments that are made once and kept until what they were made of changes."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .processes import Shell
    from .pythons import Python

CONSTRAINTS = Path("tests/requirements/constraints.txt")
STAMP = ".made-of"


@dataclass(frozen=True)
class Environment:
    """A virtual environment: where it is, what it is made with, and the requirement files (from the root) that it holds."""

    name: str
    path: Path
    python: Python
    packages: tuple[str, ...]
    files: tuple[Path, ...]

    @property
    def program(self) -> str:
        """Its interpreter."""
        return str(self.path / "bin" / "python")

    def fingerprint(self, root: Path) -> str:
        """Return a digest of all that decides what is in it."""
        digest = hashlib.sha256()
        for text in (self.python.version, self.python.path, str(self.path), *self.packages):
            digest.update(text.encode() + b"\0")
        for file in (*self.files, CONSTRAINTS):
            digest.update((root / file).read_bytes() + b"\0")
        return digest.hexdigest()

    def ready(self, root: Path) -> bool:
        """Whether it is there and made of what is wanted now."""
        stamp = self.path / STAMP
        return stamp.is_file() and stamp.read_text() == self.fingerprint(root) and os.access(self.program, os.X_OK)

    def make(self, root: Path, shell: Shell) -> None:
        """Make it unless it is ready. An interrupted one has no stamp and is made anew."""
        if self.ready(root):
            return
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        shell.run([self.python.path, "-m", "venv", str(self.path)])
        install = [self.program, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
        wanted = [argument for file in self.files for argument in ("-r", str(root / file))]
        shell.run([*install, *self.packages, *wanted, "-c", str(root / CONSTRAINTS)])
        (self.path / STAMP).write_text(self.fingerprint(root))

    def variables(self) -> dict[str, str]:
        """Return the environment variables of a process that is to use it: nothing of the caller's Ansible or Python leaks in."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "PYTHON", "GALAXY_IMPORTER_", "MAKE"))}
        kept.pop("MFLAGS", None)
        kept.update(
            LC_ALL="C.UTF-8",
            PATH=os.pathsep.join([str(self.path / "bin"), os.environ.get("PATH", os.defpath)]),
            VIRTUAL_ENV=str(self.path),
        )
        return kept
