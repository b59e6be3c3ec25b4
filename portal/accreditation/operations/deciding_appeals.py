"""An appeal is decided by somebody who marked none of the work: they take it, look at it anew, and give reasons."""

from __future__ import annotations

from portal.accreditation.models import Marking
from portal.accreditation.operations import assessing, settling
from portal.accreditation.queries import appeals as queries
from portal.accreditation.queries.appeals import Appealed
from portal.accreditation.queries.assessing import Held
from portal.kernel import words
from portal.kernel.db import hold
from portal.kernel.errors import Invalid, NotAllowed, Step, WrongState
from portal.policy import Acting, Action, insist

_TO_APPEALS = Step("See the other appeals", "/marking/appeals")


def take(at: Appealed, *, by: Acting) -> Marking:
    """Take an appeal; whoever has it goes on with it."""
    insist(by, Action.DECIDE_APPEAL, at)
    if at.bar is not None:
        raise NotAllowed(f"Somebody else decides this appeal: {at.bar.value}.", next_steps=[_TO_APPEALS])
    appeal = hold(at.appeal)
    if appeal.decided_at is not None:
        raise WrongState(f"This appeal was decided on {words.moment(appeal.decided_at)}.", next_steps=[_TO_APPEALS])
    there = queries.marking_of(appeal)
    if there is None:
        return assessing.take_appeal(appeal, at.handed.work, by=by)
    if there.assessor_id != by.id:
        raise WrongState("Somebody else has taken this appeal.", next_steps=[_TO_APPEALS])
    return there


def decide(at: Held, *, changed: bool | None, version: int, by: Acting) -> None:
    """Decide it as it was shown in `version`: the marks stand, or change to those that were given here. A second time changes nothing."""
    insist(by, Action.DECIDE_APPEAL, at)
    appeal = queries.of_marking(at.marking)
    if appeal is None:
        raise WrongState("This appeal went back to the others while the page was open, so you did not decide it.", next_steps=[_TO_APPEALS])
    hold(appeal)
    if appeal.decided_at is not None:
        return
    if changed is None:
        raise Invalid("outcome", "Choose whether the marks stand or change")
    if assessing.close(at, version=version, lacks=lacks(at, changed=changed), by=by):
        settling.settle_appeal(appeal, changed=changed, reasons=at.sheet.feedback, by=by)


def lacks(at: Held, *, changed: bool) -> list[Step]:
    """What is still to be written: reasons always, levels where the marks change."""
    reasons = [] if at.sheet.feedback else [Step("Give your reasons", f"{assessing.marking_path(at.marking)}#feedback")]
    return reasons + (assessing.missing(at) if changed else [])
