"""An organisation's improvement plan, and the pages on which one action is changed or moves on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, request, url_for

from portal import audit
from portal.evidence.queries.pins import pins_of
from portal.gaps import history, naming
from portal.gaps.forms import ActionChangeForm, ActionForm, MoveForm
from portal.gaps.lifecycle import ACTION, OPEN, ActionState, ActionVerb
from portal.gaps.models import Gap, PlannedAction
from portal.gaps.operations import planning
from portal.gaps.queries import plan as queries
from portal.kernel import clock
from portal.kernel.errors import Invalid, NotFound, WrongState
from portal.organisations.models import Organisation
from portal.organisations.queries import organisation as organisation_by_code
from portal.policy import Action, may
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("plan", __name__)


@dataclass(frozen=True)
class Moving:
    """How one verb is said on its page, and the operation that does it."""

    title: str
    button: str
    note: str
    hint: str
    operation: Callable[..., None]


MOVES = {
    "begin": (ActionVerb.BEGIN, Moving("Begin this action", "Begin", "Note (optional)", "", planning.begin)),
    "finish": (
        ActionVerb.FINISH,
        Moving("Finish this action", "Finish", "What was done, and how do you know that it works?",
               "Two or three sentences. Do not name patients or complainants.", planning.finish),
    ),
    "drop": (
        ActionVerb.DROP,
        Moving("Drop this action", "Drop", "Why will it not be done?",
               "The gap stays open until the organisation reaches its target.", planning.drop),
    ),
    "take-up-again": (
        ActionVerb.TAKE_UP_AGAIN,
        Moving("Take up this action again", "Take up again", "Note (optional)", "", planning.take_up_again),
    ),
}  # fmt: skip
SLUGS = {verb: (slug, how.title) for slug, (verb, how) in MOVES.items()}


@bp.route("/organisations/<code>/plan")
@gate(Action.SEE_ORGANISATION, organisation_by_code)
def show(organisation: Organisation) -> Any:
    gaps = queries.plan_of(organisation.id)
    today = clock.today()
    actions = [action for gap in gaps for action in gap.actions]
    return page(
        "gaps/plan.html",
        organisation=organisation,
        gaps=gaps,
        pillars=list(dict.fromkeys(gap.pillar for gap in gaps)),
        overdue=sum(action.overdue(today) for action in actions),
        open_actions=sum(action.open for action in actions),
        open_gaps=sum(gap.closed_on is None for gap in gaps),
        naming=naming,
    )


@bp.route("/gaps/<reference>/plan-an-action", methods=["GET", "POST"])
@gate(Action.SEE_ORGANISATION, queries.gap, to_change=Action.WORK_ON_PLAN)
def add(gap: Gap) -> Any:
    form = ActionForm()
    if form.validate_on_submit() and form.due_on.data:
        try:
            planning.plan(gap, what=form.what.data, owner=form.owner.data, due_on=form.due_on.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("gaps.show", reference=gap.reference), 303)
    planning.insist_plannable(gap)
    return page("gaps/add.html", form=form, gap=gap, naming=naming)


@bp.route("/actions/<reference>", methods=["GET", "POST"])
@gate(Action.SEE_ORGANISATION, queries.action, to_change=Action.WORK_ON_PLAN)
def action(planned: PlannedAction) -> Any:
    form = ActionChangeForm(obj=planned)
    if form.validate_on_submit() and form.due_on.data:
        try:
            planning.change(
                planned, version=form.version.data, what=form.what.data, owner=form.owner.data,
                due_on=form.due_on.data, progress=form.progress.data or "", by=acting(),
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("plan.action", reference=planned.reference), 303)
    own = not acting().at_the_ombudsman
    shown = pins_of(planned.organisation_id, [planned.reference], released_only=not own) if may(acting(), Action.READ_EVIDENCE, planned) else {}
    return page(
        "gaps/action.html",
        form=form,
        action=planned,
        gap=queries.gap_of(planned),
        organisation=queries.named(planned.organisation_id),
        history=history.told(audit.trail(planned.organisation_id, planned.audited_as())),
        moves=[SLUGS[verb] for verb in ACTION.offers(planned.state)],
        editable=planned.state in OPEN,
        overdue=planned.state in OPEN and planned.due_on < clock.today(),
        pins=shown.get(planned.reference, ()),
        pinnable=may(acting(), Action.PIN_EVIDENCE, planned) and planned.state is not ActionState.DROPPED,
        naming=naming,
    )


@bp.route("/actions/<reference>/<move>", methods=["GET", "POST"])
@gate(Action.WORK_ON_PLAN, queries.action)
def move(planned: PlannedAction) -> Any:
    slug = (request.view_args or {})["move"]
    if slug not in MOVES:
        raise NotFound()
    verb, how = MOVES[slug]
    form = MoveForm(obj=planned)
    if form.validate_on_submit():
        try:
            how.operation(planned, version=form.version.data, note=form.note.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("plan.action", reference=planned.reference), 303)
    elif request.method == "GET" and not ACTION.can(planned.state, verb):
        raise WrongState(ACTION.refusal(planned.state, verb))
    return page("gaps/move.html", form=form, action=planned, slug=slug, how=how)
