"""Papers: begun, answered a question at a time, handed in, and read afterwards."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, url_for

from portal.accreditation import marking
from portal.accreditation.forms.examining import form_for
from portal.accreditation.forms.learning import GoOnForm
from portal.accreditation.lifecycle import AttemptKind, AttemptState
from portal.accreditation.operations import examining
from portal.accreditation.queries import remarking
from portal.accreditation.queries.examining import Asked, Examined, Sitting
from portal.accreditation.views import mine
from portal.kernel import clock, words
from portal.kernel.content import markdown
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("examining", __name__)
_KINDS = {"examination": AttemptKind.EXAMINATION, "pre-test": AttemptKind.PRE_TEST}
_text = partial(markdown, top=0)


@bp.route("/learning/<course>/examination", methods=["GET", "POST"])
@gate(Action.LEARN, mine.examined)
def examination(at: Examined) -> Any:
    return _before(at, AttemptKind.EXAMINATION)


@bp.route("/learning/<course>/pre-test", methods=["GET", "POST"])
@gate(Action.LEARN, mine.examined)
def pre_test(at: Examined) -> Any:
    return _before(at, AttemptKind.PRE_TEST)


def _before(at: Examined, kind: AttemptKind) -> Any:
    """What is said before the clock starts; pressing the button starts it."""
    form = GoOnForm()
    if form.validate_on_submit():
        one = examining.begin(at, kind, by=acting())
        return redirect(f"{examining.paper_path(one)}/1", 303)
    return page(
        "learning/before.html", at=at, course=at.studied.course, kind=kind, kinds=AttemptKind, form=form,
        earlier=[one for one in at.of(kind) if one.ended_at],
    )  # fmt: skip


@bp.route("/learning/papers/<reference>")
@gate(Action.LEARN, mine.sitting)
def paper(at: Sitting) -> Any:
    over = at.attempt.state is not AttemptState.OPEN
    if over:
        at = remarking.as_it_stands(at)
    return page(
        "learning/result.html" if over else "learning/paper.html", at=at, course=at.course, one=at.attempt, form=GoOnForm(formdata=None),
        left=_minutes(at), seconds=_seconds(at), kinds=AttemptKind, percent=marking.percent, outcomes=_by_outcome(at) if over else [], text=_text,
        critical=[at.question(item) for item in at.items if item.critical], shown=partial(_shown, at),
        pairs=marking.pairs, day_of=date.fromisoformat,
    )  # fmt: skip


@bp.route("/learning/papers/<reference>/<int:position>", methods=["GET", "POST"])
@gate(Action.LEARN, mine.asked)
def question(at: Asked) -> Any:
    here = examining.paper_path(at.sitting.attempt)
    if at.sitting.attempt.state is not AttemptState.OPEN:
        flash("This paper is over, so its answers cannot be changed.")
        return redirect(here, 303)
    form = form_for(at)
    if form.validate_on_submit():
        if examining.close_if_over(at.sitting, by=acting()):
            flash("Time had run out, so your last answer was not added. Everything that you saved before counts.")
            return redirect(here, 303)
        examining.save(at, form.answer(), by=acting())
        return redirect(f"{here}/{at.item.position + 1}" if at.item.position < len(at.sitting.items) else here, 303)
    return page(
        "learning/question.html", at=at, one=at.sitting.attempt, course=at.sitting.course, question=at.question, item=at.item, form=form,
        here=here, left=_minutes(at.sitting), seconds=_seconds(at.sitting), text=_text(asked_of(at)),
    )  # fmt: skip


def asked_of(at: Asked) -> str:
    """The words of a question, with the day from which its time runs."""
    return at.question.text.replace("{start}", words.weekday(at.item.starts_on)) if at.item.starts_on else at.question.text


@bp.route("/learning/papers/<reference>/hand-in", methods=["POST"])
@gate(Action.LEARN, mine.sitting)
def hand_in(at: Sitting) -> Any:
    if GoOnForm().validate_on_submit():
        examining.hand_in(at, by=acting())
    return redirect(url_for("examining.paper", reference=at.attempt.reference), 303)


def _seconds(at: Sitting) -> int:
    """What is left of the time."""
    return max(0, int((at.attempt.deadline_at - clock.now()).total_seconds()))


def _minutes(at: Sitting) -> int:
    """Whole minutes that are left, the one that runs counted."""
    return -(-_seconds(at) // 60)


def _by_outcome(at: Sitting) -> list[tuple[Any, int, int, list[Any]]]:
    """For each outcome: how many were right of how many, and the lessons to read again if not all were."""
    found = []
    for outcome in at.course.outcomes:
        of = [item for item in at.items if at.question(item).outcome == outcome.code]
        right = sum(bool(item.correct) for item in of)
        again = [lesson for lesson in at.course.lessons if lesson.outcome == outcome.code] if right < len(of) else []
        if of:
            found.append((outcome, right, len(of), again))
    return found


def _shown(at: Sitting, item: Any) -> str:
    return asked_of(Asked(at, item))
