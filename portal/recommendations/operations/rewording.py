"""An officer changes the words of what was issued. Every wording is kept, with its number and the reason."""

from __future__ import annotations

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Both, Invalid
from portal.outbox import Letter
from portal.policy import Acting, Action, insist
from portal.recommendations.models import WORDS, Recommendation, Wording
from portal.recommendations.operations.colliding import stale
from portal.recommendations.operations.drafting import LABELS, both, checked_reason
from portal.recommendations.operations.standing import refuse_unless_open
from portal.recommendations.operations.telling import tell_organisation
from portal.recommendations.queries.wordings import newest_number


def reword(one: Recommendation, *, version: int, text: str, public_text: str, reason: str, by: Acting) -> Wording:
    """Change its texts, for a reason that everybody reads. What was promised, and the days, stay as they are."""
    insist(by, Action.REVISE_RECOMMENDATION, one)
    hold(one)
    refuse_unless_open(one)
    typed = {"text": words.clean(text), "public_text": words.clean(public_text)}
    if one.version != version:
        raise stale(one, [*both(one, typed), Both("Why", "", words.clean(reason), "reason")])
    _refuse_unless_new(one, typed)
    reason = checked_reason(reason)
    one.text, one.public_text, one.changed_at = typed["text"], typed["public_text"], clock.now()
    wording = Wording(
        recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id,
        number=newest_number(one.id) + 1, **typed, reason=reason, worded_at=clock.now(), worded_by=by.name,
    )  # fmt: skip
    db.session.add(wording)
    audit.record(Event.RECOMMENDATION_REWORDED, one, by=by, number=wording.number, reason=reason)
    tell_organisation(Letter.RECOMMENDATION_REWORDED, one, period=f"wording {wording.number}", text=one.text, reason=reason)
    return wording


def _refuse_unless_new(one: Recommendation, typed: dict[str, str]) -> None:
    for name, said in typed.items():
        if not said:
            raise Invalid(name, f"Enter the {LABELS[name][:1].lower()}{LABELS[name][1:]}")
        if len(said) > WORDS:
            raise Invalid(name, f"{LABELS[name]} must be {words.number(WORDS)} characters or fewer")
    if all(said == getattr(one, name) for name, said in typed.items()):
        raise Invalid("text", "Change the words of one of the two texts: both are as they were")
