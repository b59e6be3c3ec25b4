"""What was issued: for everybody, by organisation; in full for the organisation and the Ombudsman; and the Ombudsman's list."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, request, url_for

from portal.kernel import clock
from portal.organisations.models import Organisation
from portal.organisations.queries import organisation as by_code
from portal.policy import Action, may
from portal.recommendations import queries
from portal.recommendations.ladder import days_late
from portal.recommendations.lifecycle import OPEN, DraftState
from portal.recommendations.models import Recommendation
from portal.recommendations.types import type_of
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("recommendations", __name__)


@bp.route("/recommendations")
@gate(Action.SEE_RECOMMENDATIONS)
def index() -> Any:
    lines, going_on = queries.listed(DraftState.ISSUED, after=_after())
    return page("recommendations/index.html", lines=lines, next_page=_next_page("recommendations.index", going_on), first_page=_after() is None)


@bp.route("/recommendations/<reference>")
@gate(Action.READ_PUBLIC_PAGES, queries.issued)
def show(one: Recommendation) -> Any:
    return page(
        "recommendations/show.html",
        one=one,
        organisation=queries.organisation_of(one),
        type=type_of(one.type),
        late=days_late(one.due_on, clock.today()) if one.delivery in OPEN else 0,
        in_full=may(acting(), Action.READ_RECOMMENDATION, one),
    )


@bp.route("/organisations/<code>/recommendations")
@gate(Action.READ_PUBLIC_PAGES, by_code)
def of_organisation(organisation: Organisation) -> Any:
    lines, going_on = queries.listed(DraftState.ISSUED, organisation_id=organisation.id, after=_after())
    next_page = _next_page("recommendations.of_organisation", going_on, code=organisation.code)
    return page("recommendations/of_organisation.html", organisation=organisation, lines=lines, next_page=next_page)


def _after() -> tuple[date, int] | None:
    """Where a list goes on. What nobody could have been given begins it again."""
    day, _, id = request.args.get("after", "")[:30].partition("_")
    try:
        return (date.fromisoformat(day), int(id)) if id.isdecimal() else None
    except ValueError:
        return None


def _next_page(endpoint: str, going_on: tuple[date, int] | None, **values: Any) -> str | None:
    return url_for(endpoint, after=f"{going_on[0].isoformat()}_{going_on[1]}", **values) if going_on else None
