# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: site
short_description: A site that is described in one YAML document
version_added: 0.1.0
description:
  - Reads documents whose names end in C(.site.yml), one per site, as they live in a Git repository.
  - A document lists sensors, appliances, readers and registry entries, with defaults for each system.
    Secrets are references to vaulted variables. Relative names of files count from the folder of the document.
  - It is checked whole before anything is used. All mistakes are told at once, each with file, line, column and the path in the document.
    The checks go across devices. Names and addresses are unique, and sensors that disturb each other have different channels.
  - The JSON Schema for editors is C(docs/schemas/site.schema.json).
  - Gives the groups C(site_<site>), C(msk), C(npm), C(springcard) and C(invue), and C(role_<role>), and the variables that the roles
    of this collection take.
options:
  plugin:
    description: The name of this plugin.
    required: true
    choices: [siteops.devices.site]
    type: str
  site:
    description: Name of the site.
    required: true
    type: str
  title:
    description: The site's name for people.
    type: str
  defaults:
    description: What the devices of a system share, under C(sensors), C(appliances) and C(readers). Configurations and networks are merged.
    type: dict
  sensors:
    description: >-
      MSK-101-POE sensors by name. Each has an C(address), may have a C(role), a C(device_id), an C(interference_group), and what the
      variables of the roles P(siteops.devices.msk_commission#role) and C(msk_rollout) are called without their prefix.
      Sensors of one C(interference_group) get different channels and their number, unless they say them.
    type: dict
  appliances:
    description: AppResponse appliances by name, with C(address), C(role), the wanted C(version) and where its image is.
    type: dict
  readers:
    description: PCs with a SpringCard Companion service by name, with C(address), C(role) and the C(readers) that it owns.
    type: dict
  registry:
    description: What to publish in the InVue registry. C(builds), each with C(type), C(version) and C(url).
    type: dict
requirements:
  - jsonschema >= 4.17
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
# north-yard.site.yml
plugin: siteops.devices.site
site: north-yard
defaults:
  sensors:
    password: "{{ vault_msk_password }}"
    ca_path: inxpect-ca.pem
    network: {dhcp: false, auto_ip: false, subnet: 255.255.255.0, gateway: 10.20.0.1}
sensors:
  gate-01:
    address: 10.20.0.11
    role: gate
    interference_group: gate
    configuration: {alarm_distance: 8000, pre_alarm_distance: 12000}
  gate-02:
    address: 10.20.0.12
    role: gate
    interference_group: gate
    configuration: {alarm_distance: 5000, pre_alarm_distance: 5000}
"""

import inspect
import os
import typing as t

from ansible.errors import AnsibleParserError
from ansible.module_utils.common.text.converters import to_text
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.siteops.devices.plugins.plugin_utils.site.checks import problems_of
from ansible_collections.siteops.devices.plugins.plugin_utils.site.document import Document, DocumentError, Problem
from ansible_collections.siteops.devices.plugins.plugin_utils.site.model import ROLES, SECTIONS, Site, group_name, place_of
from ansible_collections.siteops.devices.plugins.plugin_utils.site.reading import ENDINGS, REFUSED, note_read


class InventoryModule(BaseInventoryPlugin):
    """Reads one document into the inventory."""

    NAME = "siteops.devices.site"
    inventory: t.Any
    loader: t.Any

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(ENDINGS)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        failure = ""
        try:
            with open(path, encoding="utf-8") as file:
                document = Document(os.path.basename(path), file.read())
            problems = [*problems_of(document), *self._elsewhere(document)]
            if problems:
                raise DocumentError(problems)
        except DocumentError as error:
            failure = f"{len(error.problems)} mistake{'s' if len(error.problems) != 1 else ''} in {path}; nothing of it is used:\n{error}"
        except (OSError, UnicodeDecodeError) as error:
            failure = f"{path} cannot be read: {error}"
        if failure:
            # The engine only warns of it. The text is no template, whatever it quotes.
            self.inventory.set_variable("all", REFUSED, {os.path.abspath(path): wrap_var(failure)})
            raise AnsibleParserError(failure)
        note_read(path)
        self._fill(Site(self._trusted(path), os.path.dirname(os.path.abspath(path))))

    def _trusted(self, path: str) -> t.Any:
        """The document once more, by Ansible's own loader, which marks its templates as ours."""
        options: dict[str, t.Any] = {"cache": False}
        if "trusted_as_template" in inspect.signature(self.loader.load_from_file).parameters:
            options = {"cache": "none", "trusted_as_template": True}
        return self.loader.load_from_file(path, **options)

    def _elsewhere(self, document: Document) -> t.Iterator[Problem]:
        """Names and addresses that a document read before has, too."""
        site = Site(document.data)
        hosts = {name: host for name, host in self.inventory.hosts.items() if host.vars.get("siteops_site")}
        if any(host.vars["siteops_site"] == site.name for host in hosts.values()):
            yield document.problem(["site"], f"Another document describes the site {site.name}, too.")
            return
        known = {}
        for name, host in hosts.items():
            section = next((section for section, system in SECTIONS.items() if system == host.vars["siteops_system"]), None)
            if section:
                known[place_of(section, host.vars["ansible_host"], host.vars.get(f"{ROLES[section][0]}_port"))] = name
        if site.registry_host in hosts:
            yield document.problem(["registry"], f"{site.registry_host} is a device of another site.", at_key=True)
        for section, name, device in site.devices():
            host = self.inventory.hosts.get(name)
            if host is not None and host.vars.get("siteops_site"):
                message = f"The site {host.vars['siteops_site']} has a device {name}, too."
                yield document.problem([section, name], message, at_key=True)
                continue
            place = site.place(section, device)
            if place is not None and place in known:
                yield document.problem([section, name, "address"], f"{known[place]} has the address {device['address']}, too.")

    def _fill(self, site: Site) -> None:
        for section, name, device in site.devices():
            self.inventory.add_host(to_text(name))
            for group in site.groups(section, device):
                self.inventory.add_host(to_text(name), self.inventory.add_group(group))
            for variable, value in site.variables(section, name, device).items():
                self.inventory.set_variable(name, variable, value)
        registry = site.registry_variables()
        if registry is not None:
            name = to_text(site.registry_host)
            for group in (group_name("site", site.name), "invue"):
                self.inventory.add_host(name, self.inventory.add_group(group))
            for variable, value in {"ansible_connection": "local", **registry}.items():
                self.inventory.set_variable(name, variable, value)
