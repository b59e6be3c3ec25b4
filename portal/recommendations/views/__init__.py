"""What the Ombudsman recommended: drafted and approved by its officers, read by the organisation and by everybody."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.evidence import places
from portal.recommendations.drafted_letters import letters
from portal.recommendations.operations.tokens import bearer_of
from portal.recommendations.queries.places import Checklists
from portal.recommendations.themes import themes
from portal.recommendations.types import types
from portal.recommendations.views import (
    answering,
    api,
    asking,
    board,
    calendar,
    deciding,
    drafting,
    escalating,
    importing,
    listing,
    more_time,
    reading,
    reporting,
    revising,
    saved_views,
    tokens,
)
from portal.web import bearing

BLUEPRINTS: tuple[Blueprint, ...] = (
    drafting.bp,
    board.bp,
    saved_views.bp,
    listing.bp,
    reading.bp,
    calendar.bp,
    answering.bp,
    reporting.bp,
    asking.bp,
    deciding.bp,
    more_time.bp,
    revising.bp,
    escalating.bp,
    importing.bp,
    tokens.bp,
    api.bp,
)


def register(app: Flask) -> None:
    types()  # a fault in them is told at start
    themes()
    letters()
    places.register(Checklists())
    bearing.found_by(app, bearer_of)
    app.extensions["csrf"].exempt(api.bp)  # who asks there is known by what no browser sends by itself
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
