"""An officer logs a call, a letter, an e-mail or a meeting: a working paper of the Ombudsman."""

from __future__ import annotations

from datetime import date

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db
from portal.kernel.errors import Invalid
from portal.policy import Acting, Action, insist
from portal.recommendations.models import NOTE, Contact, Recommendation
from portal.recommendations.operations import colliding
from portal.recommendations.queries import casework

WAYS = ("call", "e-mail", "letter", "meeting")


def log(one: Recommendation, *, on: date, how: str, what: str, by: Acting) -> Contact:
    """Log what was said or written, on which day. The same sent twice is logged once; nothing is ever taken out."""
    insist(by, Action.DECIDE_RECOMMENDATION, one)
    what = words.clean(what)
    colliding.hold_issued(one)
    if how not in WAYS:
        raise Invalid("how", "Choose how you were in contact")
    if not what:
        raise Invalid("what", "Write down what was said")
    if len(what) > NOTE:
        raise Invalid("what", f"What was said must be {words.number(NOTE)} characters or fewer")
    if on > clock.today():
        raise Invalid("on", "The day must be today or in the past")
    for each in casework.contacts_of(one):
        if (each.on, each.how, each.words, each.by) == (on, how, what, by.name):
            return each
    contact = Contact(
        recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id,
        on=on, how=how, words=what, by=by.name, logged_at=clock.now(),
    )  # fmt: skip
    db.session.add(contact)
    audit.record(Event.CONTACT_LOGGED, one, by=by, on=on, how=how)
    return contact
