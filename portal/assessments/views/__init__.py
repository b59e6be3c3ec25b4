"""Pages of the self-assessment, its signature and its review."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.assessments.views import extensions, periods

BLUEPRINTS: tuple[Blueprint, ...] = (periods.bp, extensions.bp)


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
