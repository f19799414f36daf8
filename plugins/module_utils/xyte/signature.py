# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The RSA signature of a license. The vendor documents neither padding nor hash nor encoding, so they are options or found out."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import typing as t

from ..core.errors import InputError, SignatureError
from ..core.plan import Task
from ..core.requirements import cryptography, require

HASHES = ("sha1", "sha256", "sha384", "sha512")
PADDINGS = ("pkcs1v15", "pss")


def needs_message(params: t.Mapping[str, t.Any]) -> bool:
    """Whether what is to be verified is told by the cloud's message alone."""
    return params["state"] == "inuse" and bool(params["public_key"]) and params["data"] is None


def check_license(task: Task, message: t.Any) -> None:
    """Before a license is reported in use: verify the data and signature of the options, else those of the cloud's ``message``."""
    params = task.params
    if params["state"] != "inuse":
        return
    if message is not None and message.payload.get("remove") is True:
        task.warn("The license is reported in use, although the cloud wants it removed.")
    if not params["public_key"]:
        task.warn("The license is reported in use without a look at its signature, for there is no public_key.")
        return
    source = params if params["data"] is not None else message.payload if message is not None else None
    if source is None:
        raise InputError(
            "The cloud did not send this license, so there is no signature to verify.", hint="Give data and signature, or a longer wait."
        )
    missing = [name for name in ("data", "signature") if source.get(name) is None]
    if missing:
        raise InputError(
            f"The cloud sent this license without {' and '.join(missing)}, so it cannot be verified.", hint="Nothing was reported."
        )
    verify(params["public_key"], source.get("data"), source.get("signature"), padding=params["padding"], digest=params["hash"])


def verify(public_key: str, data: t.Any, signature: t.Any, *, padding: str, digest: str) -> None:
    """Raise :class:`SignatureError` unless ``signature`` (hexadecimal or base64) over the text ``data`` is of the key's owner."""
    require("cryptography")
    if not isinstance(data, str) or not isinstance(signature, str):
        raise InputError("data, signature: only texts can be verified; nothing was reported.")
    key = _load(public_key)
    asymmetric = cryptography.hazmat.primitives.asymmetric.padding
    algorithm = getattr(cryptography.hazmat.primitives.hashes, digest.upper())()
    scheme = asymmetric.PKCS1v15() if padding == "pkcs1v15" else asymmetric.PSS(asymmetric.MGF1(algorithm), asymmetric.PSS.AUTO)
    for raw in _readings(signature, key.key_size // 8):
        try:
            key.verify(raw, data.encode("utf-8", "surrogatepass"), scheme, algorithm)
        except cryptography.exceptions.InvalidSignature:
            continue
        except cryptography.exceptions.UnsupportedAlgorithm:
            raise InputError(f"hash: the cryptography of this machine does not do {digest}.", hint="Nothing was reported.") from None
        return
    raise SignatureError(
        f"The signature of the license does not fit its data and this public key (RSA, {padding}, {digest}).",
        hint="Nothing was reported. The license may be forged or damaged, or its issuer signs with another padding or hash.",
    )


def _load(public_key: str) -> t.Any:
    # A key loses its lines in folded YAML, has them escaped in JSON, and its frame where only the base64 was copied.
    inner = re.sub(r"-----(BEGIN|END) (RSA )?PUBLIC KEY-----|\\[rn]|\s", "", public_key)
    try:
        key = cryptography.hazmat.primitives.serialization.load_der_public_key(base64.b64decode(inner, validate=True))
    except (ValueError, TypeError, cryptography.exceptions.UnsupportedAlgorithm):
        raise InputError("public_key: it is not a public key in PEM form, nor its base64.") from None
    if not isinstance(key, cryptography.hazmat.primitives.asymmetric.rsa.RSAPublicKey):
        raise InputError("public_key: it is not an RSA key.")
    return key


def _readings(signature: str, size: int) -> t.Iterator[bytes]:
    """The bytes that the text can mean: those of the key's length."""
    text = re.sub(r"\s", "", signature)
    candidates = []
    digits = text[2:] if text.lower().startswith("0x") else text
    if re.fullmatch(r"[0-9A-Fa-f]+", digits) and len(digits) % 2 == 0:
        candidates.append(bytes.fromhex(digits))
    padded = text.replace("-", "+").replace("_", "/").rstrip("=")
    with contextlib.suppress(binascii.Error, ValueError):
        candidates.append(base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True))
    yield from (raw for raw in candidates if len(raw) == size)
