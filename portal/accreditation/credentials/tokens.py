"""A document as a JWT: RS256, and a header of alg, kid and typ alone."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.accreditation.credentials.keys import Signer

ALGORITHM = "RS256"
HEADER = frozenset({"alg", "kid", "typ"})


def signed(document: Mapping[str, Any], signer: Signer, *, address: str) -> str:
    """A credential with its claims, signed."""
    return sealed({**document, **claims(document)}, signer, address=address)


def sealed(says: Mapping[str, Any], signer: Signer, *, address: str) -> str:
    """What is said, signed. The same under the same key gives the same token."""
    header = {"alg": ALGORITHM, "kid": f"{address}/keys/{signer.name}.json", "typ": "JWT"}
    what = f"{_part(header)}.{_part(says)}"
    return f"{what}.{base64url(signer.sign(what.encode()))}"


def claims(document: Mapping[str, Any]) -> dict[str, Any]:
    """The registered claims, each said again from the document's own words."""
    return {
        "iss": document["issuer"]["id"], "jti": document["id"], "sub": document["credentialSubject"]["id"],
        "nbf": seconds(document["validFrom"]), "exp": seconds(document["validUntil"]),
    }  # fmt: skip


def seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())


def _part(value: Mapping[str, Any]) -> str:
    return base64url(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises ValueError for what is not base64url without padding."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def part(token: str, number: int) -> dict[str, Any]:
    """One part of a token that nobody has verified. Raises ValueError for what is no token."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("a token has three parts")
    try:
        found = json.loads(from_base64url(parts[number]))
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(found, dict):
        raise ValueError("a part of a token is a map")
    return found
