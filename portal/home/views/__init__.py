"""The front doors."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.home.views import about, health, public, record, work

BLUEPRINTS: tuple[Blueprint, ...] = (public.bp, about.bp, record.bp, work.bp, health.bp)


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
