"""A learner asks that somebody else looks at the marks of their work."""

from __future__ import annotations

from portal import audit
from portal.accreditation import works
from portal.accreditation.models import Appeal
from portal.accreditation.operations.writing import work_path
from portal.accreditation.queries import works as queries
from portal.accreditation.queries.works import Handed
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Invalid, Step, WrongState
from portal.policy import Acting, Action, insist


def ask(at: Handed, grounds: str, *, by: Acting) -> None:
    """Ask, once for each work. The same asked twice is asked once."""
    insist(by, Action.LEARN)
    one, said, here = hold(at.work), words.clean(grounds), [Step("Read your work", work_path(at.work))]
    if one.decided_at is None or one.points is None:
        raise WrongState("This work is not marked yet, so there are no marks to appeal against.", next_steps=here)
    before = queries.appeal(one.id)
    if before is not None and before.grounds == said:
        return
    if before is not None:
        raise WrongState(
            f"You asked on {words.moment(before.asked_at)} that somebody else looks at this work. That is possible once. What you wrote just now was not added.",
            next_steps=here,
        )
    if clock.today() > works.appeal_until(one.decided_at):
        raise WrongState(f"An appeal against these marks was possible until {words.day(works.appeal_until(one.decided_at))}.", next_steps=here)
    if not said:
        raise Invalid("grounds", "Say which marks you think are wrong, and why")
    now = clock.now()
    made = Appeal(
        reference=fresh_reference(Appeal, "AP"), work_id=one.id, work_reference=one.reference, grounds=said, asked_at=now,
        decide_by=works.appeal_decided_by(now), points_before=one.points, passed_before=one.passed,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(Event.APPEAL_ASKED, made, by=by, work=one.reference, decide_by=made.decide_by)
