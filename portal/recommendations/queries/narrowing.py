"""What a list of recommendations is narrowed to, and the conditions that make it so."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from portal.kernel.db import anywhere, at_most, db
from portal.organisations.models import Organisation
from portal.recommendations import deadlines, ladder
from portal.recommendations.lifecycle import ENDED, OPEN, Acceptance, Delivery, DraftState, Taken
from portal.recommendations.models import LadderStep, Recommendation, Theme
from portal.recommendations.models.recommendation import ITS_WORDS

Select = sa.Select[*tuple[Any, ...]]


class Standing(enum.Enum):
    """What a list is narrowed to besides a state of delivery. Those from THEIRS on are the officers' own, as their board has them."""

    OPEN = "open"
    SILENT = deadlines.NO_RECENT_EVIDENCE
    ENDED = "ended"
    THEIRS = "waits for the organisation"
    DUE_SOON = "due within a week"
    OVERDUE = "overdue, and waits for the organisation"
    UNANSWERED = "answer late, or due within a week"
    STALLED = "accepted, and nothing heard for 90 days"
    OBJECTED = "the complainant says that it was not done"
    STEP_WAITS = "a step waits for an officer"


EVERYBODYS = (Standing.OPEN, Standing.SILENT, Standing.ENDED)
SOON = timedelta(days=6)  # with today, a week


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; None or nothing: not by this. `name` is part of an organisation's name.

    `words` are looked for in everything that was written of it, and with a case's reference only where the reader may read
    that in full: not of the organisations `besides`, with which they have a conflict of interest.
    """

    organisation_id: int | None = None
    organisations: tuple[int, ...] | None = None
    name: str = ""
    organisation_kind: str | None = None
    type: str | None = None
    theme: str | None = None
    acceptance: Acceptance | None = None
    state: Delivery | Standing | None = None
    band: ladder.Band | None = None
    officer_id: int | None = None
    reference: str | None = None
    case_references: tuple[str, ...] | None = None
    words: tuple[str, ...] = ()
    besides: frozenset[int] = frozenset()

    @property
    def only_open(self) -> bool:
        if self.state is None:
            return self.band is not None
        return self.state in OPEN or self.state not in (*ENDED, Standing.ENDED)

    def values(self, today: date) -> dict[str, Any]:
        """What the statement is given, by name; the names also say which conditions it needs."""
        given: dict[str, Any] = {
            "organisation_id": self.organisation_id,
            "organisations": self.organisations,
            "name": anywhere(self.name.casefold()) if self.name else None,
            "organisation_kind": self.organisation_kind,
            "type": self.type,
            "theme": self.theme,
            "acceptance": self.acceptance,
            "officer_id": self.officer_id,
            "reference": self.reference,
            "case_references": self.case_references,
            **self._standing(today),
        }
        if self.band is not None:
            given["due_from"], given["due_until"] = ladder.first_due_of(self.band, today)
            given["is_open"] = True
        if self.words:
            given |= _words(self.words)
        if self.besides and (self.case_references or self.words):
            given["besides"] = sorted(self.besides)
        return {name: value for name, value in given.items() if value is not None}

    def _standing(self, today: date) -> dict[str, Any]:
        if isinstance(self.state, Standing):
            return _OF_STANDING[self.state](today)
        if self.state is None:
            return {}
        given: dict[str, Any] = {"delivery": self.state}
        given["is_open" if self.state in OPEN else "is_ended"] = True
        if self.state in deadlines.THEIRS:  # those that passed their day stand under "no recent evidence"
            given["heard_by"] = today
        return given


_OF_STANDING: dict[Standing, Callable[[date], dict[str, Any]]] = {
    Standing.OPEN: lambda today: {"is_open": True},
    Standing.SILENT: lambda today: {"is_open": True, "theirs": True, "silent_on": today},
    Standing.ENDED: lambda today: {"is_ended": True},
    Standing.THEIRS: lambda today: {"is_open": True, "theirs": True},
    Standing.DUE_SOON: lambda today: {"is_open": True, "theirs": True, "soon_from": today, "soon_until": today + SOON},
    Standing.OVERDUE: lambda today: {"is_open": True, "theirs": True, "overdue_by": today},
    Standing.UNANSWERED: lambda today: {"is_open": True, "unanswered": Acceptance.AWAITING, "answer_by": today + SOON},
    Standing.STALLED: lambda today: {"is_open": True, "theirs": True, "stalled_since": today - deadlines.AT_LEAST_EVERY},
    Standing.OBJECTED: lambda today: {"objected": True},
    Standing.STEP_WAITS: lambda today: {"is_open": True, "step_waits": True},
}


R = Recommendation
IS_OPEN = sa.and_(R.issued_on.is_not(None), R.ended_on.is_(None))  # word for word what the indexes of the open ones are made with


# PostgreSQL has an index of the words; SQLite reads every text, which a small portal can afford.
MOST_WORDS = 8
_EVERYTHING = sa.func.lower(R.public_text + " " + R.text + " " + R.failing)
_A_WORD = re.compile(r"[^\W_]+")


def _words(typed: tuple[str, ...]) -> dict[str, str]:
    """All of them, in any order. PostgreSQL takes "apologised" for "apologise"; SQLite finds each as a part of a word."""
    if db.engine.dialect.name == "postgresql":
        return {"words": " ".join(typed)}
    return {f"word_{number}": f"%{word}%" for number, word in enumerate(typed)}


_NOT_IN_CONFLICT = R.organisation_id.not_in(sa.bindparam("besides", expanding=True))
_CONDITIONS: dict[str, Any] = {
    "organisation_id": R.organisation_id == sa.bindparam("organisation_id"),
    "organisations": R.organisation_id.in_(sa.bindparam("organisations", expanding=True)),
    "name": Organisation.sort_name.like(sa.bindparam("name"), escape="\\"),
    "organisation_kind": R.organisation_kind == sa.bindparam("organisation_kind"),
    "type": R.type == sa.bindparam("type"),
    "theme": sa.exists().where(Theme.recommendation_id == R.id, Theme.theme == sa.bindparam("theme")),
    "acceptance": R.acceptance == sa.bindparam("acceptance", type_=R.__table__.c.acceptance.type),
    "officer_id": R.officer_id == sa.bindparam("officer_id"),
    "reference": R.reference == sa.bindparam("reference"),
    "case_references": R.case_reference.in_(sa.bindparam("case_references", expanding=True)),
    "delivery": R.delivery == sa.bindparam("delivery", type_=R.__table__.c.delivery.type),
    "is_open": IS_OPEN,
    "is_ended": R.ended_on.is_not(None),
    # Always among the open ones. Said so, it invites neither database to go by the state and sort what it finds.
    "theirs": R.delivery != Delivery.SUBMITTED,
    "silent_on": R.next_evidence_on < sa.bindparam("silent_on"),
    "heard_by": R.next_evidence_on >= sa.bindparam("heard_by"),
    "due_from": R.due_on >= sa.bindparam("due_from"),
    "due_until": R.due_on <= sa.bindparam("due_until"),
    "soon_from": R.due_on >= sa.bindparam("soon_from"),
    "soon_until": R.due_on <= sa.bindparam("soon_until"),
    "overdue_by": R.due_on < sa.bindparam("overdue_by"),
    "unanswered": R.acceptance == sa.bindparam("unanswered", type_=R.__table__.c.acceptance.type),
    "answer_by": R.answer_due_on <= sa.bindparam("answer_by"),
    "stalled_since": sa.and_(
        R.acceptance.not_in((Acceptance.AWAITING, Acceptance.NOT_ACCEPTED, Acceptance.DISPUTED)),
        R.answered_on <= sa.bindparam("stalled_since"),
        sa.or_(R.heard_on.is_(None), R.heard_on <= sa.bindparam("stalled_since")),
    ),
    "objected": R.objected,
    "step_waits": sa.exists().where(LadderStep.recommendation_id == R.id, LadderStep.state == Taken.WAITING),
    "words": sa.text(f"{ITS_WORDS} @@ plainto_tsquery('english', :words)"),
    **{f"word_{number}": _EVERYTHING.like(sa.bindparam(f"word_{number}"), escape="\\") for number in range(MOST_WORDS)},
}


def _issued(conditions: frozenset[str]) -> tuple[Any, ...]:
    """That it was issued, said so that the index fits: those by state hold the order of the list, and others do not hold a state.

    Only what was issued can be open, ended or objected to."""
    if conditions & {"is_open", "is_ended", "objected"}:
        return ()
    return (R.issued_on.is_not(None),) if "organisations" in conditions else (R.state == DraftState.ISSUED,)


def narrowed(chosen: Select, conditions: frozenset[str]) -> Select:
    """The statement narrowed to what has been issued and meets these conditions, named as Wanted.values names them."""
    if "besides" in conditions:
        chosen = chosen.where(_NOT_IN_CONFLICT)
    return chosen.where(*_issued(conditions), *(_CONDITIONS[name] for name in sorted(conditions - {"besides"})))


FEW = 20
_NAMED = (
    sa.select(Organisation.id)
    .where(Organisation.sort_name.like(sa.bindparam("name"), escape="\\"))
    .order_by(Organisation.id)
    .limit(at_most(FEW + 1))
)
_CODED = sa.select(Organisation.id).where(Organisation.code.in_(sa.bindparam("codes", expanding=True)))
_OF_A_CASE = sa.select(sa.literal(1)).where(R.case_reference.in_(sa.bindparam("cases", expanding=True))).limit(at_most(1))


def of_organisation(wanted: Wanted, typed: str) -> Wanted:
    """Narrowed to an organisation's code, or else to part of a name. Few names lead to their recommendations by the index
    of organisations; of many, the list soon meets a page's worth as it stands."""
    code = db.session.scalar(_CODED, {"codes": sorted({typed, typed.upper(), typed.lower()})})
    if code is not None:
        return replace(wanted, organisation_id=code)
    named = tuple(db.session.scalars(_NAMED, {"name": anywhere(typed.casefold())}))
    return replace(wanted, name=typed) if len(named) > FEW else replace(wanted, organisations=named)


def about(wanted: Wanted, typed: str, reference: str | None) -> Wanted:
    """Narrowed to a reference, to a case, or else to words."""
    if reference is not None:
        return replace(wanted, reference=reference)
    cases = tuple(sorted({typed, typed.upper()}))
    if db.session.scalar(_OF_A_CASE, {"cases": cases}):
        return replace(wanted, case_references=cases)
    words = tuple(dict.fromkeys(_A_WORD.findall(typed.casefold())))[:MOST_WORDS]
    return replace(wanted, words=words) if words else replace(wanted, reference="")
