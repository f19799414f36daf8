"""The stage that opens the report's page in a real browser."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from . import tree
from .processes import Shell, StageError
from .stages import Stage, closing_line

if TYPE_CHECKING:
    from .project import Project

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser_stage(project: Project) -> Stage:
    """Run the tests of ``tests/browser``; their screenshots stay in ``build/report``."""
    core = project.newest
    env = project.core_environment(core)

    def work(shell: Shell) -> str | None:
        ensure_chromium(shell)
        target = tree.copy(project, f"browser-{env.name}")
        base = tree.base(target)
        variables = {**env.variables(), "PYTHONPATH": str(base), "ANSIBLE_COLLECTIONS_PATH": str(base), "PYTHONDONTWRITEBYTECODE": "1"}
        variables["REPORT_PICTURES"] = str(project.build / "report")
        try:
            shell.run([env.program, "-m", "pytest", "-p", "no:cacheprovider", "tests/browser"], cwd=target, env=variables)
        except StageError as failure:
            failure.line = closing_line(shell.text())
            raise
        return closing_line(shell.text())

    versions = f"ansible-core {core.release.version}, Python {core.python.version}"
    return Stage("browser", "pytest tests/browser, Chromium", work, needs=(f"environment {env.name}",), versions=versions)


def ensure_chromium(shell: Shell) -> None:
    """Install Chromium where it is missing and that is possible; say how where it is not."""
    if any(map(shutil.which, NAMES)):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise StageError("the browser Chromium is missing: install it, for example with `sudo apt-get install chromium`")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    shell.run(["apt-get", "update"], env=environment)
    shell.run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core"], env=environment)
