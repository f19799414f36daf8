"""What each stage does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from . import tree
from .bootstrap_pip import prime
from .processes import Shell, StageError
from .programs import ensure_java, ensure_mosquitto

if TYPE_CHECKING:
    from collections.abc import Callable

    from .environments import Environment
    from .project import Project
    from .releases import Core

MINUTE = 60
CLOSING_LINE = re.compile(r"^=+ .*\b(?:passed|failed|error|errors|no tests ran)\b.* in [0-9.]+s.*=+$", re.MULTILINE)


@dataclass(frozen=True)
class Stage:
    """One row of the table: ``work`` does it in a Shell and returns a line to show (or nothing), or raises StageError."""

    name: str
    tools: str
    work: Callable[[Shell], str | None]
    needs: tuple[str, ...] = ()
    limit: float = 15 * MINUTE
    versions: str = ""
    file_name: str = field(init=False)

    def __post_init__(self) -> None:
        """Derive the name of the log."""
        object.__setattr__(self, "file_name", re.sub(r"[^\w.-]+", "-", self.name).strip("-"))


def environment(project: Project, env: Environment) -> Stage:
    """Make one virtual environment; nothing to do where it is there."""

    def work(shell: Shell) -> str | None:
        kept = env.ready(project.root)
        env.make(project.root, shell)
        return "kept from an earlier run" if kept else None

    held = ", ".join((*env.packages, *(file.stem for file in env.files)))
    return Stage(f"environment {env.name}", f"pip: {held}", work, versions=f"Python {env.python.version}")


def units(project: Project, core: Core, *, arguments: tuple[str, ...] = ()) -> Stage:
    """Run the unit tests with pytest."""
    return _pytest(project, project.core_environment(core), core, ("tests/unit",), arguments)


def oldest_units(project: Project, core: Core) -> Stage:
    """Run the unit tests of what modules import on the oldest Python they run on."""
    return _pytest(project, project.core_environment(core), core, ("tests/unit/plugins/module_utils",), ())


def vendor_client(project: Project, core: Core) -> Stage:
    """Let the vendor's own client drive the simulator of the appliance."""
    vendor = project.vendor_environment
    env = project.core_environment(core)

    def work(shell: Shell) -> str | None:
        target = tree.copy(project, f"vendor-{env.name}")
        base = tree.base(target)
        variables = {**env.variables(), "PYTHONPATH": str(base), "PYTHONDONTWRITEBYTECODE": "1", "VENDOR_CLIENT_PYTHON": vendor.program}
        test = "tests/unit/simulators/test_npm.py::test_the_vendors_own_client"
        shell.run([env.program, "-m", "pytest", "-p", "no:cacheprovider", test], cwd=target, env=variables)
        return closing_line(shell.text())

    needs = (f"environment {env.name}", f"environment {vendor.name}")
    return Stage("vendor's client", "steelscript.appresponse against the simulator", work, needs=needs, versions=_versions(core))


def _pytest(project: Project, env: Environment, core: Core, paths: tuple[str, ...], arguments: tuple[str, ...]) -> Stage:
    def work(shell: Shell) -> str | None:
        ensure_mosquitto(shell)
        target = tree.copy(project, f"units-{env.name}")
        base = tree.base(target)
        variables = {**env.variables(), "PYTHONPATH": str(base), "ANSIBLE_COLLECTIONS_PATH": str(base), "PYTHONDONTWRITEBYTECODE": "1"}
        chosen = () if any(not argument.startswith("-") and argument.startswith("tests") for argument in arguments) else paths
        pytest = [env.program, "-m", "pytest", "-p", "no:cacheprovider", "-n", WORKERS, *RERUNS]
        try:
            shell.run([*pytest, *chosen, *arguments], cwd=target, env=variables)
        except StageError as failure:
            failure.line = closing_line(shell.text())
            raise
        return closing_line(shell.text())

    return Stage(
        f"units {env.name}",
        f"pytest {' '.join(paths)}",
        work,
        needs=(f"environment {env.name}",),
        versions=_versions(core),
    )


def closing_line(text: str) -> str | None:
    """Return the line that pytest closes with."""
    lines = CLOSING_LINE.findall(text)
    return lines[-1] if lines else None


def sanity(project: Project, core: Core) -> Stage:
    """Run ansible-test sanity. An ignore file with entries fails the stage."""
    env = project.core_environment(core)

    def work(shell: Shell) -> str | None:
        target = tree.copy(project, f"sanity-{env.name}")
        for file in sorted((target / "tests" / "sanity").glob("ignore-*.txt")):
            if file.read_text().strip():
                raise StageError(f"{file.name} has entries")
        prime(env, shell)
        # The release candidate's pylint wants an archive from a host that is not a package registry.
        skipped = [] if core.release.final else ["--skip-test", "pylint"]
        _ansible_test(shell, env, target, "sanity", core, skipped)
        return None

    return Stage(f"sanity {env.name}", "ansible-test sanity", work, needs=(f"environment {env.name}",), versions=_versions(core))


RERUNS = ("--reruns", "1")
"""Two lanes share a small machine with whatever else it does: a test gets a second try, and the closing line counts it as a rerun."""

WORKERS = "4"
"""Processes of one run of pytest. The tests wait more than they compute: with two of them, two cores were busy for a third of the time."""

NEWEST_ONLY = "newest_only"
"""Alias of integration targets that take minutes and test this collection's jobs more than the engine: for the newest release."""


def integration(project: Project, core: Core, *, targets: tuple[str, ...] = ()) -> Stage:
    """Run the integration targets: those that ``targets`` names, else all that are meant for this release."""
    env = project.core_environment(core)
    complete = bool(targets) or core.name == project.newest.name

    def work(shell: Shell) -> str | None:
        ensure_mosquitto(shell)
        target = tree.copy(project, f"integration-{env.name}")
        if not any((target / "tests" / "integration" / "targets").glob("*/aliases")):
            raise StageError("there are no integration targets")
        left_out = [] if complete else _newest_only(target)
        excluded = [word for name in left_out for word in ("--exclude", name)]
        _ansible_test(shell, env, target, "integration", core, ["--retry-on-error", *targets, *excluded])
        return None

    chosen = " ".join(("ansible-test integration", *targets, *(() if complete else (f"(but {NEWEST_ONLY})",))))
    return Stage(f"integration {env.name}", chosen, work, needs=(f"environment {env.name}",), limit=25 * MINUTE, versions=_versions(core))


def rulebook(project: Project) -> Stage:
    """Run the rulebook and the role behind it, with ansible-rulebook."""
    env = project.rulebook_environment

    def work(shell: Shell) -> str | None:
        ensure_mosquitto(shell)
        java = ensure_java(shell)
        target = tree.copy(project, "rulebook")
        base = tree.base(target)
        variables = {**env.variables(), **java, "PYTHONPATH": str(base), "ANSIBLE_COLLECTIONS_PATH": str(base)}
        shell.run(
            [env.program, "-m", "pytest", "-p", "no:cacheprovider", "-n", WORKERS, *RERUNS, "tests/rulebook"], cwd=target, env=variables
        )
        return closing_line(shell.text())

    return Stage("rulebook", "pytest tests/rulebook", work, needs=(f"environment {env.name}",), versions=", ".join(env.packages))


def _newest_only(target: Path) -> list[str]:
    files = (target / "tests" / "integration" / "targets").glob("*/aliases")
    return sorted(file.parent.name for file in files if NEWEST_ONLY in file.read_text().split())


def _ansible_test(shell: Shell, env: Environment, target: Path, command: str, core: Core, arguments: list[str]) -> None:
    program = [env.program, str(env.path / "bin" / "ansible-test"), command, "--local", "--python", core.python.minor]
    shell.run([*program, "--color", "no", "--truncate", "0", *arguments], cwd=target, env=env.variables())


def _versions(core: Core) -> str:
    return f"ansible-core {core.release.version}, Python {core.python.version}"
