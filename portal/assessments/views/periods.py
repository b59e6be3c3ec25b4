"""The Ombudsman's administrator sets the periods: which year, which days for which kind, which standard."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Response, redirect, url_for
from flask_wtf import FlaskForm

from portal.assessments import deadlines
from portal.assessments.forms.periods import NewPeriodForm, PeriodForm, WindowForm
from portal.assessments.models import Period, Window
from portal.assessments.operations import periods as operations
from portal.assessments.queries import periods as queries
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.standards import library
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("periods", __name__)


@bp.route("/periods")
@gate(Action.SET_PERIODS)
def index() -> Response:
    return page("assessments/periods.html", periods=queries.periods())


@bp.route("/periods/new", methods=["GET", "POST"])
@gate(Action.SET_PERIODS)
def set_one() -> Any:
    form = NewPeriodForm()
    if form.validate_on_submit():
        try:
            period = _set(form)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("periods.show", name=period.name), 303)
    return page("assessments/period_new.html", form=form, year=deadlines.name_of(date(clock.today().year, 4, 1)))


def _set(form: NewPeriodForm) -> Period:
    start = int(form.start.data)
    starts_on, ends_on = deadlines.year_of(start)
    if clock.today() + deadlines.NOTICE >= date(start, 9, 30):
        raise Invalid("start", "The day to hand in for that year has passed, or is too near. Choose a later year.")
    return operations.set_period(
        name=deadlines.name_of(starts_on),
        starts_on=starts_on,
        ends_on=ends_on,
        windows=operations.usual_windows(start),
        reply_working_days=form.reply_working_days.data,
        clarification_working_days=form.clarification_working_days.data,
        by=acting(),
    )


def _shown(period: Period, form: FlaskForm) -> Response:
    lines = [
        SimpleNamespace(line=line, kind=library.kind(line.organisation_kind).name) for line in queries.windows(period.id)
    ]
    return page("assessments/period.html", period=period, windows=lines, form=form)


@bp.route("/periods/<name>", methods=["GET", "POST"])
@gate(Action.SET_PERIODS, queries.period)
def show(period: Period) -> Any:
    form = PeriodForm(obj=period)
    if form.validate_on_submit():
        operations.change_period(
            period,
            reply_working_days=form.reply_working_days.data,
            clarification_working_days=form.clarification_working_days.data,
            version=form.version.data,
            by=acting(),
        )
        return redirect(url_for("periods.show", name=period.name), 303)
    return _shown(period, form)


def _window(name: str, kind: str) -> Any:
    period = queries.period(name)
    window = queries.window(period.id, kind) if period is not None else None
    return SimpleNamespace(period=period, window=window, organisation_id=None) if window is not None else None


@bp.route("/periods/<name>/kinds/<kind>", methods=["GET", "POST"])
@gate(Action.SET_PERIODS, _window)
def window(found: Any) -> Any:
    period, one = found.period, found.window
    form = WindowForm(obj=one, version=period.version)
    form.offer(_versions(one))
    if form.validate_on_submit():
        try:
            operations.change_window(
                one,
                form.days,
                standard_version=str(form.standard_version.data),
                version=form.version.data,
                by=acting(),
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("periods.show", name=period.name), 303)
    kind = library.kind(one.organisation_kind).name
    return page("assessments/period_window.html", form=form, period=period, window=one, kind=kind)


def _versions(window: Window) -> list[str]:
    return [
        standard.version for standard in library.versions(window.standard) if window.organisation_kind in standard.kinds
    ]
