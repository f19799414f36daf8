"""Command line of the test runner."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # said here, before anything newer is imported
    sys.exit(f"the test runner needs Python 3.11 or newer, this is {sys.version.split()[0]}")

import argparse
import shlex
import time
from pathlib import Path

from . import lint, screen, stages, tree
from .browser import browser_stage
from .environments import Environment
from .lanes import run_stages
from .processes import Shell, restore_signals
from .project import Project
from .stages import Stage

ROOT = Path(__file__).resolve().parents[2]
LANES = 2


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    restore_signals()
    arguments = _parser().parse_args()
    project = Project(ROOT)
    try:
        plan: list[Stage] = arguments.plan(project, arguments)
        return _run(project, plan, everything=arguments.command == "test")
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.runner", description="Run the tests of the collection.")
    commands = parser.add_subparsers(dest="command", required=True)
    core = argparse.ArgumentParser(add_help=False)
    core.add_argument("--core", default="newest", help="newest (the default), all, a series (2.16) or a version")
    commands.add_parser("test", help="everything").set_defaults(plan=_plan_all)
    commands.add_parser("lint", help="linters, docs and the tarball").set_defaults(plan=_plan_lint)
    commands.add_parser("sanity", help="ansible-test sanity", parents=[core]).set_defaults(plan=_plan_sanity)
    units = commands.add_parser("units", help="unit tests", parents=[core])
    units.add_argument("--pytest", default="", help="more arguments for pytest, in one string")
    units.set_defaults(plan=_plan_units)
    integration = commands.add_parser("integration", help="integration targets", parents=[core])
    integration.add_argument("targets", nargs="*", help="names of targets, all by default")
    integration.set_defaults(plan=_plan_integration)
    commands.add_parser("vendor", help="the vendor's client of the appliance against the simulator").set_defaults(plan=_plan_vendor)
    commands.add_parser("rulebook", help="the rulebook, with ansible-rulebook").set_defaults(plan=_plan_rulebook)
    commands.add_parser("browser", help="the report's page in Chromium").set_defaults(plan=_plan_browser)
    commands.add_parser("build", help="the tarball, into dist/").set_defaults(plan=_plan_build)
    commands.add_parser("changelog", help="move the changelog fragments into the release").set_defaults(plan=_plan_changelog)
    commands.add_parser("format", help="let ruff rewrite the Python files").set_defaults(plan=_plan_format)
    commands.add_parser("venv", help=".venv, and the link that lets Ansible find this checkout").set_defaults(plan=_plan_venv)
    return parser


def _run(project: Project, plan: list[Stage], *, everything: bool) -> int:
    started = time.monotonic()
    several = sum(1 for stage in plan if not stage.name.startswith("environment")) > 1
    if several:
        screen.announce(project, plan, LANES)
    if everything:
        screen.announce_absent(project)
    results = run_stages(plan, lanes=LANES, logs=project.build / "logs", live=not several, report=screen.tell)
    if several:
        return 0 if screen.summarise(results, time.monotonic() - started) else 1
    return 1 if any(result.problem for result in results) else 0


def _with_environments(project: Project, environments: list[Environment], work: list[Stage]) -> list[Stage]:
    unique = {env.name: env for env in environments}
    return [*(stages.environment(project, env) for env in unique.values()), *work]


def _plan_all(project: Project, _arguments: argparse.Namespace) -> list[Stage]:
    """Everything: the newest final release runs all kinds of tests, the others unit and integration tests."""
    cores = [project.newest, *(core for core in reversed(project.cores) if core is not project.newest)]
    environments = [project.core_environment(core) for core in cores]
    # The long ones first, so that both lanes end at about the same time.
    work = [stages.integration(project, project.newest), stages.sanity(project, project.newest)]
    work += [stages.integration(project, core) for core in cores[1:]]
    work.append(browser_stage(project))
    work += [stages.units(project, core) for core in cores]
    if project.oldest:
        environments.append(project.core_environment(project.oldest))
        work.append(stages.oldest_units(project, project.oldest))
    environments.insert(1, project.lint_environment)
    environments.append(project.vendor_environment)
    work.append(stages.vendor_client(project, project.newest))
    environments.append(project.rulebook_environment)
    return _with_environments(project, environments, [*work, stages.rulebook(project), *lint.lint_stages(project)])


def _plan_lint(project: Project, _arguments: argparse.Namespace) -> list[Stage]:
    return _with_environments(project, [project.lint_environment], lint.lint_stages(project))


def _plan_sanity(project: Project, arguments: argparse.Namespace) -> list[Stage]:
    cores = project.select(arguments.core)
    return _with_environments(project, [project.core_environment(core) for core in cores], [stages.sanity(project, core) for core in cores])


def _plan_units(project: Project, arguments: argparse.Namespace) -> list[Stage]:
    cores = project.select(arguments.core)
    more = tuple(shlex.split(arguments.pytest))
    work = [stages.units(project, core, arguments=more) for core in cores]
    return _with_environments(project, [project.core_environment(core) for core in cores], work)


def _plan_integration(project: Project, arguments: argparse.Namespace) -> list[Stage]:
    cores = project.select(arguments.core)
    work = [stages.integration(project, core, targets=tuple(arguments.targets)) for core in cores]
    return _with_environments(project, [project.core_environment(core) for core in cores], work)


def _plan_vendor(project: Project, _arguments: argparse.Namespace) -> list[Stage]:
    core = project.newest
    return _with_environments(project, [project.core_environment(core), project.vendor_environment], [stages.vendor_client(project, core)])


def _plan_rulebook(project: Project, _arguments: argparse.Namespace) -> list[Stage]:
    return _with_environments(project, [project.rulebook_environment], [stages.rulebook(project)])


def _plan_browser(project: Project, _arguments: argparse.Namespace) -> list[Stage]:
    return _with_environments(project, [project.core_environment(project.newest)], [browser_stage(project)])


def _plan_build(project: Project, _arguments: argparse.Namespace) -> list[Stage]:
    env = project.user_environment

    def work(shell: Shell) -> str:
        return str(lint.build(project, env, shell, ROOT / "dist").relative_to(ROOT))

    stage = Stage("build", "ansible-galaxy collection build", work, needs=(f"environment {env.name}",))
    return _with_environments(project, [env], [stage])


def _plan_changelog(project: Project, _arguments: argparse.Namespace) -> list[Stage]:
    return _with_environments(project, [project.lint_environment], [lint.changelog_stage(project)])


def _plan_format(project: Project, _arguments: argparse.Namespace) -> list[Stage]:
    return _with_environments(project, [project.lint_environment], [lint.format_stage(project)])


def _plan_venv(project: Project, _arguments: argparse.Namespace) -> list[Stage]:
    tree.link(ROOT)
    return _with_environments(project, [project.user_environment], [])


if __name__ == "__main__":
    sys.exit(main())
