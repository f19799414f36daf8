# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_report
type: notification
short_description: A report of the run, as JSON and as a page to look at
version_added: 0.1.0
description:
  - Writes C(report.json) and C(report.html) at the end of a run, also of one that failed or was stopped with Control-C.
  - They tell of each device its state, what changed from what to what, its firmware, how long it took, and why it failed.
    Of sensors also the areas that they watch and their events, when P(siteops.devices.msk_config#module) or
    P(siteops.devices.msk_info#module) read them.
  - The page is one file that needs no network. The shape of the JSON file is C(docs/schemas/report.schema.json).
  - Devices are the hosts that modules of this collection ran for, and the targets of C(siteops.devices.fleet).
  - Secrets are masked. Run with C(--diff) to have the values that changed in it.
requirements:
  - It is enabled, with C(callbacks_enabled = siteops.devices.fleet_report) in C(ansible.cfg).
options:
  directory:
    description: The folder to write to. It is made when it is missing.
    type: path
    default: reports
    env:
      - name: SITEOPS_REPORT_DIRECTORY
    ini:
      - section: callback_fleet_report
        key: directory
  json_name:
    description: Name of the JSON file. Empty for none.
    type: str
    default: report.json
    env:
      - name: SITEOPS_REPORT_JSON_NAME
    ini:
      - section: callback_fleet_report
        key: json_name
  html_name:
    description: Name of the page. Empty for none.
    type: str
    default: report.html
    env:
      - name: SITEOPS_REPORT_HTML_NAME
    ini:
      - section: callback_fleet_report
        key: html_name
  title:
    description: What the page is headed with.
    type: str
    default: Fleet report
    env:
      - name: SITEOPS_REPORT_TITLE
    ini:
      - section: callback_fleet_report
        key: title
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
# ansible.cfg:
#   [defaults]
#   callbacks_enabled = siteops.devices.fleet_report
#   [callback_fleet_report]
#   directory = reports
#
# or for one run:
#   ANSIBLE_CALLBACKS_ENABLED=siteops.devices.fleet_report ansible-playbook --check --diff siteops.devices.commission
"""

import atexit
import datetime
import functools
import os
import traceback
import typing as t

from ansible.plugins.callback import CallbackBase

from ansible_collections.siteops.devices.plugins.plugin_utils.report.collect import Collector
from ansible_collections.siteops.devices.plugins.plugin_utils.report.engine import Inventory, Watch
from ansible_collections.siteops.devices.plugins.plugin_utils.report.write import write_report


def never_breaks(hook: t.Callable[..., None]) -> t.Callable[..., None]:
    """A hook whose failure is told once, and ends the report instead of the run."""

    @functools.wraps(hook)
    def guarded(self: CallbackModule, *args: t.Any, **keywords: t.Any) -> None:
        if self.disabled:
            return
        try:
            hook(self, *args, **keywords)
        except Exception as error:  # noqa: BLE001 (whatever it is, devices come before reports)
            self.disabled = True
            frame = traceback.extract_tb(error.__traceback__)[-1]
            # The text of an error may hold what a device said: only a file's trouble is told in full.
            why = (
                str(error) if isinstance(error, OSError) else f"{type(error).__name__} at {os.path.basename(frame.filename)}:{frame.lineno}"
            )
            self._display.warning(f"There will be no report of this run: {why}.")

    return guarded


class CallbackModule(CallbackBase):
    """Collects while the run goes on, and writes when a playbook ends, or else when the process does."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "siteops.devices.fleet_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: t.Any, **keywords: t.Any) -> None:
        super().__init__(*args, **keywords)
        self._collector: Collector | None = None
        self._watch = Watch()
        self._inventory = Inventory()
        self._pending = False
        self._process = os.getpid()
        atexit.register(self._stopped)

    @property
    def _collected(self) -> Collector:
        if self._collector is None:
            self._collector = Collector(self.get_option("title"), lambda: datetime.datetime.now(datetime.timezone.utc))
        return self._collector

    @never_breaks
    def v2_playbook_on_start(self, playbook: t.Any) -> None:
        self._collected.playbooks.append(os.path.basename(str(playbook._file_name)))

    @never_breaks
    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        self._pending = True
        self._inventory.of_play(play)

    @never_breaks
    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:
        self._watch.started(host, task)

    @never_breaks
    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._add(result)

    @never_breaks
    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._add(result, failed=True, ignored=ignore_errors)

    @never_breaks
    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._add(result, unreachable=True)

    @never_breaks
    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._add(result, skipped=True)

    @never_breaks
    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        self._pending = False
        self._write(complete=True, failed_hosts={*stats.failures, *stats.dark})

    def _add(self, result: t.Any, **how: bool) -> None:
        for outcome in self._watch.outcomes(result, **how):
            device = self._collected.device(outcome.device)
            if device.address is None:
                device.address, device.site = self._inventory.place(outcome.device)
            self._collected.add(outcome)

    def _write(self, *, complete: bool, failed_hosts: set[str] | None) -> None:
        report = self._collected.report(complete=complete, failed_hosts=failed_hosts)
        names = self.get_option("json_name"), self.get_option("html_name")
        written = write_report(report, self.get_option("directory"), *names)
        if written:
            self._display.display(f"Report of this run: {' '.join(written)}")

    @never_breaks
    def _stopped(self) -> None:
        """At the end of the process: the engine says nothing more to callbacks once it was told to stop."""
        if self._pending and os.getpid() == self._process:
            self._pending = False
            for outcome in self._watch.unfinished():
                self._collected.add(outcome)
            self._write(complete=False, failed_hosts=None)
