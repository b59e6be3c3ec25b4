"""More time is asked for, granted or refused with a reason, and the first due day stays."""

import datetime as dt
import json

import pytest

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import Answer, Assessment, Extension
from portal.assessments.operations import closing, extending
from portal.assessments.queries import extensions as requests
from portal.gaps.models import Gap
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.outbox import OutgoingLetter
from tests.builders import a_started_assessment, an_open_assessment

UNTIL = dt.date(2026, 8, 14)
AFTER = dt.date(2026, 8, 1)  # the day after the last day of builders' period


def asked(cast, assessment, until=UNTIL, reason="Our complaints team is two people short."):
    extension = extending.ask(assessment, until=until, reason=reason, by=cast.priya)
    db.session.commit()
    return extension


def not_submitted(cast, build=an_open_assessment):
    assessment = build(cast)
    with clock.at(AFTER):
        closing.close(assessment, today=AFTER, by=closing.PORTAL)
        db.session.commit()
    return assessment


def letters(name):
    return {one.to_address for one in db.session.query(OutgoingLetter).filter_by(letter=name)}


def test_a_request_is_granted_and_the_days_move_together(cast):
    assessment = a_started_assessment(cast)
    extension = asked(cast, assessment)
    assert letters("EXTENSION_ASKED") == {"cora@example.org"}
    assert assessment.due_on == dt.date(2026, 7, 1)
    extending.grant(extension, until=UNTIL, reason="Staff are hard to find.", by=cast.cora)
    db.session.commit()
    assert (assessment.first_due_on, assessment.due_on, assessment.closes_on) == (
        dt.date(2026, 7, 1), UNTIL, UNTIL + dt.timedelta(30),
    )  # fmt: skip
    assert letters("EXTENSION_DECIDED") == {"priya@example.org", "edwin@example.org"}
    events = [told.event.name for told in audit.trail(cast.trust.id, assessment.audited_as())]
    assert events[:3] == ["EXTENSION_GRANTED", "DUE_DAY_MOVED", "EXTENSION_ASKED"]


def test_another_day_than_the_one_asked_for_can_be_granted(cast):
    assessment = a_started_assessment(cast)
    extension = asked(cast, assessment)
    extending.grant(extension, until=dt.date(2026, 7, 20), reason="Part of it.", by=cast.cora)
    db.session.commit()
    assert assessment.due_on == extension.until == dt.date(2026, 7, 20)


def test_a_refusal_leaves_the_days_and_says_why(cast):
    assessment = a_started_assessment(cast)
    extension = asked(cast, assessment)
    with pytest.raises(Invalid):
        extending.refuse(extension, reason="", by=cast.cora)
    extending.refuse(extension, reason="A month is enough.", by=cast.cora)
    db.session.commit()
    assert assessment.due_on == dt.date(2026, 7, 1)
    facts = json.loads(db.session.query(OutgoingLetter).filter_by(letter="EXTENSION_DECIDED").first().facts)
    assert (facts["granted"], facts["reason"]) == (False, "A month is enough.")
    with pytest.raises(WrongState, match="refused"):
        extending.grant(extension, until=UNTIL, reason="After all.", by=cast.cora)


@pytest.mark.parametrize("until", [dt.date(2026, 7, 1), dt.date(2026, 6, 1), dt.date(2027, 1, 2)])
def test_the_day_asked_for_is_later_than_the_due_day_and_within_six_months(cast, until):
    with pytest.raises(Invalid) as refusal:
        asked(cast, a_started_assessment(cast), until=until)
    assert refusal.value.field == "until"


def test_one_request_at_a_time(cast):
    assessment = a_started_assessment(cast)
    asked(cast, assessment)
    with pytest.raises(WrongState, match="already"):
        asked(cast, assessment, until=dt.date(2026, 8, 20))
    with pytest.raises(WrongState, match="Decide its request"):
        extending.give(assessment, until=UNTIL, reason="A flood.", by=cast.cora)


def test_more_time_reopens_what_was_closed_and_the_fact_stays(cast):
    assessment = not_submitted(cast)
    with clock.at(AFTER):
        extending.give(assessment, until=UNTIL, reason="A flood closed the hospital.", by=cast.cora)
        db.session.commit()
    assert assessment.state is State.IN_PROGRESS
    assert assessment.not_submitted_on == AFTER
    assert db.session.query(Answer).filter_by(assessment_id=assessment.id).count() == assessment.answers_wanted > 0
    gap = db.session.query(Gap).one()
    assert (gap.closed_on, gap.closed_why) == (AFTER, "more time was given")


def test_an_organisation_may_ask_after_the_closing_day_too(cast):
    assessment = not_submitted(cast, a_started_assessment)
    with clock.at(AFTER):
        extension = asked(cast, assessment)
        extending.grant(extension, until=UNTIL, reason="Yes.", by=cast.owen)
        db.session.commit()
    assert assessment.state is State.IN_PROGRESS


def test_who_may_ask_and_who_may_grant(cast):
    assessment = a_started_assessment(cast)
    for name in ("hal", "connie", "bea"):
        with pytest.raises(NotAllowed):
            extending.ask(assessment, until=UNTIL, reason="Please.", by=getattr(cast, name))
    with pytest.raises(NotFound):
        extending.ask(assessment, until=UNTIL, reason="Please.", by=cast.sam)
    extension = asked(cast, assessment)
    for name in ("priya", "edwin", "ana"):
        with pytest.raises(NotAllowed):
            extending.grant(extension, until=UNTIL, reason="Yes.", by=getattr(cast, name))


def test_the_organisation_asks_and_the_ombudsman_answers(browser, cast):
    assessment = a_started_assessment(cast)
    address = f"/assessments/{assessment.reference}/extension"
    priya, cora = browser("priya"), browser("cora")
    priya.open(address)
    page = priya.press("Ask for more time", status=422)
    assert len(page.errors) == 2
    when = {"until-day": "14", "until-month": "8", "until-year": "2027"}
    page = priya.press("Ask for more time", **when, reason="Two people short.", status=422)
    assert "six months" in page.errors[0]
    page = priya.press("Ask for more time", **{**when, "until-year": "2026"})
    assert "asked on 1 June 2026" in page.text
    cora.open("/extensions")
    cora.click("Northmoor NHS Foundation Trust")
    page = cora.press("Send the answer", status=422)
    assert len(page.errors) == 2
    page = cora.press("Send the answer", answer="grant", reason="Until the new colleagues are there.")
    assert page.h1 == "More time"
    assert "No organisation is waiting" in page.text
    assert db.session.query(Assessment).one().due_on == UNTIL
    page = priya.open(address)
    assert "More time given" in page.text
    decided = db.session.query(Extension).one()
    page = cora.open(f"/extensions/{decided.reference}")
    assert "more time was given" in page.text


def test_the_ombudsman_gives_time_unasked(browser, cast):
    assessment = not_submitted(cast)
    cora = browser("cora")
    with clock.at(AFTER):
        cora.open(f"/assessments/{assessment.reference}/extension")
        cora.click("Give more time")
        when = {"until-day": "14", "until-month": "8", "until-year": "2026"}
        page = cora.press("Give more time", **when, reason="A flood closed the hospital.")
    assert "More time given" in page.text
    browser("priya").open(f"/assessments/{assessment.reference}/extension/grant", status=403)
    browser("sam").open(f"/assessments/{assessment.reference}/extension", status=404)


def test_the_list_of_requests_says_truly_where_to_give_time_unasked(browser, cast):
    assessment = not_submitted(cast)
    cora = browser("cora")
    cora.open("/extensions")
    cora.click("the list of organisations")
    cora.press("Search", q="northmoor")
    page = cora.click("Northmoor NHS Foundation Trust")
    more = f"/assessments/{assessment.reference}/extension"
    assert more in page.links.values()
    cora.open(more)
    assert cora.click("Give more time").address == f"{more}/grant"
    for name in (None, "priya", "ana"):
        visitor = browser(name) if name else browser()
        assert more not in visitor.open("/organisations/RTX").links.values()


def test_the_list_of_requests_begins_with_the_one_that_waits_longest(cast, monkeypatch):
    with clock.at(dt.datetime(2026, 6, 2, 9, tzinfo=dt.UTC)):
        later = asked(cast, a_started_assessment(cast))
    with clock.at(dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)):
        other = a_started_assessment(cast, cast.other, by="sam")
        earlier = extending.ask(other, until=UNTIL, reason="We moved house.", by=cast.sam)
        db.session.commit()
    order = [earlier.reference, later.reference]
    assert later.id < earlier.id
    assert [one.reference for one in requests.waiting()[0]] == order
    monkeypatch.setattr(requests, "PAGE", 1)
    rows, more = requests.waiting()
    assert ([one.reference for one in rows], more) == (order[:1], earlier.id)
    assert [one.reference for one in requests.waiting(more)[0]] == order[1:]


def test_the_list_of_requests_needs_two_queries_whatever_its_length(browser, cast, queries):
    cora = browser("cora")
    asked(cast, a_started_assessment(cast))
    with queries() as seen:
        cora.open("/extensions")
    one = len(seen)
    other = a_started_assessment(cast, cast.other, by="sam")
    extending.ask(other, until=UNTIL, reason="We moved house.", by=cast.sam)
    db.session.commit()
    with queries() as seen:
        page = cora.open("/extensions")
    assert "Southfell" in page.text
    assert len(seen) == one == 2
    browser("priya").open("/extensions", status=403)
