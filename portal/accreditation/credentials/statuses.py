"""Bitstring status lists: one bit for each credential, packed, most significant first."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from portal.accreditation.credentials.building import CREDENTIALS, moment, profile
from portal.accreditation.credentials.tokens import base64url, from_base64url

ENTRIES = 131_072
LASTS = timedelta(hours=48)
PURPOSES = ("revocation", "suspension")


def number(pair: int, purpose: str) -> int:
    """The number of a list in its address: odd ones are of revocation, even ones of suspension."""
    return 2 * pair - 1 + PURPOSES.index(purpose)


def of_number(list_number: int) -> tuple[int, str]:
    """The pair and the purpose of a list."""
    return (list_number + 1) // 2, PURPOSES[(list_number + 1) % 2]


def encoded(places: Iterable[int]) -> str:
    bits = bytearray(ENTRIES // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + base64url(gzip.compress(bytes(bits), mtime=0))


def has(text: str, place: int) -> bool:
    """Whether the bit is set. Raises ValueError for what is no list, or too short for the place."""
    if not text.startswith("u"):
        raise ValueError("a list begins with u")
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(from_base64url(text[1:]))) as packed:
            bits = packed.read(ENTRIES // 8 + 1)  # no more, whatever it claims to unpack to
    except (OSError, EOFError) as error:
        raise ValueError(str(error)) from None
    if len(bits) != ENTRIES // 8 or not 0 <= place < ENTRIES:
        raise ValueError("the list has another length")
    return bool(bits[place // 8] & 0x80 >> place % 8)


def credential(address: str, list_number: int, places: Iterable[int], since: datetime) -> Mapping[str, Any]:
    """The list as a credential, which lasts 48 hours from `since`."""
    _, purpose = of_number(list_number)
    here = f"{address}/status/{list_number}"
    return {
        "@context": [CREDENTIALS],
        "id": here,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": profile(address),
        "validFrom": moment(since),
        "validUntil": moment(since + LASTS),
        "credentialSubject": {"id": f"{here}#list", "type": "BitstringStatusList", "statusPurpose": purpose, "encodedList": encoded(places)},
    }
