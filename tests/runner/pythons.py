"""The Python interpreters of this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST, NEWEST = 9, 15
PROBE = "import ensurepip, json, ssl, sys, venv; print(json.dumps([sys.executable, sys.version_info[:3]]))"


@dataclass(frozen=True)
class Python:
    """An interpreter that can make virtual environments: ``minor`` is ``3.11``, ``version`` is ``3.11.7``."""

    minor: str
    version: str
    path: str


def find_pythons() -> dict[str, Python]:
    """Return the first usable interpreter of each minor version, by minor version, oldest first."""
    found: dict[str, Python] = {}
    for candidate in _candidates():
        python = _probe(candidate)
        if python is not None:
            found.setdefault(python.minor, python)
    return dict(sorted(found.items(), key=lambda item: int(item[0].split(".")[1])))


def _candidates() -> Iterator[str]:
    """Yield this interpreter, then those on PATH, then those that pyenv keeps: its shims start only the selected ones."""
    yield sys.executable
    for number in range(OLDEST, NEWEST + 1):
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            program = Path(folder or ".") / f"python3.{number}"
            if os.access(program, os.X_OK):
                yield str(program)
    for versions in _pyenv_folders():
        yield from (str(program) for program in sorted(versions.glob("3.*/bin/python3"), reverse=True))


def _pyenv_folders() -> Iterator[Path]:
    roots = [os.environ.get("PYENV_ROOT", ""), str(Path.home() / ".pyenv")]
    if shutil.which("pyenv"):
        roots.append(subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=False).stdout.strip())
    for root in dict.fromkeys(roots):
        if root and (Path(root) / "versions").is_dir():
            yield Path(root) / "versions"


def _probe(program: str) -> Python | None:
    """Return what ``program`` says it is; ``None`` where it does not start or cannot make virtual environments."""
    try:
        answer = subprocess.run([program, "-I", "-c", PROBE], capture_output=True, text=True, check=True, timeout=30)
        path, (major, minor, patch) = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    # Not of a virtual environment: one made from it would depend on the first.
    base = Path(os.path.realpath(path))
    return Python(f"{major}.{minor}", f"{major}.{minor}.{patch}", str(base))
