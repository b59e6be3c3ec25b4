"""A finding is published: its outcome settled, its public text frozen, and the gap register brought into line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from portal import audit, outbox
from portal.assessments import snapshots
from portal.assessments.lifecycle import ASSESSMENT, State, Verb
from portal.assessments.models import Assessment, PlanState, PublicFinding, Reply
from portal.assessments.operations.signing import GAP_DUE_AFTER
from portal.assessments.queries import reviewing as queries
from portal.assessments.queries.reviewing import Context, Judged, Planned
from portal.audit import Event
from portal.gaps.models import GapKind
from portal.gaps.operations import register
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Incomplete, Step, WrongState
from portal.kernel.working_days import add_months
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist
from portal.standards.records import Standard
from portal.standards.scoring import Outcome, Scored, outcome, pillar_counts


def publish(assessment: Assessment, *, by: Acting) -> PublicFinding:
    """Publish the finding, once the organisation has replied or the time for it is over."""
    insist(by, Action.PUBLISH, assessment)
    hold(assessment)
    return publish_held(assessment, by=by)


def publish_held(assessment: Assessment, *, by: Acting) -> PublicFinding:
    """Publish what the caller has insisted on and holds; a refusal comes before anything is changed."""
    reply = queries.reply(assessment)
    judged = queries.judged(assessment)
    if assessment.state is State.REVIEWED:
        _refuse_too_early(assessment, reply)
        _refuse_incomplete(assessment, judged, reply, by)
    context, standard = queries.context(assessment), queries.standard_of(assessment)
    ASSESSMENT.move(assessment, Verb.PUBLISH)
    found = outcome_of(assessment, judged, standard)
    assessment.outcome = found.name
    assessment.published_on = clock.today()
    assessment.changed_at = clock.now()
    reconcile(assessment, judged, standard, by=by)
    audit.record(Event.PUBLISHED, assessment, by=by, outcome=found.name, checked=assessment.checked)
    db.session.flush()
    frozen = _freeze(assessment, content(assessment, context, standard, judged, reply, queries.plan(assessment)))
    _tell(assessment, context, found)
    return frozen


def may_publish_from(assessment: Assessment, reply: Reply | None) -> date | None:
    """The first day on which it may be published; None where that is now."""
    if not assessment.checked or reply is not None or assessment.reply_due_on is None:
        return None
    opens = date.fromordinal(assessment.reply_due_on.toordinal() + 1)
    return opens if clock.today() < opens else None


def outcome_of(assessment: Assessment, judged: Sequence[Judged], standard: Standard) -> Outcome:
    """What the assessment adds up to with the levels that stand."""
    return outcome(scored(judged, standard), plan_agreed=assessment.plan is PlanState.AGREED)


def scored(judged: Sequence[Judged], standard: Standard) -> tuple[Scored, ...]:
    return tuple(
        Scored(
            code=line.code,
            level=line.settled.level,
            target=line.answer.target,
            core=line.answer.weight == "core",
            statutory=standard.expectation(line.code).statutory is not None,
        )
        for line in judged
    )


def reconcile(assessment: Assessment, judged: Sequence[Judged], standard: Standard, *, by: Acting) -> None:
    """Open a gap for each level that stands under its target, and close those that no longer do."""
    key: dict[str, Any] = {"organisation_id": assessment.organisation_id, "kind": GapKind.BELOW_TARGET, "standard": assessment.standard}
    there = register.all_open(**key)
    for one in scored(judged, standard):
        gap = there.get(one.code)
        if one.short_by:
            register.open_gap(
                **key,
                organisation_kind=assessment.organisation_kind,
                about=assessment.reference,
                pillar=one.pillar,
                expectation=one.code,
                level=one.level,
                target=one.target,
                severity=register.severity_of(short_by=one.short_by, statutory=one.statutory),
                due_on=gap.due_on if gap is not None else add_months(clock.today(), GAP_DUE_AFTER),
                known=gap,
                by=by,
            )
        elif gap is not None:
            stands = "it does not apply" if one.level is None else f"level {one.level} stands, and the target is {one.target}"
            register.close_gap(gap, f"Finding {assessment.reference} published: {stands}.", by=by)


def _refuse_too_early(assessment: Assessment, reply: Reply | None) -> None:
    opens = may_publish_from(assessment, reply)
    if opens is not None and assessment.reply_due_on is not None:
        raise WrongState(
            f"This cannot be published yet. The organisation may reply until the end of {words.day(assessment.reply_due_on)}; "
            f"it can be published from {words.day(opens)}, or as soon as the organisation has replied.",
            next_steps=[Step("Open the review", f"/reviews/{assessment.reference}")],
        )


def _refuse_incomplete(assessment: Assessment, judged: Sequence[Judged], reply: Reply | None, by: Acting) -> None:
    at = f"/reviews/{assessment.reference}"
    waiting = [line.code for line in judged if line.settled.waits_for_a_second_view]
    if waiting and assessment.first_reviewer_id != by.id:
        waiting = ["A lowered level"]  # which one is what somebody who may give the blind view must not know
    steps = [Step(f"{one} waits for a second reviewer's view", f"{at}/second") for one in waiting]
    if reply is not None and reply.text and reply.answered_at is None:
        steps.append(Step("The organisation's reply has no answer yet", f"{at}/publish#reply"))
    if steps:
        raise Incomplete("The finding cannot be published yet.", steps)


def content(
    assessment: Assessment,
    context: Context,
    standard: Standard,
    judged: Sequence[Judged],
    reply: Reply | None,
    plan: Sequence[Planned],
) -> dict[str, Any]:
    """Everything that the public may read of it, and nothing else: no proof, no working notes, nobody's name."""
    found = outcome_of(assessment, judged, standard)
    counts = pillar_counts(scored(judged, standard))
    return {
        "reference": assessment.reference,
        "organisation": {"code": context.organisation_code, "name": context.organisation, "kind": assessment.organisation_kind},
        "period": context.period,
        "standard": assessment.standard,
        "standard_version": assessment.standard_version,
        "standard_title": standard.title,
        "outcome": found.name,
        "outcome_label": found.label,
        "checked": assessment.checked,
        "sampled": assessment.sampled,
        "reliability": assessment.reliability.value if assessment.reliability else None,
        "signed_by": queries.post_of_signatory(assessment),
        "signed_alone": assessment.signed_alone,
        "signed_on": assessment.signed_off_on,
        "late": assessment.late,
        "published_on": assessment.published_on,
        "governing_body_response": assessment.governing_body_response,
        "pillars": [
            {"code": one.pillar, "title": standard.pillar(one.pillar).title, "at": list(one.at),
             "not_applicable": one.not_applicable, "below_target": one.below_target}
            for one in counts
        ],
        "expectations": [_expectation(line, standard) for line in judged],
        "reply": None if reply is None else {
            "text": reply.text, "nothing_to_add": not reply.text, "on": clock.london(reply.replied_at).date(),
            "late": reply.late, "answer": reply.answer,
        },
        "plan": _plan(assessment, plan),
    }  # fmt: skip


def _plan(assessment: Assessment, plan: Sequence[Planned]) -> dict[str, Any]:
    """The plan as it is frozen; how far each action has come is read from the action itself, by its reference."""
    return {
        "state": assessment.plan.value,
        "actions": [
            {"reference": one.reference, "expectation": one.expectation, "what": one.what, "owner": one.owner,
             "due_on": one.due_on, "state": one.state}
            for one in plan
            if one.what is not None
        ],
    }  # fmt: skip


PLAN_AGREED = "The Ombudsman’s reviewer agreed the improvement plan."


def freeze_agreed_plan(assessment: Assessment, *, by: Acting) -> Outcome | None:
    """Bring a published finding into line with its plan, agreed just now; part of agreeing, which insists and holds.

    Nothing else of what was frozen changes, and the finding says on which day it changed and why. Gives the outcome
    where it is another one now.
    """
    frozen = queries.public_finding(assessment)
    old = Outcome[assessment.outcome]
    new = outcome_of(assessment, queries.judged(assessment), queries.standard_of(assessment))
    said: dict[str, Any] = json.loads(frozen.content)
    note = {"on": clock.today(), "why": PLAN_AGREED, "outcome_before": old.label if new is not old else None}
    said |= {
        "outcome": new.name,
        "outcome_label": new.label,
        "plan": _plan(assessment, queries.plan(assessment)),
        "updated": [*said.get("updated", []), note],
    }
    frozen.content = audit.canonical(said)
    frozen.sha256 = snapshots.sha256(frozen.content)
    if new is old:
        return None
    assessment.outcome = new.name
    audit.record(Event.OUTCOME_CHANGED, assessment, by=by, old=old.name, new=new.name)
    return new


def _expectation(line: Judged, standard: Standard) -> dict[str, Any]:
    settled, expectation = line.settled, standard.expectation(line.code)
    return {
        "code": line.code,
        "title": expectation.title,
        "pillar": expectation.pillar,
        "target": line.answer.target,
        "own": line.answer.level,
        "found": settled.level,
        "checked": line.first is not None,
        "why": settled.why.value,
    }


def _freeze(assessment: Assessment, said: dict[str, Any]) -> PublicFinding:
    text = audit.canonical(said)
    frozen = PublicFinding(
        assessment_id=assessment.id,
        organisation_id=assessment.organisation_id,
        published_at=clock.now(),
        content=text,
        sha256=snapshots.sha256(text),
    )
    db.session.add(frozen)
    return frozen


def _tell(assessment: Assessment, context: Context, found: Outcome) -> None:
    facts = {
        "organisation": context.organisation,
        "code": context.organisation_code,
        "outcome": found.label,
        "reference": assessment.reference,
    }
    for one in recipients.holders(assessment.organisation_id, Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD):
        outbox.post(Letter.PUBLISHED, to=one.email, name=one.name, about=assessment.reference, facts=facts)
