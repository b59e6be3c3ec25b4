"""The lists: the Ombudsman's, with every filter; everybody's, of one organisation; and each as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, current_app, stream_with_context

from portal.kernel import clock
from portal.organisations.models import Organisation
from portal.organisations.queries import organisation as by_code
from portal.policy import Action, may
from portal.recommendations import as_csv, filters
from portal.recommendations.queries import listing
from portal.recommendations.queries.narrowing import Wanted
from portal.recommendations.queries.officers import officers
from portal.recommendations.views import narrowing
from portal.web.gate import acting, gate
from portal.web.pages import page
from portal.web.transaction import let_go

bp = Blueprint("recommendation_lists", __name__)


@bp.route("/recommendations")
@gate(Action.SEE_RECOMMENDATIONS)
def index() -> Response:
    asked, theirs, today = narrowing.chosen(), officers(), clock.today()
    wanted = narrowing.wanted(asked, theirs, acting())
    found = listing.listed(wanted, today, after=narrowing.key("after"), before=narrowing.key("before"))
    return page(
        "recommendations/index.html",
        fragment="recommendations/_results.html",
        found=found,
        wanted=wanted,
        count=listing.counted(wanted, today),
        filters=narrowing.choices(theirs),
        chosen=asked,
        kept=narrowing.kept(asked),
        **narrowing.ways("recommendation_lists.index", found, **narrowing.kept(asked)),
    )


@bp.route("/organisations/<code>/recommendations")
@gate(Action.READ_PUBLIC_PAGES, by_code)
def of_organisation(organisation: Organisation) -> Response:
    wanted, today = narrowing.of_one(organisation.id), clock.today()
    found = listing.listed(wanted, today, after=narrowing.key("after"), before=narrowing.key("before"))
    asked = narrowing.chosen(("state",))
    return page(
        "recommendations/of_organisation.html",
        fragment="recommendations/_results.html",
        organisation=organisation,
        found=found,
        wanted=wanted,
        count=listing.counted(wanted, today),
        filters=[("Where it stands", "state", filters.said(narrowing.PUBLIC_STATES))],
        chosen=asked,
        kept=narrowing.kept(asked),
        **narrowing.ways("recommendation_lists.of_organisation", found, code=organisation.code, **narrowing.kept(asked)),
    )


@bp.route("/recommendations.csv")
@gate(Action.SEE_RECOMMENDATIONS)
def file() -> Response:
    person = acting()
    return _file(
        narrowing.wanted(narrowing.chosen(), officers(), person), "recommendations", lambda row: may(person, Action.READ_RECOMMENDATION, row)
    )


@bp.route("/organisations/<code>/recommendations.csv")
@gate(Action.READ_PUBLIC_PAGES, by_code)
def file_of_organisation(organisation: Organisation) -> Response:
    theirs = may(acting(), Action.READ_RECOMMENDATION, organisation)
    return _file(narrowing.of_one(organisation.id), f"recommendations-{organisation.code}", (lambda row: True) if theirs else None)


def _file(wanted: Wanted, name: str, in_full: Callable[[Any], bool] | None) -> Response:
    """Written while it is sent, so that it takes the same memory however long it is; no transaction stays open meanwhile."""
    today, at = clock.today(), current_app.extensions["settings"].address

    def written() -> Iterator[str]:
        yield as_csv.head(in_full=in_full is not None)
        for rows in listing.rows_of_file(wanted, today):
            themes = listing.themes_of([row.id for row in rows])
            let_go()
            yield as_csv.lines(rows, {"today": today, "at": at, "themes": themes}, in_full)

    answer = Response(stream_with_context(written()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{today.isoformat()}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
