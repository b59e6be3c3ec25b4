"""More time for a recommendation: asked for, given and refused with a reason; the first day and the new one stay for ever."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from flask import Flask

from portal import audit
from portal.audit import Event
from portal.config import Settings
from portal.jobs import delivery
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.outbox import OutgoingLetter
from portal.recommendations.lifecycle import Asked, VerdictKind
from portal.recommendations.models import MoreTime, Recommendation
from portal.recommendations.operations import deciding, extending, handing_over
from portal.recommendations.queries import board
from tests import builders
from tests.gaps.test_register import at_once
from tests.people import Cast
from tests.recommendations.answered import an_accepted_recommendation, kept

DUE = dt.date(2026, 9, 1)
UNTIL = dt.date(2026, 11, 2)
WHY = "The new policy goes to the board in October."


def asked(cast: Cast, one: Recommendation, **facts: Any) -> MoreTime:
    request = extending.ask(one, **{"until": UNTIL, "reason": WHY, "version": one.version, "by": cast.priya, **facts})
    db.session.commit()
    return request


def letters(name: str) -> list[OutgoingLetter]:
    return db.session.query(OutgoingLetter).filter_by(letter=name).order_by(OutgoingLetter.to_address).all()


def test_a_request_is_granted_and_both_days_stay(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    request = asked(cast, one)
    assert (one.due_on, request.state, request.from_day) == (DUE, Asked.WAITING, DUE)
    assert [letter.to_address for letter in letters("MORE_TIME_ASKED")] == ["colin@example.org"]  # who drafted it looks after it
    extending.grant(one, until=UNTIL, reason="The board must agree it.", version=one.version, by=cast.cora)
    db.session.commit()
    assert (one.due_on, one.original_due_on) == (UNTIL, DUE)
    assert (request.state, request.from_day, request.until, request.decided_by) == (Asked.GRANTED, DUE, UNTIL, "Cora Stein")
    assert [letter.to_address for letter in letters("MORE_TIME_DECIDED")] == ["edwin@example.org", "priya@example.org"]
    events = [told.event for told in audit.trail(cast.trust.id, one.audited_as())]
    assert events[:2] == [Event.EXTENSION_GRANTED, Event.EXTENSION_ASKED]


def test_the_ladder_begins_anew_and_evidence_is_asked_for_by_the_new_days(cast: Cast) -> None:
    one = an_accepted_recommendation(cast, steps=2)
    one.level = 3
    kept(one)
    extending.give(one, until=UNTIL, reason=WHY, version=one.version, by=cast.cora)
    db.session.commit()
    assert one.level == 0
    assert one.next_evidence_on == dt.date(2026, 7, 31)  # the second step, which is not done
    with clock.at(dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)):
        extending.give(one, until=dt.date(2027, 6, 1), reason=WHY, version=one.version, by=cast.cora)
        db.session.commit()
    assert one.next_evidence_on == dt.date(2027, 1, 3)  # nobody is silent for more than 90 days


def test_another_day_than_the_one_asked_for_can_be_granted(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    request = asked(cast, one)
    extending.grant(one, until=dt.date(2026, 9, 20), reason="Part of it.", version=one.version, by=cast.cora)
    db.session.commit()
    assert one.due_on == request.until == dt.date(2026, 9, 20)
    told = [told for told in audit.trail(cast.trust.id, one.audited_as()) if told.event is Event.EXTENSION_ASKED]
    assert told[0].facts["until"] == "2026-11-02"


def test_a_refusal_leaves_the_days_and_says_why(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    asked(cast, one)
    before = one.next_evidence_on
    with pytest.raises(Invalid, match="Say why"):
        extending.refuse(one, reason=" ", version=one.version, by=cast.cora)
    extending.refuse(one, reason="A month is enough.", version=one.version, by=cast.cora)
    db.session.commit()
    assert (one.due_on, one.next_evidence_on) == (DUE, before)
    facts = json.loads(letters("MORE_TIME_DECIDED")[0].facts)
    assert (facts["granted"], facts["reason"], facts["due"]) == (False, "A month is enough.", "Tuesday 1 September 2026")
    with pytest.raises(WrongState, match="Cora Stein has decided this request already: it was refused"):
        extending.grant(one, until=UNTIL, reason="After all.", version=one.version, by=cast.cora)
    asked(cast, one)
    assert [row.number for row in db.session.query(MoreTime).order_by(MoreTime.id)] == [1, 2]


def test_the_letters_say_the_new_day_and_what_to_do(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    asked(cast, one)
    extending.grant(one, until=UNTIL, reason="The board must agree it.", version=one.version, by=cast.cora)
    db.session.commit()
    settings = Settings(base_url="http://localhost")
    wish = delivery.written(letters("MORE_TIME_ASKED")[0], settings)
    answer = delivery.written(letters("MORE_TIME_DECIDED")[0], settings)
    assert f"/recommendations/{one.reference}/more-time" in wish.get_content()
    assert answer["Subject"] == f"You have more time for recommendation {one.reference}"
    assert "It is now due on Monday 2 November 2026." in answer.get_content()
    assert "Please report how far it is by Friday 31 July 2026." in answer.get_content()


@pytest.mark.parametrize("until", [DUE, dt.date(2026, 6, 1), dt.date(2020, 1, 1)])
def test_the_new_day_is_later_than_the_one_it_replaces(cast: Cast, until: dt.date) -> None:
    one = an_accepted_recommendation(cast)
    with pytest.raises(Invalid, match="Choose a day after 1 September 2026") as refused:
        asked(cast, one, until=until)
    assert refused.value.field == "until"
    db.session.rollback()
    assert db.session.query(MoreTime).count() == 0


def test_an_overdue_promise_gets_a_day_that_is_still_to_come(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    with clock.at(dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC)):
        with pytest.raises(Invalid, match="Choose a day after 1 October 2026"):
            asked(cast, one, until=dt.date(2026, 9, 20))
        asked(cast, one)


def test_one_request_at_a_time_and_none_beside_it(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    asked(cast, one)
    with pytest.raises(WrongState, match="the answer is still to come"):
        asked(cast, one)
    with pytest.raises(WrongState, match="Decide its request instead"):
        extending.give(one, until=UNTIL, reason=WHY, version=one.version, by=cast.cora)


def test_what_has_ended_needs_no_more_time(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    deciding.decide(one, version=one.version, kind=VerdictKind.OVERTAKEN, reason="The unit closed.", by=cast.cora)
    db.session.commit()
    for more_time, by in ((extending.ask, cast.priya), (extending.give, cast.cora)):
        with pytest.raises(WrongState, match="More time is no longer needed"):
            more_time(one, until=UNTIL, reason=WHY, version=one.version, by=by)


def test_who_asks_and_who_answers(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    for name in ("hal", "connie", "cora", "ana"):
        with pytest.raises(NotAllowed):
            asked(cast, one, by=getattr(cast, name))
    with pytest.raises(NotFound):
        asked(cast, one, by=cast.sam)
    asked(cast, one, by=cast.edwin)
    for name in ("priya", "edwin", "ana"):
        with pytest.raises(NotAllowed):
            extending.grant(one, until=UNTIL, reason="Yes.", version=one.version, by=getattr(cast, name))
    extending.grant(one, until=UNTIL, reason="Yes.", version=one.version, by=cast.owen)


def test_every_officer_is_told_where_whoever_looked_after_it_may_not_any_more(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    one.officer_id, one.officer = cast.ana.id, "Ana Petrova"
    kept(one)
    asked(cast, one)
    assert [letter.to_address for letter in letters("MORE_TIME_ASKED")] == ["colin@example.org", "cora@example.org"]


def test_a_stale_answer_shows_both_texts(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    asked(cast, one)
    shown = one.version
    with clock.at(dt.datetime(2026, 6, 2, 9, tzinfo=dt.UTC)):
        extending.refuse(one, reason="A month is enough.", version=shown, by=cast.cora)
        db.session.commit()
    with pytest.raises(Stale, match="more time refused") as stale:
        extending.grant(one, until=UNTIL, reason="They need it.", version=shown, by=builders.a_second_officer(cast))
    both = {each.name: (each.theirs, each.yours) for each in stale.value.fields}
    assert (both["answer"], both["reason"]) == (("refused", "grant"), ("A month is enough.", "They need it."))


def test_two_officers_who_answer_at_once_answer_once(own_app: Flask) -> None:
    cast = Cast.arrive()
    one = an_accepted_recommendation(cast)
    asked(cast, one)
    reference, version, cora, colin = one.reference, one.version, cast.cora, builders.a_second_officer(cast)
    db.session.remove()

    def there() -> Recommendation:
        return db.session.query(Recommendation).filter_by(reference=reference).one()

    with clock.at(dt.datetime(2026, 6, 2, 9, tzinfo=dt.UTC)):
        faults = at_once(
            own_app,
            lambda: extending.grant(there(), until=UNTIL, reason="Yes.", version=version, by=cora),
            lambda: extending.refuse(there(), reason="No.", version=version, by=colin),
        )
    assert [type(fault) for fault in faults] == [Stale]
    request = db.session.query(MoreTime).one()
    assert (there().due_on == UNTIL) == (request.state is Asked.GRANTED)
    assert len(letters("MORE_TIME_DECIDED")) == 2


def test_the_pages_of_both_sides(cast: Cast, browser: Any) -> None:
    one = an_accepted_recommendation(cast)
    priya, cora, address = browser("priya"), browser("cora"), f"/recommendations/{one.reference}/more-time"
    day = {"until-day": "2", "until-month": "11", "until-year": "2026"}
    assert "Ask for more time" not in browser("hal").open(address).text.replace("can ask for more time", "")
    priya.open(address)
    assert priya.press("Ask for more time", status=422).errors == ["Enter the new due date", "Say why you need more time"]
    page = priya.press("Ask for more time", **day, reason=WHY)
    assert "Priya Raman asked on 1 June 2026 for time until 2 November 2026." in page.text
    page = cora.open(address)
    assert page.form("Send the answer")["values"]["until-day"] == "2"
    assert cora.press("Send the answer", status=422, reason="Yes.").errors == ["Choose whether to give more time"]
    page = cora.press("Send the answer", answer="grant", reason="The board must agree it.")
    assert "Due now 2 November 2026, changed" in page.text
    assert "1 September 2026 to 2 November 2026: granted." in page.text
    day["until-month"] = "12"
    page = cora.press("Give more time", **day, reason="The board did not meet.")
    assert "2 November 2026 to 2 December 2026: granted." in page.text
    assert "First due 1 September 2026" in browser("priya").open(address).text


def test_of_a_refusal_the_day_is_not_read(cast: Cast, browser: Any) -> None:
    one = an_accepted_recommendation(cast)
    asked(cast, one)
    cora = browser("cora")
    cora.open(f"/recommendations/{one.reference}/more-time")
    day = {"until-day": "", "until-month": "", "until-year": ""}
    assert cora.press("Send the answer", status=422, answer="grant", reason="Yes.", **day).errors == ["Enter the new due date"]
    assert "refused." in cora.press("Send the answer", answer="refuse", reason="A month is enough.", **day).text


def test_another_officer_is_handed_it_and_told(cast: Cast, browser: Any) -> None:
    one = an_accepted_recommendation(cast)
    assert (one.officer, [officer.name for officer in handing_over.may_take(one)]) == ("Colin Marsh", ["Cora Stein"])
    cora = browser("colin")
    cora.open(f"/recommendations/{one.reference}/hand-over")
    assert cora.press("Hand it over", status=422).errors == ["Choose an officer"]
    page = cora.press("Hand it over", officer="cora@example.org")
    assert "Looked after by Cora Stein" in page.text
    db.session.refresh(one)
    assert (one.officer, one.officer_id) == ("Cora Stein", cast.cora.id)
    assert [letter.to_address for letter in letters("RECOMMENDATION_HANDED_OVER")] == ["cora@example.org"]


def test_what_waits_goes_to_the_officer_it_is_handed_to(cast: Cast) -> None:
    step = builders.a_placed_step(cast)
    one = db.session.query(Recommendation).one()
    assert [line.reference for line in board.board(clock.today(), builders.a_second_officer(cast).id).first["steps"]] == [one.reference]
    handing_over.hand_over(one, to="cora@example.org", version=one.version, by=cast.cora)
    db.session.commit()
    assert step.officer_id == cast.cora.id
    assert board.board(clock.today(), cast.cora.id).counts["steps"] == 1
    assert board.board(clock.today(), builders.a_second_officer(cast).id).counts["steps"] == 0


def test_it_is_handed_over_to_officers_alone_and_quietly_by_whoever_takes_it(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    for to in ("ana@example.org", "priya@example.org", "nobody@example.org", "colin@example.org", ""):
        with pytest.raises(Invalid, match="Choose an officer"):
            handing_over.hand_over(one, to=to, version=one.version, by=cast.cora)
    handing_over.hand_over(one, to="cora@example.org", version=one.version, by=cast.cora)
    db.session.commit()
    assert letters("RECOMMENDATION_HANDED_OVER") == []
    told = audit.trail(cast.trust.id, one.audited_as())[0]
    assert told.facts == {"old": "Colin Marsh", "new": "Cora Stein"}
