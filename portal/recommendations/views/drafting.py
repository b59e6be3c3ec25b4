"""The officers' pages: drafts, the drafting aid that reads along, and the approval by somebody else."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for

from portal.kernel.errors import Invalid, WrongState
from portal.organisations.queries import organisation as by_code
from portal.policy import Action
from portal.recommendations import queries, wording
from portal.recommendations.forms.drafting import DraftForm, IssueForm, NewDraftForm, ReasonForm, SendForm
from portal.recommendations.lifecycle import DRAFTING, DraftState, DraftVerb
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import approving, drafting
from portal.recommendations.queries.about import about
from portal.recommendations.queries.drafts import waiting as drafts_in
from portal.recommendations.themes import themes
from portal.recommendations.types import type_of
from portal.recommendations.wording import RULES, Draft
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("drafts", __name__)
BY_KEY = {rule.key: rule for rule in RULES}


@bp.route("/drafts")
@gate(Action.SEE_DRAFTS)
def index() -> Any:
    waiting, drafts = (drafts_in(state) for state in (DraftState.AWAITING_APPROVAL, DraftState.DRAFT))
    return page("recommendations/drafts.html", groups=[("Waiting for approval", waiting), ("Drafts", drafts)])


@bp.route("/drafts/new", methods=["GET", "POST"])
@gate(Action.DRAFT_RECOMMENDATION)
def new() -> Any:
    form = NewDraftForm(data={"number": 1, "severity": 1, "version": 0, "organisation": request.args.get("organisation", "")[:100]})
    form.offer()
    if form.validate_on_submit():
        try:
            organisation = by_code(form.organisation.data or "")
            if organisation is None:
                raise Invalid("organisation", "There is no organisation with this code on the register")
            one = drafting.draft(organisation, by=acting(), **form.facts())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("drafts.read", reference=one.reference), 303)
    return page("recommendations/draft.html", form=form, one=None, address=url_for("drafts.new"), **_help(), **read_along(form.text.data, form.due_on.data))


@bp.route("/drafts/aid", methods=["POST"])
@gate(Action.DRAFT_RECOMMENDATION)
def aid() -> Any:
    """The drafting aid, as somebody types."""
    form = NewDraftForm()
    return page("recommendations/_aid.html", **read_along(form.text.data, form.due_on.data))


@bp.route("/drafts/<reference>", methods=["GET", "POST"])
@gate(Action.SEE_DRAFTS, queries.recommendation, to_change=Action.DRAFT_RECOMMENDATION)
def show(one: Recommendation) -> Any:
    if one.state is not DraftState.DRAFT:
        return redirect(url_for("drafts.read", reference=one.reference), 303)
    found = about(one.id)
    form = DraftForm(obj=one, themes=list(found.themes), expectations=", ".join(found.expectations))
    form.offer()
    if form.validate_on_submit():
        try:
            drafting.change(one, version=form.version.data, by=acting(), **form.facts())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("drafts.read", reference=one.reference), 303)
    return page(
        "recommendations/draft.html", form=form, one=one, organisation=queries.organisation_of(one),
        address=url_for("drafts.show", reference=one.reference), **_help(), **read_along(form.text.data, form.due_on.data),
    )  # fmt: skip


@bp.route("/drafts/<reference>/read")
@gate(Action.SEE_DRAFTS, queries.recommendation)
def read(one: Recommendation) -> Any:
    """The draft as a whole, and what can be done with it now."""
    if one.state is DraftState.ISSUED:
        return redirect(url_for("recommendations.show", reference=one.reference), 303)
    return _read(one, SendForm(data={"version": one.version, "overruled_why": one.overruled_why}), ReasonForm(data={"version": one.version}))


def _read(one: Recommendation, sending: SendForm, why: ReasonForm) -> Any:
    return page(
        "recommendations/read_draft.html", one=one, organisation=queries.organisation_of(one), type=type_of(one.type), about=about(one.id),
        form=sending if sending.errors else why, sending=sending, why=why, issuing=IssueForm(data={"version": one.version}),
        offers=DRAFTING.offers(one.state), verbs=DraftVerb, **read_along(one.text, one.due_on),
    )  # fmt: skip


@bp.route("/drafts/<reference>/send", methods=["POST"])
@gate(Action.DRAFT_RECOMMENDATION, queries.recommendation)
def send(one: Recommendation) -> Any:
    form = SendForm()
    if form.validate_on_submit():
        try:
            drafting.send(one, version=form.version.data, overruled_why=form.overruled_why.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("drafts.read", reference=one.reference), 303)
    return _read(one, form, ReasonForm(data={"version": one.version}, formdata=None))


@bp.route("/drafts/<reference>/discard", methods=["POST"])
@gate(Action.DRAFT_RECOMMENDATION, queries.recommendation)
def discard(one: Recommendation) -> Any:
    return _with_a_reason(one, drafting.discard)


@bp.route("/drafts/<reference>/return", methods=["POST"])
@gate(Action.ISSUE_RECOMMENDATION, queries.recommendation)
def give_back(one: Recommendation) -> Any:
    return _with_a_reason(one, approving.give_back)


def _with_a_reason(one: Recommendation, operation: Any) -> Any:
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            operation(one, version=form.version.data, reason=form.reason.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("drafts.index"), 303)
    return _read(one, SendForm(data={"version": one.version}, formdata=None), form)


@bp.route("/drafts/<reference>/issue", methods=["POST"])
@gate(Action.ISSUE_RECOMMENDATION, queries.recommendation)
def issue(one: Recommendation) -> Any:
    form = IssueForm()
    if not form.validate_on_submit():
        raise WrongState("Nothing was issued. Open the draft again and press the button there.")
    try:
        approving.issue(one, version=form.version.data, by=acting())
    except Invalid as refusal:
        raise WrongState(f"{refusal}. Return it to its author, who can change it.") from None
    return redirect(url_for("recommendations.show", reference=one.reference), 303)


def _help() -> dict[str, Any]:
    """What each theme means, for the boxes to be ticked."""
    return {"theme_hints": {code: one.about for code, one in themes().items()}}


def read_along(text: str | None, due_on: Any) -> dict[str, Any]:
    """What the drafting aid says: the text in pieces, and each remark with its rule."""
    typed = text or ""
    remarks = wording.read(Draft(typed, due_on)) if typed.strip() else ()
    return {
        "typed": typed.strip(),
        "pieces": wording.segments(typed, remarks),
        "remarks": [(BY_KEY[one.rule], typed[one.start : one.end], one.says) for one in remarks],
    }
