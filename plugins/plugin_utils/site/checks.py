# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a site document: its shape, its values, and what its devices must not have in common. All at once."""

from __future__ import annotations

import difflib
import re
import typing as t

from ansible_collections.siteops.devices.plugins.module_utils.core.connection import is_address
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError
from ansible_collections.siteops.devices.plugins.module_utils.core.requirements import jsonschema, require
from ansible_collections.siteops.devices.plugins.module_utils.msk import configuration, network

from .document import Document, Problem
from .model import Place, Site, place_of
from .schema import NO_SECRET, SECRET, SITE

Path = list[t.Union[str, int]]

NUMBERS = re.compile(r"[0-9.]+|.*:.*")
"""What is meant as an IP address, and no name."""

CREDENTIALS = re.compile(rf"\s*[a-z][a-z0-9+.-]*://(?!{NO_SECRET})", re.IGNORECASE)
"""A URL with a password, or with a user, who may be a token."""

IN_GIT = (
    "This URL has a user or a password in it, and this lives in Git. Put the whole URL into the vault, "
    'and refer to it: "{{ vault_image_url }}".'
)


def problems_of(document: Document) -> list[Problem]:
    """Everything that is wrong with one document."""
    require("jsonschema")
    found = [*document.problems, *_shape(document)]
    site = Site(document.data)
    told = {problem.path for problem in found}
    checks = (_names, _addresses, _sensors, _interference, _builds, _urls)
    deeper = [problem for check in checks for problem in check(document, site)]
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
    elif "propertyNames" in error.absolute_schema_path:
        yield document.problem(
            [*path, str(error.instance)], "This is not a name of letters, digits, dots, dashes and underscores.", at_key=True
        )
    elif any(inner.path for inner in error.context):
        for inner in error.context:
            if inner.path:
                yield from _explain(document, inner)
    else:
        yield document.problem(path, _sentence(error))


def _sentence(error: t.Any) -> str:
    """What a value should have been. The value of a secret is not repeated."""
    schema, value = error.schema, error.instance
    if isinstance(value, str) and CREDENTIALS.match(value):
        return IN_GIT
    shown = "This" if SECRET in (schema, *schema.get("anyOf", ())) else f"{value!r:.60}"
    if error.validator == "type":
        wanted = error.validator_value
        return f"{shown} is not {_kind(wanted)}."
    if error.validator in ("anyOf", "enum", "const"):
        return f"{shown} is not one of: {_choices(error)}."
    if error.validator in ("minimum", "maximum"):
        return f"{shown} is {'below' if error.validator == 'minimum' else 'above'} {error.validator_value}."
    if error.validator == "pattern":
        described = schema.get("description")
        return f"{shown} does not fit. {described}" if described else f"{shown} does not have the form {error.validator_value}."
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
            else [option.get("description", "").rstrip(".") or _kind(option.get("type", "text"))]
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
        if name == site.registry_host:
            yield document.problem([section, name], "The host that stands for the site's registry has this name.", at_key=True)
    networked: dict[str, str] = {}
    for name, sensor in site.section("sensors"):
        shown = str(sensor.get("name") or name).lower()
        if shown in networked:
            yield document.problem(["sensors", name, "name"], f"{networked[shown]} has the network name {shown}, too.")
        networked.setdefault(shown, name)
    identified: dict[str, str] = {}
    for name, sensor in site.section("sensors"):
        device_id = sensor.get("device_id")
        if isinstance(device_id, str) and identified.setdefault(device_id, name) != name:
            yield document.problem(["sensors", name, "device_id"], f"{identified[device_id]} has the device id {device_id}, too.")


def _addresses(document: Document, site: Site) -> t.Iterator[Problem]:
    seen: dict[Place, str] = {}
    for section, name, device in site.devices():
        place = site.place(section, device)
        if place is None:
            continue
        if place in seen:
            yield document.problem([section, name, "address"], f"{seen[place]} has the address {device['address']}, too.")
        elif NUMBERS.fullmatch(place[0]) and not is_address(place[0]):
            yield document.problem([section, name, "address"], f"{device['address']} is no IP address. A port is given as port.")
        seen.setdefault(place, name)
    for name, sensor in site.section("sensors"):
        settings = site.network_of(sensor)
        static = settings.get("static_address") if isinstance(settings, dict) else None
        place = place_of("sensors", static, site.merged("sensors", sensor, "port"))
        if place is None or place == site.place("sensors", sensor):
            continue  # its address has told already
        if seen.setdefault(place, name) != name:
            yield document.problem(_place(sensor, name, "network", "static_address"), f"{seen[place]} has the address {static}, too.")


def _sensors(document: Document, site: Site) -> t.Iterator[Problem]:
    """What the modules would refuse, counting the defaults of the site."""
    for name, sensor in site.section("sensors"):
        for part, check, values in (
            ("configuration", configuration.desired_of, site.merged("sensors", sensor, "configuration")),
            ("network", network.desired_of, site.network_of(sensor)),
        ):
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


def _urls(document: Document, _site: Site) -> t.Iterator[Problem]:
    """Secrets in URLs, wherever they stand."""
    todo: list[tuple[Path, t.Any]] = [([], document.data)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, str) and CREDENTIALS.match(value):
            yield document.problem(path, IN_GIT)
        elif isinstance(value, dict):
            todo += [([*path, str(key)], item) for key, item in value.items()]
        elif isinstance(value, list):
            todo += [([*path, number], item) for number, item in enumerate(value)]


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


def _builds(document: Document, site: Site) -> t.Iterator[Problem]:
    """The registry has one entry for each type and version."""
    registry = site.data.get("registry")
    builds = registry.get("builds") if isinstance(registry, dict) else None
    seen: dict[tuple[str, str], int] = {}
    for number, build in enumerate(builds if isinstance(builds, list) else ()):
        if not isinstance(build, dict) or not {"type", "version"} <= set(build):
            continue
        key = (str(build["type"]), str(build["version"]))
        if key in seen:
            yield document.problem(["registry", "builds", number], f"builds[{seen[key]}] is {' '.join(key)}, too.")
        seen.setdefault(key, number)
