"""Somebody's own certificates: what they hold, until when, what renewal asks, and copies to carry away."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, Response, redirect, url_for

from portal.accreditation.credentials import baking
from portal.accreditation.forms.certifying import ShowForm
from portal.accreditation.forms.learning import GoOnForm
from portal.accreditation.lifecycle import CertificateKind
from portal.accreditation.operations import certifying, issuing, renewing
from portal.accreditation.queries import catalogue, learning
from portal.accreditation.queries import certificates as queries
from portal.accreditation.queries.certificates import Held
from portal.accreditation.views import mine
from portal.kernel import clock, words
from portal.policy import Action
from portal.web import printing
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("certificates", __name__)


@bp.route("/learning/certificates")
@gate(Action.LEARN)
def index() -> Any:
    return page("certificates/index.html", held=queries.held_by(acting().id or 0))


@bp.route("/learning/certificates/<reference>", methods=["GET", "POST"])
@gate(Action.LEARN, mine.held)
def certificate(at: Held) -> Any:
    one = at.certificate
    form = ShowForm(data={"name": one.name_shown, "score": one.score_shown, "version": str(one.version)})
    if form.validate_on_submit():
        certifying.show(at, name=bool(form.name.data), score=bool(form.score.data), version=form.seen(), by=acting())
        return redirect(url_for("certificates.certificate", reference=one.reference), 303)
    version = catalogue.newest().get(one.code) if one.kind is CertificateKind.COURSE else None
    going_on = learning.enrolment(acting().id or 0, one.code) if at.latest and one.kind is CertificateKind.COURSE else None
    renewing_now = going_on if going_on and going_on.cycle > one.cycle else None
    return page(
        "certificates/certificate.html", at=at, one=one, form=form, go_on=GoOnForm(formdata=None), address=f"{issuing.address()}/credentials/{one.uuid}",
        needs=catalogue.content(version).renewal if version else (), changed=sorted(queries.clauses_changed(one.standards)),
        award=next((award for award in catalogue.awards() if award.code == one.code), None), course_open=version is not None,
        parts=queries.parts_done(renewing_now) if renewing_now else [], renewing=renewing_now,
    )  # fmt: skip


@bp.route("/learning/certificates/<reference>/renew", methods=["POST"])
@gate(Action.LEARN, mine.held)
def renew(at: Held) -> Any:
    if not GoOnForm().validate_on_submit():
        return redirect(url_for("certificates.certificate", reference=at.certificate.reference), 303)
    return redirect(url_for("learning.course", course=renewing.begin(at, by=acting())), 303)


@bp.route("/learning/certificates/<reference>.pdf")
@gate(Action.LEARN, mine.held)
def as_pdf(at: Held) -> Response:
    made = printing.pdf("accreditation/certificate.typ", values_of(at), made_at=at.certificate.given_at)
    return _download(made, "application/pdf", at, "pdf")


@bp.route("/learning/certificates/<reference>.jwt")
@gate(Action.LEARN, mine.held)
def as_jwt(at: Held) -> Response:
    return _download(issuing.token(at.certificate).encode(), "text/plain", at, "jwt")


@bp.route("/learning/certificates/<reference>.png")
@gate(Action.LEARN, mine.held)
def as_png(at: Held) -> Response:
    made = printing.picture("accreditation/badge.typ", values_of(at), "png")
    return _download(baking.into_png(made, issuing.token(at.certificate)), "image/png", at, "png")


@bp.route("/learning/certificates/<reference>.svg")
@gate(Action.LEARN, mine.held)
def as_svg(at: Held) -> Response:
    made = printing.picture("accreditation/badge.typ", values_of(at), "svg").decode()
    return _download(baking.into_svg(made, issuing.token(at.certificate)).encode(), "image/svg+xml", at, "svg")


def values_of(at: Held) -> dict[str, Any]:
    """What the printed certificate and the badge say."""
    one = at.certificate
    achieved = queries.achieved_of(one)
    where = f"{issuing.address()}/credentials/{one.uuid}"
    return {
        "title": one.title, "name": one.name, "about": achieved.about, "narrative": achieved.narrative, "reference": one.reference,
        "kind": one.kind.value, "version": achieved.version, "from": words.day(one.valid_from_on), "until": words.day(one.valid_until_on),
        "given": words.day(clock.london(one.given_at).date()), "score": f"{one.score}%" if one.score_shown else "", "address": where, "host": issuing.address(), "uuid": one.uuid,
        "hours": words.count(achieved.minutes, "minute", "minutes") if achieved.minutes else "",
        "squares": [[bool(dark) for dark in row] for row in segno.make(where, error="m", micro=False).matrix],
    }  # fmt: skip


def _download(content: bytes, kind: str, at: Held, ending: str) -> Response:
    answer = Response(content, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="certificate-{at.certificate.reference}.{ending}"'
    return answer
