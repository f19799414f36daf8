# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated MSK-101-POE sensor, without its network: what section 3 of the document says it does.

What the document does not say and we decided is listed in `msk`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import faults
from .device import Device
from .exchange import Call, Outage, Reply
from .faults import Fault
from .msk_configuration import FORMAT_VERSION, changes_of, factory_configuration, merged
from .msk_errors import ErrorCode, Refused, arguments
from .msk_network import Network
from .msk_sessions import Sessions
from .msk_switches import Switches
from .msk_update import COM_BOARD, CONTENTS, SENSOR, WEB_SERVER, Received, Updates

STOP, START_STANDARD, START_ZONES, SAVE = range(4)  # operations of /calibrationStatus
FAULT_ALARM, SECURITY_ERROR = 2, 102  # 3.2.1
FRAMES_PER_SECOND = 100
INSTALLATION_KEYS = ("minDistance", "maxDistance", "minElevation", "maxElevation", "minHeight", "maxHeight", "orientation")
FACTORY_INSTALLATIONS = ((250, 1600, 12, 18, 175, 224, 0), (100, 2000, 0, 45, 100, 300, 1))  # the first is the example of 3.8.1
UNNAMED_VERBS = frozenset({"/chunkFileUpdate", "/stopFileUpdate", "/stopProcessUpdate"})
WITH_DEFAULT_PASSWORD = frozenset({"/changePassword", "/logout"})
NOT_WRITING = frozenset({"/login", "/logout"})


@dataclass
class Calibration:
    """The calibration under way and what the latest one found; lost on a restart (3.7)."""

    running: int | None = None  # the operation that started it
    outcome: int | None = None  # what "stop" answered
    data: dict[str, Any] = field(default_factory=lambda: {"version": 1, "value": 0, "mse": 0, "peaks": []})


@dataclass
class Event:
    """An entry of /eventLog. `started` is on the monotonic clock; `details` are further keys of the reply."""

    type: int
    cause: int
    duration: int
    started: float
    details: dict[str, Any] = field(default_factory=dict)


class Sensor(Device):
    """State and behaviour of one sensor. `number` counts from 1 and gives name, host name and ids."""

    def __init__(self, number: int, network: Network, *, password: str, default_password: str, switches: Switches | None = None) -> None:
        super().__init__(f"sensor-{number:02}")
        self.number = number
        self.switches = switches or Switches()
        self.network = network
        self.sessions = Sessions(self.switches, password, default_password)
        self.updates = Updates(self.switches, self._take_update, self.sessions.is_good)
        self.configuration = factory_configuration()
        self.configurations_count = 0
        self.installations: list[dict[str, Any]] = [dict(zip(INSTALLATION_KEYS, row)) for row in FACTORY_INSTALLATIONS]
        self.position = {"elevation": -15, "rotation": 0}
        self.reach = {"minDistance": 500, "maxDistance": 20000, "minAngle": -50, "maxAngle": 50}
        self.targets: list[dict[str, int]] = []
        self.alarms: list[dict[str, Any]] = []
        self.events: list[Event] = []
        self.calibration = Calibration()
        self.versions: dict[int, tuple[str, int]] = {SENSOR: ("1.118", 1118), COM_BOARD: ("1.209", 1209)}
        self.contents: dict[str, str] = {"index.html": "0" * 64}  # web file: fingerprint
        self.com_board_name = self._factory_name = f"msk101poe-{number:05}"
        self.started_at = self.updated_at = time.monotonic()
        self.radar_starts_until = 0.0
        self.elapsed_time = 0  # of /detectionStatus and /alarmStatus

    # What tests use

    @property
    def address(self) -> str:
        return self.network.current.address

    @property
    def host_name(self) -> str:
        return f"{self._factory_name}.local"

    @property
    def password(self) -> str:
        """The password in force."""
        return self.sessions.password

    @password.setter
    def password(self, value: str) -> None:
        self.sessions.password = value

    @property
    def default_password(self) -> str:
        """The factory's password."""
        return self.sessions.default_password

    @property
    def open_sessions(self) -> int:
        """Logins that neither ended nor expired."""
        return self.sessions.open_count

    def expire_tokens(self) -> None:
        """Let every token be too old from now on."""
        self.sessions.end_all("expired")

    def age(self, seconds: float) -> None:
        """Let the sensor have been started that much earlier (3.15 has a window of 20 s)."""
        self.started_at -= seconds

    def raise_alarm(self, kind: int, cause: int, targets: list[dict[str, int]] | None = None, **details: Any) -> None:
        """An alarm begins: it shows in /alarmStatus and opens an event (3.2, 3.17)."""
        self.alarms.append({"type": kind, "cause": cause, "target": targets or []})
        self.events.append(Event(kind, cause, 0, time.monotonic(), details))

    def answer(self, call: Call, fault: Fault | None = None) -> Reply:
        """Carry out one request: unknown path, wrong verb, no session, malformed body and wrong values are refused in this order."""
        try:
            handler = self._handler(call)
            self._token_fault(call, fault)
            self._admit(call)
            instead = _reply_of(fault)
            if fault is None or instead is None:
                return self._written(handler(self, call))
            if fault.done:
                instead.outage = handler(self, call).outage
            return instead
        except Refused as refusal:
            if refusal.violation:
                self.violations.append(f"{call.method} {call.path}: {refusal.reason}")
            return _refusal(refusal, self.switches.refusal_status)
        except ValueError as error:
            self.violations.append(f"{call.method} {call.path}: malformed JSON")
            return Reply(raw=b"malformed JSON\n", status=400, content_type="text/plain", refused=f"malformed JSON: {error}")

    def _written(self, reply: Reply) -> Reply:
        """The reply with its numbers as `numbers_as` says."""
        written = {"float": float, "text": str}.get(self.switches.numbers_as)
        if written is not None:
            reply.data = json.loads(json.dumps(reply.data), parse_int=written)
        return reply

    def writes(self, call: Call) -> bool:
        return call.method in {"PUT", "POST", "PATCH", "DELETE"} and call.path not in NOT_WRITING

    def restarted(self) -> None:
        """Sessions, an update under way and calibration data are lost; network settings come into force."""
        self.sessions.end_all("lost in a restart")
        self.updates.abandon()
        self.calibration = Calibration()
        self.network.settle()
        self.started_at = time.monotonic()

    # Endpoints

    def _handler(self, call: Call) -> Endpoint:
        verbs = ENDPOINTS.get(call.path)
        if verbs is None:
            raise Refused("no such endpoint", ErrorCode.NOT_ALLOWED, status=404)
        if call.path in UNNAMED_VERBS:
            verbs = {self.switches.unnamed_verb: verbs["PUT"]}
        if call.method not in verbs:
            raise Refused(f"the verb is {' or '.join(verbs)}", ErrorCode.NOT_ALLOWED, status=405)
        return verbs[call.method]

    def _admit(self, call: Call) -> None:
        """Section 1 (who is logged in), 3.12 (nothing works with the default password), 3.15 (reset after a start)."""
        if call.path == "/login" or (call.path == "/contents.json" and not self.switches.contents_needs_login):
            return
        if call.path == "/comboardReset" and time.monotonic() - self.started_at < self.switches.reset_window:
            return
        self.sessions.require(call)
        allowed = WITH_DEFAULT_PASSWORD | ({"/updateToken"} if self.switches.token_in == "update_token" else set())
        if self.sessions.default_password_set and call.path not in allowed:
            status = 403 if self.switches.default_password_refusal == "forbidden" else 200
            raise Refused("the default password is still set", ErrorCode.DEFAULT_PASSWORD, status=status)

    def _token_fault(self, call: Call, fault: Fault | None) -> None:
        if fault is not None and fault.kind in {faults.EXPIRE, faults.FORBID}:
            if fault.kind == faults.EXPIRE:
                self.sessions.expire(call)
            raise Refused(f"fault: {fault.kind}", status=403, violation=False)

    def get_configuration(self, _call: Call) -> Reply:
        """3.3."""
        configuration = {**self.configuration, "configurationsCount": self.configurations_count}
        return Reply({"configuration": configuration, "version": FORMAT_VERSION})

    def put_configuration(self, call: Call) -> Reply:
        """3.3: what is not named keeps its value."""
        changes = changes_of(call.json, unknown=self.switches.unknown_keys)
        reach = (self.reach["minDistance"], self.reach["maxDistance"]) if self.switches.hard_limits else None
        self.configuration = merged(self.configuration, changes, reach=reach)
        self.configurations_count += 1
        return Reply({"errorCode": 0})

    def get_info(self, _call: Call) -> Reply:
        """3.5."""
        sensor, com_board = self.switches.info_names
        radar: dict[str, Any] = {"fwVersion": self._version(SENSOR), "deviceId": f"MSK{self.number:08}"}
        if time.monotonic() < self.radar_starts_until:
            radar = dict.fromkeys(radar)
        pin = {"pinResetRequired": self.sessions.default_password_set} if self.switches.info_tells_pin else {}
        return Reply(
            {
                sensor: {"model": 1, "family": 5, **radar, **self.reach},
                com_board: {
                    "model": 1,
                    "family": 5,
                    "fwVersion": self._version(COM_BOARD),
                    "deviceId": f"CBP{self.number:08}",
                    **pin,
                },
            }
        )

    def _version(self, component: int) -> str | int:
        text, number = self.versions[component]
        return text if self.switches.version_as == "string" else number

    def reset_sensor(self, _call: Call) -> Reply:
        """3.14: the document does not say whether the sensor restarts."""
        self.configuration = factory_configuration()
        self.configurations_count = 0
        restart = Outage(self.switches.reboot_seconds, self.restarted) if self.switches.sensor_reset_reboots else None
        return Reply({"errorCode": 0}, outage=restart)

    def _frame(self) -> dict[str, Any]:
        """The first keys of 3.1.1 and 3.2.1."""
        frames = int((time.monotonic() - self.started_at) * FRAMES_PER_SECOND)
        return {"fps": FRAMES_PER_SECOND, "acqIdx": frames, "elapsedTime": self.elapsed_time}

    def get_detection(self, _call: Call) -> Reply:
        """3.1."""
        return Reply({**self._frame(), "targets": self.targets})

    def get_alarms(self, _call: Call) -> Reply:
        """3.2."""
        return Reply({**self._frame(), "alarms": [*self.alarms, *self._sickness()]})

    def _sickness(self) -> list[dict[str, Any]]:
        """The alarm that comes with firmware that does not suit the sensor."""
        wrong = self.switches.sick_version in {text for text, _number in self.versions.values()}
        if not wrong or time.monotonic() - self.updated_at < self.switches.sick_after:
            return []
        return [{"type": FAULT_ALARM, "cause": SECURITY_ERROR, "target": []}]

    def get_events(self, _call: Call) -> Reply:
        """3.17."""
        now = time.monotonic()
        rows = [
            {"type": event.type, "elapsedTime": int(now - event.started), "duration": event.duration, "cause": event.cause, **event.details}
            for event in self.events
        ]
        return Reply({"events": rows})

    def calibrate(self, call: Call) -> Reply:
        """3.6. Stop without start, save without a good stop and start while running are refused."""
        operation = arguments(call.json, {"operation": int})["operation"]
        if operation in {START_STANDARD, START_ZONES}:
            if self.calibration.running is not None:
                raise Refused("a calibration is running", ErrorCode.WRONG_ORDER)
            self.calibration = Calibration(running=operation)
            return Reply({"errorCode": 0})
        if operation == STOP:
            return self._stop_calibration()
        if operation != SAVE:
            raise Refused(f"operation {operation} does not exist")
        if self.calibration.running is not None or self.calibration.outcome not in {ErrorCode.OK, ErrorCode.CALIBRATION_POOR}:
            raise Refused("no calibration that could be saved", ErrorCode.WRONG_ORDER)
        self.configuration["calibrationCoefficient"] = self.calibration.data["value"]
        return Reply({"errorCode": 0})

    def _stop_calibration(self) -> Reply:
        if self.calibration.running is None:
            raise Refused("no calibration is running", ErrorCode.WRONG_ORDER)
        outcome = self.switches.calibration_outcome
        found = {"version": 1, "value": 4321, "mse": {0: 12, 223: 480}.get(outcome, 9000), "peaks": [310, 1204, 2980, 1190, 305]}
        self.calibration = Calibration(outcome=outcome, data=found)
        return Reply({"errorCode": outcome})

    def put_network(self, call: Call) -> Reply:
        """3.9: the reply is sent or lost, as the switch `move` says, when the sensor goes to another address."""
        self.network.store(call.json, omitted_address=self.switches.omitted_static_address)
        return Reply({"errorCode": 0}, outage=self._move())

    def _move(self) -> Outage | None:
        if not self.network.moving:
            self.network.settle()
            return None
        return Outage(self.switches.move_seconds, self.network.settle, before_reply=self.switches.move == "before_reply")

    def put_name(self, call: Call) -> Reply:
        """3.11."""
        name = arguments(call.json, {"name": str})["name"]
        if not name:
            raise Refused("the name is empty")
        self.com_board_name = name
        return Reply({"errorCode": 0})

    def reset_com_board(self, _call: Call) -> Reply:
        """3.15: network settings, password and name; then it restarts."""
        self.network.reset()
        self.password = self.default_password
        self.com_board_name = self._factory_name
        return Reply({"errorCode": 0}, outage=Outage(self.switches.reboot_seconds, self.restarted))

    def get_contents(self, _call: Call) -> Reply:
        """Section 2."""
        switches = self.switches
        name, fingerprint = switches.contents_names
        marks = {file: mark.upper() if switches.contents_capitals else mark for file, mark in self.contents.items()}
        root, more = switches.contents_root, switches.contents_members
        return Reply({"fA": [{name: root + file, fingerprint: mark, **more} for file, mark in marks.items()]})

    def stop_process(self, call: Call) -> Reply:
        """3.25: what is applied makes the sensor restart, web files only with `web_update_reboots`."""
        session = self.updates.session
        reply = Reply(self.updates.stop_process(call))
        applied = session is not None and not call.json["force"]
        if applied and session is not None and (session.dst != WEB_SERVER or self.switches.web_update_reboots):
            reply.outage = Outage(self.switches.update_seconds, self.restarted)
        return reply

    def _take_update(self, dst: int, files: list[Received]) -> None:
        outcome = self.switches.update_outcome
        if outcome == "old":
            return
        self.updated_at = time.monotonic()
        if dst == SENSOR:
            self.radar_starts_until = self.updated_at + self.switches.radar_seconds
        if dst == WEB_SERVER:
            for file in files:
                self._take_web_file(file)
        elif files[-1].version is not None:
            self.versions[dst] = files[-1].version
        if outcome == "sick":
            self.raise_alarm(FAULT_ALARM, SECURITY_ERROR)

    def _take_web_file(self, file: Received) -> None:
        """A contents.json that comes replaces the list; any other file is entered with the SHA-256 of its bytes."""
        if file.manifest["name"] == CONTENTS:
            name, fingerprint = self.switches.contents_names
            self.contents = {row[name]: row[fingerprint] for row in json.loads(file.data)["fA"]}
        else:
            self.contents[file.manifest["name"]] = file.manifest.get("fingerprint") or hashlib.sha256(file.data).hexdigest()

    # Control

    def state(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "address": self.address,
            "host_name": self.host_name,
            "listening": self.listening,
            "certificate": self.certificate,
            "password": self.password,
            "default_password": self.default_password,
            "default_password_set": self.sessions.default_password_set,
            "open_sessions": self.open_sessions,
            "configuration": self.configuration,
            "configurations_count": self.configurations_count,
            "position": self.position,
            "reach": self.reach,
            "installations": self.installations,
            "targets": self.targets,
            "alarms": self.alarms,
            "events": [dataclasses.asdict(event) for event in self.events],
            "calibration": dataclasses.asdict(self.calibration),
            "versions": {str(key): list(value) for key, value in self.versions.items()},
            "contents": self.contents,
            "com_board_name": self.com_board_name,
            "network": self.network.state(),
            "net_settings": self.network.as_json(),
            "update": self.updates.state(),
            "switches": dataclasses.asdict(self.switches),
            "faults": self.faults.as_json(),
            "requests": len(self.requests),
            "violations": list(self.violations),
        }

    def merge(self, changes: dict[str, Any]) -> Outage | None:
        """Alter by hand: objects are merged, all else is replaced. `network` moves the sensor; `tokens: "expired"` ends sessions."""
        for key, value in changes.items():
            if key in {"configuration", "position", "reach", "contents"}:
                getattr(self, key).update(value)
            elif key in {"password", "com_board_name", "configurations_count", "installations", "targets", "alarms", "latency"}:
                setattr(self, key, value)
            elif key == "versions":
                self.versions.update({int(dst): (str(text), int(number)) for dst, (text, number) in value.items()})
            elif key == "events":
                self.events = [Event(**{"started": time.monotonic(), "duration": 0, **row}) for row in value]
            elif key == "switches":
                self.switches.set(**value)
            elif key == "network":
                self.network.alter(value)
            elif key == "tokens" and value == "expired":
                self.expire_tokens()
            else:
                raise ValueError(f"{key} cannot be altered")
        return self._move()

    def factory_new(self) -> Outage | None:
        """Both resets; it stays where it is, as if unpacked there: its address becomes the factory's."""
        self.reset_sensor(Call("PUT", "/sensorReset"))
        self.password = self.default_password
        self.com_board_name = self._factory_name
        self.network.factory_address = self.address
        self.network.reset()
        self.restarted()
        return None


def _reply_of(fault: Fault | None) -> Reply | None:
    """The reply in place of the sensor's own, of the kinds that need to know what success and errors look like."""
    if fault is None or fault.kind not in {faults.IGNORE, faults.ERROR_CODE}:
        return None
    if fault.kind == faults.IGNORE:
        return Reply({"errorCode": 0})
    code, desc = int(fault.details.get("code", 1)), fault.details.get("desc")
    return Reply({"errorCode": code, **({} if desc is None else {"errorDesc": desc})}, refused="fault: error_code")


def _refusal(refusal: Refused, status: int) -> Reply:
    if refusal.status == 200:
        return Reply({"errorCode": refusal.code, "errorDesc": refusal.reason}, status, refused=refusal.reason)
    return Reply(raw=f"{refusal.reason}\n".encode(), status=refusal.status, content_type="text/plain", refused=refusal.reason)


Endpoint = Callable[[Sensor, Call], Reply]


def _update(step: Callable[[Updates, Call], dict[str, Any]]) -> Endpoint:
    return lambda sensor, call: Reply(step(sensor.updates, call))


# Everything the sensor answers: path, verb, what is done. The verb of UNNAMED_VERBS is the switch's.
ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    "/login": {"PUT": lambda sensor, call: sensor.sessions.login(call)},
    "/logout": {"PUT": lambda sensor, call: sensor.sessions.logout(call)},
    "/updateToken": {"GET": lambda sensor, call: sensor.sessions.update_token(call)},
    "/changePassword": {"PUT": lambda sensor, call: sensor.sessions.change_password(call)},
    "/sensorConfiguration": {"GET": Sensor.get_configuration, "PUT": Sensor.put_configuration},
    "/sensorInfo": {"GET": Sensor.get_info},
    "/sensorPositionStatus": {"GET": lambda sensor, _call: Reply(dict(sensor.position))},
    "/sensorReset": {"PUT": Sensor.reset_sensor},
    "/detectionStatus": {"GET": Sensor.get_detection},
    "/alarmStatus": {"GET": Sensor.get_alarms},
    "/eventLog": {"GET": Sensor.get_events},
    "/installationConfigurations": {"GET": lambda sensor, _call: Reply({"installations": sensor.installations})},
    "/calibrationStatus": {"PUT": Sensor.calibrate},
    "/calibrationData": {"GET": lambda sensor, _call: Reply(sensor.calibration.data)},
    "/netSettings": {"GET": lambda sensor, _call: Reply(sensor.network.as_json()), "PUT": Sensor.put_network},
    "/comBoardName": {"GET": lambda sensor, _call: Reply({"name": sensor.com_board_name}), "PUT": Sensor.put_name},
    "/comboardReset": {"PUT": Sensor.reset_com_board},
    "/contents.json": {"GET": Sensor.get_contents},
    "/startProcessUpdate": {"PUT": _update(Updates.start_process)},
    "/startManifestUpdate": {"PUT": _update(Updates.start_manifest)},
    "/chunkManifestUpdate": {"PUT": _update(Updates.chunk_manifest)},
    "/stopManifestUpdate": {"PUT": _update(Updates.stop_manifest)},
    "/startFileUpdate": {"PUT": _update(Updates.start_file)},
    "/chunkFileUpdate": {"PUT": _update(Updates.chunk_file)},
    "/stopFileUpdate": {"PUT": _update(Updates.stop_file)},
    "/stopProcessUpdate": {"PUT": Sensor.stop_process},
}
