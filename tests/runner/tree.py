"""The collection where Ansible looks for it, whatever the folder of the checkout is called."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .project import Project

NAMESPACE, NAME = "siteops", "devices"
INSIDE = Path("ansible_collections") / NAMESPACE / NAME


def sources(root: Path) -> list[str]:
    """Return the files that belong to the collection, from its root: those in Git and those that it would take."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    names = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    return sorted(name for name in names if name and (root / name).is_file())


def copy(project: Project, name: str) -> Path:
    """Copy the collection into a tree of its own, called ``name``, and return its folder there.

    ansible-test takes no symbolic link for it. An empty Git repository in the copy makes ansible-test and ansible-lint
    list its files as they would those of the checkout, not ask the checkout, which ignores the build folder.
    """
    to = project.build / "trees" / name
    shutil.rmtree(to, ignore_errors=True)
    target = to / INSIDE
    for file in sources(project.root):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(project.root / file, target / file, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet", str(target)], check=True, capture_output=True)
    return target


def base(target: Path) -> Path:
    """Return the folder that holds ``ansible_collections``, for ``PYTHONPATH`` and ``ANSIBLE_COLLECTIONS_PATH``."""
    return target.parents[len(INSIDE.parts) - 1]


def link(root: Path) -> Path:
    """Make the checkout itself usable as a collection and return the folder for ``ANSIBLE_COLLECTIONS_PATH``."""
    folder = root / "build" / "links"
    name = folder / INSIDE
    name.parent.mkdir(parents=True, exist_ok=True)
    target = Path(*[".."] * len(INSIDE.parts), "..")
    if not name.is_symlink() or name.readlink() != target:
        name.unlink(missing_ok=True)
        name.symlink_to(target)
    return folder
