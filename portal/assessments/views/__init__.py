"""Pages of the self-assessment, its signature and its review."""

from __future__ import annotations

from flask import Blueprint, Flask

from portal.assessments.queries.places import Expectations
from portal.assessments.views import (
    answers,
    assigning,
    extensions,
    governing,
    judging,
    periods,
    proving,
    publishing,
    replies,
    reviews,
    sending,
    signing,
    standing,
    tasks,
    workbooks,
)
from portal.evidence import places

BLUEPRINTS: tuple[Blueprint, ...] = (
    periods.bp,
    extensions.bp,
    tasks.bp,
    answers.bp,
    assigning.bp,
    sending.bp,
    signing.bp,
    reviews.bp,
    standing.bp,
    judging.bp,
    proving.bp,
    replies.bp,
    publishing.bp,
    workbooks.bp,
    governing.bp,
)


def register(app: Flask) -> None:
    places.register(Expectations())
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
