"""What is told on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .lanes import Result
    from .project import Project
    from .stages import Stage

TAIL = 60
ERRORS = ("ERROR", "FATAL", "fatal:", "E  ")


def announce(project: Project, stages: list[Stage], lanes: int) -> None:
    """Say what will be run, with what, and what will not."""
    found = ", ".join(python.version for python in project.pythons.values())
    _say(f"Pythons found: {found}. {len(stages)} stages in {lanes} lanes; output of each in {project.build / 'logs'}.")
    _table([("stage", "with", "runs"), *((stage.name, stage.versions, stage.tools) for stage in stages)])
    _say("")


def announce_absent(project: Project) -> None:
    """Say which releases no interpreter was found for."""
    for release in project.absent:
        _say(f"ansible-core {release.version} not run: no Python {' or '.join(release.pythons)} found")
    if project.oldest is None:
        _say("unit tests of module code on its oldest Python not run: no Python 3.9 found")


def tell(result: Result) -> None:
    """Say how a stage ended, and show the end of its output where it failed."""
    _say(f"{'FAILED' if result.problem else 'ok':<6} {result.seconds:6.1f} s  {result.stage.name}")
    if result.shown:
        _say(f"  {result.problem or 'its output'}: {result.log}")
    elif result.problem:
        _show_log(result)
    if result.line:
        _say(result.line)


def _show_log(result: Result) -> None:
    """Show the end of the log, and the errors that stand above it."""
    lines = result.log.read_text(errors="replace").splitlines()
    errors = [line for line in lines[:-TAIL] if line.startswith(ERRORS)]
    _say(f"  {result.problem}. From {result.log} ({len(lines)} lines):")
    for line in [*errors[:TAIL], *(["..."] if errors else []), *lines[-TAIL:]]:
        _say(f"  | {line}")


def summarise(results: list[Result], seconds: float) -> bool:
    """Print the table of results and return whether all is fine."""
    _say("")
    rows: list[tuple[str, ...]] = [("result", "seconds", "stage", "")]
    rows += [
        ("FAILED" if result.problem else "ok", f"{result.seconds:7.1f}", result.stage.name, result.problem or "") for result in results
    ]
    _table(rows)
    failed = sum(1 for result in results if result.problem)
    _say(f"{len(results)} stages, {failed or 'none'} failed, {seconds:.0f} s in all")
    return not failed


def _table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        _say("  ".join([*cells, row[-1]]).rstrip())


def _say(text: str) -> None:
    print(text, flush=True)
