"""Whether a credential holds, step by step; what does not is named. It needs nothing but the credential, public keys and status lists."""

from __future__ import annotations

import enum
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import jwt

from portal.accreditation.credentials import statuses, tokens
from portal.accreditation.credentials.building import strange
from portal.accreditation.credentials.keys import Key
from portal.kernel import clock, words

SOON = timedelta(days=90)  # before a certificate ends; its renewal opens then


class Outcome(enum.Enum):
    """All that anybody is told of a certificate."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Checked:
    """The outcome, and why in words. `says`: what the credential states, where its signature holds."""

    outcome: Outcome
    why: str
    says: Mapping[str, Any] = field(default_factory=dict)

    @property
    def from_on(self) -> date:
        return _day(datetime.fromisoformat(self.says["validFrom"]))

    @property
    def until_on(self) -> date:
        return _day(datetime.fromisoformat(self.says["validUntil"]))


@dataclass(frozen=True)
class Trusted:
    """Whose credentials are believed: one issuer, its keys by name, and where its signed status lists come from."""

    address: str
    key: Callable[[str], Key | None]
    status_list: Callable[[str], str | None]  # by its address


class _Fails(Exception):
    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome, self.why = outcome, why


def check(token: str, trusted: Trusted, now: datetime) -> Checked:
    """Every step in turn; the first that fails decides."""
    says: dict[str, Any] = {}
    try:
        says = _believed(token, trusted)
        if "OpenBadgeCredential" not in says.get("type", ()):
            raise _Fails(Outcome.UNKNOWN, "Kind: it is signed by this portal, but it is not a certificate.")
        _agrees(says, trusted)
        return _in_force(says, trusted, now)
    except _Fails as failed:
        return Checked(failed.outcome, failed.why, says)


def _believed(token: str, trusted: Trusted) -> dict[str, Any]:
    """What a token says, once its signature was found to be ours."""
    try:
        header = tokens.part(token, 0)
    except (ValueError, UnicodeDecodeError):
        raise _Fails(Outcome.UNKNOWN, "Reading: this is not a certificate, or a part of it is missing. Copy it again, whole.") from None
    # The algorithm is ours to say: a token that may choose could choose none.
    if set(header) != tokens.HEADER or header["alg"] != tokens.ALGORITHM or header["typ"] != "JWT":
        raise _Fails(Outcome.ALTERED, "Header: it is not signed in the one way in which ours are (RS256).")
    before, after = f"{trusted.address}/keys/", ".json"
    kid = str(header["kid"])
    if not (kid.startswith(before) and kid.endswith(after)):
        raise _Fails(Outcome.UNKNOWN, "Issuer: it was signed by somebody else. Only certificates of this portal can be checked here.")
    key = trusted.key(kid[len(before) : -len(after)])
    if key is None:
        raise _Fails(Outcome.UNKNOWN, "Key: it names a key that this portal never had.")
    if key.stolen_on:
        raise _Fails(Outcome.REVOKED, f"Key: the key {key.name} was stolen, so nothing signed with it counts. Its holder has a new copy in the portal.")
    try:
        return jwt.decode(token, jwt.PyJWK(dict(key.jwk), algorithm=tokens.ALGORITHM), algorithms=[tokens.ALGORITHM],
                          options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False})  # fmt: skip
    except (jwt.PyJWTError, ValueError):
        raise _Fails(Outcome.ALTERED, "Signature: it does not fit, so that something was changed after it was signed.") from None


def _agrees(says: Mapping[str, Any], trusted: Trusted) -> None:
    if there := sorted(strange(dict(says))):
        raise _Fails(Outcome.ALTERED, f"Members: {words.listing(there)} does not belong in one of our certificates.")
    try:
        agrees = all(says.get(name) == value for name, value in tokens.claims(says).items())
    except (KeyError, TypeError, ValueError):
        agrees = False
    if not agrees:
        raise _Fails(Outcome.ALTERED, "Claims: what it says of itself outside and inside does not agree.")
    if says["iss"] != f"{trusted.address}/issuers/main":
        raise _Fails(Outcome.UNKNOWN, "Issuer: it was not given by this portal.")


def _in_force(says: Mapping[str, Any], trusted: Trusted, now: datetime) -> Checked:
    set_in = {purpose for purpose, entry in _entries(says).items() if _set(entry, purpose, trusted, now)}
    if "revocation" in set_in:
        return Checked(Outcome.REVOKED, "It was revoked, and does not count any more.", says)
    if "suspension" in set_in:
        return Checked(Outcome.SUSPENDED, "It is suspended while something is looked into, and does not count until that is lifted.", says)
    until, begins = datetime.fromisoformat(says["validUntil"]), datetime.fromisoformat(says["validFrom"])
    if now < begins:
        return Checked(Outcome.UNKNOWN, f"Days: it counts from {words.moment(begins)} only.", says)
    if now > until:
        return Checked(Outcome.EXPIRED, f"It ended on {words.day(_day(until))}.", says)
    if until - now <= SOON:
        return Checked(Outcome.EXPIRING, f"It counts now, and ends on {words.day(_day(until))}.", says)
    return Checked(Outcome.VALID, f"It counts until {words.day(_day(until))}.", says)


def _day(at: datetime) -> date:
    return clock.london(at).date()


def _entries(says: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    there = says.get("credentialStatus")
    found = {str(one.get("statusPurpose")): one for one in there if isinstance(one, dict)} if isinstance(there, list) else {}
    if set(found) != set(statuses.PURPOSES):
        raise _Fails(Outcome.ALTERED, "Status: it does not say where its status stands.")
    return found


def _set(entry: Mapping[str, Any], purpose: str, trusted: Trusted, now: datetime) -> bool:
    """Whether the bit is set in the list, which must be ours, of this purpose, and not stale: nothing is valid by default."""
    where = str(entry.get("statusListCredential"))
    unknown = "Status: the status is unknown now, for {}. Try again later."
    if not where.startswith(f"{trusted.address}/status/"):
        raise _Fails(Outcome.ALTERED, "Status: it points to a list that is not ours.")
    token = trusted.status_list(where)
    if token is None:
        raise _Fails(Outcome.UNKNOWN, unknown.format("its status list cannot be had"))
    try:
        listed = _believed(token, trusted)
        of = listed["credentialSubject"]
        sound = listed["id"] == where and of["statusPurpose"] == purpose and listed["iss"] == f"{trusted.address}/issuers/main"
        fresh = datetime.fromisoformat(listed["validFrom"]) <= now <= datetime.fromisoformat(listed["validUntil"])
        is_set = statuses.has(of["encodedList"], int(str(entry["statusListIndex"])))
    except (_Fails, KeyError, TypeError, ValueError):
        raise _Fails(Outcome.UNKNOWN, unknown.format("its status list does not hold")) from None
    if not sound:
        raise _Fails(Outcome.UNKNOWN, unknown.format("its status list is another"))
    if not fresh:
        raise _Fails(Outcome.UNKNOWN, unknown.format("its status list is stale"))
    return is_set


def belongs_to(says: Mapping[str, Any], email: str) -> bool:
    """Whether the credential was given to this address of e-mail."""
    for one in says.get("credentialSubject", {}).get("identifier", ()):
        if one.get("identityType") == "emailAddress" and hmac.compare_digest(str(one.get("identityHash")), f"sha256${identity_hash(email, str(one.get('salt')))}"):
            return True
    return False


def identity_hash(email: str, salt: str) -> str:
    return hashlib.sha256((email.strip().lower() + salt).encode()).hexdigest()
