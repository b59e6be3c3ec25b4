"""The gap register and the plans that close its gaps."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.evidence import places
from portal.gaps.queries.places import Actions
from portal.gaps.views import plan
from portal.gaps.views import register as gaps

BLUEPRINTS: tuple[Blueprint, ...] = (gaps.bp, plan.bp)


def register(app: Flask) -> None:
    places.register(Actions())
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
