"""A person's secret address for an organisation's deadlines; and the calendar itself, for the programs that ask for it there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, url_for

from portal.organisations.models import Organisation
from portal.organisations.queries import organisation as by_code
from portal.policy import Action
from portal.recommendations import calendars
from portal.recommendations.forms.calendar import CalendarForm
from portal.recommendations.operations import having_calendars
from portal.recommendations.queries import calendar as queries
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("calendar", __name__)


@bp.route("/organisations/<code>/calendar", methods=["GET", "POST"])
@gate(Action.HAVE_CALENDAR, by_code)
def show(organisation: Organisation) -> Any:
    """The address is shown once, as it is made: only its hash is kept."""
    form, address = CalendarForm(), None
    if form.validate_on_submit():
        token = having_calendars.make(organisation, by=acting())
        address = f"{current_app.extensions['settings'].address}{url_for('calendar.feed', token=token)}"
    answer = page(
        "recommendations/calendar.html",
        organisation=organisation, feed=queries.own_feed(organisation, acting().id), address=address, form=form, ending=CalendarForm(formdata=None),
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/organisations/<code>/calendar/end", methods=["POST"])
@gate(Action.HAVE_CALENDAR, by_code)
def end(organisation: Organisation) -> Any:
    if CalendarForm().validate_on_submit():
        having_calendars.end(organisation, by=acting())
        flash("The address ended. A calendar that still asks for it finds nothing.")
    return redirect(url_for("calendar.show", code=organisation.code), 303)


@bp.route("/calendars/<token>.ics")
@gate(Action.READ_PUBLIC_PAGES, queries.feed)
def feed(found: queries.Feed) -> Response:
    """Whoever holds the secret address reads it: programs that keep calendars do not sign in."""
    days = queries.days(found.organisation_id)
    written = calendars.written(f"Recommendations to {found.name}", days, current_app.extensions["settings"].address)
    answer = Response(written, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'inline; filename="{found.code}.ics"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
