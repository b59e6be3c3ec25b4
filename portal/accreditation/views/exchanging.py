"""Authors bring in questions as drafts, and carry away the bank of a course. Nothing that is brought in is stored."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from portal.accreditation.courses.records import Course
from portal.accreditation.exchange import as_gift, bank
from portal.accreditation.exchange.drafts import Report
from portal.accreditation.exchange.reading import KINDS, read
from portal.accreditation.forms.exchanging import BringInForm, DraftForm
from portal.accreditation.queries.catalogue import published
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.web.gate import gate
from portal.web.pages import page
from portal.web.transaction import let_go

bp = Blueprint("exchanging", __name__)
MOST = 500  # items that a page shows; the command takes any number
NOTED = 100  # of them listed


class Kept:
    """A course as the policy reads it: it belongs to no organisation."""

    organisation_id = None

    def __init__(self, course: Course) -> None:
        self.course = course


def kept(course: str) -> Kept | None:
    found = published(course)
    return Kept(found.course) if found else None


@bp.route("/authoring/import", methods=["GET", "POST"])
@gate(Action.EXCHANGE_QUESTIONS)
def bring_in() -> Any:
    form = BringInForm()
    if form.validate_on_submit():
        try:
            return _shown(_read(form.questions.data.read()))
        except Invalid as refusal:
            form.refuse(refusal)
    return page("authoring/import.html", form=form, kinds=KINDS, most=MOST)


def _read(data: bytes) -> Report:
    let_go()  # nobody waits while the file is read
    report = read(data)
    if len(report.items) > MOST:
        raise Invalid("questions", f"The file holds {len(report.items):,} items, and this page takes {MOST} at a time. Part the file, or use the command: portal course import")
    return report


def _shown(report: Report) -> Any:
    form = DraftForm(formdata=None, data={"draft": bank.written(report.drafts)})
    return page("authoring/imported.html", report=report, form=form, noted=report.noted[:NOTED], more=max(0, len(report.noted) - NOTED))


@bp.route("/authoring/import/draft.md", methods=["POST"])
@gate(Action.EXCHANGE_QUESTIONS)
def download() -> Any:
    """The draft that was just shown, as a file."""
    form = DraftForm()
    if not form.validate_on_submit():
        return page("authoring/import.html", form=BringInForm(formdata=None), kinds=KINDS, most=MOST, status=422)
    return _file(f"{form.draft.data}\n", "draft-bank.md", "text/markdown")


@bp.route("/authoring/<course>/questions.gift")
@gate(Action.EXCHANGE_QUESTIONS, kept)
def carry_away(at: Kept) -> Any:
    return _file(as_gift.written(at.course), f"{at.course.id}.gift", "text/plain")


def _file(text: str, name: str, mimetype: str) -> Response:
    answer = Response(text, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

