"""The organisation's reports: handed in with evidence by checklist line, and read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for

from portal.evidence.queries.pins import pins_of
from portal.kernel.errors import Invalid, Step, WrongState
from portal.policy import Action, may
from portal.recommendations import queries as recommendations
from portal.recommendations.forms.reporting import report_form
from portal.recommendations.lifecycle import OPEN
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import reporting
from portal.recommendations.queries import places, promising
from portal.recommendations.queries import reporting as queries
from portal.recommendations.queries.reporting import Reported
from portal.recommendations.types import type_of
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("reporting", __name__)


@bp.route("/recommendations/<reference>/report", methods=["GET", "POST"])
@gate(Action.REPORT_PROGRESS, recommendations.issued)
def report(one: Recommendation) -> Any:
    if one.delivery not in OPEN:
        read = [Step("Read the recommendation", f"/recommendations/{one.reference}")]
        raise WrongState(f"This recommendation has ended: it is “{one.delivery.value}”.", next_steps=read)
    type = type_of(one.type)
    form = report_form(type)(data={"version": one.version})
    form.offer_steps(promising.to_keep(one.id))
    if form.validate_on_submit():
        try:
            told = reporting.report(
                one, version=form.version.data, changed=form.changed.data, how_we_know=form.how_we_know.data,
                left_to_do=form.left_to_do.data or "", finished=form.finished.data, done_on=form.done_on.data,
                steps_done=form.steps_done.data or (), seen=form.seen(), explained=form.explained.data or "", by=acting(),
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("reporting.read", reference=one.reference, number=told.number), 303)
    return page(
        "recommendations/report.html", form=form, one=one, organisation=recommendations.organisation_of(one), type=type,
        found=reporting.personal(**form.texts()) if form.is_submitted() else [],
        pins=_pins(one, released_only=False), seen=queries.lines_seen(one.id),
    )  # fmt: skip


def _pins(one: Recommendation, *, released_only: bool) -> dict[int, Any]:
    """What is pinned to each line of the checklist, by its number."""
    by_about = {places.about(one.reference, number): number for number in range(1, len(type_of(one.type).evidence) + 1)}
    found = pins_of(one.organisation_id, list(by_about), released_only=released_only)
    return {by_about[about]: pins for about, pins in found.items()}


@bp.route("/recommendations/<reference>/reports/<int:number>")
@gate(Action.READ_RECOMMENDATION, queries.reported)
def read(at: Reported) -> Any:
    return page(
        "recommendations/read_report.html", one=at.one, report=at.report, organisation=recommendations.organisation_of(at.one),
        type=type_of(at.one.type), seen={line: seen for line, seen in queries.lines_seen(at.one.id).items() if seen.report_id == at.report.id},
        pins=_pins(at.one, released_only=acting().at_the_ombudsman) if may(acting(), Action.READ_EVIDENCE, at) else {},
    )  # fmt: skip
