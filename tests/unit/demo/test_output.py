# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo shows of a playbook's output."""

from __future__ import annotations

from ansible_collections.siteops.devices.tests.demo.output import Digest, changed_hosts

PRINTED = """
PLAY [Commission] **************

TASK [Wait] ********************
ok: [gate-01 -> localhost]
skipping: [gate-02]

TASK [Roll out] ****************
included: siteops.devices.msk_rollout for gate-01

TASK [Name] ********************
\x1b[0;33mchanged: [gate-02 -> localhost]\x1b[0m
\x1b[0;33mchanged: [gate-01 -> localhost]\x1b[0m

TASK [Load] ********************
desk-01: loading, 50 %
changed: [desk-01] => (item=5C0003E9)

PLAY [Nobody] ******************
skipping: no hosts matched

PLAY [Tell] ********************

TASK [Say] *********************
ok: [localhost] =>\x20
    msg: 1 differs

TASK [Fail] ********************
[ERROR]: Task failed: Action failed: drift
Origin: drift.yml:93:7

93     - name: Fail
         ^ column 7

fatal: [localhost]: FAILED! => {"msg": "drift"}

PLAY RECAP *********************
\x1b[0;33mgate-01\x1b[0m                    : ok=10   \x1b[0;33mchanged=2   \x1b[0m unreachable=0    failed=0    skipped=2
gate-02                    : ok=10   changed=0    unreachable=0    failed=0    skipped=2
"""

SHOWN = """
PLAY [Commission] **************

TASK [Name] ********************
changed: gate-01, gate-02

TASK [Load] ********************
desk-01: loading, 50 %
changed: [desk-01] => (item=5C0003E9)

PLAY [Tell] ********************

TASK [Say] *********************
ok: [localhost] =>\x20
    msg: 1 differs

TASK [Fail] ********************
fatal: [localhost]: FAILED! => {"msg": "drift"}

PLAY RECAP *********************
"""


def test_what_says_something_is_shown_under_its_headings() -> None:
    digest = Digest()
    shown = "".join(digest.take(line) for line in PRINTED.splitlines(keepends=True))
    assert shown.startswith(SHOWN)
    assert shown.count("\n") == SHOWN.count("\n") + 2, "the recap is whole"


def test_the_recap_tells_who_was_changed() -> None:
    assert changed_hosts(PRINTED) == {"gate-01"}
