"""One recommendation: for everybody what is public of it, in full for its organisation and the Ombudsman."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.kernel import clock
from portal.policy import Action, may
from portal.recommendations import queries
from portal.recommendations.models import Recommendation
from portal.recommendations.offers import offers
from portal.recommendations.queries import timeline, whole
from portal.recommendations.types import type_of
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("recommendations", __name__)


@bp.route("/recommendations/<reference>")
@gate(Action.READ_PUBLIC_PAGES, queries.issued)
def show(one: Recommendation) -> Response:
    person, today, organisation = acting(), clock.today(), queries.organisation_of(one)
    in_full, public = may(person, Action.READ_RECOMMENDATION, one), whole.public_of(one)
    return page(
        "recommendations/show.html",
        one=one,
        organisation=organisation,
        type=type_of(one.type),
        stands=whole.stands(one, today),
        public=public,
        inside=whole.inside_of(one, public, released_only=person.at_the_ombudsman) if in_full else None,
        offers=offers(one, person, closed=organisation.closed_on is not None and organisation.closed_on <= today),
        timeline=timeline.told(one, person, in_full=in_full),
    )
