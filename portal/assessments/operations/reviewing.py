"""The reviewer's work on one assessment: a view on each expectation, a blind second view, reliability, the plan."""

from __future__ import annotations

import sqlalchemy as sa

from portal import audit, outbox
from portal.assessments.lifecycle import HANDED_IN, State
from portal.assessments.models import Answer, Assessment, Finding, PlanState, Reliability, View
from portal.assessments.operations import publishing
from portal.assessments.operations.allocating import insist_holder
from portal.assessments.queries import reviewing as queries
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Both, Invalid, NotAllowed, NotFound, Stale, Step, WrongState
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist

LONGEST = 4000
AGREED = "Agreed: the proof shows it."
_OPEN = frozenset({State.UNDER_REVIEW, State.CLARIFICATION_REQUESTED})


def record_view(
    assessment: Assessment, code: str, *, view: View, level: int | None, reason: str, version: int, by: Acting
) -> Finding:
    """Say what the reviewer finds of one expectation. `version` is the view's as it was shown, 0 where there was none.

    After the draft finding was shared a view may be corrected only where the organisation has replied.
    """
    insist(by, Action.REVIEW, assessment)
    hold(assessment)
    insist_holder(assessment, by)
    _refuse_unless_open(assessment)
    answer = _answer(assessment, code)
    row = queries.finding(assessment, code)
    shown = row if queries.is_current(assessment, row) else None
    _refuse_stale(shown, row, view, level, reason, version, by)
    found, why = _judged(answer.level, view, level, reason)
    saved = _write(assessment, answer, row, second=False, view=view, level=found, reason=why, by=by)
    audit.record(Event.FINDING_RECORDED, saved, by=by, expectation=code, view=_said(view, found))
    return saved


def agree_with_the_rest(assessment: Assessment, *, reason: str, by: Acting, queried: frozenset[str]) -> int:
    """Agree, for one reason, with every expectation that has no view yet and about which the rules ask nothing."""
    insist(by, Action.REVIEW, assessment)
    hold(assessment)
    insist_holder(assessment, by)
    if assessment.state not in _OPEN:
        _refuse_unless_open(assessment)
    why = _within(reason) or AGREED
    agreed = 0
    for line in queries.judged(assessment):
        if line.first is not None or line.code in queried or not line.answer.given:
            continue
        row = queries.finding(assessment, line.code)
        level = line.answer.level
        saved = _write(assessment, line.answer, row, second=False, view=View.AGREE, level=level, reason=why, by=by)
        audit.record(Event.FINDING_RECORDED, saved, by=by, expectation=line.code, view=_said(View.AGREE, level))
        agreed += 1
    return agreed


def record_second_view(
    assessment: Assessment, code: str, *, view: View, level: int | None, reason: str, by: Acting
) -> Finding:
    """Give the blind second view. It is given once: afterwards the first view is shown, so it could not be blind."""
    insist(by, Action.REVIEW_SECOND, assessment)
    hold(assessment)
    if assessment.state not in _OPEN | {State.REVIEWED}:
        raise WrongState(f"A second view cannot be given now: the assessment is “{assessment.state.value}”.")
    if _held_once(assessment, by):
        raise NotAllowed("You have held this review yourself and could read its views, so somebody else has to give the second.")
    answer = _answer(assessment, code)
    first = queries.finding(assessment, code)
    if queries.is_current(assessment, first) and first is not None and first.reviewer_id == by.id:
        raise NotAllowed("You gave the first view on this expectation, so somebody else has to give the second.")
    row = queries.finding(assessment, code, second=True)
    if queries.is_current(assessment, row) and row is not None:
        giver = recipients.person(row.reviewer_id)
        raise WrongState(
            f"{giver.name if giver else 'A reviewer'} gave the second view on {code} on {words.moment(row.recorded_at)}. "
            "A second view is given once.",
            next_steps=[Step("Back to the second views", f"/reviews/{assessment.reference}/second")],
        )
    found, why = _judged(answer.level, view, level, reason)
    saved = _write(assessment, answer, row, second=True, view=view, level=found, reason=why, by=by)
    audit.record(Event.SECOND_VIEW_RECORDED, saved, by=by, expectation=code, view=_said(view, found))
    if assessment.second_reviewer_id is None:
        assessment.second_reviewer_id = by.id
        audit.record(Event.SECOND_VIEW_RECORDED, assessment, by=by, expectation=code, view="by a second reviewer")
    return saved


def rate_reliability(
    assessment: Assessment, reliability: Reliability, *, reason: str, version: int, by: Acting
) -> None:
    """Say how far the self-assessment as a whole can be relied on, whatever its levels."""
    insist(by, Action.REVIEW, assessment)
    hold(assessment)
    insist_holder(assessment, by)
    _refuse_unless_open(assessment)
    if not _within(reason):
        raise Invalid("reason", "Say why you rate the reliability so")
    if assessment.version != version and assessment.reliability is not None:
        raise Stale(
            "The reliability was rated after you opened this page, so yours was not saved.",
            fields=(
                Both("Reliability", assessment.reliability.value, reliability.value, "reliability"),
                Both("Why", assessment.reliability_reason, reason, "reason"),
            ),
            version=assessment.version,
        )
    assessment.reliability = reliability
    assessment.reliability_reason = reason
    assessment.changed_at = clock.now()
    audit.record(Event.RELIABILITY_RATED, assessment, by=by, reliability=reliability)


# The plan.


def agree_plan(assessment: Assessment, *, by: Acting) -> None:
    """Agree the improvement plan as it stands; a finding that is public by then says so from now on."""
    _decide(assessment, PlanState.AGREED, "", by)
    audit.record(Event.PLAN_AGREED, assessment, by=by)
    changed = publishing.freeze_agreed_plan(assessment, by=by) if assessment.state is State.PUBLISHED else None
    _tell(assessment, outcome=changed.label if changed else "")


def return_plan(assessment: Assessment, *, reason: str, by: Acting) -> None:
    """Send the improvement plan back, saying what has to change."""
    if not _within(reason):
        raise Invalid("reason", "Say what has to change in the plan")
    _decide(assessment, PlanState.RETURNED, reason, by)
    audit.record(Event.PLAN_RETURNED, assessment, by=by, reason=reason)
    _tell(assessment)


def _decide(assessment: Assessment, to: PlanState, reason: str, by: Acting) -> None:
    insist(by, Action.REVIEW, assessment)
    hold(assessment)
    if assessment.state not in HANDED_IN or assessment.plan is not PlanState.PROPOSED:
        raise WrongState(
            f"There is no plan to decide on: the plan is “{assessment.plan.value}”.",
            next_steps=[Step("Open the review", f"/reviews/{assessment.reference}")],
        )
    assessment.plan = to
    assessment.plan_reason = reason
    assessment.changed_at = clock.now()


def _tell(assessment: Assessment, *, outcome: str = "") -> None:
    """Say what was decided of the plan, and the outcome where that made it another one."""
    facts = {
        "organisation": queries.context(assessment).organisation,
        "decision": assessment.plan.value,
        "reason": assessment.plan_reason,
        "outcome": outcome,
        "reference": assessment.reference,
    }
    occasion = clock.now().isoformat()
    for one in recipients.holders(assessment.organisation_id, Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD):
        outbox.post(Letter.PLAN_DECIDED, to=one.email, name=one.name, about=assessment.reference, period=occasion, facts=facts)


def propose_again(assessment: Assessment, *, by: Acting) -> None:
    """Put a plan that was returned before the reviewer again, once it has been mended."""
    insist(by, Action.WORK_ON_PLAN, assessment)
    hold(assessment)
    if assessment.plan is not PlanState.RETURNED:
        raise WrongState(f"The plan was not returned to you: it is “{assessment.plan.value}”.")
    assessment.plan = PlanState.PROPOSED
    assessment.changed_at = clock.now()
    audit.record(Event.PLAN_PROPOSED, assessment, by=by)


# Parts.


def _refuse_unless_open(assessment: Assessment) -> None:
    if assessment.state in _OPEN:
        return
    here = [Step("Open the review", f"/reviews/{assessment.reference}")]
    if assessment.state is State.REVIEWED:
        if queries.reply(assessment) is not None and assessment.checked:
            return
        raise WrongState(
            "The draft finding has been shared, so views can be corrected only after the organisation replies.",
            next_steps=here,
        )
    raise WrongState(f"The review is not open: the assessment is “{assessment.state.value}”.", next_steps=here)


def _held_once(assessment: Assessment, by: Acting) -> bool:
    """Whether the person began or took over this review since it was signed, even if they gave it up again."""
    claimed = sa.exists().where(
        audit.Record.about == assessment.audited_as(),
        audit.Record.event == Event.REVIEW_CLAIMED.name,
        audit.Record.by_id == by.id,
        audit.Record.at >= assessment.signed_off_at,
    )
    return bool(db.session.scalar(sa.select(claimed)))


def _answer(assessment: Assessment, code: str) -> Answer:
    found = queries.answer(assessment, code)
    if found is None:
        raise NotFound()
    return found


def _judged(claimed: int | None, view: View, level: int | None, reason: str) -> tuple[int | None, str]:
    """The level that a view stands for, and its reason; raises Invalid where the two do not fit the claim."""
    reason = _within(reason)
    if view in (View.LOWER, View.HIGHER):
        if claimed is None:
            raise Invalid(
                "view",
                "The organisation says that this does not apply, so there is no level to change: agree, say that you "
                "cannot tell, or ask a question",
            )
        if level is None or not 1 <= level <= 4:
            raise Invalid("level", "Choose the level that you find")
        if view is View.LOWER and level >= claimed:
            raise Invalid("level", f"Choose a level under the {claimed} that was claimed")
        if view is View.HIGHER and level <= claimed:
            raise Invalid("level", f"Choose a level above the {claimed} that was claimed")
    if view is View.AGREE:
        return claimed, reason or AGREED
    if not reason:
        raise Invalid("reason", "Give your reason, so that the organisation can understand it")
    return (None if view is View.CANNOT_TELL else level), reason


def _within(reason: str) -> str:
    if len(reason) > LONGEST:
        raise Invalid("reason", f"Shorten the reason to {words.number(LONGEST)} characters or fewer")
    return reason


def _refuse_stale(
    shown: Finding | None, row: Finding | None, view: View, level: int | None, reason: str, version: int, by: Acting
) -> None:
    now = shown.version if shown else 0
    if version == now:
        return
    who = recipients.person(shown.reviewer_id) if shown else None
    own = shown is not None and shown.reviewer_id == by.id
    raise Stale(
        "This view was changed after you opened the page, so what is written here was not saved and "
        f"{'what you saved there' if own else 'theirs'} is not lost.",
        fields=(
            Both("View", shown.view.value if shown else "", view.value, "view"),
            Both("Level", str(shown.level or "") if shown else "", str(level or ""), "level"),
            Both("Reason", shown.reason if shown else "", reason, "reason"),
        ),
        version=now,
        who=f"{who.name}, {words.moment(shown.recorded_at)}" if who and shown else "",
        own=own,
    )


def _write(
    assessment: Assessment,
    answer: Answer,
    row: Finding | None,
    *,
    second: bool,
    view: View,
    level: int | None,
    reason: str,
    by: Acting,
) -> Finding:
    if row is None:
        row = Finding(
            assessment_id=assessment.id,
            assessment_reference=assessment.reference,
            organisation_id=assessment.organisation_id,
            expectation=answer.expectation,
            second=second,
        )
        db.session.add(row)
    row.view, row.claimed, row.level, row.reason = view, answer.level, level, reason
    row.reviewer_id, row.recorded_at = by.id, clock.now()  # type: ignore[assignment]  # nobody anonymous passes insist
    db.session.flush()
    return row


def _said(view: View, level: int | None) -> str:
    return view.value if level is None else f"{view.value}: level {level}"
