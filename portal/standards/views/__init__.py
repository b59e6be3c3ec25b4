"""Public pages that show the standards."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.standards.views import reading

BLUEPRINTS: tuple[Blueprint, ...] = (reading.bp,)


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
