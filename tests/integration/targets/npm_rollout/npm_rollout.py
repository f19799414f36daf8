# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rollout on simulated appliances: stage all, start in the window and in waves, the limit, a killed run."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from ansible_collections.siteops.devices.tests.integration.targets.rollout.runs import Playbook, extra, wait_for
from ansible_collections.siteops.devices.tests.simulators.lifetime import kill_tree
from ansible_collections.siteops.devices.tests.simulators.npm import PASSWORD, USERNAME, Appliance, NpmSimulator, image_bytes

OLD, NEW = "11.5.0 #20100", "11.6.0 #23947"
START = "/api/npm.system_update/2.0/update/start"


class Site(Playbook):
    """Simulated appliances ``probe-01`` and so on, an image, and an inventory."""

    def __init__(self, folder: Path, simulator: NpmSimulator) -> None:
        super().__init__(folder, 1)
        self.appliances = {appliance.name.replace("appliance", "probe"): appliance for appliance in simulator.appliances}
        image = folder / "appresponse.iso"
        image.write_bytes(image_bytes(NEW))
        shared = {
            "npm_rollout_port": simulator.port,
            "npm_rollout_ca_path": simulator.ca_path,
            "npm_rollout_username": USERNAME,
            "npm_rollout_password": PASSWORD,
            "npm_rollout_src": str(image),
            "npm_rollout_version": NEW,
            "rollout_soak": 0,
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        }
        hosts = {host: {"ansible_host": appliance.address} for host, appliance in self.appliances.items()}
        (folder / "inventory.json").write_text(json.dumps({"npm": {"hosts": hosts, "vars": shared}}))

    def at(self, version: str) -> set[str]:
        return {host for host, appliance in self.appliances.items() if appliance.state()["version"] == version}

    def in_state(self, state: str) -> set[str]:
        return {host for host, appliance in self.appliances.items() if appliance.state()["update"]["state"] == state}

    def started(self) -> set[str]:
        return {host for host, appliance in self.appliances.items() if starts(appliance)}


def starts(appliance: Appliance) -> list[float]:
    return [request.at for request in appliance.requests if request.path == START]


def uploads(appliance: Appliance) -> list[float]:
    return [request.at for request in appliance.writing_requests() if "/images/upload" in request.path]


def probes(*numbers: int) -> set[str]:
    return {f"probe-{number:02}" for number in numbers}


def windows_and_waves(folder: Path) -> None:
    """A plan sends nothing; outside of the window all are staged; inside one after the other is started, until one fails; then the rest."""
    with NpmSimulator(3) as simulator:
        site = Site(folder, simulator)
        plan = site.run("--check")
        assert plan.status == 0, plan.output
        assert f"probe-03 planned: software {OLD} -> {NEW}" in plan.output, plan.output
        assert not any(appliance.writing_requests() for appliance in simulator.appliances), plan.output
        shared = site.run(*extra(rollout_soak="long"))
        assert shared.states() == {"failed": probes(1, 2, 3)}, shared.output
        assert "argument 'rollout_soak' is of type" in str(shared.rows["probe-01"]["reason"]), shared.rows
        assert not any(appliance.writing_requests() for appliance in simulator.appliances), shared.output
        unreadable = site.run(*extra(npm_rollout_not_before="22:00"))
        assert unreadable.status != 0
        assert "The window is given with 22:00; npm_rollout_not_before" in unreadable.output, unreadable.output
        assert not any(appliance.writing_requests() for appliance in simulator.appliances), unreadable.output
        early = site.run(*extra(npm_rollout_not_before="2999-12-01T22:00:00+01:00"))
        assert (early.status, early.states()) == (0, {"held": probes(1, 2, 3)}), early.output
        assert early.rows["probe-02"]["reason"] == "It is staged. Its window opens at 2999-12-01T22:00:00+01:00.", early.rows
        assert site.in_state("INITIALIZED") == probes(1, 2, 3), early.output
        assert not site.started()
        late = site.run("--tags", "start", *extra(npm_rollout_not_after="2020-12-01T22:00:00+01:00"))
        assert (late.status, late.changed, late.states()) == (0, set(), {"held": probes(1, 2, 3)}), late.output
        site.appliances["probe-02"].switches.set(run_outcome="FAILED_GRACEFUL")
        window = extra(npm_rollout_not_before="2020-12-01T22:00:00+01:00", npm_rollout_not_after="2999-12-01T22:00:00+01:00")
        third = site.run("--tags", "start", *window)
        assert third.status != 0
        assert third.states() == {"updated": probes(1), "failed": probes(2), "left": probes(3)}, third.output
        assert third.rows["probe-02"]["parts"][0]["action"] == "failed", third.rows
        assert site.started() == probes(1, 2)
        assert site.at(NEW) == probes(1)
        site.appliances["probe-02"].switches.set(run_outcome="updated")
        rest = site.run()
        assert (rest.status, rest.states()) == (0, {"unchanged": probes(1), "updated": probes(2, 3)}), rest.output
        assert site.at(NEW) == probes(1, 2, 3)
        assert site.in_state("IDLE") == probes(1, 2, 3)
        assert PASSWORD not in rest.output + third.output + json.dumps(site.records())


AS_BEFORE = "It runs 11.5.0 #20100 as before; the next run"
STAGED = f"It is staged: the image is on it and the update is prepared, but not started. {AS_BEFORE} starts the update."
IMAGED = f"The image is on it, but the update is not prepared. {AS_BEFORE} prepares and starts the update."
LIMIT = "1 failed in this run, and the limit is 0."


def limit_after_staging(folder: Path) -> None:
    """What was written to an appliance before the limit was reached is told, whichever step it was; one without is left."""
    with NpmSimulator(3) as simulator:
        site = Site(folder, simulator)
        site.appliances["probe-03"].switches.set(image_outcome="INVALID")
        imaged = site.run(forks=1)
        assert imaged.states() == {"failed": probes(3), "stopped": probes(1, 2)}, imaged.output
        assert imaged.rows["probe-01"]["reason"] == f"{IMAGED} No further step was begun: {LIMIT}", imaged.rows
        assert site.in_state("IDLE") == probes(1, 2, 3), imaged.output
        assert f"probe-01 stopped: {IMAGED}" in imaged.output, imaged.output
        site.appliances["probe-03"].switches.set(image_outcome="VALID")
        site.appliances["probe-01"].switches.set(run_outcome="FAILED_GRACEFUL")
        staged = site.run()
        assert staged.status != 0
        assert staged.states() == {"failed": probes(1), "stopped": probes(2, 3)}, staged.output
        for host in ("probe-02", "probe-03"):
            row = staged.rows[host]
            assert row["reason"] == f"{STAGED} No further step was begun: {LIMIT}", row
            assert row["parts"] == [{"component": "software", "from": OLD, "to": NEW, "action": "staged"}], row
        assert (site.in_state("INITIALIZED"), site.at(OLD)) == (probes(2, 3), probes(1, 2, 3)), staged.output
        assert staged.failed == probes(1), staged.output
        site.appliances["probe-01"].switches.set(run_outcome="updated")
        rest = site.run()
        assert (rest.status, rest.states()) == (0, {"updated": probes(1, 2, 3)}), rest.output
        assert all(len(uploads(appliance)) == number for appliance, number in zip(simulator.appliances, (1, 1, 2))), rest.output
    with NpmSimulator(2) as simulator:
        site = Site(folder, simulator)
        site.appliances["probe-01"].switches.set(image_outcome="INVALID")
        left = site.run(forks=1)
        assert left.states() == {"failed": probes(1), "left": probes(2)}, left.output
        assert left.rows["probe-02"]["reason"] == f"Not begun: {LIMIT}", left.rows
        assert not site.appliances["probe-02"].writing_requests(), left.output


def wrong_variables(folder: Path) -> None:
    """What the role refuses in the phase before the waves is told once, and counts; where it is all of them, the record ends, too."""
    with NpmSimulator(3) as simulator:
        site = Site(folder, simulator)
        run = site.run(*extra(npm_rollout_wait_timeout="soon"))
        assert run.status != 0
        assert (run.record["state"], run.states(), run.failed) == ("ended", {"failed": probes(1, 2, 3)}, probes(1, 2, 3)), run.output
        assert not any(appliance.writing_requests() for appliance in simulator.appliances), run.output
        shared = site.run(*extra(rollout_soak="long"))
        assert shared.states() == {"failed": probes(1, 2, 3)}, shared.output
        assert "argument 'rollout_soak' is of type" in str(shared.rows["probe-01"]["reason"]), shared.rows
        assert not any(appliance.writing_requests() for appliance in simulator.appliances), shared.output
        path = folder / "inventory.json"
        inventory = json.loads(path.read_text())
        inventory["npm"]["vars"] |= {"npm_rollout_not_before": "2030-12-02T00:00:00+01:00", "npm_rollout_not_after": "2030-12-01T23:00:00Z"}
        inventory["npm"]["hosts"]["probe-01"]["npm_rollout_not_before"] = "22:00"
        path.write_text(json.dumps(inventory))
        wrong = site.run(*extra(rollout_max_failures=3))
        assert wrong.states() == {"failed": probes(1, 2, 3)}, wrong.output
        assert str(wrong.rows["probe-01"]["reason"]).startswith("The window is given with 22:00; npm_rollout_not_before"), wrong.rows
        assert str(wrong.rows["probe-02"]["reason"]).startswith("The window never opens: npm_rollout_not_after (2030-12-01T23"), wrong.rows
        assert not any(appliance.writing_requests() for appliance in simulator.appliances), wrong.output


def all_staged_first(folder: Path) -> None:
    """No appliance is started before all are staged; killed while one runs, the next run joins it and does the rest."""
    with NpmSimulator(3, run_seconds=4.0) as simulator:
        site = Site(folder, simulator)
        process = site.start()
        wait_for(lambda: site.in_state("RUNNING"), process)
        assert site.in_state("INITIALIZED") == probes(2, 3)
        kill_tree(process)
        for appliance in simulator.appliances:
            appliance.switches.set(run_seconds=0.05)
        again = site.run(*extra(rollout_serial="100%"))
        assert again.status == 0, again.output
        assert site.at(NEW) == probes(1, 2, 3)
        assert all(len(starts(appliance)) == 1 for appliance in simulator.appliances)
        done = site.run(*extra(rollout_serial="100%"))
        assert (done.status, done.changed, done.states()) == (0, set(), {"unchanged": probes(1, 2, 3)}), done.output


def main() -> None:
    for job in (windows_and_waves, limit_after_staging, wrong_variables, all_staged_first):
        print(f"{job.__name__}: {job.__doc__}", flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            job(Path(folder))
        print(f"{job.__name__}: {time.monotonic() - began:.0f} s", flush=True)
    print("passed")


if __name__ == "__main__":
    main()
