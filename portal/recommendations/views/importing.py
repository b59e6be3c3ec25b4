"""A file of cases is uploaded, looked at, and taken in."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, redirect, url_for

from portal.kernel import words
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.recommendations.forms.importing import TakeInForm, UploadCasesForm
from portal.recommendations.importing.reading import read
from portal.recommendations.importing.rows import COLUMNS, CaseRow
from portal.recommendations.models import ImportedCases
from portal.recommendations.operations import waiting
from portal.recommendations.queries import importing as queries
from portal.recommendations.types import types
from portal.web.gate import acting, gate
from portal.web.pages import page
from portal.web.transaction import let_go

bp = Blueprint("importing", __name__)


class Kept:
    """A file that waits, as the policy reads it: it belongs to no organisation."""

    organisation_id = None

    def __init__(self, cases: ImportedCases) -> None:
        self.cases = cases


def kept(key: str) -> Kept | None:
    """A file that the person acting uploaded; nobody sees another's."""
    cases = queries.waiting(key, acting().id)
    return Kept(cases) if cases else None


@bp.route("/recommendations/import", methods=["GET", "POST"])
@gate(Action.IMPORT_CASES)
def upload() -> Any:
    form = UploadCasesForm()
    if form.validate_on_submit():
        try:
            text = _readable(form.cases.data.read())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            name = words.clean_line(form.cases.data.filename or "")[:200] or "a file"
            return redirect(url_for("importing.preview", key=waiting.keep(text, name=name, by=acting())), 303)
    newest = queries.newest(acting().id)
    return page("recommendations/import.html", form=form, newest=newest, columns=COLUMNS, types=types(), most=waiting.MOST)


def _readable(content: bytes) -> str:
    """The text of a file of which at least one row can be read. Nobody waits meanwhile: no transaction is under way."""
    let_go()
    faults = []
    for one in read(io.BytesIO(content), most=waiting.MOST):
        if isinstance(one, CaseRow):
            break
        faults.append(one)
    else:
        shown = "; ".join(map(str, faults[:5]))
        raise Invalid("cases", f"Nothing in this file can be taken in. {shown[:1].upper()}{shown[1:]}")
    if b"\x00" in content:  # which no database keeps
        line = content.count(b"\n", 0, content.index(b"\x00")) + 1
        raise Invalid("cases", f"There is a null character on line {line} of the file. Delete it and upload the file again")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        raise Invalid("cases", f"Line {line} of the file is not in UTF-8. Save it as “CSV UTF-8” and upload that file") from None


@bp.route("/recommendations/import/<key>", methods=["GET", "POST"])
@gate(Action.IMPORT_CASES, kept)
def preview(one: Kept) -> Any:
    if not TakeInForm().validate_on_submit():
        return _shown(one.cases)
    outcome = waiting.take_in(one.cases, by=acting())
    if outcome.refused:
        return _shown(one.cases, status=409)
    flash(f"{one.cases.name}: {outcome.counted}. Another officer approves each draft.")
    return redirect(url_for("drafts.index"), 303)


def _shown(cases: ImportedCases, status: int | None = None) -> Any:
    outcome = waiting.preview(cases, by=acting())
    return page("recommendations/import_preview.html", status=status, cases=cases, outcome=outcome, form=TakeInForm(formdata=None))
