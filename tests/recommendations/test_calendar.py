"""A body's deadlines in a calendar: a secret address of one's own, whole days, the same names for ever, and no longer than one's role."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from icalendar import Calendar

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed, NotFound
from portal.kernel.references import hashed
from portal.organisations.models import Membership
from portal.policy import Acting
from portal.recommendations import calendars
from portal.recommendations.calendars import Day
from portal.recommendations.lifecycle import Delivery
from portal.recommendations.models import CalendarFeed, Recommendation
from portal.recommendations.operations import having_calendars
from tests import builders
from tests.gaps.test_register import at_once
from tests.people import Cast
from tests.recommendations.rows import insert


def address_of(cast: Cast, by: str = "priya") -> str:
    token = having_calendars.make(cast.trust, by=getattr(cast, by))
    db.session.commit()
    return f"/calendars/{token}.ics"


def events(browser: Any, address: str) -> dict[str, Any]:
    """The events by their names, the host left out."""
    answer = browser(None).client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert all(len(line) <= 75 for line in answer.get_data().split(b"\r\n"))
    parsed = Calendar.from_ical(answer.get_data())
    return {str(event["uid"]).partition("@")[0]: event for event in parsed.walk("VEVENT")}


def test_it_holds_each_day_on_which_something_is_due(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    found = events(browser, address_of(cast))
    assert {name: event["dtstart"].dt for name, event in found.items()} == {
        f"{one.reference}-due": one.due_on,
        f"{one.reference}-answer": one.answer_due_on,
        f"{one.reference}-evidence": one.next_evidence_on,
    }
    due = found[f"{one.reference}-due"]
    assert due["dtend"].dt - due["dtstart"].dt == dt.timedelta(1)
    assert due["dtstart"].params["VALUE"] == "DATE"
    assert due["last-modified"].dt == one.changed_at.replace(microsecond=0)
    assert str(due["summary"]) == f"{one.reference} is due"
    assert str(due["description"]).startswith("Apologise to the complainant")
    assert str(due["url"]) == f"http://localhost/recommendations/{one.reference}"


def test_an_answer_takes_its_day_away_and_brings_those_of_its_steps(cast: Cast, browser: Any) -> None:
    one = builders.an_answered_recommendation(cast)
    found = events(browser, address_of(cast))
    steps = [event for name, event in found.items() if name.startswith(f"{one.reference}-PS-") or "Step" in str(event["summary"])]
    assert f"{one.reference}-answer" not in found
    assert [(step["dtstart"].dt, str(step["summary"])) for step in steps] == [
        (one.due_on - dt.timedelta(7), f"Step 1 of {one.reference} is due: Head of complaints")
    ]
    assert not [event for event in found.values() if "Mr A" in event.to_ical().decode()]


def test_its_names_stay_and_its_days_move(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    address = address_of(cast)
    before, cora = events(browser, address), cast.cora
    with clock.at(clock.now() + dt.timedelta(hours=1)):
        one.due_on, one.changed_at = one.due_on + dt.timedelta(30), clock.now()
        audit.record(Event.EXTENSION_GRANTED, one, by=cora, from_day=one.original_due_on, until=one.due_on, reason="Illness.")
        db.session.commit()
    after = events(browser, address)
    name = f"{one.reference}-due"
    assert before.keys() == after.keys()
    assert after[name]["dtstart"].dt - before[name]["dtstart"].dt == dt.timedelta(30)
    assert after[name]["last-modified"].dt > before[name]["last-modified"].dt


def test_what_ended_and_what_is_anothers_is_not_in_it(cast: Cast, browser: Any) -> None:
    insert(cast, delivery=Delivery.ON_TIME)
    insert(cast, cast.other)
    builders.a_sent_draft(cast)
    assert events(browser, address_of(cast)) == {}


def test_the_page_makes_an_address_once_renews_it_and_ends_it(cast: Cast, browser: Any) -> None:
    builders.an_issued_recommendation(cast)
    priya = browser("priya")
    assert "You have no address yet." in priya.open("/organisations/RTX/calendar").text
    first = secret(priya.press("Make an address"))
    assert events(browser, first)
    assert first not in priya.open("/organisations/RTX/calendar").text
    second = secret(priya.press("Make another address"))
    assert first != second
    assert events(browser, second)
    browser(None).open(first, status=404)
    assert "The address ended." in priya.press("End the address").text
    browser(None).open(second, status=404)
    assert db.session.query(CalendarFeed).count() == 0
    told = [one.event for one in audit.trail(cast.trust.id, f"calendar of organisation {cast.trust.id}")]
    assert told == [Event.CALENDAR_ENDED, Event.CALENDAR_MADE, Event.CALENDAR_MADE]


def secret(page: Any) -> str:
    return "".join(page.all("code", id="address")[0].itertext()).removeprefix("http://localhost")


def test_only_the_hash_of_an_address_is_kept(cast: Cast) -> None:
    token = having_calendars.make(cast.trust, by=cast.priya)
    db.session.commit()
    assert db.session.query(CalendarFeed).one().token_hash == hashed(token)
    assert token not in str([one.facts for one in audit.trail(cast.trust.id)])


@pytest.mark.parametrize("address", ["/calendars/x.ics", "/calendars/.ics", "/calendars/%00.ics", f"/calendars/{'a' * 43}.ics"])
def test_an_address_that_nobody_was_given_leads_nowhere(cast: Cast, browser: Any, address: str) -> None:
    browser(None).open(address, status=404)


def test_it_ends_when_the_person_leaves(cast: Cast, browser: Any) -> None:
    address = address_of(cast)
    assert events(browser, address) == {}
    priya, ada = cast.priya, cast.ada
    role = db.session.query(Membership).filter_by(person_id=priya.id).one()
    role.until_on, role.ended_at = clock.today(), clock.now()
    audit.record(Event.MEMBERSHIP_ENDED, role, by=ada, person="Priya Raman", role="complaints manager", reason="left")
    db.session.commit()
    browser(None).open(address, status=404)


def test_each_has_their_own(cast: Cast, browser: Any) -> None:
    one, other = address_of(cast), address_of(cast, "edwin")
    having_calendars.end(cast.trust, by=cast.priya)
    db.session.commit()
    browser(None).open(one, status=404)
    assert events(browser, other) == {}


def test_strangers_and_the_ombudsman_make_none(cast: Cast) -> None:
    for name, refusal in (("sam", NotFound), ("connie", NotAllowed), ("cora", NotAllowed)):
        with pytest.raises(refusal):
            having_calendars.make(cast.trust, by=getattr(cast, name))


def test_two_presses_at_once_leave_one_address(own_app: Any) -> None:
    cast = Cast.arrive()
    priya: Acting = cast.priya
    trust = cast.trust.id
    db.session.remove()

    def press() -> None:
        having_calendars.make(db.session.get_one(type(cast.bodies["RTX"]), trust), by=priya)

    assert at_once(own_app, press, press) == []
    assert db.session.query(CalendarFeed).count() == 1


def test_long_texts_are_folded_and_come_back_whole() -> None:
    text = "Ä long, text; with \\ and\nlines. " * 20
    now = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)
    day = Day("due", dt.date(2026, 12, 31), "RC-X is due", reference="RC-X", text=text, made_at=now, changed_at=now)
    written = calendars.written("Recommendations to Ä, Ltd; B", [day], "https://portal.example")
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    parsed = Calendar.from_ical(written)
    event = parsed.walk("VEVENT")[0]
    assert str(event["description"]).startswith(text)
    assert (str(event["uid"]), event["dtend"].dt, str(parsed["x-wr-calname"])) == (
        "RC-X-due@portal.example", dt.date(2027, 1, 1), "Recommendations to Ä, Ltd; B"
    )  # fmt: skip


def test_it_costs_the_same_statements_however_much_is_due(cast: Cast, queries: Any, browser: Any) -> None:
    address, seen = address_of(cast), []
    visitor = browser(None)
    for more in (1, 40):
        insert(cast, of=more)
        with queries() as these:
            visitor.client.get(address)
        seen.append(len(these))
    assert seen == [3, 3]
    assert db.session.query(Recommendation).count() == 41
