"""How the record is kept, whether a receipt is ours, and what happened in one organisation."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, request

from portal import audit
from portal.home.queries import receipts
from portal.home.telling import told_in_words
from portal.organisations.models import Organisation
from portal.organisations.queries import organisation as by_code
from portal.policy import Action, may
from portal.web.freshness import unless_unchanged
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("record", __name__)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BETWEEN = re.compile(r"[\s:-]+")
PAGE = 50


@bp.route("/record")
@gate(Action.READ_PUBLIC_PAGES)
def about() -> Any:
    typed = request.args.get("receipt")
    receipt = _BETWEEN.sub("", typed or "")[:200].lower()
    sound = _SHA256.fullmatch(receipt) is not None
    error = None if sound or typed is None else "Enter the receipt: 64 figures and letters from a to f"
    issued = receipts.issued(receipt) if sound else None

    def make() -> Any:
        return page(
            "home/record.html",
            status=422 if error else 200,
            receipt=receipt,
            asked=sound,
            error=error,
            issued=issued,
        )

    return make() if error else unless_unchanged(make, receipt, issued)


@bp.route("/organisations/<code>/record")
@gate(Action.SEE_RECORD, by_code)
def trail(organisation: Organisation) -> Any:
    asked = request.args.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 10 else None
    own = may(acting(), Action.READ_HISTORY, organisation)
    found = audit.trail(organisation.id, before=before, limit=PAGE + 1, drafting=own)
    shown = found[:PAGE]
    return page(
        "home/trail.html",
        organisation=organisation,
        lines=[told_in_words(one) for one in shown],
        older=shown[-1].sequence if len(found) > PAGE else None,
        newest=before is None,
        own=own,
    )
