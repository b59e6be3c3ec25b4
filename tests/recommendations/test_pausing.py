"""The ladder stands still for a reason and until a day; and officers log their calls, letters and meetings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.recommendations.lifecycle import PauseKind, VerdictKind
from portal.recommendations.models import Contact, Pause, Recommendation
from portal.recommendations.operations import contacting, deciding, pausing
from tests.people import Cast
from tests.recommendations.answered import an_accepted_recommendation

TODAY = dt.date(2026, 6, 1)
UNTIL = dt.date(2026, 8, 1)


def a_pause(cast: Cast, one: Recommendation, **facts: Any) -> Pause:
    usual = {"kind": PauseKind.PROCEEDINGS, "reason": "The High Court hears it in July.", "until": UNTIL, "version": one.version}
    begun = pausing.pause(one, **{**usual, "by": cast.cora, **facts})
    db.session.commit()
    return begun


def a_call(cast: Cast, one: Recommendation, **facts: Any) -> Contact:
    contact = contacting.log(one, **{"on": TODAY, "how": "call", "what": "They will write by Friday.", "by": cast.cora, **facts})
    db.session.commit()
    return contact


def test_it_is_paused_until_a_day_and_goes_on_by_itself(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    begun = a_pause(cast, one)
    assert (one.paused_until, pausing.paused(one), one.due_on) == (UNTIL, True, dt.date(2026, 9, 1))
    assert (begun.from_day, begun.by, begun.ended_on) == (TODAY, "Cora Stein", None)
    told = audit.trail(cast.trust.id, one.audited_as())[0]
    assert (told.event, told.facts["kind"], told.facts["until"]) == (Event.LADDER_PAUSED, "live proceedings", "2026-08-01")
    with clock.at(dt.datetime(2026, 8, 1, 6, tzinfo=dt.UTC)):
        assert not pausing.paused(one)


def test_a_longer_pause_ends_the_one_that_runs(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    first = a_pause(cast, one)
    with clock.at(dt.datetime(2026, 7, 20, 9, tzinfo=dt.UTC)):
        a_pause(cast, one, until=dt.date(2026, 12, 1), reason="The judgment comes in November.")
    assert (first.ended_on, first.ended_by, one.paused_until) == (dt.date(2026, 7, 20), "Cora Stein", dt.date(2026, 12, 1))
    assert db.session.query(Pause).filter(Pause.ended_on.is_(None)).count() == 1


def test_a_pause_is_ended_earlier_with_a_reason(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    begun = a_pause(cast, one)
    with pytest.raises(Invalid, match="Say why"):
        pausing.resume(one, reason="", version=one.version, by=cast.cora)
    pausing.resume(one, reason="The claim was withdrawn.", version=one.version, by=cast.cora)
    db.session.commit()
    assert (one.paused_until, begun.ended_on, begun.until) == (None, TODAY, UNTIL)
    assert audit.trail(cast.trust.id, one.audited_as())[0].facts == {"reason": "The claim was withdrawn."}
    with pytest.raises(WrongState, match="not paused now"):
        pausing.resume(one, reason="Again.", version=one.version, by=cast.cora)


@pytest.mark.parametrize(("facts", "field"), [
    ({"until": TODAY}, "until"), ({"until": dt.date(2020, 1, 1)}, "until"), ({"reason": " "}, "reason"), ({"reason": "x" * 2001}, "reason"),
])  # fmt: skip
def test_a_pause_has_a_reason_and_a_day_to_come(cast: Cast, facts: dict[str, Any], field: str) -> None:
    one = an_accepted_recommendation(cast)
    with pytest.raises(Invalid) as refused:
        a_pause(cast, one, **facts)
    assert refused.value.field == field


def test_what_has_ended_is_not_paused(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    deciding.decide(one, version=one.version, kind=VerdictKind.OVERTAKEN, reason="The unit closed.", by=cast.cora)
    db.session.commit()
    with pytest.raises(WrongState, match="nothing to pause"):
        a_pause(cast, one)


def test_a_stale_pause_is_not_set(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    shown = one.version
    a_pause(cast, one)
    with pytest.raises(Stale) as stale:
        a_pause(cast, one, version=shown, reason="They are ill.")
    assert ("The High Court hears it in July.", "They are ill.") in {(each.theirs, each.yours) for each in stale.value.fields}
    with pytest.raises(Stale):
        pausing.resume(one, reason="Over.", version=shown, by=cast.cora)


def test_officers_alone_pause_and_log(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    for name in ("ana", "owen", "ada", "priya"):
        for does in (a_pause, a_call):
            with pytest.raises(NotAllowed):
                does(cast, one, by=getattr(cast, name))
    with pytest.raises(NotFound):
        a_call(cast, one, by=cast.sam)


def test_a_call_is_logged_as_a_working_paper(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    contact = a_call(cast, one)
    assert (contact.on, contact.how, contact.by) == (TODAY, "call", "Cora Stein")
    assert Event.CONTACT_LOGGED in {told.event for told in audit.trail(cast.trust.id, one.audited_as(), working_papers=True)}
    assert Event.CONTACT_LOGGED not in {told.event for told in audit.trail(cast.trust.id, one.audited_as())}


def test_the_same_sent_twice_is_logged_once(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    assert a_call(cast, one).id == a_call(cast, one).id
    a_call(cast, one, what="They wrote.")
    assert db.session.query(Contact).count() == 2


@pytest.mark.parametrize(("facts", "field"), [
    ({"on": dt.date(2026, 6, 2)}, "on"), ({"how": "pigeon"}, "how"), ({"what": "\u200b"}, "what"), ({"what": "x" * 2001}, "what"),
])  # fmt: skip
def test_a_contact_says_how_what_and_when(cast: Cast, facts: dict[str, Any], field: str) -> None:
    one = an_accepted_recommendation(cast)
    with pytest.raises(Invalid) as refused:
        a_call(cast, one, **facts)
    assert refused.value.field == field


def test_the_pages_to_pause_and_to_end_a_pause(cast: Cast, browser: Any) -> None:
    one = an_accepted_recommendation(cast)
    cora, here = browser("cora"), f"/recommendations/{one.reference}"
    day = {"until-day": "1", "until-month": "8", "until-year": "2026"}
    cora.open(here + "/decide")
    cora.click("Pause reminders")
    assert len(cora.press("Pause reminders", status=422).errors) == 3
    page = cora.press("Pause reminders", kind="dispute", reason="They dispute the amount.", **day)
    assert "paused until 1 August 2026" in page.text
    assert "1 June 2026 to 1 August 2026: dispute." in page.text
    cora.click("End the pause")
    page = cora.press("End the pause", reason="They agreed.")
    assert "Ended by Cora Stein; it was to last until 1 August 2026." in page.text
    assert "End the pause" not in page.links
    assert "It is not paused now." in cora.open(here + "/resume").text


def test_the_page_to_log_a_call(cast: Cast, browser: Any) -> None:
    one = an_accepted_recommendation(cast)
    cora = browser("cora")
    cora.open(f"/recommendations/{one.reference}/decide")
    page = cora.click("Log a call, letter or meeting")
    assert page.form("Log it")["values"]["on-day"] == "1"
    assert cora.press("Log it", status=422).errors == ["Choose how you were in contact", "Write down what was said"]
    page = cora.press("Log it", how="call", what="The complaints manager will write by Friday.")
    assert "Call, Cora Stein The complaints manager will write by Friday." in page.text
    assert "will write by Friday" not in browser("priya").open(f"/recommendations/{one.reference}").text
    assert "Log it" not in [button.text for button in browser("ana").open(f"/recommendations/{one.reference}/contacts").all("button")]
