"""What anybody may check, and what they need for it without us: credentials, keys, status lists, issuer, criteria, published figures."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app

from portal.accreditation.credentials import building
from portal.accreditation.credentials.baking import NoCredential, token_in
from portal.accreditation.credentials.checking import Checked, Outcome, belongs_to
from portal.accreditation.credentials.keys import NAME
from portal.accreditation.forms.certifying import CheckForm
from portal.accreditation.operations import issuing
from portal.accreditation.queries import certificates, posts
from portal.accreditation.queries.certificates import Held
from portal.kernel.errors import Invalid, NotFound
from portal.organisations.queries import organisation
from portal.policy import Action
from portal.web.gate import gate
from portal.web.pages import page

bp = Blueprint("checking", __name__)
KEPT = {"keys": timedelta(days=1), "status": timedelta(hours=1), "words": timedelta(hours=1)}
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@bp.route("/check", methods=["GET", "POST"])
@gate(Action.READ_PUBLIC_PAGES)
def check() -> Any:
    form, found = CheckForm(), None
    if form.validate_on_submit():
        try:
            found = issuing.checked(token_in(form.brought()))
        except Invalid as refusal:
            form.refuse(refusal)
        except NoCredential as error:
            found = Checked(Outcome.UNKNOWN, f"Reading: {error}")
    asked = (form.email.data or "") if found and found.says else ""
    return page("check/index.html", form=form, found=found, asked=asked, theirs=belongs_to(found.says, asked) if found and asked else None)


@bp.route("/check/without-us")
@gate(Action.READ_PUBLIC_PAGES)
def without_us() -> Any:
    script = (Path(current_app.root_path) / "static" / "check-certificate.py").read_text(encoding="utf-8")
    return page("check/without_us.html", script=script, address=issuing.address(), keys=list(reversed(issuing.ring().all())))


@bp.route("/credentials/<uuid>")
@gate(Action.READ_PUBLIC_PAGES, certificates.by_uuid)
def credential(at: Held) -> Any:
    found = issuing.checked(issuing.token(at.certificate))
    return page("check/credential.html", found=found, uuid=at.certificate.uuid)


@bp.route("/credentials/<uuid>.jwt")
@gate(Action.READ_PUBLIC_PAGES, certificates.by_uuid)
def as_jwt(at: Held) -> Response:
    return _public(Response(issuing.token(at.certificate), mimetype="text/plain"))


@bp.route("/credentials/<uuid>.json")
@gate(Action.READ_PUBLIC_PAGES, certificates.by_uuid)
def as_json(at: Held) -> Response:
    return _json(building.credential(certificates.given(at.certificate), issuing.address()))


@bp.route("/keys/<name>.json")
@gate(Action.READ_PUBLIC_PAGES)
def key(name: str) -> Response:
    found = issuing.ring().key(name) if NAME.fullmatch(name) else None
    if found is None:
        raise NotFound()
    return _json(dict(found.jwk), KEPT["keys"])


@bp.route("/.well-known/jwks.json")
@gate(Action.READ_PUBLIC_PAGES)
def jwks() -> Response:
    """Every key that is not known to be stolen."""
    there = [{**one.jwk, "kid": f"{issuing.address()}/keys/{one.name}.json"} for one in issuing.ring().all() if not one.stolen_on]
    return _json({"keys": there}, KEPT["words"])


@bp.route("/.well-known/did.json")
@gate(Action.READ_PUBLIC_PAGES)
def did() -> Response:
    name = f"did:web:{urlsplit(issuing.address()).netloc.replace(':', '%3A')}"
    methods = [
        {"id": f"{issuing.address()}/keys/{one.name}.json", "type": "JsonWebKey", "controller": name, "publicKeyJwk": dict(one.jwk)}
        for one in issuing.ring().all() if not one.stolen_on
    ]  # fmt: skip
    return _json({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"], "id": name, "verificationMethod": methods,
        "assertionMethod": [one["id"] for one in methods],
    }, KEPT["words"])  # fmt: skip


@bp.route("/issuers/main")
@gate(Action.READ_PUBLIC_PAGES)
def issuer() -> Response:
    return _json({"@context": [building.CREDENTIALS, building.BADGES], **building.profile(issuing.address())}, KEPT["words"])


@bp.route("/status/<int:number>")
@gate(Action.READ_PUBLIC_PAGES)
def status(number: int) -> Response:
    token = issuing.status_list(number) if 0 < number < 100_000 else None
    if token is None:
        raise NotFound()
    return _public(Response(token, mimetype="text/plain"), KEPT["status"])


@bp.route("/achievements/<code>/v<int:number>")
@gate(Action.READ_PUBLIC_PAGES)
def achievement(code: str, number: int) -> Response:
    found = certificates.achievement(code, number) if number < 100_000 else None
    if found is None:
        raise NotFound()
    return _json({"@context": [building.CREDENTIALS, building.BADGES], **building.achievement(found, issuing.address())}, KEPT["words"])


@bp.route("/organisations/<code>/accredited/<month>.jwt")
@gate(Action.READ_PUBLIC_PAGES)
def statement(code: str, month: str) -> Response:
    """How many frontline posts of an organisation were accredited, as it published it for one month."""
    body = organisation(code)
    found = posts.of_month(body.id, date.fromisoformat(f"{month}-01")) if body and MONTH.fullmatch(month) else None
    if found is None:
        raise NotFound()
    return _public(Response(issuing.statement(found), mimetype="text/plain"))


@bp.route("/courses/<code>/<version>/criteria")
@gate(Action.READ_PUBLIC_PAGES, certificates.achieved)
def criteria(found: building.Achieved) -> Any:
    return page("check/criteria.html", of=found)


def _json(value: Any, kept: timedelta | None = None) -> Response:
    return _public(Response(json.dumps(value, ensure_ascii=False, indent=2), mimetype="application/json"), kept)


def _public(answer: Response, kept: timedelta | None = None) -> Response:
    """Other people's checkers read these from their own pages, in a browser too."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = f"public, max-age={int(kept.total_seconds())}" if kept else "no-store"
    return answer
