# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions of playbooks and roles, evaluated by the engine without a run."""

from __future__ import annotations

from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19 every text is a template

    def trust_as_template(text: Any) -> Any:
        return text


def evaluated(text: str, templates: dict[str, Any], **variables: Any) -> Any:
    """``text`` as a template, with ``templates`` (variables that are texts with expressions themselves) and plain ``variables``."""
    known = {name: _template(value) if isinstance(value, str) else value for name, value in templates.items()}
    return Templar(loader=DataLoader(), variables={**known, **variables}).template(_template(text))


def _template(text: str) -> Any:
    """Without a run the engine knows its look-ups by their short names only."""
    return trust_as_template(text.replace("ansible.builtin.", ""))
