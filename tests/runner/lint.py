"""The stages that read the code without running it, and the tarball that would be published."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from . import tree
from .processes import Shell, StageError
from .stages import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from .environments import Environment
    from .project import Project

COMPLAINT = re.compile(r"\b(?:WARNING|ERROR|CRITICAL)\b.*")
TYPED = ("plugins", "extensions/eda/plugins", "tests/simulators", "tests/runner", "tests/demo", "tests/benchmark")


def lint_stages(project: Project) -> list[Stage]:
    """Return all of them."""
    env = project.lint_environment
    root = project.root

    def stage(name: str, work: Callable[[Shell], str | None]) -> Stage:
        return Stage(f"lint {name}", name, work, needs=(f"environment {env.name}",), versions=f"Python {env.python.version}")

    def plain(name: str, *commands: list[str]) -> Stage:
        def work(shell: Shell) -> None:
            for program, *arguments in commands:
                shell.run([_program(env, program), *arguments], cwd=root, env=env.variables())

        return stage(name, work)

    return [
        plain("ruff", ["ruff", "check", "--no-cache"], ["ruff", "format", "--check", "--no-cache"]),
        plain("yamllint", ["yamllint", "--strict", "."]),
        stage("shellcheck", lambda shell: _shellcheck(project, env, shell)),
        plain("reuse", ["reuse", "lint"]),
        stage("changelog", lambda shell: _in_tree(project, env, shell, "changelog", ["antsibull-changelog", "lint"])),
        stage("mypy", lambda shell: _mypy(project, env, shell)),
        stage("docs", lambda shell: _docs(project, env, shell)),
        stage("ansible-lint", lambda shell: _in_tree(project, env, shell, "ansible-lint", ["ansible-lint", "--strict", "--offline"])),
        stage("galaxy-importer", lambda shell: _importer(project, env, shell)),
    ]


def format_stage(project: Project) -> Stage:
    """Let ruff repair what it can and lay out the rest."""
    env = project.lint_environment
    ruff = _program(env, "ruff")

    def work(shell: Shell) -> None:
        shell.run([ruff, "format", "--no-cache"], cwd=project.root, env=env.variables())
        shell.run([ruff, "check", "--fix", "--no-cache"], cwd=project.root, env=env.variables())

    return Stage("format", "ruff", work, needs=(f"environment {env.name}",))


def changelog_stage(project: Project) -> Stage:
    """Write the fragments and the new modules into the entry of the version that galaxy.yml names, made where it is missing."""
    env = project.lint_environment
    release = ["release", "--verbose", "--update-existing", "--reload-plugins"]

    def work(shell: Shell) -> None:
        # Copied and copied back: the tool finds new modules only below ansible_collections.
        target = tree.copy(project, "changelog")
        variables = {**env.variables(), "ANSIBLE_COLLECTIONS_PATH": str(tree.base(target))}
        shell.run([_program(env, "antsibull-changelog"), *release], cwd=target, env=variables)
        for name in ("CHANGELOG.md", "changelogs"):
            _replace(project.root / name, target / name)

    return Stage("changelog", "antsibull-changelog release", work, needs=(f"environment {env.name}",))


def _replace(old: Path, new: Path) -> None:
    if new.is_dir():
        shutil.rmtree(old)
        shutil.copytree(new, old, ignore=shutil.ignore_patterns(".plugin-cache.yaml"))
        (old / "fragments").mkdir(exist_ok=True)
    else:
        shutil.copy2(new, old)


def build(project: Project, env: Environment, shell: Shell, to: Path) -> Path:
    """Build the tarball into ``to`` and return it."""
    target = tree.copy(project, "lint-tarball")
    to.mkdir(parents=True, exist_ok=True)
    galaxy = _program(env, "ansible-galaxy")
    shell.run([galaxy, "collection", "build", "--force", "--output-path", str(to)], cwd=target, env=env.variables())
    return max(to.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)


def _program(env: Environment, name: str) -> str:
    return str(env.path / "bin" / name)


def _in_tree(project: Project, env: Environment, shell: Shell, name: str, command: list[str]) -> None:
    _run_in(tree.copy(project, f"lint-{name}"), env, shell, command)


def _run_in(target: Path, env: Environment, shell: Shell, command: list[str]) -> None:
    variables = {**env.variables(), "ANSIBLE_COLLECTIONS_PATH": str(tree.base(target))}
    shell.run([_program(env, command[0]), *command[1:]], cwd=target, env=variables)


def _docs(project: Project, env: Environment, shell: Shell) -> None:
    target = tree.copy(project, "lint-docs")
    flags = ["--plugin-docs", "--validate-collection-refs=all", "--check-extra-docs-refs"]
    _run_in(target, env, shell, ["antsibull-docs", "lint-collection-docs", *flags, "."])


def _mypy(project: Project, env: Environment, shell: Shell) -> None:
    target = tree.copy(project, "lint-mypy")
    base = tree.base(target)
    folders = [str(tree.INSIDE / name) for name in TYPED if (target / name).is_dir()]
    variables = {**env.variables(), "MYPYPATH": str(base)}
    settings = ["--config-file", str(target / "pyproject.toml"), "--cache-dir", str(project.build / "mypy")]
    shell.run([_program(env, "mypy"), *settings, *folders], cwd=base, env=variables)


def _shellcheck(project: Project, env: Environment, shell: Shell) -> None:
    scripts = [name for name in tree.sources(project.root) if _is_shell(project.root / name)]
    shell.run([_program(env, "shellcheck"), *scripts], cwd=project.root, env=env.variables())


def _is_shell(file: Path) -> bool:
    with file.open("rb") as script:
        first = script.readline(80)
    return file.suffix == ".sh" or (first.startswith(b"#!") and first.rstrip().endswith(b"sh"))


def _importer(project: Project, env: Environment, shell: Shell) -> None:
    """Import the tarball as Galaxy would. The importer ends with 0 whatever it finds: its output tells."""
    to = project.build / "tarball"
    shutil.rmtree(to, ignore_errors=True)
    tarball = build(project, env, shell, to)
    variables = {**env.variables(), "GALAXY_IMPORTER_CONFIG": str(project.root / "galaxy-importer.cfg")}
    shell.run([env.program, "-m", "galaxy_importer.main", str(tarball)], cwd=to, env=variables)
    complaints = COMPLAINT.findall(shell.text())
    if complaints:
        raise StageError(f"galaxy-importer: {complaints[0]}" + (f" and {len(complaints) - 1} more" if complaints[1:] else ""))
