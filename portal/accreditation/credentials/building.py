"""A certificate as an Open Badges 3.0 credential, and the members that one of ours may have. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal.kernel import clock

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
ISSUER = "Parliamentary and Health Service Ombudsman"


@dataclass(frozen=True)
class Aligned:
    """An expectation that the course teaches."""

    framework: str
    code: str
    title: str
    address: str


@dataclass(frozen=True)
class Achieved:
    """What was achieved: a course in one version, or an award in one edition, in words that stay as they are."""

    code: str
    version: str
    title: str
    about: str
    narrative: str
    sha256: str
    minutes: int
    pass_mark: int | None
    aligned: tuple[Aligned, ...] = ()

    @property
    def path(self) -> str:
        """Of all versions that mean the same: a new major version is another achievement."""
        return f"/achievements/{self.code.lower()}/v{self.version.partition('.')[0]}"

    @property
    def criteria(self) -> str:
        return f"/courses/{self.code}/{self.version}/criteria"


@dataclass(frozen=True)
class Given:
    """A certificate, with what its holder chooses to show."""

    uuid: str
    subject: str
    achieved: Achieved
    from_on: date
    until_on: date
    salt: str
    identity_hash: str
    name: str  # "" unless it is shown
    score: int | None  # None unless it is shown
    lists: tuple[int, int]
    places: tuple[int, int]


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def end_of(day: date) -> datetime:
    """The last second of a day in London."""
    return clock.start_of_day(day + timedelta(days=1)) - timedelta(seconds=1)


def profile(address: str) -> dict[str, Any]:
    return {"id": f"{address}/issuers/main", "type": ["Profile"], "name": ISSUER, "url": address}


def credential(given: Given, address: str) -> dict[str, Any]:
    """The credential, always with its members in this order."""
    identity: list[dict[str, Any]] = [{
        "type": "IdentityObject", "identityType": "emailAddress", "hashed": True, "salt": given.salt,
        "identityHash": f"sha256${given.identity_hash}",
    }]  # fmt: skip
    if given.name:
        identity.append({"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": given.name})
    made = achievement(given.achieved, address)
    subject: dict[str, Any] = {"id": f"urn:uuid:{given.subject}", "type": ["AchievementSubject"], "identifier": identity}
    if given.achieved.minutes:
        subject["creditsEarned"] = round(given.achieved.minutes / 60, 2)
    if given.score is not None:
        subject["result"] = [{"type": ["Result"], "resultDescription": f"{made['id']}#score", "value": str(given.score)}]
    return {
        "@context": [CREDENTIALS, BADGES],
        "id": f"{address}/credentials/{given.uuid}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": given.achieved.title,
        "issuer": profile(address),
        "validFrom": moment(clock.start_of_day(given.from_on)),
        "validUntil": moment(end_of(given.until_on)),
        "credentialSubject": {**subject, "achievement": made},
        "credentialStatus": [
            {"id": f"{address}/status/{number}#{place}", "type": "BitstringStatusListEntry", "statusPurpose": purpose, "statusListIndex": str(place),
             "statusListCredential": f"{address}/status/{number}"}
            for purpose, number, place in zip(("revocation", "suspension"), given.lists, given.places, strict=True)
        ],
    }  # fmt: skip


def achievement(of: Achieved, address: str) -> dict[str, Any]:
    here = f"{address}{of.path}"
    made: dict[str, Any] = {
        "id": here, "type": ["Achievement"], "achievementType": "Certification", "version": of.version, "name": of.title,
        "description": of.about, "criteria": {"id": f"{address}{of.criteria}", "narrative": of.narrative},
        "otherIdentifier": [{"type": "IdentifierEntry", "identifierType": "ext:courseContentHash", "identifier": f"sha256:{of.sha256}"}],
    }  # fmt: skip
    if of.aligned:
        made["alignment"] = [
            {"type": ["Alignment"], "targetFramework": one.framework, "targetCode": one.code, "targetName": one.title, "targetUrl": f"{address}{one.address}"}
            for one in of.aligned
        ]
    if of.pass_mark is not None:
        made["resultDescription"] = [{
            "id": f"{here}#score", "type": ["ResultDescription"], "name": "Examination", "resultType": "Percent", "valueMin": "0",
            "valueMax": "100", "requiredValue": str(of.pass_mark),
        }]  # fmt: skip
    return made


Members = Mapping[str, Any]  # a name, and the members within it; None where it holds a plain value
_PROFILE: Members = dict.fromkeys(("id", "type", "name", "url"))
_ACHIEVEMENT: Members = {
    **dict.fromkeys(("id", "type", "achievementType", "version", "name", "description")),
    "criteria": dict.fromkeys(("id", "narrative")),
    "otherIdentifier": dict.fromkeys(("type", "identifierType", "identifier")),
    "alignment": dict.fromkeys(("type", "targetFramework", "targetCode", "targetName", "targetUrl")),
    "resultDescription": dict.fromkeys(("id", "type", "name", "resultType", "valueMin", "valueMax", "requiredValue")),
}
CLAIMS: Members = dict.fromkeys(("iss", "jti", "sub", "nbf", "exp"))
ALLOWED: Members = {
    **CLAIMS, **dict.fromkeys(("@context", "id", "type", "name", "validFrom", "validUntil")),
    "issuer": _PROFILE,
    "credentialSubject": {
        **dict.fromkeys(("id", "type", "creditsEarned")),
        "identifier": dict.fromkeys(("type", "identityType", "hashed", "salt", "identityHash")),
        "result": dict.fromkeys(("type", "resultDescription", "value")),
        "achievement": _ACHIEVEMENT,
    },
    "credentialStatus": dict.fromkeys(("id", "type", "statusPurpose", "statusListIndex", "statusListCredential")),
}  # fmt: skip


def strange(value: Any, allowed: Members | None = ALLOWED, at: str = "") -> Iterator[str]:
    """Members that a credential of ours never has, by where they stand."""
    if isinstance(value, list):
        for one in value:
            yield from strange(one, allowed, at)
    elif isinstance(value, dict):
        for name, inner in value.items():
            where = f"{at}.{name}" if at else str(name)
            if allowed is None or name not in allowed:
                yield where
            else:
                yield from strange(inner, allowed[name], where)
