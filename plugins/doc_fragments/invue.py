# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """Connection options of the InVue firmware registry."""

    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - Where the API is, up to and without C(/firmware).
      - The access token is sent to this origin only. Redirects are not followed.
    type: str
    default: https://api.invue.com/api/v1
  access_token:
    description:
      - The access token. The default is the environment variable E(INVUE_ACCESS_TOKEN).
      - It is sent in an C(Authorization) header as a C(Bearer) token. A value with a scheme of its own, such as C(Token 1234), is
        sent as it is.
    type: str
notes:
  - Runs in the controller process when the connection is local, else on the host that the connection leads to. So set
    C(delegate_to=localhost) in a play whose hosts are something else.
"""
