"""One's own record, to carry away: for a learning record store of one's organisation, or for oneself."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, request

from portal.accreditation import xapi
from portal.accreditation.queries import own_record
from portal.config import Settings
from portal.kernel.errors import NotFound
from portal.policy import Action
from portal.web.gate import acting, gate

bp = Blueprint("own_record", __name__)


@bp.route("/learning/record.jsonl")
@gate(Action.LEARN)
def statements() -> Any:
    """In the name that one has for one organisation: the one asked for, or else the first that one works for."""
    person = acting()
    codes = [post.code for post in person.posts]
    code = request.args.get("organisation", codes[0] if codes else "")
    if code not in (codes or [""]):
        raise NotFound()
    settings: Settings = current_app.extensions["settings"]
    name = xapi.account(str(current_app.config["SECRET_KEY"]), code, own_record.reference(person.id or 0))
    made = xapi.statements(own_record.facts(person.id or 0), home=settings.address, name=name)
    answer = Response("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in made), mimetype="application/x-ndjson")
    answer.headers["Content-Disposition"] = 'attachment; filename="learning-record.jsonl"'
    return answer
