"""The officers' board: what is due, what is late, and what waits for the Ombudsman."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.kernel import clock
from portal.policy import Acting, Action, Role
from portal.recommendations import filters
from portal.recommendations.ladder import Band
from portal.recommendations.lifecycle import Delivery
from portal.recommendations.queries import board as queries
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
        first=found.first,
        counts=found.counts,
        whose=whose,
        choices=WHOSE,
        may_be_mine=_looks_after(person),
        links={name: _list(state=filters.slug(standing), **mine) for name, standing in LISTS.items()},
        late=[(band, found.counts[band.name], _list(state=filters.slug(Standing.THEIRS), late=filters.slug(band), **mine)) for band in queries.OVERDUE],
        overdue=_list(state=filters.slug(Standing.OVERDUE), **mine),
        bands=Band,
    )


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
