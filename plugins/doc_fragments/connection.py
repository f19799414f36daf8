# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """Connection options of all HTTP systems."""

    DOCUMENTATION = r"""
options:
  validate_certs:
    description: Whether to verify the TLS certificate. Without it, anybody on the way can read the credentials.
    type: bool
    default: true
  ca_path:
    description: File or folder with the CA certificates to trust, in PEM form. Without it, those of the operating system are trusted.
    type: path
  fingerprint:
    description:
      - SHA-256 fingerprint of the certificate, in hexadecimal digits with or without colons. It pins exactly this certificate,
        for instance a self-signed one; O(ca_path) and the name in the certificate do not count then.
    type: str
  certificate_name:
    description:
      - Name that the certificate must be valid for, when it is not the one that the device is reached by; for instance an address.
      - An empty text accepts any name that a trusted CA has signed.
    type: str
  connect_timeout:
    description: Seconds to wait for a connection, and as many again for its TLS handshake.
    type: float
    default: 10
  timeout:
    description: Seconds to wait for one reply.
    type: float
    default: 30
  retries:
    description:
      - How often a request is repeated when no connection could be made, when a read failed on its way, or when the server is too busy.
      - A request that changes something is never repeated blindly. When its reply was lost, the device is read first.
    type: int
    default: 3
  use_proxy:
    description: Whether to use the proxy that the environment names.
    type: bool
    default: false
requirements:
  - requests >= 2.28
  - jsonschema >= 4.17
"""
