"""What authors see of their courses: how questions do, where people stop, and whether papers are fair."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from portal.accreditation import fairness, figures
from portal.accreditation.figures import Figures
from portal.accreditation.queries import catalogue
from portal.accreditation.queries import figures as queries
from portal.accreditation.queries.figures import Counted
from portal.accreditation.views.exchanging import Kept, kept
from portal.kernel import sheets, words
from portal.policy import Action
from portal.web.gate import gate
from portal.web.pages import page

bp = Blueprint("authoring", __name__)
USUALLY = "question"
COLUMNS = ("Question", "Id", "Topic", "Outcome", "Difficulty as written", "First answers", "Facility", "Item-rest correlation", "Left out", "Times issued", "Look at", "Counted at")


@bp.route("/authoring")
@gate(Action.SEE_COURSE_FIGURES)
def index() -> Any:
    return page("authoring/index.html", courses=catalogue.all_published())


@bp.route("/authoring/<course>")
@gate(Action.SEE_COURSE_FIGURES, kept)
def questions(at: Kept) -> Any:
    asked = request.args.get("sort", USUALLY)
    sort = asked if asked in figures.SORTS else USUALLY
    counted = queries.kept(at.course)
    rows = sorted(_figures(at, counted), key=figures.SORTS[sort])
    return page(
        "authoring/questions.html", course=at.course, rows=rows, sort=sort, fewest=figures.FEWEST, answered=any(row.sums.n for row in rows), counted=counted,
    )  # fmt: skip


def _figures(at: Kept, counted: Counted | None) -> list[Figures]:
    return figures.figures(at.course.questions.values(), counted.sums if counted else {})


@bp.route("/authoring/<course>/questions.csv")
@gate(Action.SEE_COURSE_FIGURES, kept)
def as_csv(at: Kept) -> Any:
    counted = queries.kept(at.course)
    lines = [list(COLUMNS), *([sheets.cell(value) for value in _line(one, counted)] for one in _figures(at, counted))]
    answer = Response(sheets.BYTE_ORDER + sheets.written(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{at.course.id}-questions.csv"'
    return answer


def _line(one: Figures, counted: Counted | None) -> tuple[Any, ...]:
    """A question as it stands in the file. Before the first night nothing was counted, which is not nought."""
    of = one.question
    if counted is None:
        return (of.title, of.id, of.topic, of.outcome, of.difficulty, *[None] * 7)
    shown = one.sums.n >= figures.FEWEST
    return (
        of.title, of.id, of.topic, of.outcome, of.difficulty, one.sums.n, _rounded(one.facility), _rounded(one.correlation),
        one.sums.left_out if shown else None, one.sums.issued, one.look, words.moment(counted.at),
    )  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


@bp.route("/authoring/<course>/lessons")
@gate(Action.SEE_COURSE_FIGURES, kept)
def lessons(at: Kept) -> Any:
    counted = queries.kept(at.course)
    return page("authoring/lessons.html", course=at.course, steps=counted.reached(at.course) if counted else [], counted=counted)


@bp.route("/authoring/<course>/fairness")
@gate(Action.SEE_COURSE_FIGURES, kept)
def fair(at: Kept) -> Any:
    counted = queries.kept(at.course)
    enough = counted.compared if counted else []
    listed = sorted((one for one in enough if one.stands_out), key=lambda one: -abs(one.apart))
    groups = fairness.shown(counted.groups if counted else [])
    return page("authoring/fairness.html", course=at.course, groups=groups, enough=len(enough), listed=listed, of=fairness, counted=counted)
