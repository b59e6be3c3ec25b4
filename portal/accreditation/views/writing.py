"""Assignments: written and saved by themselves, looked through, handed in; then read with their marks, and appealed against."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, redirect, request

from portal.accreditation import works
from portal.accreditation.forms.learning import GoOnForm
from portal.accreditation.forms.writing import AppealForm, HandInForm, WorkForm
from portal.accreditation.models import WorkText
from portal.accreditation.operations import appealing, writing
from portal.accreditation.queries.works import Assigned, Handed
from portal.accreditation.views import mine
from portal.kernel import words
from portal.kernel.content import markdown
from portal.kernel.errors import Invalid, Stale
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page
from portal.web.saving import Saved, by_itself, over

bp = Blueprint("writing", __name__)
_text = partial(markdown, top=1)


@bp.route("/learning/<course>/assignments/<assignment>", methods=["GET", "POST"])
@gate(Action.LEARN, mine.assigned)
def assignment(at: Assigned) -> Any:
    if request.method == "GET":
        return _shown(at, WorkForm(formdata=None, data={"text": at.text}), None)
    form, collision = WorkForm(), None
    if form.validate_on_submit():
        try:
            written = writing.save(at, form.text.data or "", number=form.number.data, version=over() or form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        except Stale as refusal:
            collision = refusal
        else:
            return _kept(at, written)
    return _shown(at, form, collision)


def _kept(at: Assigned, written: WorkText) -> Any:
    """The confirmation in words; or, without script, the way on."""
    here = writing.path(at)
    if by_itself():
        said = Saved(written.version, f"Saved at {words.time(written.saved_at)}. {_length(at, works.count(written.text))}")
        return page("saving/_saved.html", saved=said, collision=None, form=None, address=here, alone=True)
    return redirect(f"{here}/hand-in" if request.form.get("then") == "hand-in" else here, 303)


def _shown(at: Assigned, form: WorkForm, collision: Stale | None) -> Any:
    return page(
        "learning/assignment.html", fragment="saving/_saved.html", status=409 if collision else None,
        at=at, course=at.studied.course, assignment=at.assignment, form=form, saved=_state(at, form, collision), collision=collision,
        number=at.open.number if at.open else len(at.works) + 1, alone=by_itself(), address=writing.path(at), again=GoOnForm(formdata=None), text=_text,
    )  # fmt: skip


def _state(at: Assigned, form: WorkForm, collision: Stale | None) -> Saved:
    """What the page says of saving as it is opened, or of why it was not saved."""
    if collision is not None:
        # By script the version stays as it was, so that going on typing cannot overwrite what was not looked at.
        return Saved(form.version.data if by_itself() else collision.version, "Not saved: you changed your text in another window", "refused")
    if form.errors:
        return Saved(form.version.data, "Not saved: something needs to be put right", "refused")
    if at.open is None or at.written is None:
        return Saved(0, f"Nothing saved yet. {_length(at, 0)}", "waiting")
    return Saved(at.written.version, f"Last saved {words.moment(at.written.saved_at)}. {_length(at, works.count(at.text))}")


def _length(at: Assigned, many: int) -> str:
    fewest, most = at.assignment.words
    return f"{words.count(many, 'word', 'words').capitalize()} of {words.number(fewest)} to {words.number(most)}"


@bp.route("/learning/<course>/assignments/<assignment>/again", methods=["POST"])
@gate(Action.LEARN, mine.assigned)
def again(at: Assigned) -> Any:
    if GoOnForm().validate_on_submit():
        writing.begin_again(at, by=acting())
    return redirect(writing.path(at), 303)


@bp.route("/learning/<course>/assignments/<assignment>/hand-in", methods=["GET", "POST"])
@gate(Action.LEARN, mine.assigned)
def hand_in(at: Assigned) -> Any:
    """What was found in the text, and the button that hands it in."""
    form = HandInForm()
    if form.validate_on_submit():
        try:
            one = writing.hand_in(at, number=form.number.data, version=form.version.data, confirmed=bool(form.confirmed.data), by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(writing.work_path(one), 303)
    if at.open is None or at.written is None:
        return redirect(writing.path(at), 303)
    form.number.data, form.version.data = at.open.number, at.written.version
    many = works.count(at.text)
    return page(
        "learning/hand_in.html", at=at, course=at.studied.course, assignment=at.assignment, form=form, address=writing.path(at), many=many,
        wrong_length=writing.wrong_length(at, many), found=writing.looked_through(at, acting()), days=works.MARKED_WITHIN,
    )  # fmt: skip


@bp.route("/learning/works/<reference>")
@gate(Action.LEARN, mine.handed)
def work(at: Handed) -> Any:
    return page("learning/work.html", at=at, one=at.work, course=at.course, assignment=at.assignment, settled=at.settled)


@bp.route("/learning/works/<reference>/appeal", methods=["GET", "POST"])
@gate(Action.LEARN, mine.handed)
def appeal(at: Handed) -> Any:
    form = AppealForm()
    if form.validate_on_submit():
        try:
            appealing.ask(at, form.grounds.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(writing.work_path(at.work), 303)
    if at.appeal_until is None:
        return redirect(writing.work_path(at.work), 303)
    return page("learning/appeal.html", at=at, one=at.work, course=at.course, assignment=at.assignment, form=form, days=works.APPEAL_DECIDED_WITHIN)
