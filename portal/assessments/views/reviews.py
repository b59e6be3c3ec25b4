"""The review queue, and one review: who has it, what is found so far, and what is still to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for

from portal.assessments.forms.reviewing import (
    LoneButton,
    PlanForm,
    ReasonForm,
    ReliabilityForm,
    RestForm,
    ShareOutForm,
)
from portal.assessments.lifecycle import HANDED_IN, State
from portal.assessments.models import Assessment, PlanState, Reliability
from portal.assessments.operations import allocating, concluding, reviewing
from portal.assessments.queries import queueing, seconding
from portal.assessments.queries import reviewing as queries
from portal.assessments.queries.queueing import Wanted
from portal.assessments.queries.reviewing import Judged
from portal.assessments.views.standing import with_the_organisation
from portal.kernel import words
from portal.kernel.errors import Invalid
from portal.organisations.kinds import KINDS
from portal.policy import Acting, Action, may
from portal.standards import library
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("reviews", __name__)
QUERIED = (("none", "Nothing to ask"), ("some", "Something to ask"), ("many", "5 or more to ask"))
WHOSE = (("mine", "Mine"), ("unallocated", "Nobody’s yet"))
SECOND = ("second", "Wants a second view")


def here(assessment: Assessment) -> str:
    return url_for("reviews.show", reference=assessment.reference)


@bp.route("/reviews")
@gate(Action.SEE_REVIEWS)
def index() -> Any:
    chosen = {name: words.clean_line(request.args.get(name, ""))[:80] for name in
              ("state", "standard", "kind", "period", "whose", "queried", "text", "late")}  # fmt: skip
    state = next((one for one in queueing.STATES if one.value == chosen["state"]), None)
    seconds = may(acting(), Action.REVIEW_SECOND)
    if chosen["whose"] == SECOND[0] and not seconds:
        chosen["whose"] = ""
    wanted = Wanted(**{**chosen, "state": state, "late": chosen["late"] == "yes"})  # type: ignore[arg-type]  # text but for the two named here
    after = request.args.get("after", "")
    found = queueing.queue(wanted, by=acting(), after=after)
    kept = {name: value for name, value in chosen.items() if value}
    going_on = f"/reviews?{urlencode({**kept, 'after': found.next})}" if found.next else None
    return page(
        "reviews/index.html",
        fragment="reviews/_queue.html",
        found=found,
        chosen=chosen,
        narrowed=bool(kept),
        first_page=not after,
        next_page=going_on,
        filters=_filters(seconds),
        seconds=seconds,
        # Counted only where it is asked for: the count reads every view of every open review.
        second_views=seconding.number(acting()) if chosen["whose"] == SECOND[0] else None,
    )


def _filters(seconds: bool) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [
        ("State", "state", [(one.value, one.value.capitalize()) for one in queueing.STATES]),
        ("Standard", "standard", [(id, library.latest(id).title) for id in library.load().standards]),
        ("Kind of organisation", "kind", list(KINDS.items())),
        ("Period", "period", [(name, name) for name in queueing.period_names()]),
        ("Handed in", "late", [("yes", "Late")]),
        ("Reviewer", "whose", [*WHOSE, SECOND] if seconds else list(WHOSE)),
        ("What the rules ask", "queried", list(QUERIED)),
    ]


@bp.route("/reviews/share-out", methods=["GET", "POST"])
@gate(Action.REVIEW)
def share_out() -> Any:
    form = ShareOutForm()
    if form.validate_on_submit():
        try:
            shared = allocating.allocate(form.number.data or 0, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return page("reviews/shared.html", shared=shared)
    return page("reviews/share_out.html", form=form)


def sees_first_view(assessment: Assessment, line: Judged, by: Acting) -> bool:
    """Whether the first view may be shown: never to somebody who could still give the blind second one."""
    if assessment.first_reviewer_id == by.id or not may(by, Action.REVIEW_SECOND, assessment):
        return True
    if line.second is not None and line.second.reviewer_id == by.id:
        return True
    return assessment.state in (State.REVIEWED, State.PUBLISHED) and not line.settled.waits_for_a_second_view


def sees_whole_view(assessment: Assessment, judged: Iterable[Judged], by: Acting) -> bool:
    """Whether what the first reviewer makes of the whole may be shown: its reliability, the levels that would stand."""
    return all(sees_first_view(assessment, one, by) for one in judged)


@bp.route("/reviews/<reference>")
@gate(Action.READ_REVIEW, queries.once_handed_in)
def show(assessment: Assessment) -> Any:
    if assessment.state not in HANDED_IN:
        return with_the_organisation(assessment)
    return review_page(assessment, RestForm(formdata=None))


def review_page(assessment: Assessment, rest: RestForm) -> Any:
    by, judged, questions = acting(), queries.judged(assessment), queries.questions(assessment)
    asked = queries.asked_by_rules(assessment, [one.answer for one in judged], queries.last_year(assessment))
    mine = assessment.first_reviewer_id == by.id
    return page(
        "reviews/show.html",
        assessment=assessment,
        context=queries.context(assessment),
        standard=queries.standard_of(assessment),
        judged=judged,
        questions=questions,
        asked=asked,
        open_codes={one.expectation for one in questions if one.answered_at is None},
        mine=mine,
        missing=concluding.missing(assessment, judged, questions) if mine else (),
        remaining=[one.code for one in judged if one.first is None and one.code not in asked],
        shown={one.code for one in judged if sees_first_view(assessment, one, by)},
        shows_whole=sees_whole_view(assessment, judged, by),
        reply=queries.reply(assessment) if assessment.state in (State.REVIEWED, State.PUBLISHED) else None,
        rest=rest,
        State=State,
        PlanState=PlanState,
    )


@bp.route("/reviews/<reference>/claim", methods=["POST"])
@gate(Action.REVIEW, queries.handed_in)
def claim(assessment: Assessment) -> Any:
    allocating.claim(assessment, by=acting())
    return redirect(here(assessment), 303)


@bp.route("/reviews/<reference>/give-up", methods=["GET", "POST"])
@gate(Action.REVIEW, queries.handed_in)
def give_up(assessment: Assessment) -> Any:
    form = ReasonForm()
    if form.validate_on_submit():
        allocating.give_up(assessment, reason=form.reason.data or "", by=acting())
        return redirect(here(assessment), 303)
    return page("reviews/pass_on.html", form=form, assessment=assessment, context=queries.context(assessment), taking=False)


@bp.route("/reviews/<reference>/take-over", methods=["GET", "POST"])
@gate(Action.REVIEW, queries.handed_in)
def take_over(assessment: Assessment) -> Any:
    form = ReasonForm()
    if form.validate_on_submit():
        allocating.take_over(assessment, reason=form.reason.data or "", by=acting())
        return redirect(here(assessment), 303)
    return page("reviews/pass_on.html", form=form, assessment=assessment, context=queries.context(assessment), taking=True)


@bp.route("/reviews/<reference>/agree-with-the-rest", methods=["POST"])
@gate(Action.REVIEW, queries.handed_in)
def agree_with_the_rest(assessment: Assessment) -> Any:
    form = RestForm()
    if not form.validate_on_submit():
        return review_page(assessment, form)
    asked = queries.asked_by_rules(assessment, queries.answers(assessment), queries.last_year(assessment))
    reviewing.agree_with_the_rest(assessment, reason=form.reason.data or "", queried=frozenset(asked), by=acting())
    return redirect(here(assessment), 303)


@bp.route("/reviews/<reference>/reliability", methods=["GET", "POST"])
@gate(Action.READ_REVIEW, queries.handed_in, to_change=Action.REVIEW)
def reliability(assessment: Assessment) -> Any:
    form = ReliabilityForm(
        version=assessment.version,
        reliability=assessment.reliability.value if assessment.reliability else None,
        reason=assessment.reliability_reason,
    )
    if form.validate_on_submit():
        try:
            reviewing.rate_reliability(
                assessment,
                Reliability(form.reliability.data),
                reason=form.reason.data or "",
                version=form.version.data,
                by=acting(),
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(here(assessment), 303)
    if not sees_whole_view(assessment, queries.judged(assessment), acting()):
        allocating.insist_holder(assessment, acting())
    return page("reviews/reliability.html", form=form, assessment=assessment, context=queries.context(assessment))


@bp.route("/reviews/<reference>/share", methods=["GET", "POST"])
@gate(Action.REVIEW, queries.handed_in)
def share(assessment: Assessment) -> Any:
    form = LoneButton()
    if form.validate_on_submit():
        concluding.share(assessment, by=acting())
        return redirect(here(assessment), 303)
    allocating.insist_holder(assessment, acting())
    judged = queries.judged(assessment)
    return page(
        "reviews/share.html",
        form=form,
        assessment=assessment,
        context=queries.context(assessment),
        standard=queries.standard_of(assessment),
        judged=judged,
        missing=concluding.missing(assessment, judged, queries.questions(assessment)),
        State=State,
    )


@bp.route("/reviews/<reference>/plan", methods=["GET", "POST"])
@gate(Action.READ_REVIEW, queries.handed_in, to_change=Action.REVIEW)
def plan(assessment: Assessment) -> Any:
    form = PlanForm()
    if form.validate_on_submit():
        try:
            if form.decision.data == "agree":
                reviewing.agree_plan(assessment, by=acting())
            else:
                reviewing.return_plan(assessment, reason=form.reason.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(here(assessment), 303)
    return page(
        "reviews/plan.html",
        form=form,
        assessment=assessment,
        context=queries.context(assessment),
        standard=queries.standard_of(assessment),
        plan=queries.plan(assessment),
        PlanState=PlanState,
    )
