"""Certificates of the many: given when every part of a course is passed, renewed near their end, and together made into awards."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.accreditation.courses.records import Award
from portal.accreditation.credentials.checking import SOON
from portal.accreditation.lifecycle import CertificateKind, StatusVerb
from portal.accreditation.models import Certificate
from portal.accreditation.operations import certifying, deciding, renewing
from portal.accreditation.queries import catalogue, certificates
from portal.audit import PORTAL_STREAM, Event
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Someone
from portal.kernel import clock
from portal.kernel.working_days import add_months, next_working_day
from portal.policy import PORTAL, Acting

NIGHT = timedelta(hours=2)  # when reminders go out, and awards are renewed that can be
DECIDES = timedelta(hours=11)  # of the day
DECIDED_AGO = (150, 9)  # days, between which the Ombudsman decided about some of them
REASONS = (
    ("We were told that somebody else sat at the computer. We are asking both people.", StatusVerb.LIFT, "They were in the same room, each at their own paper, as their manager confirms."),
    ("Two papers of one afternoon agree in every wrong answer.", StatusVerb.REVOKE, "The answers were passed from one to the other, as both have said."),
    ("The work handed in is word for word that of a colleague. We are asking who wrote it.", None, ""),
    ("A colleague says that the examination was taken together.", None, ""),
    ("The name does not seem to be that of whoever sat the paper.", StatusVerb.LIFT, "They had married, and the name was changed that week."),
    ("The answers came faster than the questions can be read.", StatusVerb.REVOKE, "A list of answers was used, which the holder has handed to us."),
)


@dataclass(frozen=True)
class Earned:
    """A certificate before it is a row. `of`: what tells this course or award from others."""

    someone: Someone
    kind: CertificateKind
    code: str
    cycle: int
    at: datetime
    until: date
    by: Acting
    of: Any = None

    @property
    def since(self) -> date:
        return clock.london(self.at).date()


class Wallet:
    """The certificates of one learner. What they come to is what the rules of operations/certifying.py would give."""

    def __init__(self, someone: Someone, awards: Sequence[Award], earned: list[Earned]) -> None:
        self._someone, self._awards, self._earned = someone, awards, earned
        self.held: dict[tuple[CertificateKind, str], Earned] = {}

    def whole(self, code: str, months: int, cycle: int, at: datetime, by: Acting, of: Any) -> None:
        """Every part of a course is passed."""
        self.wait(at)
        self._give(CertificateKind.COURSE, code, months, cycle, at, by, of)
        for award in self._awards:
            if code in award.needs:
                self._make(award, at)

    def wait(self, until: datetime) -> None:
        """The nights on which an award near its end would have been renewed, until a moment."""
        for award in self._awards:
            there = self.held.get((CertificateKind.AWARD, award.code))
            for days in renewing.REMINDED if there else ():
                night = clock.start_of_day(there.until - timedelta(days=days)) + NIGHT if there else until
                if night < until and self._make(award, night):
                    break

    def to_renew(self) -> Iterator[Earned]:
        """The certificates of courses, the first to end first."""
        return iter(sorted((one for (kind, _), one in self.held.items() if kind is CertificateKind.COURSE), key=lambda one: (one.until, one.code)))

    def _make(self, award: Award, at: datetime) -> bool:
        today, before = clock.london(at).date(), self.held.get((CertificateKind.AWARD, award.code))
        counting = {code for (kind, code), one in self.held.items() if kind is CertificateKind.COURSE and one.since <= today <= one.until}
        if not set(award.needs) <= counting or (before is not None and today < before.until - SOON):
            return False
        self._give(CertificateKind.AWARD, award.code, award.valid_months, before.cycle + 1 if before else 1, at, PORTAL, None)
        return True

    def _give(self, kind: CertificateKind, code: str, months: int, cycle: int, at: datetime, by: Acting, of: Any) -> None:
        today, before = clock.london(at).date(), self.held.get((kind, code))
        follows = before is not None and before.until >= today
        until = add_months(before.until if before and follows else today, months)
        made = self.held[kind, code] = Earned(self._someone, kind, code, cycle, at, until, by, of)
        self._earned.append(made)


def tell(ledger: Ledger, earned: Sequence[Earned]) -> None:
    """The rows of all of them, and what the record says."""
    awards, places, editions = {award.code: award for award in catalogue.awards()}, certifying.free_places(), dict[str, Any]()
    for one in sorted(earned, key=lambda one: one.at):
        facts = one.of
        if one.kind is CertificateKind.AWARD:
            if one.code not in editions:
                with clock.at(one.at):
                    editions[one.code] = certifying.edition(awards[one.code])
            kept = editions[one.code]
            facts = {"enrolment_id": None, "course_version_id": None, "award_edition_id": kept.id, "title": kept.title, "content_sha256": kept.sha256,
                     "standards": "", "score": None}  # fmt: skip
        row = certifying.row_of(
            one.someone.acting, places, reference=ledger.reference("CT"), from_on=one.since, until_on=one.until, kind=one.kind, code=one.code,
            cycle=one.cycle, **facts,
        )  # fmt: skip
        shows = one.someone.id % 3 == 0  # some holders let their name be seen
        ledger.add(Certificate, **{**row, "given_at": one.at, "name_shown": shows})
        about = f"certificate {row['reference']}"
        ledger.say(Event.CERTIFICATE_GIVEN, PORTAL_STREAM, about, by=one.by, at=one.at, kind=one.kind.value, code=one.code, cycle=one.cycle, until=one.until)
        if shows:
            ledger.say(Event.CERTIFICATE_SHOWS, PORTAL_STREAM, about, by=one.someone.acting, at=one.at, name=True, score=False)


def decide(ledger: Ledger, seed: int, judge: Acting) -> None:
    """The Ombudsman asks about a few of them on which nothing rests: no award, and nothing that was given since. And decides."""
    chance, today = random.Random(f"{seed} decisions"), clock.today()
    newest = {row["person_id"]: row for row in ledger.rows[Certificate]}  # in the order in which they were given
    with_award = {row["person_id"] for row in ledger.rows[Certificate] if row["kind"] is CertificateKind.AWARD}
    there = [row["reference"] for person, row in newest.items() if person not in with_award and row["valid_until_on"] > today
             and row["valid_from_on"] < today - timedelta(days=DECIDED_AGO[0] + 30)]  # fmt: skip
    for reference, (why, then, because) in zip(chance.sample(there, min(len(REASONS), len(there))), REASONS, strict=False):
        days = chance.randint(DECIDED_AGO[1] + 10, DECIDED_AGO[0])
        steps = [(StatusVerb.SUSPEND, why, days), *([(then, because, days - chance.randint(5, 10))] if then else [])]
        for verb, reason, ago in steps:
            with clock.at(clock.start_of_day(next_working_day(today - timedelta(days=ago))) + DECIDES):
                held = certificates.any_of(reference)
                assert held is not None
                deciding.decide(held, verb, reason, seen=len(held.decisions), by=judge)
