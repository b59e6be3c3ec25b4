"""What the Ombudsman recommended: drafted and approved by its officers, read by the organisation and by everybody."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.evidence import places
from portal.recommendations.queries.places import Checklists
from portal.recommendations.types import types
from portal.recommendations.views import answering, asking, drafting, reading, reporting

BLUEPRINTS: tuple[Blueprint, ...] = (drafting.bp, reading.bp, answering.bp, reporting.bp, asking.bp)


def register(app: Flask) -> None:
    types()  # a fault in them is told at start
    places.register(Checklists())
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
