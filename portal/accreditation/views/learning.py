"""Somebody's own pathway, courses and lessons. What is found is always the person's whose request this is."""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, Response, redirect, url_for
from markupsafe import Markup

from portal.accreditation import pathways
from portal.accreditation.courses import prose
from portal.accreditation.courses.records import laid_out
from portal.accreditation.forms.learning import CheckForm, GoOnForm, ShownForm
from portal.accreditation.operations import learning
from portal.accreditation.queries import certificates, examining
from portal.accreditation.queries import learning as queries
from portal.accreditation.queries.learning import Opened, Studied
from portal.accreditation.views import mine
from portal.kernel import clock
from portal.kernel.content import markdown
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("learning", __name__)


@bp.route("/learning")
@gate(Action.LEARN)
def index() -> Any:
    person = acting()
    courses = queries.courses_of(person.id or 0)
    roles = pathways.roles_of(person.posts)
    settings = frozenset() if person.at_the_ombudsman else pathways.settings(queries.kinds_of({post.organisation_id for post in person.posts}))
    theirs = [one for one in courses if one.enrolment or pathways.belongs(one.course, roles, settings)]
    return page(
        "learning/index.html", mine=theirs, others=[one for one in courses if one not in theirs],
        cpd=queries.cpd_since(person.id or 0, clock.today().replace(month=1, day=1)), held=certificates.courses_held(person.id or 0),
    )  # fmt: skip


@bp.route("/learning/cpd")
@gate(Action.LEARN)
def cpd() -> Any:
    person = acting().id or 0
    return page("learning/cpd.html", lines=queries.cpd(person), most=queries.MOST_LINES, years=queries.cpd_years(person))


@bp.route("/learning/<course>")
@gate(Action.LEARN, mine.studied)
def course(at: Studied) -> Any:
    return page("learning/course.html", at=at, course=at.course, papers=examining.papers(at) if at.enrolment else None, form=GoOnForm(formdata=None))


@bp.route("/learning/<course>/sources")
@gate(Action.LEARN, mine.studied)
def sources(at: Studied) -> Any:
    return page("learning/sources.html", at=at, course=at.course, text=markdown(at.course.sources, top=1))


@bp.route("/learning/<course>/begin", methods=["POST"])
@gate(Action.LEARN, mine.studied)
def begin(at: Studied) -> Any:
    if GoOnForm().validate_on_submit():
        learning.begin(at.version, by=acting())
    first = at.course.lessons[0]
    return redirect(f"/learning/{at.course.id}/lessons/{first.slug}/1", 303)


@bp.route("/learning/<course>/lessons/<module>/<lesson>/<int:page>", methods=["GET", "POST"])
@gate(Action.LEARN, mine.opened)
def lesson(at: Opened) -> Any:
    return _check(at) if at.is_check else _read(at)


def _read(at: Opened) -> Any:
    form = ShownForm()
    if form.validate_on_submit():
        following = learning.turn(at, form.when_shown(), by=acting())
        return redirect(learning.page_path(at, following), 303)
    form.show()
    shown = at.lesson.pages[at.page - 1]
    rows = [*(laid_out(at.lesson.opening) if at.page == 1 else []), *laid_out(shown.blocks)]
    return page(
        "learning/page.html", at=at, course=at.studied.course, lesson=at.lesson, title=shown.title, rows=rows, form=form,
        text=partial(_text, at.studied, str(PurePosixPath(at.lesson.slug).parent)), here=learning.page_path,
    )  # fmt: skip


def _check(at: Opened) -> Response:
    assert at.lesson.check is not None  # a course that lacks one is not published
    form = CheckForm()
    form.offer(at.lesson.check)
    answered: list[int] = []
    if form.validate_on_submit():
        try:
            learning.answer(at, form.chosen(), form.when_shown(), by=acting())
        except Invalid as refusal:
            form.refuse(Invalid(form.asked.name, refusal.message))
        else:
            answered = form.chosen()
    form.show()
    return page(
        "learning/check.html", at=at, course=at.studied.course, lesson=at.lesson, question=at.lesson.check, form=form, answered=answered,
        following=learning.following(at.studied.course, at.lesson), text=partial(_text, at.studied, ""), here=learning.page_path,
    )  # fmt: skip


def _text(at: Studied, folder: str, text: str) -> Markup:
    """Markdown of a course as HTML, its pictures served from the version that is read."""
    return markdown(
        text, top=0,
        pictures=lambda to: url_for("learning.picture", course=at.course.id, name=PurePosixPath(prose.picture_path(PurePosixPath(folder), to)).name),
    )  # fmt: skip


@bp.route("/learning/<course>/images/<name>")
@gate(Action.LEARN, mine.picture)
def picture(found: tuple[str, bytes]) -> Any:
    answer = Response(found[1], mimetype=found[0])
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


