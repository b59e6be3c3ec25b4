"""People learn: their pathway, lessons, scenarios and assignments, their certificates, and their record of professional development."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.accreditation.views import (
    agreement,
    allowing_time,
    appeals,
    assessing,
    authoring,
    certificates,
    checking,
    deciding,
    examining,
    exchanging,
    learning,
    own_record,
    posts,
    practising,
    public,
    remarking,
    walking,
    writing,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    learning.bp, walking.bp, writing.bp, examining.bp, allowing_time.bp, own_record.bp, public.bp, exchanging.bp, authoring.bp, checking.bp,
    certificates.bp, deciding.bp, remarking.bp, posts.bp, assessing.bp, practising.bp, appeals.bp, agreement.bp,
)  # fmt: skip


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
