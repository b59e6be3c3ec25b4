"""The officer's page of one recommendation: everything about it side by side, and what the officer decides."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import Blueprint, redirect, url_for

from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.organisations.queries import recipients
from portal.policy import Action, Role, may
from portal.recommendations import queries
from portal.recommendations.forms.deciding import (
    KINDS,
    ContactForm,
    HandOverForm,
    PauseForm,
    ReopenForm,
    ResumeForm,
    VerdictForm,
)
from portal.recommendations.lifecycle import DELIVERY, DeliveryVerb, Ending, PauseKind, VerdictKind
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import contacting, deciding, handing_over, pausing
from portal.recommendations.queries import asking, casework, reporting
from portal.recommendations.types import type_of
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("casework", __name__)


@bp.route("/recommendations/<reference>/decide", methods=["GET", "POST"])
@gate(Action.SEE_CASEWORK, queries.issued, to_change=Action.DECIDE_RECOMMENDATION)
def decide(one: Recommendation) -> Any:
    reports = reporting.reports_on(one.id)
    finished = next((report.done_on for report in reports if report.finished), None)
    form = VerdictForm(data={"version": one.version, "complied_on": finished})
    form.offer(VerdictKind)  # what can be found now is for the operation to say: it may have changed since the page was made
    if form.validate_on_submit():
        try:
            deciding.decide(one, version=form.version.data, by=acting(), **form.facts())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one)
    form.offer(deciding.possible(one.delivery))
    days = casework.days_of(one)
    return page(
        "recommendations/decide.html", form=form, one=one, organisation=queries.organisation_of(one), type=type_of(one.type),
        promise=casework.promise_of(one), checklist=casework.checklist_of(one, released_only=True), reports=reports,
        said=asking.said_about(one.id), noted_at=asking.noted_at(one.id), verdicts=casework.verdicts_of(one, days), days=days,
        contacts=casework.contacts_of(one), managers=recipients.holders(one.organisation_id, Role.COMPLAINTS_MANAGER),
        leads=recipients.holders(one.organisation_id, Role.EXECUTIVE_LEAD), hints={kind.value: KINDS[kind][1] for kind in KINDS},
        deciding=may(acting(), Action.DECIDE_RECOMMENDATION, one), paused=pausing.paused(one),
        reopens=one.ending is Ending.DECIDED and DELIVERY.can(one.delivery, DeliveryVerb.REOPEN),
    )  # fmt: skip


@bp.route("/recommendations/<reference>/reopen", methods=["GET", "POST"])
@gate(Action.DECIDE_RECOMMENDATION, queries.issued)
def reopen(one: Recommendation) -> Any:
    form = ReopenForm(data={"version": one.version})
    if form.validate_on_submit():
        try:
            deciding.reopen(
                one, reason=form.reason.data or "", next_evidence_on=cast(date, form.next_evidence_on.data),
                version=form.version.data, by=acting(),
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one)
    return _page("reopen", one, form)


@bp.route("/recommendations/<reference>/pause", methods=["GET", "POST"])
@gate(Action.DECIDE_RECOMMENDATION, queries.issued)
def pause(one: Recommendation) -> Any:
    form = PauseForm(data={"version": one.version})
    if form.validate_on_submit():
        try:
            pausing.pause(
                one, kind=PauseKind(form.kind.data), reason=form.reason.data or "", until=cast(date, form.until.data),
                version=form.version.data, by=acting(),
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one)
    return _page("pause", one, form, paused=pausing.paused(one))


@bp.route("/recommendations/<reference>/resume", methods=["GET", "POST"])
@gate(Action.DECIDE_RECOMMENDATION, queries.issued)
def resume(one: Recommendation) -> Any:
    form = ResumeForm(data={"version": one.version})
    if form.validate_on_submit():
        try:
            pausing.resume(one, reason=form.reason.data or "", version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one)
    return _page("resume", one, form, paused=pausing.paused(one))


@bp.route("/recommendations/<reference>/contacts", methods=["GET", "POST"])
@gate(Action.SEE_CASEWORK, queries.issued, to_change=Action.DECIDE_RECOMMENDATION)
def contacts(one: Recommendation) -> Any:
    form = ContactForm(data={"on": clock.today()})
    if form.validate_on_submit():
        try:
            contacting.log(one, on=cast(date, form.on.data), how=form.how.data or "", what=form.what.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one)
    deciding = may(acting(), Action.DECIDE_RECOMMENDATION, one)
    return _page("contacts", one, form, contacts=casework.contacts_of(one), deciding=deciding)


@bp.route("/recommendations/<reference>/hand-over", methods=["GET", "POST"])
@gate(Action.DECIDE_RECOMMENDATION, queries.issued)
def hand_over(one: Recommendation) -> Any:
    form = HandOverForm(data={"version": one.version})
    form.offer(officers := handing_over.may_take(one))
    if form.validate_on_submit():
        try:
            handing_over.hand_over(one, to=form.officer.data or "", version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one)
    return _page("hand_over", one, form, officers=officers)


def _page(name: str, one: Recommendation, form: Any, **words: Any) -> Any:
    return page(f"recommendations/{name}.html", form=form, one=one, organisation=queries.organisation_of(one), **words)


def _back(one: Recommendation) -> Any:
    return redirect(url_for("casework.decide", reference=one.reference), 303)
