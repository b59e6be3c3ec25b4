"""The evidence library of an organisation, and each thing in it."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.evidence.views import handing_in, items

BLUEPRINTS: tuple[Blueprint, ...] = (handing_in.bp, items.bp)


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
