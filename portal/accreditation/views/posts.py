"""An organisation sees who is accredited, says how many posts it has, and publishes the figure; the public reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, request, url_for

from portal.accreditation import posts
from portal.accreditation.forms.learning import GoOnForm
from portal.accreditation.forms.posts import PostsForm
from portal.accreditation.operations import posts as operations
from portal.accreditation.queries import posts as queries
from portal.accreditation.queries.posts import PAGE, Row
from portal.kernel import clock, sheets
from portal.kernel.errors import NotFound, Step
from portal.organisations.models import Organisation
from portal.organisations.queries import organisation
from portal.policy import Action, Role, may
from portal.standards import library
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("posts", __name__, url_prefix="/organisations/<code>")
SHOW: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "due": ("Due in 90 days", lambda row: row.due),
    "expired": ("Expired", lambda row: row.expired),
    "not-begun": ("Not begun", lambda row: row.not_begun),
}
ROLES = {"handler": Role.HANDLER, "manager": Role.COMPLAINTS_MANAGER}


@bp.route("/accreditation")
@gate(Action.SEE_ACCREDITATION, organisation)
def index(body: Organisation) -> Any:
    named = may(acting(), Action.SEE_WHO_IS_ACCREDITED, body)
    every = _wanted(body) if named else []
    start = _start(every, body)
    shown = every[start : start + PAGE]
    return page(
        "learning/accreditation.html", body=body, named=named, rows=shown, total=len(every), courses=queries.courses(body.kind) if named else [],
        figure=queries.figure(body.id), target=library.kind(body.kind).accredited, figures=queries.figures(body.id),
        show={key: words for key, (words, _) in SHOW.items()}, roles=ROLES, chosen=_chosen(),
        next_page=_here(body, after=shown[-1].reference) if start + PAGE < len(every) else None,
    )  # fmt: skip


def _chosen() -> dict[str, str]:
    return {name: request.args.get(name, "") for name in ("show", "role")}


def _here(body: Organisation, **more: str) -> str:
    kept = {name: value for name, value in _chosen().items() if value}
    return f"/organisations/{body.code}/accreditation?{urlencode({**kept, **more})}"


def _wanted(body: Organisation) -> list[Row]:
    asked = _chosen()
    if (asked["show"] and asked["show"] not in SHOW) or (asked["role"] and asked["role"] not in ROLES):
        raise NotFound("There is no such way to narrow the list.", next_steps=[Step("See everybody", f"/organisations/{body.code}/accreditation")])
    found = queries.rows(body.id)
    if asked["show"]:
        found = [row for row in found if SHOW[asked["show"]][1](row)]
    return [row for row in found if ROLES[asked["role"]] in row.roles] if asked["role"] else found


def _start(every: list[Row], body: Organisation) -> int:
    """Where the page begins: behind the person that the address names."""
    after = request.args.get("after", "")
    if not after:
        return 0
    found = next((place for place, row in enumerate(every, start=1) if row.reference == after), None)
    if found is None:
        raise NotFound("That person is no longer on this list.", next_steps=[Step("See the list from its beginning", f"/organisations/{body.code}/accreditation")])
    return found


@bp.route("/accreditation.csv")
@gate(Action.SEE_WHO_IS_ACCREDITED, organisation)
def as_csv(body: Organisation) -> Any:
    columns = queries.courses(body.kind)
    lines: list[list[Any]] = [["Name", "Role", "Standing", "Award", "Accredited until", *(f"{one.id} {one.title}" for one in columns)]]
    for row in _wanted(body):
        told = [row.name, ", ".join(sorted(role.value for role in row.roles)), row.standing, row.award, row.until, *(_cell(row, one.id) for one in columns)]
        lines.append([sheets.cell(value) for value in told])
    answer = Response(sheets.BYTE_ORDER + sheets.written(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{body.code}-accreditation.csv"'
    return answer


def _cell(row: Row, course: str) -> Any:
    if course not in row.courses:
        return "not begun"
    return row.courses[course] or "begun"


@bp.route("/accreditation/posts", methods=["GET", "POST"])
@gate(Action.STATE_POSTS, organisation)
def state(body: Organisation) -> Any:
    there = queries.stated(body.id)
    form = PostsForm(data={"posts": there[0].posts if there else None, "version": len(there)})
    if form.validate_on_submit():
        operations.state(body, form.posts.data or 0, version=form.version.data, by=acting())
        flash("The number of posts is saved.")
        return redirect(url_for("posts.index", code=body.code), 303)
    return page("learning/posts.html", body=body, form=form, stated=there, target=library.kind(body.kind).accredited)


@bp.route("/accreditation/publish", methods=["GET", "POST"])
@gate(Action.PUBLISH_ACCREDITED, organisation)
def publish(body: Organisation) -> Any:
    form, figure = GoOnForm(), queries.figure(body.id)
    if form.validate_on_submit():
        operations.publish(body, by=acting())
        return redirect(url_for("posts.public", code=body.code), 303)
    there = queries.figures(body.id)
    said_already = bool(there) and there[0].month >= clock.today().replace(day=1)
    return page(
        "learning/publish_accredited.html", body=body, form=form, figure=figure, said=posts.published(figure) if figure else None,
        fewest=posts.FEWEST, newest=there[0] if said_already else None,
    )  # fmt: skip


@bp.route("/accredited")
@gate(Action.READ_PUBLIC_PAGES)
def public(code: str) -> Any:
    body = organisation(code)
    if body is None:
        raise NotFound()
    return page("learning/accredited.html", body=body, figures=queries.figures(body.id), fewest=posts.FEWEST, nearest=posts.NEAREST)
