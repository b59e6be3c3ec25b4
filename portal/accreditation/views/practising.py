"""Practice: five scripts that the panel has marked, marked blind, then held beside the panel's marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, current_app, redirect

from portal.accreditation import agreement, taking
from portal.accreditation.courses.records import Script
from portal.accreditation.drawing import numbers
from portal.accreditation.forms.assessing import practice_form
from portal.accreditation.models import PracticeMarking
from portal.accreditation.operations import practising
from portal.accreditation.queries import agreement as figures
from portal.accreditation.queries import assessing
from portal.accreditation.queries.assessing import Door
from portal.accreditation.queries.practising import Practice, Practised, Round
from portal.accreditation.views import mine
from portal.accreditation.views.assessing import prose
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("practising", __name__)


@dataclass(frozen=True)
class ToLookAt:
    """A criterion by which somebody and the panel were apart in a round; on so many scripts they were higher, or lower."""

    criterion: str
    apart: int  # scripts on which they differed by more than is taken for agreement
    higher: int
    lower: int


@bp.route("/marking/practice")
@gate(Action.MARK)
def index() -> Any:
    return page("marking/practice.html", lines=assessing.lines(acting()), needed=agreement.NEEDED, of=agreement.OF, Door=Door)


@bp.route("/marking/practice/<course>/<int:major>/<assignment>")
@gate(Action.MARK, mine.practice)
def rounds(at: Practice) -> Any:
    theirs = figures.figures(acting().id).get((acting().id or 0, at.rubric))
    door = assessing.door(at, theirs)
    begun = at.last if at.last and not at.last.over else None
    following = begun or (Round(len(at.rounds) + 1, {}) if door is not Door.OPEN else None)
    return page(
        "marking/rounds.html", at=at, door=door, Door=Door, begun=following, over=[one for one in at.rounds if one.over], here=here(at),
        look=list(_to_look_at(at, at.last)) if at.last and at.last.over else [],
        needed=agreement.NEEDED, of=agreement.OF, in_order=partial(_shown_in_order, at), text=prose(at.course),
    )  # fmt: skip


def _shown_in_order(at: Practice, round: Round) -> list[Script]:
    return _in_order(at, round.number)


def here(at: Practice) -> str:
    return f"/marking/practice/{at.rubric.course}/{at.rubric.major}/{at.rubric.assignment}"


def _in_order(at: Practice, round: int) -> list[Script]:
    """The scripts in the order of this assessor and this round."""
    return taking.shuffled(f"{current_app.config['SECRET_KEY']} {at.rubric}", acting().id or 0, round, at.assignment.scripts)


def _to_look_at(at: Practice, round: Round) -> Iterator[ToLookAt]:
    """By what criteria they were apart from the panel, the widest first."""
    found = []
    for place, criterion in enumerate(at.assignment.criteria):
        apart = [numbers(one.levels)[place] - script.marks[place].level for one in round.markings.values() if (script := at.script(one.script))]
        wide = [by for by in apart if abs(by) > agreement.WITHIN]
        if wide:
            found.append(ToLookAt(criterion.title, len(wide), sum(by > 0 for by in wide), sum(by < 0 for by in wide)))
    yield from sorted(found, key=lambda one: -one.apart)


@bp.route("/marking/practice/<course>/<int:major>/<assignment>/<int:round>/<script>", methods=["GET", "POST"])
@gate(Action.MARK, mine.practised)
def script(at: Practised) -> Any:
    if at.marking is not None:
        return _beside_the_panel(at, at.marking)
    form = practice_form(at.practice.assignment)
    if form.validate_on_submit():
        try:
            practising.mark(at.practice, at.round, at.script, form.levels(), form.must_nots(), by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(f"{here(at.practice)}/{at.round}/{at.script.slug}", 303)
    return page("marking/script.html", at=at, form=form, here=here(at.practice), number=_number(at), of=agreement.OF, text=prose(at.practice.course))


def _number(at: Practised) -> int:
    return _in_order(at.practice, at.round).index(at.script) + 1


def _beside_the_panel(at: Practised, one: PracticeMarking) -> Any:
    assignment, said = at.practice.assignment, set(filter(None, one.must_nots.split(",")))
    rows = [
        (criterion, level, marked, abs(level - marked.level) <= agreement.WITHIN)
        for criterion, level, marked in zip(assignment.criteria, numbers(one.levels), at.script.marks, strict=True)
    ]
    left = [script for script in _in_order(at.practice, at.round) if at.practice.marking(at.round, script.slug) is None]
    return page(
        "marking/panel.html", at=at, one=one, rows=rows, number=_number(at), of=agreement.OF, here=here(at.practice), text=prose(at.practice.course),
        must_nots=[(rule, code in said, code in at.script.broken, at.script.broken.get(code, "")) for code, rule in assignment.must_not.items()],
        following=left[0] if left else None,
    )  # fmt: skip
