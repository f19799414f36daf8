# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The appliance's update: what it tells about it, and which version it runs."""

from __future__ import annotations

import dataclasses
import typing as t

from .client import NpmClient
from .replies import whole
from .version import NpmVersion, version_of

IDLE, INITIALIZING, INITIALIZED, RUNNING = "IDLE", "INITIALIZING", "INITIALIZED", "RUNNING"
FAILED_GRACEFUL, FAILED_CRITICAL = "FAILED_GRACEFUL", "FAILED_CRITICAL"
WITH_TARGET = frozenset({INITIALIZING, INITIALIZED, RUNNING})

MEMBERS = ("state", "state_description", "last_state_time", "target_version")


def update_of(raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """An update with all its members: what the appliance leaves out is None."""
    history = [{"time": whole(entry.get("time")), "version": entry.get("version")} for entry in raw.get("update_history") or []]
    update = {**{key: raw.get(key) for key in MEMBERS}, "update_history": history}
    update["last_state_time"] = whole(update["last_state_time"])
    return update


def newest_of(history: t.Sequence[t.Mapping[str, t.Any]]) -> str | None:
    """The version of the newest entry: the latest time, or where times are equal or missing, the last of the list.

    "The first element of the list is an installation": it grows at its end.
    """
    newest: t.Mapping[str, t.Any] = {}
    for entry in history:
        if not newest or entry.get("time") is None or newest.get("time") is None or entry["time"] >= newest["time"]:
            newest = entry
    return newest.get("version")


@dataclasses.dataclass(frozen=True)
class Status:
    """Update and running version at one moment. ``sw_version``: what common/1.0/info says, None where it says nothing."""

    update: dict[str, t.Any]
    sw_version: str | None

    @property
    def state(self) -> str:
        return str(self.update["state"])

    @property
    def said(self) -> str:
        """The appliance's description of its state."""
        return str(self.update["state_description"] or "").strip().rstrip(".")

    @property
    def newest(self) -> str | None:
        return newest_of(self.update["update_history"])

    @property
    def running(self) -> str | None:
        """The version that it runs, as far as it can be known. While an update runs, the one that it replaces."""
        if self.state == RUNNING and self.newest:
            return self.newest
        return self.sw_version or self.newest

    @property
    def target(self) -> NpmVersion | None:
        """What it is prepared for. In states that prepare nothing, a left-over counts as nothing."""
        return version_of(self.update["target_version"]) if self.state in WITH_TARGET else None

    def has(self, version: NpmVersion) -> bool:
        """Whether the newest entry or the running version is ``version``: there is nothing to install."""
        return version.fits(self.newest) or version.fits(self.sw_version)

    def proves(self, version: NpmVersion) -> bool:
        """Whether something that the appliance tells says that it runs ``version``, and nothing contradicts: it is installed."""
        told = [seen for seen in (self.newest, self.sw_version) if seen]
        return any(version.fits(seen) for seen in told) and not any(version.contradicts(seen) for seen in told)

    def picture(self, target: NpmVersion | None) -> dict[str, t.Any]:
        """For a diff: what a run changes, without descriptions and times. ``target``: what is prepared, told or not."""
        return {"state": self.state, "target_version": str(target) if target else None, "version": self.running}

    @property
    def facts(self) -> dict[str, t.Any]:
        """For the result of a failed task: the update under both of its names, and the version, which is the same as before."""
        return {"update": self.update, "update_status": self.update, "from": self.running, "to": self.running}

    def __str__(self) -> str:
        target = f" to {self.target}" if self.target else ""
        said = f" ({self.said})" if self.said else ""
        return f"the update is {self.state}{target}{said}, the version is {self.running or 'unknown'}"


def read_status(appliance: NpmClient) -> Status:
    """Two requests: the update, and common/1.0/info."""
    update = update_of(appliance.update())
    sw_version = appliance.info().get("sw_version")
    return Status(update, str(sw_version).strip() if sw_version else None)
