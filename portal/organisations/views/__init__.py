"""Pages about organisations, the people who act for them, and signing in."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.organisations.views import (
    account,
    conflicts,
    deputies,
    invitations,
    keeping,
    people,
    second_factor,
    sign_in,
    taking_part,
)
from portal.organisations.views import (
    register as register_views,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    sign_in.bp,
    second_factor.bp,
    account.bp,
    people.bp,
    deputies.bp,
    invitations.bp,
    conflicts.bp,
    register_views.bp,
    keeping.bp,
    taking_part.bp,
)


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
