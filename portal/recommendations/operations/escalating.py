"""From level 3 of the ladder on an officer decides: sends the letter that was drafted, decides at its top, or puts the step aside."""

from __future__ import annotations

from collections.abc import Sequence

from portal import audit, outbox
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import hold
from portal.kernel.errors import Both, Invalid, Stale, WrongState
from portal.kernel.errors import Step as Onward
from portal.organisations.models import Organisation
from portal.organisations.queries import recipients
from portal.organisations.queries.recipients import Recipient
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist
from portal.recommendations import ladder, queries
from portal.recommendations.drafted_letters import letters
from portal.recommendations.lifecycle import CLIMBING, LastStep, TakenVerb
from portal.recommendations.models import NOTE, WORDS, LadderStep, Recommendation
from portal.recommendations.operations.climbing import to_act
from portal.recommendations.operations.pausing import paused
from portal.recommendations.queries import climbing
from portal.recommendations.types import type_of

TO_THE_LEAD, TO_THE_CHIEF, AT_THE_TOP = 3, 4, 5


def drafted(one: Recommendation, step: LadderStep) -> str:
    """The letter of a step that waits, with today's facts in it."""
    return letters()[step.level].filled(
        organisation=queries.organisation_of(one).name, reference=one.reference, case=one.case_reference,
        recommendation=one.public_text, issued=words.day(one.issued_on) if one.issued_on else "", due=words.day(one.due_on),
        late=words.count(ladder.days_late(one.due_on, clock.today()), "day", "days"), answer=one.acceptance.value,
        evidence="\n".join(f"- {line.text}" for line in type_of(one.type).evidence),
    )  # fmt: skip


def leads(one: Recommendation) -> list[Recipient]:
    """To whom a letter of level 3 goes by itself."""
    return recipients.holders(one.organisation_id, Role.EXECUTIVE_LEAD)


def copies(one: Recommendation) -> list[tuple[Organisation, list[Recipient]]]:
    """Whoever answers for the organisation, as far as the register knows, and who of them is on the portal."""
    return [(each, recipients.holders(each.id, Role.EXECUTIVE_LEAD)) for each in climbing.overseers(one.organisation_id)]


def send(step: LadderStep, *, version: int, text: str, name: str = "", address: str = "", by: Acting) -> None:
    """Send the letter as the officer left it: at level 3 to the executive lead, at level 4 to the chief executive who is named,
    with copies to whoever answers for the organisation."""
    text, name = words.clean(text), words.clean_line(name)
    one = _held(step, version, Both("The letter", step.note, text, "text"), by=by)
    if step.level == AT_THE_TOP:
        raise WrongState("At the top of the ladder there is a decision, and no letter.")
    _insist_possible(one, step)
    _insist_text("text", "the letter", text, WORDS)
    to = _addressees(one, step, name, address)
    _move(one, step, TakenVerb.TAKE, text, by)
    facts = {"organisation": queries.organisation_of(one).name, "reference": one.reference, "text": text, "by": by.name,
             "late": words.count(ladder.days_late(one.due_on, clock.today()), "day", "days")}  # fmt: skip
    for person in dict.fromkeys(to):
        outbox.post(Letter.LADDER_LETTER, to=person[1], name=person[0], about=one.reference, period=f"step {step.id}", facts=facts)


def conclude(step: LadderStep, *, version: int, decision: LastStep, text: str, by: Acting) -> None:
    """Decide at the top of the ladder on a public statement, a report to Parliament or neither, with the reasons."""
    text = words.clean(text)
    one = _held(step, version, Both("Reasons", step.note, text, "text"), by=by)
    if step.level != AT_THE_TOP:
        raise WrongState("This step is a letter. There is a decision only at the top of the ladder.")
    _insist_possible(one, step)
    _insist_text("text", "the reasons", text, WORDS)
    _move(one, step, TakenVerb.TAKE, f"Decided on {decision.value}.\n\n{text}", by)


def put_aside(step: LadderStep, *, version: int, reason: str, by: Acting) -> None:
    """Do nothing at this step, for a reason."""
    reason = words.clean(reason)
    one = _held(step, version, Both("Why", step.note, reason, "reason"), by=by)
    if not CLIMBING.can(step.state, TakenVerb.PUT_ASIDE):
        raise WrongState(CLIMBING.refusal(step.state, TakenVerb.PUT_ASIDE))
    _insist_text("reason", "the reason", reason, NOTE)
    _move(one, step, TakenVerb.PUT_ASIDE, reason, by)


def why_not(one: Recommendation, step: LadderStep) -> str:
    """Why nothing can be sent or decided at this step now, in words; nothing where it can."""
    if one.ended_on is not None:
        return f"The recommendation ended on {words.day(one.ended_on)}: it is “{one.delivery.value}”."
    if one.due_on != step.due_on:
        return f"The recommendation is due on {words.day(one.due_on)} now, so this step is no longer called for."
    if not to_act(one):
        return "Evidence was submitted and waits for the Ombudsman, so the organisation is not chased."
    if one.paused_until is not None and paused(one):
        return f"No step is taken until {words.day(one.paused_until)}: reminders and further steps are paused."
    return ""


def _held(step: LadderStep, version: int, typed: Both, *, by: Acting) -> Recommendation:
    insist(by, Action.DECIDE_RECOMMENDATION, step)
    one = hold(climbing.recommendation_of(step))
    hold(step)
    if step.version != version:
        who = f" {step.decided_by} decided it, {words.moment(step.decided_at)}." if step.decided_at else ""
        raise Stale(f"This step was decided after you opened the page.{who} Nothing of yours was sent.",
                    fields=[Both(typed.label, step.note, typed.yours, typed.name)], version=step.version)  # fmt: skip
    return one


def _insist_possible(one: Recommendation, step: LadderStep) -> None:
    if not CLIMBING.can(step.state, TakenVerb.TAKE):
        raise WrongState(CLIMBING.refusal(step.state, TakenVerb.TAKE))
    if why := why_not(one, step):
        raise WrongState(f"{why} Put the step aside.", next_steps=[Onward("Back to the step", _page(step))])


def _insist_text(field: str, noun: str, text: str, longest: int) -> None:
    if not text:
        raise Invalid(field, f"Enter {noun}")
    if len(text) > longest:
        raise Invalid(field, f"{noun.capitalize()} must be {words.number(longest)} characters or fewer")


def _addressees(one: Recommendation, step: LadderStep, name: str, address: str) -> Sequence[tuple[str, str]]:
    """(name, address) of each: whoever was named, or at level 3 the executive lead; at level 4 those who get a copy too."""
    named = [(name, address)] if name and address else []
    if (name or address) and not named:
        raise Invalid("name" if not name else "address", f"Enter their {'name' if not name else 'email address'}, or leave both empty")
    if step.level == TO_THE_CHIEF:
        if not named:
            raise Invalid("name", "Enter the name and the email address of the chief executive")
        return [*named, *((person.name, person.email) for _, people in copies(one) for person in people)]
    to = named or [(person.name, person.email) for person in leads(one)]
    if not to:
        raise Invalid("name", "No executive lead of the organisation is on the portal. Enter their name and email address")
    return to


def _move(one: Recommendation, step: LadderStep, verb: TakenVerb, note: str, by: Acting) -> None:
    CLIMBING.move(step, verb)
    step.note, step.decided_by, step.decided_at, one.changed_at = note, by.name, clock.now(), clock.now()
    if verb is TakenVerb.TAKE:
        one.level = max(one.level, step.level)
    event = Event.LADDER_STEP_TAKEN if verb is TakenVerb.TAKE else Event.LADDER_STEP_PUT_ASIDE
    audit.record(event, one, by=by, level=step.level, after=step.after)


def _page(step: LadderStep) -> str:
    return f"/recommendations/{step.recommendation_reference}/ladder/{step.level}"
