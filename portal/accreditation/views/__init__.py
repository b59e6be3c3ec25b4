"""People learn: their pathway, lessons and scenarios, their certificates, and their record of professional development."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.accreditation.views import (
    allowing_time,
    authoring,
    certificates,
    checking,
    deciding,
    examining,
    exchanging,
    learning,
    own_record,
    posts,
    public,
    remarking,
    walking,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    learning.bp, walking.bp, examining.bp, allowing_time.bp, own_record.bp, public.bp, exchanging.bp, authoring.bp, checking.bp, certificates.bp,
    deciding.bp, remarking.bp, posts.bp,
)  # fmt: skip


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
