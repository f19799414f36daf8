# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a site document: its shape, its values, and what its devices must not have in common. All at once."""

from __future__ import annotations

import difflib
import ipaddress
import re
import typing as t

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError
from ansible_collections.siteops.devices.plugins.module_utils.core.requirements import jsonschema, require
from ansible_collections.siteops.devices.plugins.module_utils.msk import configuration, network

from .document import Document, Problem
from .model import Site
from .schema import SITE

Path = list[t.Union[str, int]]


def problems_of(document: Document) -> list[Problem]:
    """Everything that is wrong with one document."""
    require("jsonschema")
    found = [*document.problems, *_shape(document)]
    site = Site(document.data)
    told = {problem.path for problem in found}
    deeper = [*_names(document, site), *_addresses(document, site), *_sensors(document, site), *_interference(document, site)]
    return [*found, *(problem for problem in deeper if problem.path not in told)]


def _shape(document: Document) -> t.Iterator[Problem]:
    for error in jsonschema.Draft202012Validator(SITE).iter_errors(document.data):
        yield from _explain(document, error)


def _explain(document: Document, error: t.Any) -> t.Iterator[Problem]:
    path: Path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        for key in [key for key in error.instance if key not in known]:
            close = difflib.get_close_matches(str(key), known, 1)
            hint = f" Did you mean {close[0]}?" if close else f" Known here: {', '.join(sorted(known))}."
            yield document.problem([*path, str(key)], f"This is not known.{hint}", at_key=True)
    elif error.validator == "required":
        for key in [key for key in error.validator_value if key not in error.instance]:
            yield document.problem(path, f"{key} is missing.", at_key=True)
    elif error.validator == "propertyNames" or (error.parent is not None and error.parent.validator == "propertyNames"):
        yield document.problem(
            [*path, str(error.instance)], "This is not a name of letters, digits, dots, dashes and underscores.", at_key=True
        )
    else:
        yield document.problem(path, _sentence(error))


def _sentence(error: t.Any) -> str:
    """What a value should have been. The value of a secret is not repeated."""
    schema, value = error.schema, error.instance
    shown = "This" if "Never the secret itself" in schema.get("description", "") else f"{value!r:.60}"
    if error.validator == "type":
        wanted = error.validator_value
        return f"{shown} is not {_kind(wanted)}."
    if error.validator in ("anyOf", "enum", "const"):
        return f"{shown} is not one of: {_choices(error)}."
    if error.validator in ("minimum", "maximum"):
        return f"{shown} is {'below' if error.validator == 'minimum' else 'above'} {error.validator_value}."
    if error.validator == "pattern" and schema.get("description"):
        return f"{shown} does not fit. {schema['description']}"
    if error.validator == "pattern":
        return f"{shown} does not have the form {error.validator_value}."
    return f"{shown}: {error.message if len(error.message) < 160 else error.validator}."


def _kind(wanted: t.Any) -> str:
    names = {
        "object": "a mapping",
        "array": "a list",
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
    }
    return " or ".join(names.get(kind, kind) for kind in ([wanted] if isinstance(wanted, str) else wanted))


def _choices(error: t.Any) -> str:
    if error.validator == "const":
        return str(error.validator_value)
    if error.validator == "enum":
        return ", ".join(str(choice) for choice in error.validator_value)
    parts: list[str] = []
    for option in error.validator_value:
        parts += (
            [str(choice) for choice in option["enum"]]
            if "enum" in option
            else [option.get("description") or _kind(option.get("type", "text"))]
        )
    return ", ".join(parts)


def _names(document: Document, site: Site) -> t.Iterator[Problem]:
    """A device's name is its name in the inventory; a sensor's network name is heard by all others."""
    seen: dict[str, str] = {}
    for section, name, _device in site.devices():
        if name in seen:
            yield document.problem(
                [section, name], f"{name} stands in {seen[name]}, too; each device needs a name of its own.", at_key=True
            )
        seen.setdefault(name, section)
    networked: dict[str, str] = {}
    for name, sensor in site.section("sensors"):
        shown = str(sensor.get("name") or name).lower()
        if shown in networked:
            yield document.problem(["sensors", name, "name"], f"{networked[shown]} has the network name {shown}, too.")
        networked.setdefault(shown, name)


def _addresses(document: Document, site: Site) -> t.Iterator[Problem]:
    seen: dict[tuple[str, t.Any], str] = {}
    for section, name, device in site.devices():
        address = device.get("address")
        if not isinstance(address, str) or "{{" in address:
            continue
        place = (_normal(address), device.get("port"))
        if place in seen:
            yield document.problem([section, name, "address"], f"{seen[place]} has the address {address}, too.")
        seen.setdefault(place, name)


def _normal(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address.lower()


def _sensors(document: Document, site: Site) -> t.Iterator[Problem]:
    """What the modules would refuse, counting the defaults of the site."""
    for name, sensor in site.section("sensors"):
        for part, check, shared in (("configuration", configuration.desired_of, site), ("network", network.desired_of, site)):
            values = shared.merged("sensors", sensor, part)
            if not isinstance(values, dict) or not values or any("{{" in str(value) for value in values.values()):
                continue
            try:
                check(values)
            except InputError as error:
                option = re.match(r"(\w+)", error.message)
                yield document.problem(_place(sensor, name, part, option.group(1) if option else ""), str(error), at_key=True)
            except (TypeError, ValueError, KeyError, AttributeError):
                continue  # its shape is wrong, which is told already


def _place(sensor: t.Mapping[str, t.Any], name: str, part: str, option: str) -> Path:
    """Where the device says it, or where it leaves it to the defaults."""
    own = sensor.get(part)
    if isinstance(own, dict) and option in own:
        return ["sensors", name, part, option]
    return ["sensors", name, part] if isinstance(own, dict) else ["sensors", name]


def _interference(document: Document, site: Site) -> t.Iterator[Problem]:
    """Sensors that disturb each other need different channels, and know how many they are (document, section 3.3.1)."""
    for group, members in site.interference_groups().items():
        if len(members) > site.CHANNELS:
            last = members[-1]
            yield document.problem(
                ["sensors", last, "interference_group"], f"{group} has {len(members)} sensors, and there are {site.CHANNELS} channels."
            )
        taken: dict[int, str] = {}
        for name in members:
            own = site.own_configuration(name)
            channel = site.channel_of(name)
            if channel == 0:
                yield document.problem(
                    ["sensors", name, "configuration", "channel"], f"Channel 0 is for a sensor that is alone; {group} has {len(members)}."
                )
            elif channel is not None and channel in taken:
                yield document.problem(["sensors", name, "configuration", "channel"], f"{taken[channel]} of {group} has this channel, too.")
            elif channel is not None:
                taken[channel] = name
            count = own.get("num_conflicting_sensors")
            if isinstance(count, int) and count not in (len(members), len(members) - 1):
                where: Path = ["sensors", name, "configuration", "num_conflicting_sensors"]
                yield document.problem(where, f"{group} has {len(members)} sensors, not {count}.")
