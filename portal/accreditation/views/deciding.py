"""The Ombudsman finds a certificate, and suspends it, lifts that, or revokes it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for

from portal.accreditation.forms.certifying import DecideForm, FindForm
from portal.accreditation.lifecycle import CERTIFICATE
from portal.accreditation.operations import deciding
from portal.accreditation.queries import certificates as queries
from portal.accreditation.queries.certificates import Held
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("deciding", __name__)


@bp.route("/certificates")
@gate(Action.DECIDE_CERTIFICATE)
def index() -> Any:
    form = FindForm(formdata=request.args)
    wanted = (form.reference.data or "").strip().rpartition("/")[2].split(".")[0][:40]
    found = (queries.any_of(wanted) or queries.by_uuid(wanted)) if wanted else None
    if found:
        return redirect(url_for("deciding.certificate", reference=found.certificate.reference), 303)
    return page("certificates/all.html", form=form, wanted=wanted, decided=queries.decided_last(), given=queries.given_last())


@bp.route("/certificates/<reference>", methods=["GET", "POST"])
@gate(Action.DECIDE_CERTIFICATE, queries.any_of)
def certificate(at: Held) -> Any:
    form = DecideForm(data={"seen": str(len(at.decisions))})
    form.offer(CERTIFICATE.offers(at.status))
    if form.validate_on_submit():
        try:
            deciding.decide(at, form.verb(), form.reason.data or "", seen=form.number(), by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("deciding.certificate", reference=at.certificate.reference), 303)
    return page("certificates/decide.html", at=at, one=at.certificate, holder=queries.holder(at.certificate), form=form)
