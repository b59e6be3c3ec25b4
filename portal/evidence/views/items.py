"""One piece of evidence: what it is, where its file stands, its versions, where it is used, and what happened."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from portal import audit
from portal.evidence.queries import items as queries
from portal.evidence.queries.items import Seen
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("evidence", __name__)


def seen(reference: str) -> Seen | None:
    """The evidence as whoever asks may see it."""
    return queries.seen(reference, acting())


@bp.route("/evidence/<reference>")
@gate(Action.READ_EVIDENCE, seen)
def show(one: Seen) -> Any:
    return page(
        "evidence/show.html",
        fragment="evidence/_standing.html",
        one=one,
        history=audit.trail(one.organisation_id, one.item.audited_as()) if one.own else [],
    )
