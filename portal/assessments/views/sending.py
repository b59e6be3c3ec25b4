"""The complaints manager sends the assessment to the executive lead to sign."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request

from portal.assessments.models import Assessment
from portal.assessments.operations import sending
from portal.assessments.queries import answering as queries
from portal.assessments.queries import colleagues
from portal.assessments.queries.answering import Head
from portal.policy import Action
from portal.web.gate import UNSAFE, acting, gate
from portal.web.pages import page

bp = Blueprint("sending", __name__)


def asked_for(reference: str) -> Assessment | Head | None:
    return queries.assessment(reference) if request.method in UNSAFE else queries.head(reference)


@bp.route("/assessments/<reference>/send", methods=["GET", "POST"])
@gate(Action.SEND_FOR_SIGN_OFF, asked_for)
def send(one: Assessment | Head) -> Any:
    if isinstance(one, Assessment):
        sending.send(one, by=acting())
        return redirect(f"/assessments/{one.reference}", 303)
    leads = colleagues.leads(one.organisation_id)
    missing = sending.missing(queries.all_answered(one.reference), leads)
    return page("assessments/send.html", head=one, leads=leads, missing=missing)
