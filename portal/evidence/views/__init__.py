"""The evidence library of an organisation, and each thing in it."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.evidence.views import handing_in, items, library, pages, pinning, versions

BLUEPRINTS: tuple[Blueprint, ...] = (library.bp, handing_in.bp, items.bp, versions.bp, pages.bp, pinning.bp)


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
