"""The keeper of the register corrects an entry, names its successor, and says which branches it answers for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from portal.kernel import clock, words
from portal.kernel.errors import Invalid
from portal.organisations.forms.keeping import LETTERS, BranchForm, CorrectForm, ReleaseForm, SuccessorForm
from portal.organisations.kinds import KINDS
from portal.organisations.models import Organisation
from portal.organisations.operations import correcting, grouping, merging
from portal.organisations.operations.correcting import Entry
from portal.organisations.queries import keeping as queries
from portal.organisations.queries import organisation
from portal.organisations.queries.ties import ties
from portal.policy import Action
from portal.web.fields import ChoiceField
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("keeping", __name__, url_prefix="/organisations/<code>/keeping")
LONGEST_SEARCH = 100


@bp.route("")
@gate(Action.KEEP_REGISTER, organisation)
def show(body: Organisation) -> Any:
    return page("organisations/keeping.html", body=body, ties=ties(body.id), kinds=KINDS)


@bp.route("/correct", methods=["GET", "POST"])
@gate(Action.KEEP_REGISTER, organisation)
def correct(body: Organisation) -> Any:
    entry = correcting.entry_of(body)
    form = CorrectForm(version=body.version, name=entry.name, kind=KINDS[entry.kind], parent=entry.parent)
    if form.validate_on_submit():
        typed = Entry(form.name.data or "", LETTERS[form.kind.data], form.parent.data or "")
        try:
            changed = correcting.correct(body, typed, version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _done(body, "The entry was corrected." if changed else "Nothing was changed: the entry says so already.")
    return page("organisations/keeping_correct.html", body=body, form=form)


@bp.route("/successor", methods=["GET", "POST"])
@gate(Action.KEEP_REGISTER, organisation)
def successor(body: Organisation) -> Any:
    asked, found = _search(body)
    form = SuccessorForm(on=body.closed_on)
    _offer(form.successor, found)
    if request.method == "POST" and not found.rows:
        return redirect(url_for("keeping.successor", code=body.code, q=asked), 303)
    if form.validate_on_submit():
        chosen, on = organisation(form.successor.data or ""), form.on.data
        assert chosen is not None  # the form requires both
        assert on is not None
        try:
            merging.succeed(body, chosen, on, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _done(body, f"{chosen.name} is now recorded as successor of {body.name}.")
    return page("organisations/keeping_successor.html", body=body, form=form, asked=asked, found=found, hints=_hints(found))


@bp.route("/branch", methods=["GET", "POST"])
@gate(Action.KEEP_REGISTER, organisation)
def cover(body: Organisation) -> Any:
    asked, found = _search(body)
    form = BranchForm(since=clock.today())
    _offer(form.branch, found)
    if request.method == "POST" and not found.rows:
        return redirect(url_for("keeping.cover", code=body.code, q=asked), 303)
    if form.validate_on_submit():
        chosen, since = organisation(form.branch.data or ""), form.since.data
        assert chosen is not None  # the form requires both
        assert since is not None
        try:
            grouping.cover_branch(body, chosen, since, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _done(body, f"{body.name} now answers for {chosen.name}.")
    return page("organisations/keeping_branch.html", body=body, form=form, asked=asked, found=found, hints=_hints(found))


@bp.route("/branches/<branch>/release", methods=["GET", "POST"])
@gate(Action.KEEP_REGISTER, queries.covered)
def release(covered: queries.Covered) -> Any:
    form = ReleaseForm(until=clock.today())
    if form.validate_on_submit():
        until = form.until.data
        assert until is not None  # the form requires it
        try:
            grouping.release_branch(covered.group, covered.branch, until, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            last = words.day(until)
            return _done(covered.group, f"{covered.branch.name} was released. {last} was the last day with its group.")
    return page("organisations/keeping_release.html", covered=covered, form=form)


def _search(body: Organisation) -> tuple[str, queries.Matches]:
    asked = words.clean_line(request.args.get("q", ""))[:LONGEST_SEARCH]
    return asked, queries.matches(asked, but=body.id) if asked else queries.Matches()


def _offer(field: ChoiceField, found: queries.Matches) -> None:
    field.offer([(one.code, one.name) for one in found.rows])


def _hints(found: queries.Matches) -> dict[str, str]:
    return {
        one.code: f"{one.code}, {KINDS.get(one.kind, one.kind)}" + (f", closed on {words.day(one.closed_on)}" if one.closed_on else "")
        for one in found.rows
    }


def _done(body: Organisation, said: str) -> Any:
    flash(said)
    return redirect(url_for("keeping.show", code=body.code), 303)
