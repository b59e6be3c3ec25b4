"""A period is set, changed, and opens by itself for every organisation that takes part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from portal import audit, outbox
from portal.assessments import deadlines
from portal.assessments.deadlines import Days
from portal.assessments.lifecycle import OPEN
from portal.assessments.models import Assessment, Period, Window
from portal.assessments.operations import opening
from portal.assessments.queries import periods as queries
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Both, Invalid, Stale, WrongState
from portal.organisations.models import Organisation
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import PORTAL, Acting, Action, Role, insist
from portal.standards import library

CHUNK = 50  # organisations opened in one transaction
TOLD_OF_OPENING = (Role.COMPLAINTS_MANAGER,)
OR_ELSE = (Role.EXECUTIVE_LEAD, Role.BODY_ADMINISTRATOR)  # where an organisation has no complaints manager yet


@dataclass(frozen=True)
class ForKind:
    """What a period is to be for one kind of organisation."""

    kind: str
    standard: str
    standard_version: str
    days: Days


def usual_windows(start: int) -> list[ForKind]:
    """The usual days and the newest published standard for every kind, for the year from April of `start`."""
    today = clock.today()
    return [
        ForKind(
            kind.code,
            kind.standard,
            library.latest(kind.standard).version,
            deadlines.usual(start, small=kind.small, today=today),
        )
        for kind in library.load().kinds.values()
    ]


def set_period(
    *,
    name: str,
    starts_on: date,
    ends_on: date,
    windows: Sequence[ForKind],
    reply_working_days: int = 10,
    clarification_working_days: int = 10,
    by: Acting,
) -> Period:
    """Set a period with a window for each kind. Raises Invalid where the name is taken or days are out of order."""
    insist(by, Action.SET_PERIODS)
    if queries.period(name) is not None:
        raise Invalid("start", f"The period {name} is set already.")
    if not windows:
        raise Invalid("start", "A period needs days for at least one kind of organisation.")
    period = Period(
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        reply_working_days=reply_working_days,
        clarification_working_days=clarification_working_days,
    )
    db.session.add(period)
    db.session.flush()
    for one in windows:
        _insist_in_order(one.days)
        standard = library.standard(one.standard, one.standard_version)
        db.session.add(
            Window(
                period_id=period.id,
                organisation_kind=library.kind(one.kind).code,
                standard=standard.id,
                standard_version=standard.version,
                opens_on=one.days.opens_on,
                due_on=one.days.due_on,
                closes_on=one.days.closes_on,
            )
        )
    audit.record(Event.PERIOD_SET, period, by=by, name=name)
    db.session.flush()
    return period


def _insist_in_order(days: Days) -> None:
    if days.due_on <= days.opens_on:
        raise Invalid("due_on", "The day to hand in must be after the day it opens.")
    if days.closes_on < days.due_on:
        raise Invalid("closes_on", "The last day must not be before the day to hand in.")


def change_window(window: Window, days: Days, *, standard_version: str, version: int, by: Acting) -> None:
    """Change the days of one kind. Once it has opened, only the last two days can be moved, and only to later.

    Every assessment that is not handed in moves with them. Days are never brought forward under people's hands.
    """
    period = db.session.get_one(Period, window.period_id)
    insist(by, Action.SET_PERIODS, period)
    hold(period)
    hold(window)
    if period.version != version:
        raise _stale(period, window, days, standard_version)
    _insist_in_order(days)
    if window.opened_at is not None:
        _insist_later(window, days, standard_version)
    pinned = library.standard(window.standard, standard_version)
    if not pinned.published:
        raise Invalid("standard_version", "Choose a version that is published.")
    changes = _changes(window, days, standard_version)
    if not changes:
        return
    if window.opened_at is not None:
        _move_assessments(window, days)
    window.opens_on, window.due_on, window.closes_on = days.opens_on, days.due_on, days.closes_on
    window.standard_version = pinned.version
    flag_modified(period, "name")  # a new version of the period, although its own row says the same
    audit.record(Event.PERIOD_CHANGED, period, by=by, changes=changes)


def _insist_later(window: Window, wanted: Days, standard_version: str) -> None:
    if window.closes_on < clock.today():
        raise WrongState(
            f"This period closed on {words.day(window.closes_on)}. Give more time to each organisation that needs it."
        )
    if wanted.opens_on != window.opens_on:
        raise Invalid("opens_on", f"It opened on {words.day(window.opens_on)}, which cannot be changed now.")
    if standard_version != window.standard_version:
        raise Invalid("standard_version", "Organisations are answering this version, so it cannot be changed now.")
    if wanted.due_on < window.due_on:
        raise Invalid("due_on", f"Organisations count on {words.day(window.due_on)}. Choose a later day, or leave it.")
    if wanted.closes_on < window.closes_on:
        raise Invalid("closes_on", f"Organisations count on {words.day(window.closes_on)}. Choose a later day, or leave it.")


def _changes(window: Window, wanted: Days, standard_version: str) -> list[str]:
    pairs = (
        ("opens", window.opens_on, wanted.opens_on),
        ("due", window.due_on, wanted.due_on),
        ("closes", window.closes_on, wanted.closes_on),
        ("version", window.standard_version, standard_version),
    )
    return [f"{window.organisation_kind} {what}: {old} to {new}" for what, old, new in pairs if old != new]


def _stale(period: Period, window: Window, wanted: Days, standard_version: str) -> Stale:
    rows = (
        ("Day it opens", "opens_on", window.opens_on, wanted.opens_on),
        ("Day to hand in by", "due_on", window.due_on, wanted.due_on),
        ("Closing day", "closes_on", window.closes_on, wanted.closes_on),
    )
    fields = [
        Both(f"{label}: {part}", str(getattr(theirs, part)), str(getattr(yours, part)), f"{name}-{part}")
        for label, name, theirs, yours in rows
        for part in ("day", "month", "year")
    ]
    fields.append(Both("Version", window.standard_version, standard_version, "standard_version"))
    return Stale("Somebody changed this period after you opened the page.", fields=fields, version=period.version)


def _move_assessments(window: Window, wanted: Days) -> None:
    """The record of the change to the period covers them: what moved is the period's day, not one body's."""
    mine = sa.and_(
        Assessment.period_id == window.period_id,
        Assessment.organisation_kind == window.organisation_kind,
        Assessment.state.in_(OPEN),
    )
    earlier = {"due_on": wanted.due_on, "closes_on": wanted.closes_on, "first_due_on": wanted.due_on}
    for column, day in earlier.items():
        held = getattr(Assessment, column)
        db.session.execute(
            sa.update(Assessment)
            .where(mine, held < day)
            .values({column: day, "version": Assessment.version + 1, "changed_at": clock.now()})
            .execution_options(synchronize_session="fetch")
        )


def change_period(
    period: Period, *, reply_working_days: int, clarification_working_days: int, version: int, by: Acting
) -> None:
    """Change how long organisations have to reply and to answer questions; what is running keeps its days."""
    insist(by, Action.SET_PERIODS, period)
    hold(period)
    if period.version != version:
        raise Stale(
            "Somebody changed this period after you opened the page.",
            fields=[
                Both("Working days to reply", str(period.reply_working_days), str(reply_working_days), "reply_working_days"),
                Both(
                    "Working days to answer a question",
                    str(period.clarification_working_days),
                    str(clarification_working_days),
                    "clarification_working_days",
                ),
            ],
            version=period.version,
        )
    pairs = (
        ("working days to reply", period.reply_working_days, reply_working_days),
        ("working days to answer a question", period.clarification_working_days, clarification_working_days),
    )
    changes = [f"{what}: {old} to {new}" for what, old, new in pairs if old != new]
    if not changes:
        return
    period.reply_working_days = reply_working_days
    period.clarification_working_days = clarification_working_days
    audit.record(Event.PERIOD_CHANGED, period, by=by, changes=changes)


def open_periods(today: date) -> Iterator[Callable[[], int]]:
    """Open what is due to be open, a few organisations a step; one that joins later is found the next time."""
    for window_id in queries.windows_to_open(today):
        waiting = queries.waiting_to_open(window_id, today)
        for first in range(0, len(waiting), CHUNK):
            yield partial(_open_some, window_id, waiting[first : first + CHUNK])
        yield partial(_mark_opened, window_id)


def _open_some(window_id: int, organisation_ids: Sequence[int]) -> int:
    window = db.session.get_one(Window, window_id)
    period = db.session.get_one(Period, window.period_id)
    found = db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(organisation_ids)).order_by(Organisation.id))
    opened = 0
    for organisation in found.all():
        assessment = opening.open_for(organisation, period, window, by=PORTAL)
        if assessment is None:
            continue
        opened += 1
        _tell(assessment, organisation.name, period.name)
    return opened


def _tell(assessment: Assessment, organisation: str, period: str) -> None:
    organisation_id = assessment.organisation_id
    to = recipients.holders(organisation_id, *TOLD_OF_OPENING) or recipients.holders(organisation_id, *OR_ELSE)
    for person in to:
        outbox.post(
            Letter.PERIOD_OPENED,
            to=person.email,
            name=person.name,
            about=assessment.reference,
            period=period,
            facts={
                "organisation": organisation,
                "period": period,
                "due": words.weekday(assessment.due_on),
                "closes": words.weekday(assessment.closes_on),
                "reference": assessment.reference,
            },
        )


def _mark_opened(window_id: int) -> int:
    window = db.session.get_one(Window, window_id)
    if window.opened_at is None:
        insist(PORTAL, Action.SET_PERIODS)
        window.opened_at = clock.now()
    return 0
