# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: unread_sites
short_description: The site documents that the inventory is without
version_added: 0.1.0
description:
  - The engine warns of an inventory source that it cannot use, and goes on with the others. So a mistake in one of several site documents
    lets a playbook run on a part of the devices.
  - This look-up tells which documents of P(siteops.devices.site#inventory) among the run's sources were refused or not read. It is
    empty when the inventory is whole. The playbooks of this collection that change or compare devices begin with it.
  - It knows of the documents that the run itself reads, and of those that were refused when its inventory was made, as in AWX.
options: {}
author:
  - The siteops.devices authors (@siteops)
"""

EXAMPLES = r"""
- name: Refuse to work on a part of the site
  ansible.builtin.assert:
    that: query('siteops.devices.unread_sites') | length == 0
  run_once: true
"""

RETURN = r"""
_raw:
  description: A text for each document, which tells why.
  type: list
  elements: str
"""

import typing as t

from ansible.plugins.lookup import LookupBase

from ansible_collections.siteops.devices.plugins.plugin_utils.site.reading import REFUSED, unread


class LookupModule(LookupBase):
    """See the documentation above."""

    def run(self, terms: t.Any, variables: t.Any = None, **_options: t.Any) -> list[str]:  # noqa: ARG002 (every look-up has them)
        known = variables or {}
        return unread(known.get("ansible_inventory_sources") or [], known.get(REFUSED) or {})
