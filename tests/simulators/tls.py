# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A throw-away certificate authority, and TLS contexts for devices that live on loopback addresses.

One certificate serves a block of 256 addresses: thousands of devices then need few keys. Keys are EC P-256, for a
handshake is most of what a benchmark pays.
"""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

GOOD = "good"  # signed by the authority, valid for the address and the host name
SELF_SIGNED = "self_signed"  # valid for address and name, signed by nobody
WRONG_NAME = "wrong_name"  # signed by the authority for another host
EXPIRED = "expired"  # signed by the authority, valid until yesterday
CERTIFICATES = frozenset({GOOD, SELF_SIGNED, WRONG_NAME, EXPIRED})


@dataclass
class Identity:
    """A server certificate in use."""

    context: ssl.SSLContext
    fingerprint: str  # SHA-256 of the certificate, lower-case hexadecimal
    path: Path  # key and certificate, for servers that are programs of their own


class Authority:
    """Signs certificates into a folder. `ca_path` is the PEM file that a client has to trust."""

    def __init__(self, folder: Path, common_name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        self._certificate = self._self_signed()
        self.ca_path = folder / "ca.pem"
        self.ca_path.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        self._identities: dict[tuple[str, str], Identity] = {}

    def identity(self, address: str, kind: str, host_names: Iterable[str]) -> Identity:
        """The certificate and context of the block that an address lies in; made when first asked for."""
        network = ipaddress.ip_network(f"{address}/24", strict=False)
        key = (str(network), kind)
        if key not in self._identities:
            addresses = [x509.IPAddress(item) for item in network]
            names = [x509.DNSName(name) for name in host_names]
            if kind == WRONG_NAME:
                addresses, names = [], [x509.DNSName("some-other-device.invalid")]
            self._identities[key] = self._issue(f"block-{len(self._identities)}", kind, [*names, *addresses])
        return self._identities[key]

    def _issue(self, stem: str, kind: str, names: list[x509.GeneralName]) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"simulated device {stem}")])
        own = kind == SELF_SIGNED
        signer = key if own else self._key
        certificate = (
            _builder(subject, subject if own else self._subject, key.public_key(), expired=kind == EXPIRED)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
            .sign(signer, hashes.SHA256())
        )
        path = self._folder / f"{stem}.pem"
        path.write_bytes(_private(key) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.num_tickets = 1
        return Identity(context, certificate.fingerprint(hashes.SHA256()).hex(), path)

    def _self_signed(self) -> x509.Certificate:
        usage = {name: name in {"key_cert_sign", "crl_sign"} for name in _KEY_USES}
        return (
            _builder(self._subject, self._subject, self._key.public_key(), expired=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )


_KEY_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
    "encipher_only", "decipher_only",
)  # fmt: skip


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, expired: bool) -> x509.CertificateBuilder:
    day = datetime.timedelta(days=1)
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * day)
        .not_valid_after(now - day if expired else now + 7 * day)
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
