# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError, SignatureError
from ansible_collections.siteops.devices.plugins.module_utils.xyte.signature import HASHES, verify

KEY = rsa.generate_private_key(65537, 2048)
DATA = "seats: 4 é"


def pem(key: Any) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return str(key.public_key().public_bytes(serialization.Encoding.PEM, form).decode())


def signed(scheme: Any = None, name: str = "sha256") -> bytes:
    return KEY.sign(DATA.encode(), scheme or padding.PKCS1v15(), getattr(hashes, name.upper())())


SIGNATURE = signed()
FORMS = [
    SIGNATURE.hex(),
    "0x" + SIGNATURE.hex().upper(),
    base64.b64encode(SIGNATURE).decode(),
    base64.encodebytes(SIGNATURE).decode(),
    base64.urlsafe_b64encode(SIGNATURE).decode().rstrip("="),
]


@pytest.mark.parametrize("form", FORMS, ids=["hex", "0x", "base64", "lines", "url"])
def test_each_way_of_writing_it(form: str) -> None:
    verify(pem(KEY), DATA, form, padding="pkcs1v15", digest="sha256")


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize("scheme", ["pkcs1v15", "pss"])
def test_each_padding_and_hash(name: str, scheme: str) -> None:
    how = padding.PKCS1v15() if scheme == "pkcs1v15" else padding.PSS(padding.MGF1(getattr(hashes, name.upper())()), padding.PSS.MAX_LENGTH)
    verify(pem(KEY), DATA, signed(how, name).hex(), padding=scheme, digest=name)
    with pytest.raises(SignatureError):
        verify(pem(KEY), DATA, signed(how, name).hex(), padding="pss" if scheme == "pkcs1v15" else "pkcs1v15", digest=name)


def test_each_way_of_writing_a_key() -> None:
    form = serialization.PublicFormat.PKCS1
    old = KEY.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
    inner = "".join(pem(KEY).splitlines()[1:-1])
    for key in (old, pem(KEY).replace("\n", " "), pem(KEY).replace("\n", "\\n"), pem(KEY).replace("\n", "\r\n"), inner):
        verify(key, DATA, SIGNATURE.hex(), padding="pkcs1v15", digest="sha256")


@pytest.mark.parametrize(
    "form",
    ["", "no", "é", SIGNATURE.hex()[:-2], base64.b64encode(SIGNATURE[1:]).decode(), "00" * 256],
    ids=["empty", "text", "accent", "hex cut", "base64 cut", "zeros"],
)
def test_what_is_no_signature(form: str) -> None:
    with pytest.raises(SignatureError):
        verify(pem(KEY), DATA, form, padding="pkcs1v15", digest="sha256")


@pytest.mark.parametrize("data", [{"seats": 4}, None, 4])
def test_data_that_are_no_text(data: Any) -> None:
    with pytest.raises(InputError):
        verify(pem(KEY), data, SIGNATURE.hex(), padding="pkcs1v15", digest="sha256")


@pytest.mark.parametrize("key", ["", "no key", pem(ec.generate_private_key(ec.SECP256R1()))], ids=["empty", "text", "not RSA"])
def test_keys_that_are_none(key: str) -> None:
    with pytest.raises(InputError, match="public_key"):
        verify(key, DATA, SIGNATURE.hex(), padding="pkcs1v15", digest="sha256")
