"""A conflict of interest is declared by whoever has it, keeps them out, and is ended by them alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal import audit
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.organisations.models import Conflict
from portal.organisations.operations import conflicts
from portal.organisations.queries import account
from portal.policy import Action, may


class Thing:
    first_reviewer_id = None

    def __init__(self, organisation_id):
        self.organisation_id = organisation_id


def test_a_reviewer_finds_the_organisation_declares_and_is_kept_out(browser, cast):
    owen = browser("owen")
    owen.open("/conflicts")
    owen.click("Declare a conflict")
    page = owen.press("Search", q="northMOOR")
    assert "Northmoor NHS Foundation Trust (RTX)" in page.text
    assert owen.press("Declare", status=422).errors == ["Choose an organisation", "Enter why you should not review it"]
    page = owen.press("Declare", organisation="RTX", reason="My sister works there.")
    assert "kept out of reviews of Northmoor" in page.text
    assert not may(cast.owen, Action.REVIEW, Thing(cast.trust.id))
    assert may(cast.owen, Action.REVIEW, Thing(cast.other.id))
    owen.press("It is over with Northmoor NHS Foundation Trust")
    assert may(cast.owen, Action.REVIEW, Thing(cast.trust.id))


def test_the_reason_does_not_stand_in_the_organisations_own_record(cast):
    conflicts.declare(cast.trust, reason="a private matter", by=cast.owen)
    db.session.commit()
    assert audit.trail(cast.trust.id)[0].facts == {"organisation": "Northmoor NHS Foundation Trust"}


@pytest.mark.parametrize(("asked", "found"), [("rtx", ["RTX"]), ("NHS", ["RTX", "RYZ"]), ("%", []), ("_", []), ("", []), ("\\", [])])
def test_an_organisation_is_found_by_its_code_or_part_of_its_name(cast, asked, found):
    assert [code for code, _ in account.organisations_like(asked)] == found


def test_it_is_declared_once(cast):
    conflicts.declare(cast.trust, reason="one", by=cast.owen)
    db.session.commit()
    with pytest.raises(Invalid, match="already"):
        conflicts.declare(cast.trust, reason="two", by=cast.owen)


@pytest.mark.parametrize("who", ["priya", "bea", "gus"])
def test_bodies_have_no_conflicts_to_declare(browser, cast, who):
    browser(who).open("/conflicts", status=403)
    with pytest.raises((NotAllowed, NotFound)):
        conflicts.declare(cast.trust, reason="x", by=getattr(cast, who))


def test_nobody_ends_the_conflict_of_another(browser, cast):
    conflicts.declare(cast.trust, reason="mine", by=cast.owen)
    db.session.commit()
    conflict = db.session.scalars(sa.select(Conflict)).one()
    rosa = browser("rosa")
    assert "Northmoor" not in rosa.open("/conflicts").text
    rosa.send(f"/conflicts/{conflict.reference}/end", {}, status=404)
    with pytest.raises(NotFound):
        conflicts.end(conflict, by=cast.rosa)
    conflicts.end(conflict, by=cast.owen)
    with pytest.raises(WrongState, match="ended on 1 June 2026"):
        conflicts.end(conflict, by=cast.owen)


def test_an_unknown_organisation_and_an_overlong_reason_are_refused(browser):
    owen = browser("owen")
    owen.open("/conflicts/declare?q=northmoor")
    page = owen.press("Declare", organisation="nowhere", reason="r" * 1001, status=422)
    assert page.errors == [
        "Choose one of the answers offered for “Organisation”",
        "The reason must be 1,000 characters or fewer",
    ]


def test_the_list_costs_the_same_queries_for_one_and_for_many(browser, cast, queries):
    owen = browser("owen")
    conflicts.declare(cast.trust, reason="one", by=cast.owen)
    db.session.commit()
    with queries() as one:
        owen.open("/conflicts")
    for body in (cast.other, cast.practice, cast.department):
        conflicts.declare(body, reason="more", by=cast.owen)
    db.session.commit()
    with queries() as many:
        owen.open("/conflicts")
    assert len(one) == len(many) == 2
