"""The executive lead signs, or returns with a comment; what was signed is frozen with its hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal import audit, outbox
from portal.assessments import deadlines, quality, snapshots
from portal.assessments.lifecycle import ASSESSMENT, Verb
from portal.assessments.models import Answer, Assessment, PlanState, Snapshot
from portal.assessments.operations.doors import refuse_if_closed
from portal.assessments.queries import answering, periods, places
from portal.assessments.queries import signing as queries
from portal.assessments.queries.pinned import pinned
from portal.audit import Event
from portal.evidence.operations import pinning
from portal.gaps.models import GapKind
from portal.gaps.operations import planning, register
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Both, Invalid, NotAllowed, Stale, Step, WrongState
from portal.kernel.working_days import add_months
from portal.organisations.operations import second_factor
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist
from portal.standards import library

DECLARATION = (
    "I have read this self-assessment. To the best of my knowledge it is a true account of how {organisation} handles "
    "complaints, and I sign it on behalf of {organisation}."
)
ALONE = (
    "I manage complaints at {organisation} or gave these answers myself, so nobody else has checked them before I sign. "
    "I understand that this is said wherever the assessment is shown."
)
GAP_DUE_AFTER = 12  # months, where an answer under its target names no day
FORMAT = "complaint-standards-snapshot/2"
_ANSWERS = sa.select(Answer).where(Answer.assessment_id == sa.bindparam("assessment_id")).order_by(Answer.position)
_TAKEN = sa.select(sa.func.count(), sa.func.min(Snapshot.taken_at)).where(
    Snapshot.assessment_id == sa.bindparam("assessment_id")
)


def answered_it(answered_by: Sequence[int | None], by: Acting) -> bool:
    """Whether the person who would sign gave any of the answers."""
    return by.id in answered_by


def signs_alone(assessment: Assessment, answered_by: Sequence[int | None], by: Acting) -> bool:
    """Whether the same person manages and signs, so that a second declaration is asked for."""
    return by.holds(Role.COMPLAINTS_MANAGER, assessment.organisation_id) or answered_it(answered_by, by)


def sign(
    assessment: Assessment,
    *,
    version: int,
    code: str,
    declared: bool,
    alone: bool = False,
    governing_body_response: str = "",
    board_on: date | None = None,
    by: Acting,
) -> Snapshot:
    """Sign with a code of the second factor. `board_on`: subject to the board's meeting on that day.

    Everything is judged before anything is changed: of a refused signature nothing stays but the counted code.
    """
    insist(by, Action.SIGN_OFF, assessment)
    hold(assessment)
    answers = db.session.scalars(_ANSWERS, {"assessment_id": assessment.id}).all()
    _refuse_unless_ready(assessment, Verb.SIGN)
    if assessment.version != version:
        raise Stale(
            "The assessment was changed after you opened this page, so it was not signed. Read it again first.",
            fields=_both(assessment, governing_body_response, board_on),
            version=assessment.version,
        )
    signed_alone = _judged(assessment, answers, declared, alone, board_on, by)
    second_factor.confirm(by, code)
    evidence = _evidence(assessment, answers)
    signature = _signature(assessment, answers, evidence, signed_alone, governing_body_response, board_on, by)
    ASSESSMENT.move(assessment, Verb.SIGN)
    snapshot = _frozen(assessment, answers, signature, governing_body_response, by)
    _gaps(assessment, answers, by)
    audit.record(
        Event.SIGNED_OFF, assessment, by=by, sha256=snapshot.sha256, signatory=assessment.signatory, late=assessment.late
    )
    _tell_signed(assessment, snapshot, by)
    return snapshot


def _refuse_unless_ready(assessment: Assessment, verb: Verb) -> None:
    here = f"/assessments/{assessment.reference}"
    if not ASSESSMENT.can(assessment.state, verb):
        raise WrongState(
            ASSESSMENT.refusal(assessment.state, verb), next_steps=[Step("See where the assessment is", here)]
        )
    refuse_if_closed(assessment)


def _judged(
    assessment: Assessment, answers: Sequence[Answer], declared: bool, alone: bool, board_on: date | None, by: Acting
) -> bool:
    """Whether it is signed alone; raises where it may not be signed like this."""
    if not declared:
        raise Invalid("declared", "Tick the box to make the declaration")
    answered_by = [one.answered_by_id for one in answers]
    signed_alone = signs_alone(assessment, answered_by, by)
    if answered_it(answered_by, by) and not library.kind(assessment.organisation_kind).small:
        raise NotAllowed("You gave some of these answers, so somebody else must sign them: another executive lead, or a deputy.")
    if signed_alone and not alone:
        raise Invalid("alone", "Tick the box to say that you manage complaints and sign yourself")
    if board_on is not None and board_on < clock.today():
        raise Invalid("board_on", "The day of the board’s meeting must be today or later")
    return signed_alone


@dataclass(frozen=True)
class _Signature:
    """Everything that is read for a signature, before the assessment is changed."""

    at: datetime
    text: str
    number: int
    signatory: str
    alone: bool
    late: bool
    queried: int


def _evidence(assessment: Assessment, answers: Sequence[Answer]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """What is pinned to each answer, which from now on stays as it was signed."""
    codes = {places.about(assessment.reference, one.expectation): one.expectation for one in answers}
    frozen = pinning.freeze(assessment.organisation_id, list(codes))
    return {codes[about]: [pin.facts() for pin in pins] for about, pins in frozen.items()}


def _signature(
    assessment: Assessment,
    answers: Sequence[Answer],
    evidence: Mapping[str, Sequence[Mapping[str, Any]]],
    alone: bool,
    response: str,
    board_on: date | None,
    by: Acting,
) -> _Signature:
    about = periods.about(assessment.id)
    standard = library.standard(assessment.standard, assessment.standard_version)
    now, today = clock.now(), clock.today()
    taken, first = db.session.execute(_TAKEN, {"assessment_id": assessment.id}).one()
    handed_in_on = clock.london(first).date() if first else today  # a reopened one was handed in when it first was
    late = deadlines.overdue(assessment.due_on, handed_in_on)
    signatory = _signatory(by, assessment.organisation_id, board_on)
    said = [DECLARATION.format(organisation=about.organisation)]
    said += [ALONE.format(organisation=about.organisation)] if alone else []
    _, last = answering.last_handed_in(assessment.organisation_id, assessment.standard, assessment.id)
    claims = {code: one.claim for code, one in last.items()}
    text = snapshots.content(
        {
            "format": FORMAT,
            "assessment": assessment.reference,
            "number": taken + 1,
            "organisation": {"code": about.code, "name": about.organisation, "kind": assessment.organisation_kind},
            "period": about.period,
            "standard": {"id": standard.id, "version": standard.version, "title": standard.title, "sha256": standard.sha256},
            "due_on": assessment.due_on,
            "late": late,
            "signatory": signatory,
            "signed_alone": alone,
            "signed_at": now,
            "declaration": said,
            "governing_body_response": response,
            "subject_to_board_on": board_on,
        },
        answers,
        evidence,
    )
    shown = pinned(assessment, [one.expectation for one in answers])
    queried = len(quality.RULES.queries(answers, today=today, last_claims=claims, pinned=shown))
    return _Signature(now, text, taken + 1, signatory, alone, late, queried)


def _frozen(
    assessment: Assessment, answers: Sequence[Answer], signature: _Signature, response: str, by: Acting
) -> Snapshot:
    """The facts of a signed assessment, and the snapshot of what was signed."""
    assessment.signed_off_at = assessment.changed_at = signature.at
    assessment.signed_off_on = clock.london(signature.at).date()
    assessment.signatory_id = by.id
    assessment.signatory = _fitting(signature.signatory)
    assessment.signed_alone = signature.alone
    assessment.governing_body_response = response
    assessment.late = signature.late
    assessment.queried = signature.queried
    assessment.plan = PlanState.PROPOSED if any(_below(one) for one in answers) else PlanState.NONE_NEEDED
    assessment.plan_reason = ""
    snapshot = Snapshot(
        assessment_id=assessment.id,
        number=signature.number,
        taken_at=signature.at,
        content=signature.text,
        sha256=snapshots.sha256(signature.text),
    )
    db.session.add(snapshot)
    return snapshot


def _fitting(signatory: str) -> str:
    """As much as the row holds; the snapshot holds the whole."""
    return signatory if len(signatory) <= 200 else signatory[:199] + "…"


def _signatory(by: Acting, organisation_id: int, board_on: date | None) -> str:
    post = queries.leading_post(by.id, organisation_id)
    parts = [by.name, post.job_title]
    if post.deputy_for:
        parts.append(f"deputy for {', '.join(part for part in (post.deputy_for, post.their_job_title) if part)}")
    if board_on is not None:
        parts.append(f"subject to the board on {words.day(board_on)}")
    return ", ".join(part for part in parts if part)


def _below(answer: Answer) -> bool:
    return answer.level is not None and answer.level < answer.target


def _gaps(assessment: Assessment, answers: Sequence[Answer], by: Acting) -> None:
    """A gap and its action for each answer under target. What has reached its target closes when that is published."""
    standard = library.standard(assessment.standard, assessment.standard_version)
    for one in answers:
        if one.level is None or one.level >= one.target:
            continue
        expectation = standard.expectation(one.expectation)
        due_on = one.action_due_on or add_months(clock.today(), GAP_DUE_AFTER)
        gap = register.open_gap(
            organisation_id=assessment.organisation_id,
            organisation_kind=assessment.organisation_kind,
            kind=GapKind.BELOW_TARGET,
            about=assessment.reference,
            standard=assessment.standard,
            pillar=expectation.pillar,
            expectation=one.expectation,
            level=one.level,
            target=one.target,
            severity=register.severity_of(short_by=one.target - one.level, statutory=expectation.statutory is not None),
            due_on=due_on,
            by=by,
        )
        if one.action:
            planning.plan(gap, what=one.action, owner=one.action_owner or "Complaints manager", due_on=due_on, by=by)
    missed = register.find_open(
        organisation_id=assessment.organisation_id, kind=GapKind.NOT_SUBMITTED, standard=assessment.standard
    )
    if missed is not None:
        register.close_gap(missed, f"Handed in on {words.day(clock.today())}", by=by)


def _tell_signed(assessment: Assessment, snapshot: Snapshot, by: Acting) -> None:
    about = periods.about(assessment.id)
    managers = recipients.holders(assessment.organisation_id, Role.COMPLAINTS_MANAGER)
    everyone = {one.email: one.name for one in managers} | {by.email: by.name}
    for email, name in everyone.items():
        outbox.post(
            Letter.SIGNED_OFF,
            to=email,
            name=name,
            about=assessment.reference,
            period=f"signature {snapshot.number}",
            facts={
                "organisation": about.organisation,
                "period": about.period,
                "reference": assessment.reference,
                "signatory": assessment.signatory,
                "signed": words.moment(snapshot.taken_at),
                "sha256": snapshot.sha256,
                "late": assessment.late,
            },
        )


def return_to_manager(assessment: Assessment, *, comment: str, version: int | None = None, by: Acting) -> None:
    """Send it back to be worked on, with a comment. `version` is that of the page, where there was one."""
    insist(by, Action.SIGN_OFF, assessment)
    hold(assessment)
    _refuse_unless_ready(assessment, Verb.RETURN)
    if version is not None and assessment.version != version:
        both = [Both("Your comment", "", comment, "comment")]
        raise Stale("The assessment was changed after you opened this page.", fields=both, version=assessment.version)
    if not comment:
        raise Invalid("comment", "Say what should be looked at again")
    ASSESSMENT.move(assessment, Verb.RETURN)
    assessment.changed_at = clock.now()
    audit.record(Event.RETURNED_BY_LEAD, assessment, by=by, comment=comment)
    about = periods.about(assessment.id)
    for one in recipients.holders(assessment.organisation_id, Role.COMPLAINTS_MANAGER):
        outbox.post(
            Letter.RETURNED,
            to=one.email,
            name=one.name,
            about=assessment.reference,
            period=f"version {assessment.version}",
            facts={
                "by": by.name,
                "comment": comment,
                "organisation": about.organisation,
                "period": about.period,
                "reference": assessment.reference,
                "due": words.weekday(assessment.due_on),
            },
        )


def _both(assessment: Assessment, response: str, board_on: date | None) -> list[Both]:
    fields = [Both("Governing body’s response", assessment.governing_body_response, response, "governing_body_response")]
    if board_on is not None:
        for part in ("day", "month", "year"):
            fields.append(Both(f"Day of the board’s meeting: {part}", "", str(getattr(board_on, part)), f"board_on-{part}"))
    return fields
