"""A group answers for named branches: a branch is then assessed through its group."""

from __future__ import annotations

from datetime import date

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db, hold
from portal.kernel.errors import Invalid, WrongState
from portal.organisations.models import Branch, Organisation
from portal.organisations.queries.register import answers_for_branches, covered_by
from portal.policy import Acting, Action, insist


def cover_branch(group: Organisation, branch: Organisation, since: date, *, by: Acting) -> Branch:
    """From `since` the group answers for the branch. A branch has one group, and a group is nobody's branch."""
    insist(by, Action.KEEP_REGISTER, group)
    for body in sorted((group, branch), key=lambda one: one.id):
        hold(body)
    _sound(group, branch)
    if since > clock.today():
        raise Invalid("since", "The first day must be today or in the past")
    covered = Branch(organisation_id=group.id, branch_id=branch.id, since_on=since)
    db.session.add(covered)
    db.session.flush()
    audit.record(Event.BRANCH_COVERED, group, by=by, branch=branch.code)
    return covered


def release_branch(group: Organisation, branch: Organisation, until: date, *, by: Acting) -> None:
    """The group answers for the branch until the day `until`; from the next day the branch answers for itself."""
    insist(by, Action.KEEP_REGISTER, group)
    hold(group)
    covered = covered_by(branch.id)
    if covered is None or covered.organisation_id != group.id:
        raise WrongState(f"{group.name} does not answer for {branch.name}.")
    if until < covered.since_on:
        raise Invalid("until", "The last day must not be before the first")
    if until > clock.today():
        raise Invalid("until", "The last day must be today or in the past")
    covered.until_on = until
    db.session.flush()
    audit.record(Event.BRANCH_RELEASED, group, by=by, branch=branch.code)


def _sound(group: Organisation, branch: Organisation) -> None:
    if group.id == branch.id:
        raise Invalid("branch", "An organisation is not a branch of itself. Enter another code")
    if group.closed_on is not None or branch.closed_on is not None:
        raise Invalid("branch", "One of the two is closed. Both must be open")
    if covered_by(branch.id) is not None:
        raise Invalid("branch", f"{branch.name} is answered for by a group already. Release it there first")
    if covered_by(group.id) is not None:
        raise Invalid("branch", f"{group.name} is itself a branch of a group")
    if answers_for_branches(branch.id):
        raise Invalid("branch", f"{branch.name} answers for branches of its own")
