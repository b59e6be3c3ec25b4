"""Pages of the self-assessment, its signature and its review."""

from __future__ import annotations

from flask import Blueprint, Flask

BLUEPRINTS: tuple[Blueprint, ...] = ()


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
