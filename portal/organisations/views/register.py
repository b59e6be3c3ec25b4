"""The keeper of the register imports a file: upload, look at what it would change, confirm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, url_for

from portal.kernel import words
from portal.kernel.errors import Step, WrongState
from portal.organisations.forms.register import ConfirmForm, UploadForm
from portal.organisations.kinds import KINDS
from portal.organisations.operations import importing
from portal.organisations.outcomes import SHOWN, Outcome
from portal.organisations.register import waiting
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("register", __name__, url_prefix="/organisations/import")


def _folder() -> Path:
    return Path(current_app.instance_path) / "imports"


@bp.route("", methods=["GET", "POST"])
@gate(Action.KEEP_REGISTER)
def upload() -> Any:
    form = UploadForm()
    if form.validate_on_submit():
        name = words.clean_line(form.file.data.filename or "") or "a file"
        key = waiting.keep(_folder(), form.file.data.read(), name=name, kind=form.kind.data or None)
        return redirect(url_for("register.confirm", key=key), 303)
    return page("organisations/import.html", form=form, kinds=KINDS)


@bp.route("/<key>", methods=["GET", "POST"])
@gate(Action.KEEP_REGISTER)
def confirm(key: str) -> Any:
    file = waiting.find(_folder(), key)
    if file is None:
        again = Step("Upload the file again", url_for("register.upload"))
        raise WrongState("This file is no longer kept. It was imported, or more than a day has passed.", next_steps=[again])
    form = ConfirmForm()
    if form.validate_on_submit():
        outcome = importing.import_file(file.data, kind=file.kind, source=file.name, by=acting())
        if not outcome.faults:
            waiting.drop(_folder(), key)
            flash(f"{file.name} was imported: {outcome.counted}.")
            return redirect(url_for("register.upload"), 303)
        return _preview(form, outcome, status=422)
    return _preview(form, importing.preview(file.data, kind=file.kind, source=file.name, by=acting()))


def _preview(form: ConfirmForm, outcome: Outcome, status: int | None = None) -> Any:
    return page("organisations/import_preview.html", form=form, outcome=outcome, shown=SHOWN, kinds=KINDS, status=status)
