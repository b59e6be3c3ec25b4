"""An organisation is succeeded by another: a merger is this, done once for each predecessor."""

from __future__ import annotations

from datetime import date

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db, hold
from portal.kernel.errors import Invalid
from portal.organisations.models import Organisation, Succession
from portal.organisations.queries.register import successors_of
from portal.policy import Acting, Action, insist

BY_HAND = "entered by hand"


def succeed(organisation: Organisation, successor: Organisation, on: date, *, by: Acting) -> None:
    """From the day after `on` the successor answers for what the organisation did; `on` is its last day.

    An organisation that closed already keeps its closing day. Nothing of it is deleted; what it had under way in
    assessments is ended there, from queries.register.taken_over().
    """
    insist(by, Action.KEEP_REGISTER, organisation)
    for body in sorted((organisation, successor), key=lambda one: one.id):
        hold(body)
    _sound(organisation, successor, on)
    if organisation.closed_on is None:
        organisation.closed_on = on
        audit.record(Event.ORGANISATION_CLOSED, organisation, by=by, closed_on=on, source=BY_HAND)
    db.session.add(Succession(organisation_id=organisation.id, successor_id=successor.id, on=on))
    audit.record(Event.ORGANISATION_SUCCEEDED, organisation, by=by, successor=successor.code)


def _sound(organisation: Organisation, successor: Organisation, on: date) -> None:
    if organisation.id == successor.id:
        raise Invalid("successor", "An organisation cannot take over from itself. Enter another code")
    if successor.closed_on is not None and successor.closed_on <= on:
        raise Invalid("successor", f"{successor.name} was closed by then. Enter the organisation that is open")
    if organisation.opened_on is not None and on < organisation.opened_on:
        raise Invalid("on", "The last day must be after the organisation opened")
    if on > clock.today():
        raise Invalid("on", "The last day must be today or in the past. Enter the merger once it has happened")
    if _leads_to(successor, organisation.id):
        raise Invalid("successor", f"{organisation.name} took over from {successor.name}, not the other way round")
    if any(one.id == successor.id for one in successors_of(organisation.id)):
        raise Invalid("successor", f"{successor.name} is already its successor")


def _leads_to(start: Organisation, wanted: int) -> bool:
    """Whether following successors from `start` arrives at `wanted`, so that a circle would close."""
    seen: set[int] = set()
    ahead = [start.id]
    while ahead:
        one = ahead.pop()
        if one == wanted:
            return True
        if one not in seen:
            seen.add(one)
            ahead.extend(body.id for body in successors_of(one))
    return False
