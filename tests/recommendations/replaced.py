"""Recommendations that went on as others, as tests need them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Organisation
from portal.organisations.operations import merging
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import replacing
from tests.people import Cast

LATER = dt.date(2026, 10, 1)
PARTS = (
    {"text": "By 1 September 2026 the Trust should apologise to Mr A, and send us the letter.", "public_text": "Apologise.",
     "type": "apology", "due_on": dt.date(2026, 9, 1)},
    {"text": "By 1 October 2026 the Trust should change its policy, and send it to us.", "public_text": "Change the policy.",
     "type": "policy", "due_on": LATER},
)  # fmt: skip
ANOTHER = {
    "type": "explanation", "severity": 3, "failing": "Nobody told Mr A why.", "due_on": LATER,
    "text": "By 1 October 2026 the Trust should explain to Mr A what happened, and send us the letter.", "public_text": "Explain what happened.",
}  # fmt: skip
WHY = "It asked for two things at once."


def split(cast: Cast, one: Recommendation, parts: Any = PARTS, **said: Any) -> list[Recommendation]:
    news = replacing.split(one, parts, **{"reason": WHY, "version": one.version, "by": cast.cora, **said})
    db.session.commit()
    return news


def merged(cast: Cast, *several: Recommendation, **said: Any) -> Recommendation:
    new = replacing.merge([(one, one.version) for one in several], **{"reason": WHY, "by": cast.cora, **ANOTHER, **said})
    db.session.commit()
    return new


def superseded(cast: Cast, one: Recommendation, **said: Any) -> Recommendation:
    new = replacing.supersede(one, **{"reason": WHY, "version": one.version, "by": cast.cora, **ANOTHER, **said})
    db.session.commit()
    return new


def withdrawn(cast: Cast, one: Recommendation, **said: Any) -> Recommendation:
    replacing.withdraw(one, **{"reason": WHY, "version": one.version, "by": cast.cora, **said})
    db.session.commit()
    return one


def closed(cast: Cast, body: Organisation, *successors: Organisation) -> None:
    for successor in successors:
        merging.succeed(body, successor, clock.today(), by=cast.ada)
    db.session.commit()


def transferred(cast: Cast, one: Recommendation, to: Organisation, **said: Any) -> Recommendation:
    new = replacing.transfer(one, to, **{"due_on": one.due_on, "reason": "It closed.", "version": one.version, "by": cast.cora, **said})
    db.session.commit()
    return new
