from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from ansible_collections.siteops.devices.tests.runner.lanes import run_stages
from ansible_collections.siteops.devices.tests.runner.processes import Shell, StageError
from ansible_collections.siteops.devices.tests.runner.pythons import Python
from ansible_collections.siteops.devices.tests.runner.releases import RELEASES, newest_final, pair
from ansible_collections.siteops.devices.tests.runner.stages import Stage, closing_line


def results_of(stages, logs):
    told = []
    results = run_stages(stages, lanes=2, logs=logs, live=False, report=told.append)
    assert sorted(result.stage.name for result in told) == sorted(stage.name for stage in stages)
    return {result.stage.name: result for result in results}


def command(*code):
    def work(shell):
        shell.run([sys.executable, "-c", "\n".join(code)])

    return work


def test_a_stage_fails_when_its_command_does_and_takes_with_it_what_needs_it(tmp_path):
    results = results_of(
        [
            Stage("bad", "", command("print('why')", "raise SystemExit(3)")),
            Stage("needs bad", "", command(""), needs=("bad",)),
            Stage("good", "", command("")),
        ],
        tmp_path,
    )
    assert "ended with 3" in results["bad"].problem
    assert "why" in results["bad"].log.read_text()
    assert results["needs bad"].problem == "not run: bad failed"
    assert results["good"].problem is None


def test_two_lanes_run_at_the_same_time(tmp_path):
    meet = f"""
import pathlib, sys, time
mine, other = pathlib.Path({str(tmp_path)!r}, sys.argv[1]), pathlib.Path({str(tmp_path)!r}, sys.argv[2])
mine.touch()
end = time.monotonic() + 20
while not other.exists():
    assert time.monotonic() < end
    time.sleep(0.01)
"""

    def stage(mine, other):
        return Stage(mine, "", lambda shell: shell.run([sys.executable, "-c", meet, mine, other]))

    results = results_of([stage("left", "right"), stage("right", "left")], tmp_path / "logs")
    assert [result.problem for result in results.values()] == [None, None]


def test_a_missing_tool_is_a_failure(tmp_path):
    results = results_of([Stage("tool", "", lambda shell: shell.run(["no-such-tool-anywhere"]))], tmp_path)
    assert "cannot be started" in results["tool"].problem


def test_a_command_that_takes_too_long_is_ended_with_all_it_started(tmp_path):
    beacon = tmp_path / "beacon"
    child = f"import pathlib, time\nwhile True:\n    pathlib.Path({str(beacon)!r}).write_text(str(time.time()))\n    time.sleep(0.05)"
    shell = Shell(tmp_path / "log", limit=2)
    with pytest.raises(StageError, match="stopped after 2 s"):
        shell.run([sys.executable, "-c", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])"])
    last = beacon.read_text()
    time.sleep(0.5)
    assert beacon.read_text() == last


@pytest.mark.parametrize("live", [False, True])
def test_commands_can_be_interrupted(tmp_path, live):
    shell = Shell(tmp_path / "log", limit=20, live=live)
    shell.run([sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"])
    assert shell.text().splitlines()[-1] == "True"


@pytest.mark.parametrize(
    ("found", "expected", "newest"),
    [
        (["3.11"], ["2.16", "2.19"], "2.19"),
        (["3.12"], ["2.16", "2.19", "2.21"], "2.21"),
        (["3.9", "3.11", "3.13"], ["2.16", "2.19", "2.21", "2.22"], "2.21"),
    ],
)
def test_the_newest_final_release_is_chosen_among_those_that_an_interpreter_was_found_for(found, expected, newest):
    pythons = {minor: Python(minor, f"{minor}.0", str(Path("bin") / f"python{minor}")) for minor in found}
    cores = [core for release in RELEASES if (core := pair(release, pythons))]
    assert [core.release.series for core in cores] == expected
    assert newest_final(cores).release.series == newest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("...\n===== 3 passed in 0.53s =====\n", "===== 3 passed in 0.53s ====="),
        ("== 1 failed, 2 passed, 1 skipped in 61.00s (0:01:01) ==\n", "== 1 failed, 2 passed, 1 skipped in 61.00s (0:01:01) =="),
        ("== no tests ran in 0.01s ==", "== no tests ran in 0.01s =="),
        ("=== FAILURES ===\n", None),
    ],
)
def test_the_closing_line_of_pytest_is_found(text, expected):
    assert closing_line(text) == expected
