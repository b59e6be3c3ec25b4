"""Appeals against marks, as whoever may decide them sees them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect

from portal.accreditation.forms.learning import GoOnForm
from portal.accreditation.operations import deciding_appeals
from portal.accreditation.operations.assessing import marking_path
from portal.accreditation.queries import appeals as queries
from portal.accreditation.queries.appeals import Appealed
from portal.accreditation.views import mine
from portal.accreditation.views.assessing import prose
from portal.accreditation.works import APPEAL_DECIDED_WITHIN
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("appeals", __name__)


@bp.route("/marking/appeals")
@gate(Action.DECIDE_APPEAL)
def index() -> Any:
    return page("marking/appeals.html", appeals=queries.to_decide(acting()), within=APPEAL_DECIDED_WITHIN, most=queries.MOST)


@bp.route("/marking/appeals/<reference>")
@gate(Action.DECIDE_APPEAL, mine.appealed)
def show(at: Appealed) -> Any:
    if at.marking is not None and at.marking.assessor_id == acting().id:
        return redirect(marking_path(at.marking), 303)
    return page("marking/appeal.html", at=at, appeal=at.appeal, text=prose(at.handed.course), form=GoOnForm(formdata=None), earlier=at.handed.counted)


@bp.route("/marking/appeals/<reference>/take", methods=["POST"])
@gate(Action.DECIDE_APPEAL, mine.appealed)
def take(at: Appealed) -> Any:
    if not GoOnForm().validate_on_submit():
        return redirect(f"/marking/appeals/{at.appeal.reference}", 303)
    return redirect(marking_path(deciding_appeals.take(at, by=acting())), 303)
