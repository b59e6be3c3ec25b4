"""A reviewer looks at one pinned place beside the claim that it is to prove, marks it, and goes on to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, url_for

from portal.assessments.forms.reviewing import MarkForm
from portal.assessments.lifecycle import State
from portal.assessments.queries import reviewing as queries
from portal.assessments.queries.pinned import pinned
from portal.assessments.views.judging import Paper, paper
from portal.evidence.models import Shows
from portal.evidence.operations import marking
from portal.evidence.queries import pins
from portal.evidence.queries.pins import MarkShown, PinShown
from portal.kernel.errors import Invalid, WrongState
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("proving", __name__)

MARKED_IN = (State.UNDER_REVIEW, State.CLARIFICATION_REQUESTED, State.REVIEWED)


@dataclass(frozen=True)
class Shown:
    """One pin of a paper, among all that were released of the assessment, in the order of the standard."""

    paper: Paper
    pin: PinShown
    code: str
    all: tuple[tuple[str, PinShown], ...]

    @property
    def organisation_id(self) -> int:
        return self.paper.organisation_id

    @property
    def at(self) -> int:
        return self.all.index((self.code, self.pin))

    def beside(self, step: int) -> str | None:
        """The address of the pin before or after, over the whole assessment."""
        at = self.at + step
        return address(self.paper.assessment.reference, *self.all[at]) if 0 <= at < len(self.all) else None


def address(reference: str, code: str, pin: PinShown) -> str:
    return url_for("proving.evidence", reference=reference, code=code, pin=pin.reference)


def shown(reference: str, code: str, pin: str) -> Shown | None:
    one = paper(reference, code)
    if one is None:
        return None
    found = pinned(one.assessment, [line.code for line in one.judged], released_only=True)
    every = tuple((line.code, each) for line in one.judged for each in found.get(line.code, ()))
    return next((Shown(one, each, of, every) for of, each in every if (of, each.reference) == (code, pin)), None)


@bp.route("/reviews/<reference>/expectations/<code>/evidence/<pin>", methods=["GET", "POST"])
@gate(Action.READ_REVIEW, shown, to_change=Action.MARK_EVIDENCE)
def evidence(one: Shown) -> Any:
    mine = _mine(one.pin)
    form = MarkForm(version=mine.version if mine else 0, shows=mine.shows.value if mine else None, reason=mine.reason if mine else "")
    if form.validate_on_submit():
        try:
            _marked(one, form)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            reference = one.paper.assessment.reference
            return redirect(one.beside(1) or url_for("judging.expectation", reference=reference, code=one.code), 303)
    return page(
        "reviews/evidence.html",
        one=one,
        assessment=one.paper.assessment,
        context=queries.context(one.paper.assessment),
        expectation=queries.standard_of(one.paper.assessment).expectation(one.code),
        line=one.paper.line,
        pin=one.pin,
        form=form,
        open=one.paper.assessment.state in MARKED_IN,
        previous=one.beside(-1),
        next=one.beside(1),
    )


def _marked(one: Shown, form: MarkForm) -> None:
    if one.paper.assessment.state not in MARKED_IN:
        raise WrongState(f"Evidence cannot be marked now: the assessment is “{one.paper.assessment.state.value}”.")
    row = pins.pin(one.pin.reference)
    if row is None:
        raise WrongState("This pin was taken away meanwhile.")
    marking.mark(row, Shows(form.shows.data), reason=form.reason.data or "", version=form.version.data, by=acting())


def _mine(pin: PinShown) -> MarkShown | None:
    return next(iter(pins.marks_on([pin.id], by=acting().id).get(pin.id, ())), None)
