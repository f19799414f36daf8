# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """Connection options of AppResponse appliances."""

    DOCUMENTATION = r"""
options:
  host:
    description: Name or address of the appliance.
    type: str
    required: true
  port:
    description: Port of its HTTPS API.
    type: int
    default: 443
  tls:
    description: Whether to use TLS. Appliances always do; V(false) is for a gateway that ends TLS before them.
    type: bool
    default: true
  username:
    description: Name of the account. Needed together with O(password).
    type: str
  password:
    description: Password of the account. Needed unless O(token) is given.
    type: str
  token:
    description:
      - A bearer token of the appliance, got by other means. It lives for a quarter of an hour and is lost when the appliance restarts.
      - Given together with O(username) and O(password), it is replaced by a new one as soon as the appliance refuses it.
    type: str
  auth:
    description:
      - V(token) asks for a bearer token with O(username) and O(password), and for another one when it expires.
      - V(basic) sends O(username) and O(password) with each request.
    type: str
    choices: [token, basic]
    default: token
notes:
  - Runs in the controller process when the connection is local or leads to the appliance itself, else on the host that it leads to.
    With C(async), C(become) or C(environment) it always runs as a process of its own.
"""
