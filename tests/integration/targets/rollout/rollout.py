# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rollout on simulated sensors: waves, gate, limit of failures, going back, the record, slices, a killed run."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import jsonschema

from ansible_collections.siteops.devices.tests.integration.targets.rollout.runs import ROOT, Playbook, extra, wait_for
from ansible_collections.siteops.devices.tests.simulators import ifw
from ansible_collections.siteops.devices.tests.simulators.lifetime import kill_tree
from ansible_collections.siteops.devices.tests.simulators.msk import MskSimulator, Sensor

OLD, NEW = "1.118", "1.210"


class Site(Playbook):
    """Simulated sensors ``gate-01`` and so on, packages for them, and an inventory."""

    def __init__(self, folder: Path, simulator: MskSimulator, serial: object, **variables: object) -> None:
        super().__init__(folder, serial)
        self.sensors = {sensor.name.replace("sensor", "gate"): sensor for sensor in simulator.sensors}
        # Beside the inventory, and in a folder of files there.
        (folder / "files").mkdir(exist_ok=True)
        new = ifw.firmware(ifw.SENSOR, NEW).write(folder / "new.ifw").name
        old = ifw.firmware(ifw.SENSOR, OLD).write(folder / "files" / "old.ifw").name
        shared = {
            "msk_rollout_port": simulator.port,
            "msk_rollout_ca_path": str(simulator.ca_path),
            "msk_rollout_password": simulator.sensor.password,
            "msk_rollout_packages": [new],
            "msk_rollout_rollback_packages": [old],
            "msk_rollout_position_tolerance": -1,
            "msk_rollout_health_timeout": 0,
            "rollout_soak": 0,
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            **variables,
        }
        hosts: dict[str, dict[str, object]] = {host: {"ansible_host": sensor.address} for host, sensor in self.sensors.items()}
        # A jump host that is not reached: nothing listens there.
        jump = {"jump": {"ansible_host": "127.20.99.1", "ansible_port": 1}}
        inventory = {"msk": {"hosts": hosts, "vars": shared}, "jumps": {"hosts": jump}}
        (folder / "inventory.json").write_text(json.dumps(inventory))

    def forget_requests(self) -> None:
        for sensor in self.sensors.values():
            sensor.forget_requests()

    def touched(self) -> set[str]:
        """Hosts whose sensor got a writing request."""
        return {host for host, sensor in self.sensors.items() if sensor.writing_requests()}

    def at(self, version: str) -> set[str]:
        """Hosts whose sensor runs that version."""
        return {host for host, sensor in self.sensors.items() if running(sensor) == version}

    def check_at_rest(self) -> None:
        for host, sensor in self.sensors.items():
            assert sensor.updates.state() is None, host
            assert not sensor.open_sessions, host


def running(sensor: Sensor) -> str:
    return sensor.versions[ifw.SENSOR][0]


def gates(*numbers: int) -> set[str]:
    return {f"gate-{number:02}" for number in numbers}


def waves_and_gate(folder: Path) -> None:
    """A plan sends nothing; what falls ill at once or during the soak goes back; another run does just the rest; a third one nothing."""
    with MskSimulator(8) as simulator:
        site = Site(folder, simulator, [1, 4, "100%"], rollout_soak=3, rollout_max_failures=3)
        for options in (("--check", "--diff"), ("--tags", "plan")):
            plan = site.run(*options)
            assert plan.status == 0, plan.output
            assert f"gate-08 planned: sensor {OLD} -> {NEW} (1 file, 51" in plan.output, plan.output
            assert not site.touched(), plan.output
            assert plan.changed == (set(site.sensors) if "--check" in options else set()), plan.output
        assert plan.states() == {"planned": set(site.sensors)}, plan.record
        at_once, during_soak, tampered = (site.sensors[f"gate-0{number}"] for number in (2, 3, 4))
        at_once.switches.set(sick_version=NEW)
        during_soak.switches.set(sick_version=NEW, sick_after=3.0)
        tampered.raise_alarm(3, 2)
        first = site.run()
        assert first.status != 0
        assert first.states() == {"updated": gates(1, 5, 6, 7, 8), "rolled_back": gates(2, 3), "failed": gates(4)}, first.output
        assert first.failed == gates(2, 3, 4), first.output
        assert site.at(OLD) == gates(2, 3, 4)
        assert not tampered.writing_requests()
        assert "rolled back" in str(first.rows["gate-03"]["reason"]), first.rows
        assert str(first.rows["gate-03"]["step"]).startswith("Verify"), first.rows
        part = first.rows["gate-01"]["parts"][0]
        assert (part["from"], part["to"], part["action"]) == (OLD, NEW, "updated"), part
        assert f'gate-01 updated: sensor {OLD} -> {NEW}"' in first.output, first.output
        assert wave_order(site) == [1, 4], "the waves overlap"
        for sensor in (at_once, during_soak, tampered):
            sensor.switches.set(sick_version=None)
            sensor.alarms.clear()
        site.forget_requests()
        second = site.run(*extra(rollout_soak=0))
        assert (second.status, second.changed) == (0, gates(2, 3, 4)), second.output
        assert second.states() == {"updated": gates(2, 3, 4), "unchanged": gates(1, 5, 6, 7, 8)}, second.record
        assert site.touched() == gates(2, 3, 4)
        third = site.run(*extra(rollout_soak=0, rollout_serial="5,100%"))
        assert (third.status, third.changed) == (0, set()), third.output
        assert [row["wave"] for row in third.record["hosts"]] == [1] * 5 + [2] * 3, third.record
        assert simulator.sensor.password not in first.output + json.dumps(site.records())
        site.check_at_rest()


def wave_order(site: Site) -> list[int]:
    """Sizes of the first two waves, seen by the sensors: nobody of a wave is written to before all of the one before it were."""
    began = {host: sensor.writing_requests()[0].at for host, sensor in site.sensors.items() if sensor.writing_requests()}
    ends = {host: sensor.writing_requests()[-1].at for host, sensor in site.sensors.items() if sensor.writing_requests()}
    waves = [gates(1), gates(2, 3, 4, 5), gates(6, 7, 8)]
    sizes = []
    for wave, following in zip(waves, waves[1:]):
        last = max(ends[host] for host in wave if host in ends)
        assert all(began[host] > last for host in following if host in began)
        sizes.append(len(wave))
    return sizes


def limit_of_failures(folder: Path) -> None:
    """The limit holds within a wave and counts over waves, also failures of a jump host; what was begun is finished."""
    with MskSimulator(12) as simulator:
        site = Site(folder, simulator, [1, "100%"], rollout_max_failures=1)
        for sensor in simulator.sensors:
            sensor.switches.set(update_outcome="refused")
        run = site.run(*extra(msk_rollout_rollback_packages=[]), forks=2)
        assert run.status != 0
        failed = run.states()["failed"]
        assert 2 <= len(failed) <= 3, run.output  # one in the first wave; then one more, and the one that had begun beside it
        assert site.touched() == failed, run.output
        assert run.states()["left"] == set(site.sensors) - failed, run.record
        assert "Not begun: " in str(run.rows["gate-12"]["reason"]), run.rows
        assert run.failed == failed, run.output
        site.check_at_rest()
        site.forget_requests()
        by_jump = extra(msk_rollout_delegate_to="jump", rollout_max_failures=0, rollout_serial="100%")
        unreached = site.run(*by_jump, "--limit", "gate-0*", forks=2)
        assert "failed" in unreached.states(), unreached.output
        assert 1 <= len(unreached.failed) <= 2, unreached.output
        assert unreached.states()["left"] == gates(*range(1, 10)) - unreached.failed, unreached.output
        assert "jump" in str(unreached.rows[min(unreached.failed)]["reason"]), unreached.rows
        assert not site.touched()


def wrong_variables(folder: Path) -> None:
    """Where a role refuses the variables of all hosts of a wave, the run ends with its report and record, and the limit counts them."""
    with MskSimulator(4) as simulator:
        site = Site(folder, simulator, [1, "100%"])
        path = folder / "inventory.json"
        inventory = json.loads(path.read_text())
        inventory["msk"]["hosts"]["gate-01"]["msk_rollout_wait_timeout"] = "soon"
        path.write_text(json.dumps(inventory))
        plan = site.run("--check")
        assert (plan.failed, plan.record) == (gates(1), {}), plan.output
        assert r"gate-01 failed at \"Validating arguments" in plan.output, plan.output
        assert f"gate-04 planned: sensor {OLD} -> {NEW}" in plan.output, plan.output
        run = site.run()
        assert run.status != 0
        assert run.states() == {"failed": gates(1), "left": gates(2, 3, 4)}, run.output
        check_shape(run.record)
        assert (run.record["state"], run.record["finished_at"] is None) == ("ended", False), run.record
        reason, step = str(run.rows["gate-01"]["reason"]), str(run.rows["gate-01"]["step"])
        assert reason.startswith("Its variables are wrong: argument 'msk_rollout_wait_timeout' is of type "), run.rows
        assert reason.endswith(". Nothing was sent to it."), run.rows
        assert step.startswith("Validating arguments"), run.rows
        assert run.rows["gate-02"]["reason"] == "Not begun: 1 failed in this run, and the limit is 0.", run.rows
        assert run.failed == gates(1), run.output
        assert not site.touched(), run.output
        others = site.run(*extra(rollout_max_failures=1))
        assert others.states() == {"failed": gates(1), "updated": gates(2, 3, 4)}, others.output
        nobody = site.run(*extra(msk_rollout_wait_timeout="soon"))
        assert (nobody.record["state"], nobody.states()) == ("ended", {"failed": gates(1, 2, 3, 4)}), nobody.output
        site.check_at_rest()


def slices(folder: Path) -> None:
    """Two jobs at once, each with a part of the hosts: one stops at its limit, the other one finishes; each has its record."""
    with MskSimulator(6) as simulator:
        site = Site(folder, simulator, [1, "100%"])
        site.sensors["gate-01"].switches.set(update_outcome="old")
        odd, even = gates(1, 3, 5), gates(2, 4, 6)
        processes = [site.start("--limit", ",".join(sorted(part)), *extra(awx_job_id=number)) for number, part in enumerate((odd, even), 7)]
        outputs = [process.communicate()[0] for process in processes]
        assert [process.returncode == 0 for process in processes] == [False, True], outputs
        assert site.at(NEW) == even, outputs
        assert site.touched() == even | gates(1), outputs
        records = {str(record["job"]): record["summary"] for record in site.records()}
        assert records == {"7": {"failed": 1, "left": 2}, "8": {"updated": 3}}, records
        site.check_at_rest()


def nothing_named(folder: Path) -> None:
    """A host without packages is left as it is, which is told; a run that does nothing is a failure, whatever the cause."""
    with MskSimulator(2) as simulator:
        site = Site(folder, simulator, "100%")
        path = folder / "inventory.json"
        inventory = json.loads(path.read_text())
        packages = inventory["msk"]["vars"].pop("msk_rollout_packages")
        path.write_text(json.dumps(inventory))
        none = site.run()
        assert none.status != 0
        assert "none of the hosts says what to roll out" in none.output, none.output
        for name, given, words in (("hosts", "mskk", "rollout_hosts=mskk."), ("serial", "1,all", "rollout_serial is 1,all, and")):
            refused = site.run(*extra(**{f"rollout_{name}": given}))
            assert (refused.status, len(site.records())) == (2, 1), refused.output
            assert words in refused.output, refused.output
        inventory["msk"]["hosts"]["gate-01"]["msk_rollout_packages"] = packages
        path.write_text(json.dumps(inventory))
        misspelt = site.run("--tags", "updat")
        told = "None of its steps was chosen (--tags updat); they are plan, update, verify."
        assert (misspelt.status, misspelt.states(), misspelt.rows["gate-01"]["reason"]) == (2, {"left": gates(1, 2)}, told), misspelt.output
        assert f"Nothing was done: {told}" in misspelt.output, misspelt.output
        assert not site.touched(), misspelt.output
        one = site.run()
        assert one.status == 0, one.output
        assert one.states() == {"updated": gates(1), "left": gates(2)}, one.record
        assert one.rows["gate-02"]["reason"] == "It is given no packages (msk_rollout_packages).", one.rows
        assert site.touched() == gates(1)


def killed(folder: Path) -> None:
    """SIGKILL in the middle of uploads: the record tells how it stood. Then run again: all done, no update session left open."""
    with MskSimulator(6) as simulator:
        site = Site(folder, simulator, [1, 3, "100%"], rollout_max_failures=1)
        slow = [site.sensors["gate-02"], site.sensors["gate-03"]]
        for sensor in slow:
            sensor.fail("delay", "/chunkFileUpdate", nth=2, seconds=30)
        refused = site.sensors["gate-04"]
        refused.switches.set(update_outcome="refused")
        process = site.start(*extra(msk_rollout_rollback_packages=[]))
        wait_for(lambda: all((sensor.updates.state() or {}).get("received") for sensor in slow) and states_of(site).get("failed"), process)
        kill_tree(process)
        assert all(sensor.updates.state() for sensor in slow)
        (record,) = site.records()
        check_shape(record)
        assert (record["state"], record["finished_at"], record["max_failures"], record["by"] != "") == ("running", None, 1, True), record
        assert record["summary"] == {"updated": 1, "under_way": 2, "failed": 1, "waiting": 2}, record
        assert states_of(site) == {"updated": gates(1), "under_way": gates(2, 3), "failed": gates(4), "waiting": gates(5, 6)}, record
        assert [row["wave"] for row in record["hosts"]] == [1, 2, 2, 2, 3, 3], record
        assert {row["step"] for row in record["hosts"] if row["state"] == "under_way"} == {"Update the sensor"}, record
        for sensor in slow:
            sensor.faults.clear()
        refused.switches.set(update_outcome="new")
        again = site.run()
        assert again.status == 0, again.output
        told = " ".join(again.output.split())
        assert "This run goes on after rollout-" in told, again.output
        assert "gate-02, gate-03 were under way. gate-05, gate-06 were waiting." in told, again.output
        assert again.states() == {"updated": gates(2, 3, 4, 5, 6), "unchanged": gates(1)}, again.record
        assert site.at(NEW) == set(site.sensors)
        assert all(sensor.updates.state() is None for sensor in simulator.sensors)
        first, second = site.records()
        assert (first["state"], second["state"]) == ("unfinished", "ended"), site.records()
        assert second["goes_on_after"][0].startswith("rollout-"), second
        assert first["hosts"] == record["hosts"], first
        for one in site.records():
            check_shape(one)
        assert "goes on after" not in site.run().output


def states_of(site: Site) -> dict[str, set[str]]:
    """State -> hosts, in the newest record."""
    found: dict[str, set[str]] = {}
    for row in (site.records() or [{"hosts": []}])[-1]["hosts"]:
        found.setdefault(row["state"], set()).add(row["host"])
    return found


def check_shape(record: object) -> None:
    """As the published schema says."""
    schema = ROOT / "docs" / "schemas" / "rollout.schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(record)


def main() -> None:
    jobs = {job.__name__: job for job in (waves_and_gate, limit_of_failures, wrong_variables, slices, nothing_named, killed)}
    for job in [jobs[name] for name in sys.argv[1:]]:
        print(f"{job.__name__}: {job.__doc__}", flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            job(Path(folder))
        print(f"{job.__name__}: {time.monotonic() - began:.0f} s", flush=True)
    print("passed")


if __name__ == "__main__":
    main()
