"""Papers are marked again by a corrected version of their course. Passes are gained at once; none is lost unless a person decides so."""

from __future__ import annotations

from dataclasses import dataclass

from portal import audit, outbox
from portal.accreditation import marking
from portal.accreditation.marking import Judged, Result
from portal.accreditation.models import Attempt, CourseVersion, PassDecision, Remark, RemarkedPaper
from portal.accreditation.operations import certifying, deciding
from portal.accreditation.queries import remarking as queries
from portal.accreditation.queries.certificates import Held
from portal.accreditation.queries.examining import Sitting
from portal.accreditation.queries.remarking import Waiting
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Invalid, Step, WrongState
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import PORTAL, Acting, Action, insist

LONGEST = 500
LONGEST_REASON = 800  # so that it has its place in the letter about a certificate as well


@dataclass(frozen=True)
class Marked:
    """One paper as it stands, and what it comes to by the corrected version."""

    sitting: Sitting
    judged: tuple[Judged, ...]
    result: Result
    passed_before: bool

    @property
    def gained(self) -> bool:
        return self.result.passed and not self.passed_before

    @property
    def would_lose(self) -> bool:
        return self.passed_before and not self.result.passed

    @property
    def outcome(self) -> str:
        if self.gained:
            return "gains a pass"
        if self.would_lose:
            return "would lose its pass, which stands until a person decides"
        return "keeps its pass" if self.result.passed else "stays as it is, not passed"


def affected(by_version: CourseVersion) -> list[Marked]:
    """Every examination that comes to something else by this version, and was not marked by it before."""
    found = []
    for at in queries.to_mark(by_version):
        judged = tuple(queries.judged(at, by_version))
        result = marking.result(at.course.paper, judged)
        one = at.attempt
        if (result.right, result.critical, result.passed) != (one.correct, one.critical, one.passed) or any(
            (said.right, said.critical is not None) != (item.correct, item.critical) for said, item in zip(judged, at.items, strict=True)
        ):
            found.append(Marked(at, judged, result, bool(one.passed)))
    return found


def remark(by_version: CourseVersion, because: str, *, by: Acting) -> Remark | None:
    """Mark again every paper that the version affects; None where there is none, so that a second time changes nothing."""
    insist(by, Action.REMARK)
    because = words.clean_line(because)
    if not because:
        raise Invalid("because", "Say in one line what was wrong")
    if len(because) > LONGEST:
        raise Invalid("because", f"What was wrong must be {LONGEST} characters or fewer")
    hold(by_version)  # one at a time
    if not queries.newest_of_major(by_version):
        raise WrongState(
            f"{by_version.course} {by_version.version} has a newer version. Mark again by the newest, so that no correction is undone.",
            next_steps=[Step("See the versions", f"/authoring/{by_version.course}/remarks")],
        )
    marked = affected(by_version)
    if not marked:
        return None
    made = Remark(
        reference=fresh_reference(Remark, "RM"), course=by_version.course, course_version_id=by_version.id, because=because,
        made_at=clock.now(), made_by=by.name,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    for one in marked:
        _kept(made, one)
    audit.record(
        Event.PAPERS_REMARKED, made, by=by, version=by_version.version, because=because,
        papers=[one.sitting.attempt.reference for one in marked],
        gained=[one.sitting.attempt.reference for one in marked if one.gained],
        waiting=[one.sitting.attempt.reference for one in marked if one.would_lose],
    )  # fmt: skip
    for one in marked:
        if not one.would_lose:
            _apply(one.sitting, one.judged, one.result)
            audit.record(
                Event.PAPER_REMARKED, one.sitting.attempt, by=by, remark=made.reference, correct=one.result.right,
                critical=one.result.critical, passed=one.result.passed,
            )  # fmt: skip
        if one.gained:
            _tell_of_pass(made, one.sitting.attempt)
            certifying.give_if_whole(one.sitting.attempt.enrolment_id, by=PORTAL)
    return made


def _kept(made: Remark, one: Marked) -> None:
    was = one.sitting.attempt
    db.session.add(
        RemarkedPaper(
            remark_id=made.id, attempt_id=was.id, correct_before=was.correct, critical_before=was.critical, passed_before=was.passed,
            correct_after=one.result.right, critical_after=one.result.critical, passed_after=one.result.passed,
        )
    )  # fmt: skip


def _apply(at: Sitting, judged: tuple[Judged, ...], result: Result) -> None:
    for item, said in zip(at.items, judged, strict=True):
        item.correct, item.critical = said.right, said.critical is not None
    one = at.attempt
    one.correct, one.critical, one.passed = result.right, result.critical, result.passed


def _tell_of_pass(made: Remark, one: Attempt) -> None:
    to = recipients.person(one.person_id)
    assert to is not None
    outbox.post(
        Letter.PASS_GAINED, to=to.email, name=to.name, about=one.reference, period=made.reference,
        facts={"reference": one.reference, "course": one.course, "because": made.because, "path": f"/learning/papers/{one.reference}"},
    )  # fmt: skip


def decide(at: Waiting, *, stands: bool, reason: str, by: Acting) -> list[Held]:
    """Decide whether a pass stands. What was decided before stays; a second decision is refused.

    The certificates that were given for a pass that does not stand are revoked with it; they are returned."""
    insist(by, Action.REMARK)
    if not reason:
        raise Invalid("reason", "Say why, for the person whose paper it is")
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", f"Why must be {LONGEST_REASON} characters or fewer")
    here = f"/authoring/{at.sitting.attempt.course}/remarks"
    one = hold(at.sitting.attempt)
    if queries.decided(at.paper.id):
        raise WrongState("Somebody has decided about this paper already.", next_steps=[Step("See the re-marks", here)])
    if not stands and one.passed:
        if not queries.newest_of_major(at.by_version):
            raise WrongState("A newer version came out since. Mark again by it first.", next_steps=[Step("See the re-marks", here)])
        judged = tuple(queries.judged(at.sitting, at.by_version))
        _apply(at.sitting, judged, marking.result(at.sitting.course.paper, judged))
    db.session.add(
        PassDecision(
            remarked_paper_id=at.paper.id, paper=one.reference, stands=stands, reason=reason, decided_at=clock.now(), decided_by=by.name,
        )
    )  # fmt: skip
    audit.record(Event.PASS_DECIDED, one, by=by, remark=at.remark.reference, stands=stands, reason=reason)
    if stands:
        return []
    fallen = deciding.revoke_with_pass(one, reason, by=by)
    to = recipients.person(one.person_id)
    assert to is not None
    outbox.post(
        Letter.PASS_NOT_STANDING, to=to.email, name=to.name, about=one.reference, period=at.remark.reference,
        facts={"reference": one.reference, "course": one.course, "because": at.remark.because, "reason": reason,
               "path": f"/learning/{one.course}", "again": queries.may_sit_again(one), "certificates": [f"{of.certificate.reference} for “{of.certificate.title}”" for of in fallen]},
    )  # fmt: skip
    return fallen
