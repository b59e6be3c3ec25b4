"""The queue of works, and one work beside its rubric: taken, marked, put back, finished. Nobody learns here who wrote it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, flash, redirect, request
from markupsafe import Markup

from portal.accreditation import taking
from portal.accreditation.courses.records import Course
from portal.accreditation.forms.assessing import DecideForm, FinishForm, MarkingForm, TieForm, marking_form
from portal.accreditation.forms.learning import GoOnForm
from portal.accreditation.lifecycle import Bond, Place
from portal.accreditation.models import KeptComment, Tie
from portal.accreditation.operations import assessing, deciding_appeals, tying
from portal.accreditation.operations.assessing import marking_path
from portal.accreditation.queries import appeals, works
from portal.accreditation.queries import assessing as queries
from portal.accreditation.queries import tying as ties
from portal.accreditation.queries.assessing import Door, Held
from portal.accreditation.views import mine
from portal.kernel import words
from portal.kernel.content import markdown
from portal.kernel.errors import Invalid, Stale, Step
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page
from portal.web.saving import Saved, by_itself, over

bp = Blueprint("assessing", __name__)


@bp.route("/marking")
@gate(Action.MARK)
def index() -> Any:
    by = acting()
    lines = queries.lines(by)
    waiting = [one for line in lines if line.door is Door.OPEN for one in line.waiting]
    return page(
        "marking/index.html", lines=lines, waiting=len(waiting), late=sum(line.late for line in lines if line.door is Door.OPEN),
        first_due=min((one.mark_by for one in waiting), default=None), mine=queries.open_marking(by.id or 0), Door=Door,
        appeals=[one for one in appeals.to_decide(by) if one.bar is None and (one.mine or not one.taken_by)], form=GoOnForm(formdata=None),
        left_after=taking.LEFT_AFTER,
    )  # fmt: skip


@bp.route("/marking/take", methods=["POST"])
@gate(Action.MARK)
def take() -> Any:
    if not GoOnForm().validate_on_submit():
        return redirect("/marking", 303)
    return redirect(marking_path(assessing.take(by=acting())), 303)


@bp.route("/marking/works/<reference>", methods=["GET", "POST"])
@gate(Action.MARK, mine.taken)
def work(at: Held) -> Any:
    if request.method == "POST":
        return _saved(at)
    if at.marking.put_back_at is not None:
        flash("That work went back to the queue.")
        return redirect("/marking", 303)
    if at.marking.finished_at is not None:
        return page("marking/read.html", at=at, appeal=appeals.of_marking(at.marking), Place=Place)
    return _shown(at, _with_kept(at, marking_form(at)))


def _with_kept(at: Held, form: MarkingForm) -> MarkingForm:
    kept: dict[str, list[KeptComment]] = defaultdict(list)
    for one in queries.kept(acting().id or 0, at.rubric):
        kept[one.criterion].append(one)
    form.keep(kept)
    return form


def _saved(at: Held) -> Any:
    form, collision = _with_kept(at, marking_form(at)), None
    if form.validate_on_submit():
        place = _pressed("insert", at)
        if place is not None:
            form.insert(place)
        try:
            sheet = assessing.save(at, form.marks(), version=over() or form.version.data, by=acting())
            keeping = _pressed("keep", at)
            if keeping is not None:
                assessing.keep_comment(at, at.assignment.criteria[keeping].title, form[f"comment_{keeping}"].data or "", by=acting())
                flash("The comment is kept. You can insert it in other works.")
        except Invalid as refusal:
            form.refuse(refusal)
        except Stale as refusal:
            collision = refusal
        else:
            if by_itself():
                said = Saved(sheet.version, f"Saved at {words.time(sheet.saved_at)}")
                return page("saving/_saved.html", saved=said, collision=None, form=None, address=marking_path(at.marking), alone=True)
            return redirect(_following(at, place if place is not None else keeping), 303)
    return _shown(at, form, collision)


def _pressed(name: str, at: Held) -> int | None:
    """The criterion at which this button was pressed, by its place."""
    said = request.form.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 3 and int(said) < len(at.assignment.criteria) else None


def _following(at: Held, place: int | None) -> str:
    here = marking_path(at.marking)
    if place is not None:
        return f"{here}#comment_{place}"
    return f"{here}/finish" if request.form.get("then") == "finish" else here


def _shown(at: Held, form: MarkingForm, collision: Stale | None = None) -> Any:
    appeal = appeals.of_marking(at.marking) if at.marking.place is Place.APPEAL else None
    return page(
        "marking/work.html", fragment="saving/_saved.html", status=409 if collision else None, at=at, form=form, saved=_state(at, form, collision),
        collision=collision, alone=by_itself(), address=marking_path(at.marking), text=prose(at.course), appeal=appeal,
        earlier=works.judgements(at.work.id) if appeal else [], with_reason=assessing.WITH_REASON, left_after=taking.LEFT_AFTER,
        go_on=GoOnForm(formdata=None),
    )  # fmt: skip


def _state(at: Held, form: MarkingForm, collision: Stale | None) -> Saved:
    if collision is not None:
        # By script the version stays as it was, so that going on typing cannot overwrite what was not looked at.
        return Saved(form.version.data if by_itself() else collision.version, "Not saved: you changed these marks in another window", "refused")
    if form.errors or form.form_errors:
        return Saved(form.version.data, "Not saved: something needs to be put right", "refused")
    if at.sheet.version == 1:
        return Saved(at.sheet.version, "Nothing saved yet", "waiting")
    return Saved(at.sheet.version, f"Last saved at {words.moment(at.sheet.saved_at)}")


def prose(course: Course) -> Any:
    """Texts of a course as HTML, below the headings of a page."""

    def picture(address: str) -> str:
        return f"/learning/{course.id}/images/{PurePosixPath(address).name}"

    def written(text: str) -> Markup:
        return markdown(text, top=1, pictures=picture)

    return written


@bp.route("/marking/works/<reference>/finish", methods=["GET", "POST"])
@gate(Action.MARK, mine.taken)
def finish(at: Held) -> Any:
    if at.marking.finished_at is not None:
        flash("This is finished, and cannot be changed any more.")
        return redirect(marking_path(at.marking), 303)
    on_appeal = at.marking.place is Place.APPEAL
    form = DecideForm(data={"version": at.sheet.version}) if on_appeal else FinishForm(data={"version": at.sheet.version})
    if form.validate_on_submit():
        if isinstance(form, DecideForm):
            deciding_appeals.decide(at, changed=form.changed(), version=form.version.data, by=acting())
        else:
            assessing.finish(at, version=form.version.data, by=acting())
        return redirect(marking_path(at.marking), 303)
    return page("marking/finish.html", at=at, form=form, lacks=_lacks(at, on_appeal), address=marking_path(at.marking), on_appeal=on_appeal)


def _lacks(at: Held, on_appeal: bool) -> Sequence[Step]:
    return deciding_appeals.lacks(at, changed=False) if on_appeal else assessing.missing(at)


@bp.route("/marking/works/<reference>/put-back", methods=["POST"])
@gate(Action.MARK, mine.taken)
def put_back(at: Held) -> Any:
    if GoOnForm().validate_on_submit():
        assessing.put_back(at, by=acting())
        flash("The work is back in the queue.")
    return redirect("/marking", 303)


@bp.route("/marking/comments")
@gate(Action.MARK)
def comments() -> Any:
    return page("marking/comments.html", kept=queries.kept(acting().id or 0), form=GoOnForm(formdata=None))


@bp.route("/marking/comments/<int:id>/remove", methods=["POST"])
@gate(Action.MARK)
def remove_comment(id: int) -> Any:
    if GoOnForm().validate_on_submit():
        assessing.forget_comment(id, by=acting())
        flash("The comment is removed. Where you have inserted it, it stays.")
    return redirect("/marking/comments", 303)


@bp.route("/marking/people", methods=["GET", "POST"])
@gate(Action.MARK)
def people() -> Any:
    form = TieForm()
    if form.validate_on_submit():
        try:
            tying.declare(form.email.data or "", Bond[str(form.bond.data)], by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash("You are not given that person’s work from now on, nor they yours.")
            return redirect("/marking/people", 303)
    return page("marking/people.html", form=form, ties=ties.ties(acting().id or 0), go_on=GoOnForm(formdata=None), colleagues=queries.colleagues())


@bp.route("/marking/people/<int:id>/end", methods=["POST"])
@gate(Action.MARK, mine.tie)
def end_tie(one: Tie) -> Any:
    if GoOnForm().validate_on_submit():
        tying.end(one, by=acting())
        flash("That person’s work may come to you again.")
    return redirect("/marking/people", 303)
