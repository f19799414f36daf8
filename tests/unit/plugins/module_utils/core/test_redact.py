# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import urllib.parse

import pytest

from ansible_collections.siteops.devices.plugins.module_utils.core.redact import MASK, Redactor

SECRETS = ["plain", 'qu"ote\\back', "umlaut-ä-€", "sp ace/slash+plus&", "new\nline", "'single'", "\U0001f511key"]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_masked_in_every_form_in_which_it_travels(secret: str) -> None:
    redactor = Redactor([secret], users=["admin"])
    forms = {
        "itself": secret,
        "json": json.dumps({"password": secret}),
        "json, not escaped": json.dumps({"password": secret}, ensure_ascii=False),
        "repr": repr({"password": secret}),
        "url": f"https://x/?p={urllib.parse.quote(secret, safe='')}",
        "path": urllib.parse.quote(secret),
        "form": urllib.parse.urlencode({"p": secret}),
        "base64": base64.b64encode(secret.encode()).decode(),
        "basic": "Basic " + base64.b64encode(f"admin:{secret}".encode()).decode(),
    }
    for name, form in forms.items():
        masked = redactor.text(f"before {form} after")
        assert MASK in masked, name
        assert secret not in masked, name
        assert masked.startswith("before "), name
        assert masked.endswith(" after"), name


def test_structures_are_masked_at_every_depth_and_keep_their_types() -> None:
    redactor = Redactor(["hush", "4711"])
    given = {"a": ["hush", {"b": "x hush y"}], "hush": 1, "c": 4711, "d": True, "e": None, "f": 1.5, "g": ("hush",)}
    assert redactor.mask(given) == {"a": [MASK, {"b": f"x {MASK} y"}], MASK: 1, "c": MASK, "d": True, "e": None, "f": 1.5, "g": [MASK]}


def test_what_was_given_stays_as_it_is() -> None:
    given = {"a": ["hush"]}
    Redactor(["hush"]).mask(given)
    assert given == {"a": ["hush"]}


def test_the_longest_secret_is_masked_first() -> None:
    assert Redactor(["radar", "radar-secret"]).text("radar-secret radar") == f"{MASK} {MASK}"


def test_secrets_can_be_added_and_empty_ones_do_not_count() -> None:
    redactor = Redactor(["", None])
    assert redactor.text("token abc") == "token abc"
    redactor.add("abc", None, "")
    assert redactor.text("token abc") == f"token {MASK}"


def test_the_keys_of_a_result_are_ours_whatever_the_password_is() -> None:
    result = {"failed": True, "changed": False, "msg": "it failed", "error": {"kind": "http"}}
    assert Redactor(["failed", "msg", "changed"]).result(result) == {**result, "msg": f"it {MASK}"}
