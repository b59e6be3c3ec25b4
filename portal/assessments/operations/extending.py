"""More time: an organisation asks for it with a reason, and the Ombudsman grants or refuses it with one."""

from __future__ import annotations

from datetime import date

from portal import audit, outbox
from portal.assessments import deadlines
from portal.assessments.lifecycle import ASSESSMENT, OPEN, State, Verb
from portal.assessments.models import Assessment, Extension
from portal.assessments.operations import starting
from portal.assessments.queries import extensions as requests
from portal.assessments.queries import periods as queries
from portal.audit import Event
from portal.gaps.models import GapKind
from portal.gaps.operations import register
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Invalid, Step, WrongState
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist

MAY_GET_MORE_TIME = frozenset({*OPEN, State.NOT_SUBMITTED})
TOLD_OF_THE_ANSWER = (Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD)


def ask(assessment: Assessment, *, until: date, reason: str, by: Acting) -> Extension:
    """Ask for more time. One request at a time; not beyond six months after the first due day."""
    insist(by, Action.ASK_FOR_EXTENSION, assessment)
    hold(assessment)
    _insist_open(assessment)
    if any(one.granted is None for one in requests.extensions_of(assessment.id)):
        raise WrongState(
            "Your organisation has asked for more time already, and the answer is still to come.",
            next_steps=[Step("See the request", f"/assessments/{assessment.reference}/extension")],
        )
    _insist_possible(assessment, until, reason)
    extension = _written(assessment, until, reason, by)
    audit.record(Event.EXTENSION_ASKED, extension, by=by, until=until, reason=reason)
    _tell_the_ombudsman(assessment, extension, by)
    return extension


def grant(extension: Extension, *, until: date, reason: str, by: Acting) -> None:
    """Grant the request, until the day asked for or another one."""
    assessment = db.session.get_one(Assessment, extension.assessment_id)
    insist(by, Action.GRANT_EXTENSION, assessment)
    hold(assessment)
    hold(extension)
    _insist_undecided(extension)
    _insist_open(assessment)
    _insist_possible(assessment, until, reason)
    extension.until = until
    _decide(extension, granted=True, reason=reason, by=by)
    _give(assessment, extension, by)


def refuse(extension: Extension, *, reason: str, by: Acting) -> None:
    """Refuse the request. Its days stay as they are."""
    assessment = db.session.get_one(Assessment, extension.assessment_id)
    insist(by, Action.GRANT_EXTENSION, assessment)
    hold(assessment)
    hold(extension)
    _insist_undecided(extension)
    if not reason:
        raise Invalid("reason", "Say why, so that the organisation understands the answer.")
    _decide(extension, granted=False, reason=reason, by=by)
    audit.record(Event.EXTENSION_REFUSED, extension, by=by, reason=reason)
    _tell_the_organisation(assessment, extension)


def give(assessment: Assessment, *, until: date, reason: str, by: Acting) -> Extension:
    """Give more time that nobody asked for, also after the assessment was closed as not submitted."""
    insist(by, Action.GRANT_EXTENSION, assessment)
    hold(assessment)
    _insist_open(assessment)
    waiting = [one for one in requests.extensions_of(assessment.id) if one.granted is None]
    if waiting:
        raise WrongState(
            "The organisation has asked for more time. Decide its request instead.",
            next_steps=[Step("Decide the request", f"/extensions/{waiting[0].reference}")],
        )
    _insist_possible(assessment, until, reason)
    extension = _written(assessment, until, reason, by)
    _decide(extension, granted=True, reason=reason, by=by)
    _give(assessment, extension, by)
    return extension


def _insist_open(assessment: Assessment) -> None:
    if assessment.state not in MAY_GET_MORE_TIME:
        raise WrongState(f"More time is no longer needed: the assessment is “{assessment.state.value}”.")


def _insist_undecided(extension: Extension) -> None:
    if extension.granted is not None:
        answer = "granted" if extension.granted else "refused"
        raise WrongState(f"{extension.decided_by} has decided this request already: it was {answer}.")


def _insist_possible(assessment: Assessment, until: date, reason: str) -> None:
    if not reason:
        raise Invalid("reason", "Say why more time is needed.")
    if until <= max(assessment.due_on, clock.today()):
        than = words.day(max(assessment.due_on, clock.today()))
        raise Invalid("until", f"Choose a day after {than}.")
    last = deadlines.latest_extension(assessment.first_due_on)
    if until > last:
        raise Invalid("until", f"Choose {words.day(last)} or earlier: more time ends six months after the first due day.")


def _written(assessment: Assessment, until: date, reason: str, by: Acting) -> Extension:
    extension = Extension(
        reference=fresh_reference(Extension, "EX"),
        assessment_id=assessment.id,
        assessment_reference=assessment.reference,
        organisation_id=assessment.organisation_id,
        until=until,
        reason=reason,
        asked_by=by.name,
        asked_at=clock.now(),
    )
    db.session.add(extension)
    db.session.flush()
    return extension


def _decide(extension: Extension, *, granted: bool, reason: str, by: Acting) -> None:
    extension.granted = granted
    extension.decision = reason
    extension.decided_by = by.name
    extension.decided_at = clock.now()


def _give(assessment: Assessment, extension: Extension, by: Acting) -> None:
    """Move the days of the assessment, and open it again where it was closed. `first_due_on` stays."""
    before = assessment.due_on
    if assessment.state is State.NOT_SUBMITTED:
        ASSESSMENT.move(assessment, Verb.EXTEND)
        starting.lay_out(assessment)
        _close_gap(assessment, by)
    assessment.due_on, assessment.closes_on = deadlines.moved(before, assessment.closes_on, extension.until)
    assessment.changed_at = clock.now()
    audit.record(Event.DUE_DAY_MOVED, assessment, by=by, from_day=before, until=extension.until)
    audit.record(
        Event.EXTENSION_GRANTED, extension, by=by, from_day=before, until=extension.until, reason=extension.decision
    )
    _tell_the_organisation(assessment, extension)


def _close_gap(assessment: Assessment, by: Acting) -> None:
    gap = register.find_open(
        organisation_id=assessment.organisation_id, kind=GapKind.NOT_SUBMITTED, standard=assessment.standard
    )
    if gap is not None and gap.about == assessment.reference:
        register.close_gap(gap, "more time was given", by=by)


def _tell_the_ombudsman(assessment: Assessment, extension: Extension, by: Acting) -> None:
    about = queries.about(assessment.id)
    organisation_id = assessment.organisation_id
    to = recipients.free_staff(organisation_id, Role.COMPLIANCE_OFFICER)
    for person in to or recipients.free_staff(organisation_id, Role.ADMINISTRATOR):
        outbox.post(
            Letter.EXTENSION_ASKED,
            to=person.email,
            name=person.name,
            about=extension.reference,
            facts={
                "organisation": about.organisation,
                "period": about.period,
                "asked_by": by.name,
                "due": words.day(assessment.due_on),
                "until": words.day(extension.until),
                "reason": extension.reason,
                "reference": extension.reference,
            },
        )


def _tell_the_organisation(assessment: Assessment, extension: Extension) -> None:
    about = queries.about(assessment.id)
    for person in recipients.holders(assessment.organisation_id, *TOLD_OF_THE_ANSWER):
        outbox.post(
            Letter.EXTENSION_DECIDED,
            to=person.email,
            name=person.name,
            about=extension.reference,
            facts={
                "organisation": about.organisation,
                "period": about.period,
                "granted": bool(extension.granted),
                "due": words.weekday(assessment.due_on),
                "closes": words.weekday(assessment.closes_on),
                "reason": extension.decision,
                "reference": assessment.reference,
            },
        )
