"""Pages about organisations, the people who act for them, and signing in."""

from __future__ import annotations

from flask import Blueprint, Flask

BLUEPRINTS: tuple[Blueprint, ...] = ()


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
