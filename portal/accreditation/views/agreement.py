"""How far assessors agree: everybody for whoever looks after the courses, and each assessor themselves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from portal.accreditation import agreement
from portal.accreditation.queries import agreement as queries
from portal.accreditation.queries import practising
from portal.policy import Action, may
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("agreement", __name__)


@bp.route("/marking/agreement")
@gate(Action.SEE_OWN_AGREEMENT)
def show() -> Any:
    by = acting()
    everybody = may(by, Action.SEE_AGREEMENT)
    found = queries.figures(None if everybody else by.id)
    names = queries.names(sorted({assessor for assessor, _ in found}))
    of = practising.practices(by.id or 0)
    rows = sorted(((of[rubric], names[assessor], one) for (assessor, rubric), one in found.items()), key=lambda row: (row[0].rubric, row[1]))
    return page("marking/agreement.html", rows=rows, everybody=everybody, of=agreement)
