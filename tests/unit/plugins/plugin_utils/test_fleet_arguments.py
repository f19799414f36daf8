# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values for one target after the other: each its own, and each template evaluated no more often than it must."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.siteops.devices.plugins.plugin_utils.fleet_arguments import MISSING, Templates, _names

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19 every text is a template, and a text stands for what is left out
    OMIT: dict[str, Any] = {"omit": "__omit__"}

    def trust_as_template(text: Any) -> Any:
        return text

else:
    OMIT = {}


@pytest.fixture
def templates() -> Templates:
    return Templates(DataLoader())


def value(templates: Templates, text: Any, **variables: Any) -> Any:
    templates.variables = {**OMIT, **variables}
    return templates.value(trust_as_template(text) if isinstance(text, str) else text)


def test_each_target_its_own(templates: Templates) -> None:
    assert value(templates, "{{ host }}", host="a") == "a"
    assert value(templates, "{{ host }}", host="b") == "b"
    assert value(templates, "x-{{ host }}", host="a") == "x-a"
    assert value(templates, "x-{{ host }}", host="b") == "x-b"
    assert value(templates, "x-{{ name }}", name=trust_as_template("{{ host }}"), host="c") == "x-c"
    assert value(templates, "x-{{ name }}", name=trust_as_template("{{ host }}"), host="d") == "x-d"
    assert value(templates, "{{ name }}", name=trust_as_template("{{ host }}"), host="e") == "e"


def test_other_values_than_texts(templates: Templates) -> None:
    assert value(templates, 5) == 5
    assert value(templates, None) is None
    assert value(templates, "plain") == "plain"
    assert value(templates, "{{ zones }}", zones=[1, 2]) == [1, 2]
    assert value(templates, {"a": [trust_as_template("{{ host }}")]}, host="a") == {"a": ["a"]}


def test_left_out(templates: Templates) -> None:
    assert value(templates, "{{ nothing | default(omit) }}") is MISSING
    assert value(templates, "{{ nothing | default(omit) }}", nothing="here") == "here"
    assert value(templates, "{{ omit }}") is MISSING


def test_an_undefined_name_is_an_error(templates: Templates) -> None:
    with pytest.raises(Exception, match="nothing"):
        value(templates, "{{ nothing }}")


def test_one_name_or_another_and_values_without_templates_are_looked_up(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "_evaluate", pytest.fail)
    either = trust_as_template("{{ host | default(name) }}")
    assert value(templates, "{{ address }}", address=either, host="h", name="n") == "h"
    assert value(templates, "{{ address }}", address=either, name="n") == "n"
    assert value(templates, "{{ host|default( name ) }}", host=[1], name="n") == [1]
    assert value(templates, ["a", {"b": None}]) == ["a", {"b": None}]


def test_one_name_or_another_where_they_are_templates(templates: Templates) -> None:
    undefined = trust_as_template("{{ nothing }}")
    assert value(templates, "{{ host | default(name) }}", host=undefined, name="n") == "n"
    assert value(templates, "{{ host | default(name) }}", host=trust_as_template("{{ name }}x"), name="n") == "nx"
    assert value(templates, "{{ host | default(omit) }}") is MISSING
    assert value(templates, "{{ host | default('n') }}") == "n"
    with pytest.raises(Exception, match="undefined"):
        value(templates, "{{ host | default(name) }}")


def test_names_in_a_circle_are_an_error(templates: Templates) -> None:
    with pytest.raises(Exception, match=r"(?i)recursi"):
        value(templates, "{{ a }}", a=trust_as_template("{{ b }}"), b=trust_as_template("{{ a }}"))


def test_what_is_the_same_for_all_is_evaluated_once(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated: list[Any] = []
    evaluate = Templates._evaluate

    def count(self: Templates, written: Any) -> Any:
        evaluated.append(written)
        return evaluate(self, written)

    monkeypatch.setattr(Templates, "_evaluate", count)
    shared = {"base": "10.0.0", "folder": trust_as_template("/etc/{{ base }}")}
    written = trust_as_template("{{ folder }}/ca.pem")
    for host in ("a", "b", "c"):
        templates.variables = {**OMIT, **shared, "host": host}
        assert templates.value(written) == "/etc/10.0.0/ca.pem"
    assert len(evaluated) == 1
    templates.variables = {**OMIT, **shared, "base": "10.0.1"}
    assert templates.value(written) == "/etc/10.0.1/ca.pem"


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{{ a.b }}-{{ c | default(d) }}", {"a", "c", "d"}),
        ("{% for x in y %}{{ x }}{% endfor %}", {"y"}),
        ("{{ lookup('ansible.builtin.pipe', 'date') }}", None),
        ("{{ now() }}", None),
        ("{{ hostvars[a].b }}", None),
        ("{{ broken", None),
    ],
)
def test_what_a_template_depends_on(template: str, names: set[str] | None) -> None:
    assert _names(template) == names
