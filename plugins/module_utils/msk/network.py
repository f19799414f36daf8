# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network settings, /netSettings (section 3.9)."""

from __future__ import annotations

import contextlib
import ipaddress
import typing as t

from ..core.connection import is_address
from ..core.errors import DeadlineError, DeviceError, InputError, NotTakenError
from ..core.field import Text
from ..core.plan import Plan, Resource, looking_when_refused, not_taken
from ..core.wait import Deadline, Pending
from .client import MskClient
from .follow import Follower
from .identity import Identity, read_identity
from .replies import NETWORK

BITS = {"dhcp": 1, "name_resolution": 2, "auto_ip": 4}
"""Bit mask netConfiguration (section 3.9.1)."""

ADDRESSES = {"static_address": "staticAddress", "subnet": "subnet", "gateway": "gateway"}
"""Option -> API key. A PUT without staticAddress makes the sensor fall back to its factory address, so all are always sent."""

FACTORY_ADDRESS = "192.168.0.50"
"""Where a sensor goes that is to be static and has no staticAddress (section 3.9.1)."""

SETTLES = 30.0
"""Seconds, at most, to wait for a sensor that has its settings stored and does not use them yet. One that needs a restart never will."""

OWN_NAMES = ".local"
"""End of the names that sensors announce themselves (chapter 2), as long as name resolution is on."""

NO_ADDRESS = "0.0.0.0"  # noqa: S104 (nothing is bound to it: a sensor without a gateway says so)

OPTIONS: dict[str, dict[str, t.Any]] = {**{name: {"type": "bool"} for name in BITS}, **{name: dict(Text.argument) for name in ADDRESSES}}


def desired_of(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Check the ``network`` option, without what it does not name. Raises :class:`InputError` with the option's name."""
    wanted = {name: options[name] for name in (*BITS, *ADDRESSES) if options.get(name) is not None}
    if not wanted:
        raise InputError("network: it names nothing; give at least one value.")
    for name in ("static_address", "gateway"):
        if name in wanted:
            wanted[name] = _address(name, wanted[name])
    if "subnet" in wanted:
        wanted["subnet"] = _mask(wanted["subnet"])
    _check_subnet(wanted, "")
    return wanted


def _address(name: str, value: str) -> str:
    try:
        return str(ipaddress.IPv4Address(value.strip()))
    except ValueError:
        raise InputError(f"{name}: {value!r} is not an IPv4 address.") from None


def _mask(value: str) -> str:
    """A mask in dotted form, from ``255.255.255.0``, ``/24`` or ``24``."""
    try:
        return str(ipaddress.IPv4Network(f"0.0.0.0/{value.strip().lstrip('/')}").netmask)
    except ValueError:
        raise InputError(f"subnet: {value!r} is not a subnet mask, such as 255.255.255.0 or 24.") from None


def _check_subnet(network: t.Mapping[str, t.Any], where: str) -> None:
    """The gateway must be in the static address's subnet, else the sensor is out of reach from anywhere else."""
    address, mask, gateway = (network.get(name) for name in ADDRESSES)
    if not address or not mask or not gateway or gateway == NO_ADDRESS:
        return
    try:
        net = ipaddress.IPv4Network(f"{address}/{mask}", strict=False)
        inside = ipaddress.IPv4Address(gateway) in net
    except ValueError:
        return
    if not inside:
        raise InputError(
            f"static_address: {address} with subnet {mask} does not reach gateway {gateway}{where}.",
            hint="Give all three." if where else "Correct one of them.",
        )
    if address == gateway:
        raise InputError(f"static_address: {address} is the gateway's address too{where}.")


class Network(Resource):
    """/netSettings. The state is the device's object."""

    name = "network"

    def __init__(self, sensor: MskClient) -> None:
        self.label = f"The network settings of {sensor.name}"
        self.sensor = sensor

    def read(self) -> dict[str, t.Any]:
        return dict(self.sensor.get("/netSettings", NETWORK))

    def plan(self, current: dict[str, t.Any], desired: t.Mapping[str, t.Any]) -> Plan:
        before = self.view(current)
        after = {**before, **desired}
        changes = {name: value for name, value in desired.items() if not _same(before[name], value)}
        if set(changes) & set(ADDRESSES):
            _check_subnet(after, ", counting what the sensor already has")
        return Plan(before=before, after=after, changes=changes, payload=_payload(current, after))

    def apply(self, plan: Plan) -> None:
        with looking_when_refused(self, plan):
            self.sensor.put("/netSettings", plan.payload)

    def view(self, current: dict[str, t.Any]) -> dict[str, t.Any]:
        """The settings that can be written; what the sensor uses now is in :func:`address_in_use`."""
        bits = {name: bool(current["netConfiguration"] & bit) for name, bit in BITS.items()}
        return {**bits, **{name: current.get(key) or "" for name, key in ADDRESSES.items()}}


def _same(current: t.Any, wanted: t.Any) -> bool:
    """No address, such as that of a gateway, may be told by an empty text or null, too."""
    return bool(current == wanted) or (wanted == NO_ADDRESS and not current)


def _payload(current: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The whole object without its ``cur`` members, which must be omitted (section 3.9.1). Unknown bits keep their value."""
    mask = current["netConfiguration"]
    for name, bit in BITS.items():
        mask = mask | bit if after[name] else mask & ~bit
    return {"netConfiguration": mask, **{key: after[name] for name, key in ADDRESSES.items() if after[name]}}


def is_static(network: t.Mapping[str, t.Any]) -> bool:
    """Whether the static address is the one used: DHCP and auto IP are both off (section 3.9.1)."""
    return not network["dhcp"] and not network["auto_ip"]


def target_of(plan: Plan, address_now: str, host: str, follow_host: str | None) -> str | None:
    """Where the sensor will answer once ``plan`` is applied; None when only the network decides it (DHCP, auto IP)."""
    before, after = plan.before, plan.after
    static_address = str(after["static_address"] or FACTORY_ADDRESS)
    loses_name = before["name_resolution"] and not after["name_resolution"] and host.lower().rstrip(".").endswith(OWN_NAMES)
    if is_static(after):
        stays = static_address == address_now
    else:
        stays = (before["dhcp"], not before["dhcp"] and before["auto_ip"]) == (after["dhcp"], not after["dhcp"] and after["auto_ip"])
    if stays and not loses_name:
        return host
    if follow_host:
        return follow_host
    if is_static(after):
        return static_address
    if stays and is_address(address_now):
        return address_now
    return None if is_address(host) or loses_name else host


class Moved(t.NamedTuple):
    """The outcome: ``network`` as read back, and ``host``, where the sensor is now (None: unknown)."""

    plan: Plan
    network: dict[str, t.Any]
    host: str | None


def change_network(task: t.Any, sensor: MskClient, desired: t.Mapping[str, t.Any]) -> Moved:
    """Bring the network settings to ``desired`` and follow the sensor where it goes (``follow``, ``follow_host``, ``wait_timeout``)."""
    resource = Network(sensor)
    current = resource.read()
    plan = resource.plan(current, desired)
    if not plan.changed:
        return Moved(plan, plan.after, _settled(task, sensor, current, plan))
    target = target_of(plan, current.get("curHostAddress") or sensor.host, sensor.host, task.params["follow_host"])
    if target is None and task.params["follow"]:
        raise InputError(
            f"follow: the network decides which address {sensor.name} will get, so it cannot be followed. Nothing was changed.",
            hint="Set follow_host to the name or address under which it will answer, or follow to false.",
        )
    if task.check_mode:
        return Moved(plan, plan.after, target)
    return Move(task, resource, plan, desired, target).make()


def _settled(task: t.Any, sensor: MskClient, current: t.Mapping[str, t.Any], plan: Plan) -> str:
    """Where a sensor that has its settings stored is. One that does not use them yet may be about to move: for a while it is waited for.

    The ``cur`` members show what is in force, which may be something else than what is stored (section 3.9.1).
    """
    target = _on_its_way(current, plan.after, task.params["follow_host"])
    if target is None or target == sensor.host:
        return sensor.host
    if task.params["follow"] and not task.check_mode:
        follower = Follower(task, sensor, read_identity(sensor), sensor.password)
        deadline = Deadline(min(task.params["wait_timeout"], SETTLES))
        with contextlib.suppress(DeadlineError):
            return follower.find([target], lambda _found, host: host, deadline=deadline, go_on="")
    in_use = current.get("curHostAddress") or sensor.host
    task.warn(
        f"{sensor.name} has its settings stored, but uses {in_use} now and not yet {target}. It may be about to move. "
        "If it stays so, restart it."
    )
    return sensor.host


def _on_its_way(current: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any], follow_host: str | None) -> str | None:
    """Where a sensor with these settings belongs, when it uses others; None when it uses them, or when only the network knows."""
    if is_static(after):
        in_use, stored = current.get("curHostAddress"), after["static_address"]
        return (follow_host or stored) if in_use and stored and in_use != stored else None
    mask = current.get("curNetConfiguration")
    # Auto IP also comes into force where DHCP gave no address.
    is_elsewhere = isinstance(mask, int) and not mask & (BITS["dhcp"] | BITS["auto_ip"])
    return follow_host if is_elsewhere else None


class Move:
    """One change of the network settings, from the PUT to the sensor's answer at its new address."""

    def __init__(self, task: t.Any, resource: Network, plan: Plan, desired: t.Mapping[str, t.Any], target: str | None) -> None:
        self._task = task
        self._resource = resource
        self._sensor = resource.sensor
        self._plan = plan
        self._desired = desired
        self._target = target

    def make(self, repeats: int = 2) -> Moved:
        """Apply, follow, read back. A lost reply is looked into: at the new address, and at the old one."""
        identity = read_identity(self._sensor)
        for attempt in range(repeats + 1):
            doubt = self._apply()
            network = self._follow(identity, doubt) if self._follows else self._look_back(doubt)
            if doubt is None or network is not None:
                break
            if attempt == repeats:
                doubt.hint = "The sensor is still at its old address with its old settings. Run the task again once it answers well."
                doubt.facts["took_effect"] = "no"
                raise doubt
            self._task.warn(f"{doubt} The sensor is still at its old address with its old settings; they are sent again.")
        return Moved(self._plan, network or self._plan.after, self._target)

    @property
    def _follows(self) -> bool:
        return bool(self._target) and (self._task.params["follow"] or self._target == self._sensor.host)

    def _apply(self) -> DeviceError | None:
        try:
            self._resource.apply(self._plan)
        except DeviceError as error:
            if not error.uncertain:
                raise
            return error
        return None

    def _follow(self, identity: Identity, doubt: DeviceError | None) -> dict[str, t.Any] | None:
        """The settings as read at the new address; None when a lost PUT did not take effect."""
        old, target = self._sensor.host, t.cast(str, self._target)
        timeout = self._task.params["wait_timeout"]

        def look(found: MskClient, host: str) -> tuple[dict[str, t.Any] | None] | Pending:
            state = Network(found).read()
            missing = self._resource.plan(state, self._desired).changed
            if host == old and old != target:
                return (None,) if missing else Pending(f"{found.name} has stored its new settings and still answers at its old address.")
            if missing and doubt is not None:
                return (None,)
            if missing:
                raise self._not_taken(state)
            return (self._resource.view(state),)

        hosts = [target] if doubt is None or target == old else [target, old]
        go_on = (
            f"It accepted its new settings. Look for it at {target}, then at {old}; then run the task again with host set to where it is."
            if doubt is None
            else f"It is not known whether it took its new settings. Look for it at {old} and at {target}."
        )
        follower = Follower(self._task, self._sensor, identity, self._sensor.password)
        try:
            return follower.find(hosts, look, deadline=Deadline(timeout), go_on=go_on)[0]
        except NotTakenError:
            raise
        except DeviceError as error:
            failure = error
        if doubt is None and isinstance(failure, DeadlineError):
            self._check_taken(follower, old)
        failure.changed = True
        failure.facts.setdefault("took_effect", "yes" if doubt is None else "unknown")
        raise failure

    def _check_taken(self, follower: Follower, old: str) -> None:
        """A last look at the old address. Raises :class:`NotTakenError` when the sensor is there and holds its old settings."""
        try:
            with follower.session(old) as found:
                follower.check_same(found)
                state = Network(found).read()
        except DeviceError:
            return
        if self._resource.plan(state, self._desired).changed:
            raise self._not_taken(state)

    def _look_back(self, doubt: DeviceError | None) -> dict[str, t.Any] | None:
        """Without following: a reply that was lost is looked into at the old address only."""
        network = dict(self._plan.after)
        if doubt is None:
            return network
        try:
            state = self._resource.read()
        except DeviceError:
            self._task.warn(f"{doubt} It does not answer at its old address any more, so it has most likely moved; that was not verified.")
            self._sensor.forget_session()
            return network
        return None if self._resource.plan(state, self._desired).changed else network

    def _not_taken(self, state: dict[str, t.Any]) -> NotTakenError:
        missing = self._resource.plan(state, self._desired)
        return not_taken(self._resource, self._plan, missing)
