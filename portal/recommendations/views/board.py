"""The officers' board: what is due, what is late, and what waits for the Ombudsman."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.kernel import clock, words
from portal.policy import Acting, Action, Role, may
from portal.recommendations import filters
from portal.recommendations.ladder import Band
from portal.recommendations.lifecycle import Delivery
from portal.recommendations.queries import board as queries
from portal.recommendations.queries.board import Waiting
from portal.recommendations.queries.narrowing import Standing
from portal.recommendations.queries.officers import reference_of
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("board", __name__)
LISTS: dict[str, Any] = {
    "due soon": Standing.DUE_SOON,
    "awaiting us": Delivery.SUBMITTED,
    "objected": Standing.OBJECTED,
    "stalled": Standing.STALLED,
    "unanswered": Standing.UNANSWERED,
    "steps": Standing.STEP_WAITS,
}
WHOSE = {"mine": "Mine", "everybody": "Everybody’s"}


@bp.route("/recommendations/board")
@gate(Action.SEE_BOARD)
def show() -> Response:
    person = acting()
    whose = _whose(person)
    mine = {"officer": reference_of(person.id)} if whose == "mine" else {}
    found = queries.board(clock.today(), person.id if mine else None)
    return page(
        "recommendations/board.html",
        first={name: [(one, _said(name, one, of_everybody=not mine)) for one in lines] for name, lines in found.first.items()},
        decides=may(person, Action.DECIDE_RECOMMENDATION),
        counts=found.counts,
        whose=whose,
        choices=WHOSE,
        may_be_mine=_looks_after(person),
        links={name: _list(state=filters.slug(standing), **mine) for name, standing in LISTS.items()},
        late=[(band, found.counts[band.name], _list(state=filters.slug(Standing.THEIRS), late=filters.slug(band), **mine)) for band in queries.OVERDUE],
        overdue=_list(state=filters.slug(Standing.OVERDUE), **mine),
        bands=Band,
    )


def _said(group: str, one: Waiting, *, of_everybody: bool) -> str:
    """What stands below a line of a group."""
    today = clock.today()
    waits = words.count((today - one.since).days, "day", "days")
    if group == "steps":
        said = f"Level {one.level}, waits since {words.day(one.since)}"
    elif group == "awaiting us":
        said = f"We have had it for {waits}"
    elif group == "stalled":
        said = f"Nothing heard for {waits}"
    elif group == "overdue":
        said = f"{words.count((today - one.due_on).days, 'day', 'days')} late"
    elif group == "unanswered":
        said = f"Answer {waits} late" if one.since < today else f"Answer due {words.day(one.since)}"
    else:
        said = f"Due {words.day(one.due_on)}"
    return f"{said}, {one.officer}" if of_everybody else said


def _looks_after(person: Acting) -> bool:
    return any(post.role is Role.COMPLIANCE_OFFICER for post in person.posts)


def _whose(person: Acting) -> str:
    """An officer's own first; of whoever looks after none, everybody's."""
    asked = request.args.get("whose", "")
    if not _looks_after(person):
        return "everybody"
    return asked if asked in WHOSE else "mine"


def _list(**narrowed: Any) -> str:
    return url_for("recommendation_lists.index", **narrowed)
