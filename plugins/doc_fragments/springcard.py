# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """Connection options of the SpringCard Companion service."""

    DOCUMENTATION = r"""
options:
  host:
    description:
      - Name or address of the service, as the machine that runs the module sees it.
      - The service usually listens on the loopback of the machine that holds the readers. Run the module there (C(delegate_to)), or forward
        both ports.
    type: str
    default: localhost
  port:
    description: Port of its REST API.
    type: int
    default: 3998
  websocket_port:
    description:
      - Port of its WebSocket, which tells how a load goes. V(0) uses none.
      - Without it, a load is followed by looking at the readers, and one that fails is noticed late.
    type: int
    default: 3997
  tls:
    description: Whether the service speaks HTTPS, and WSS on the WebSocket.
    type: bool
    default: false
requirements:
  - websocket-client >= 1.2
notes:
  - Runs in the controller process when the connection is local or leads to the address in O(host), else as an ordinary module on the
    host that the connection leads to, which needs Python and these libraries.
  - The service is not documented to want a login.
"""
