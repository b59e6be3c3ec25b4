"""A person's own saved views of the list: save one, open it again, delete it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, flash, redirect, url_for

from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.recommendations.forms.saved_views import DeleteViewForm, SaveViewForm
from portal.recommendations.operations import saving_views
from portal.recommendations.queries import saved_views as queries
from portal.recommendations.views import narrowing
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("saved_views", __name__)


@bp.route("/recommendations/views", methods=["GET", "POST"])
@gate(Action.SEE_RECOMMENDATIONS)
def index() -> Any:
    form = SaveViewForm(data={"narrowed": urlencode(narrowing.kept(narrowing.chosen()))})
    narrowed = _narrowed(form.narrowed.data or "")
    if form.validate_on_submit():
        try:
            saving_views.save(form.name.data or "", narrowed, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash("The view was saved.")
            return redirect(url_for("saved_views.index"), 303)
    return _page(form, narrowed)


def _narrowed(query: str) -> dict[str, str]:
    """Only what a list knows of: the rest of what was sent is dropped."""
    asked = dict(parse_qsl(query[:4000], max_num_fields=50)) if query.count("&") < 50 else {}
    return narrowing.kept(narrowing.chosen(asked=asked))


def _page(form: SaveViewForm, narrowed: dict[str, str]) -> Response:
    return page("recommendations/views.html", form=form, narrowed=narrowed, views=queries.saved_views(acting().id), deleting=DeleteViewForm(formdata=None))


@bp.route("/recommendations/views/<int:id>/delete", methods=["POST"])
@gate(Action.SEE_RECOMMENDATIONS)
def delete(id: int) -> Any:
    """Of one's own; what is not there, or is another's, is as good as deleted."""
    one = queries.saved_view(acting().id, id) if id < 2**63 else None
    if one is not None and DeleteViewForm().validate_on_submit():
        saving_views.forget(one, by=acting())
        flash("The view was deleted.")
    return redirect(url_for("saved_views.index"), 303)
