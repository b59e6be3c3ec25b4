"""The first page of whoever acts for an organisation: what waits, and the next thing to do."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import Blueprint, redirect

from portal.assessments.lifecycle import State
from portal.evidence.queries import library
from portal.gaps import naming
from portal.gaps.queries import plan
from portal.home import steps
from portal.home.queries import work as queries
from portal.kernel import clock
from portal.policy import IN_A_BODY, Acting, Action, Role, may
from portal.recommendations.queries import for_organisations
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("work", __name__)


@bp.route("/work")
@gate(Action.USE_OWN_ACCOUNT)
def index() -> Any:
    person, today = acting(), clock.today()
    if not person.bodies and may(person, Action.SEE_GAP_REGISTER):
        return redirect("/gaps", 303)
    if not person.bodies and may(person, Action.MARK):
        return redirect("/marking", 303)
    roles = _roles(person)
    whole = [one for one, held in roles.items() if held != {Role.CONTRIBUTOR}]
    bodies = queries.bodies(roles)
    actions: dict[int, list[plan.NextAction]] = defaultdict(list)
    for action in plan.next_actions(whole, today):
        actions[action.organisation_id].append(action)
    gaps: dict[int, list[plan.GapsOfPillar]] = defaultdict(list)
    for gap in plan.by_pillar(whole):
        gaps[gap.organisation_id].append(gap)
    assigned: dict[int, list[queries.Assigned]] = defaultdict(list)
    for answer in queries.assigned_to(person.id):
        assigned[answer.organisation_id].append(answer)
    return page(
        "home/work.html",
        bodies=bodies,
        answering=queries.answering(roles),
        openings=queries.openings({body.kind for body in bodies}, today),
        whole=set(whole),
        roles=roles,
        actions=actions,
        gaps=gaps,
        assigned=assigned,
        next_step=lambda body, one: steps.next_step(one, roles[body.id], today),
        left=lambda one: steps.left(one, today),
        recommendations=for_organisations.waiting_for(whole, today),
        signatures=[
            (body, one)
            for body in bodies
            for one in body.assessments
            if one.state is State.READY_FOR_SIGN_OFF and Role.EXECUTIVE_LEAD in roles[body.id]
        ],
        choices=_choices(person, roles),
        naming=naming,
    )


def _choices(person: Acting, roles: dict[int, set[Role]]) -> dict[int, int]:
    """How many files of each organisation wait for this person's choice about personal data."""
    waiting = library.waiting_for_a_choice(roles, person.id)
    theirs = {one: whole if Role.COMPLAINTS_MANAGER in roles[one] else own for one, (whole, own) in waiting.items()}
    return {one: count for one, count in theirs.items() if count}


def _roles(person: Acting) -> dict[int, set[Role]]:
    found: dict[int, set[Role]] = defaultdict(set)
    for post in person.posts:
        if post.role in IN_A_BODY:
            found[post.organisation_id].add(post.role)
    return dict(found)
