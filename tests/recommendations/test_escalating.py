"""From level 3 on an officer decides: the letter that was drafted is sent as they left it, or put aside; nothing goes by itself."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from portal import audit
from portal.audit import Event
from portal.jobs import delivery
from portal.kernel import clock
from portal.kernel.content import ContentError, parse
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.outbox import OutgoingLetter
from portal.recommendations import drafted_letters
from portal.recommendations.lifecycle import Delivery, LastStep, Taken
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import escalating
from tests.builders import a_placed_step
from tests.recommendations.days import facts, written

DUE = dt.date(2026, 9, 1)
NOW = DUE + dt.timedelta(92)


def placed(cast, level, **said):
    """A step of this level that waits for an officer."""
    step = a_placed_step(cast, level, due_on=DUE, **said)
    return db.session.get_one(Recommendation, step.recommendation_id), step


def done(operation, step, *, by, **typed):
    with clock.at(NOW):
        operation(step, version=step.version, by=by, **typed)
        db.session.commit()


def letter():
    return db.session.query(OutgoingLetter).filter_by(letter="LADDER_LETTER").one()


def test_the_letter_of_level_three_goes_to_the_executive_lead_as_it_was_left(app, cast):
    one, step = placed(cast, 3)
    done(escalating.send, step, text="Please see to it.\n\nIt is overdue.", by=cast.cora)
    assert written("LADDER_LETTER") == [("LADDER_LETTER", one.reference, "edwin@example.org")]
    assert (step.state, step.decided_by, step.note) == (Taken.TAKEN, "Cora Stein", "Please see to it.\n\nIt is overdue.")
    assert one.level == 3
    told = audit.trail(cast.trust.id, one.audited_as())[0]
    assert (told.event, told.facts) == (Event.LADDER_STEP_TAKEN, {"level": 3, "after": 30})
    message = delivery.written(letter(), app.extensions["settings"])
    assert message["Subject"] == f"Northmoor NHS Foundation Trust: recommendation {one.reference} is 92 days overdue"
    assert "Dear Edwin Clarke,\r\n\r\nPlease see to it.\r\n\r\nIt is overdue.\r\n".replace("\r", "") in message.get_content().replace("\r", "")


def test_the_letter_is_drafted_with_the_facts_of_the_day(cast):
    one, step = placed(cast, 3)
    with clock.at(NOW):
        text = escalating.drafted(one, step)
    assert "On 1 June 2026 the Ombudsman made this recommendation to Northmoor NHS Foundation Trust (case P-1234567)" in text
    assert f"\n\n{one.public_text}\n\n" in text
    assert "It was due on 1 September 2026 and is now 92 days late." in text
    assert "- The letter of apology names what went wrong" in text
    assert "{" not in text


@pytest.mark.parametrize("level", [3, 4, 5])
def test_every_draft_can_be_filled(cast, level):
    one, step = placed(cast, level)
    assert one.public_text in escalating.drafted(one, step)


def test_the_letter_of_level_four_goes_to_the_chief_executive_who_is_named_and_to_whoever_answers_for_it(cast):
    db.session.execute(db.text("UPDATE organisations SET parent_id = :of WHERE id = :id"), {"of": cast.other.id, "id": cast.trust.id})
    db.session.expire_all()
    one, step = placed(cast, 4)
    for typed in ({}, {"name": "Clara Wu"}, {"address": "clara@example.org"}):
        with pytest.raises(Invalid):
            done(escalating.send, step, text="Please see to it.", by=cast.cora, **typed)
        db.session.rollback()
    done(escalating.send, step, text="Please see to it.", name="Clara Wu", address="clara@example.org", by=cast.cora)
    assert {to for _, _, to in written("LADDER_LETTER")} == {"clara@example.org", "nadia@example.org"}
    assert one.level == 4


def test_the_officer_may_name_somebody_else_than_the_executive_lead(cast):
    _, step = placed(cast, 3)
    done(escalating.send, step, text="Please see to it.", name="Clara Wu", address="clara@example.org", by=cast.cora)
    assert [to for _, _, to in written("LADDER_LETTER")] == ["clara@example.org"]


@pytest.mark.parametrize("decision", LastStep)
def test_at_the_top_a_decision_is_recorded_with_its_reasons_and_nothing_is_sent(cast, decision):
    one, step = placed(cast, 5)
    with pytest.raises(WrongState):
        done(escalating.send, step, text="A letter.", by=cast.cora)
    db.session.rollback()
    done(escalating.conclude, step, decision=decision, text="They have had two years.", by=cast.cora)
    assert (step.state, step.note) == (Taken.TAKEN, f"Decided on {decision.value}.\n\nThey have had two years.")
    assert one.level == 5
    assert written("LADDER_LETTER") == []


def test_there_is_no_decision_below_the_top(cast):
    _, step = placed(cast, 3)
    with pytest.raises(WrongState):
        done(escalating.conclude, step, decision=LastStep.NEITHER, text="Why", by=cast.cora)


def test_a_step_is_put_aside_with_a_reason_and_leaves_the_level_as_it_was(cast):
    one, step = placed(cast, 3)
    with pytest.raises(Invalid):
        done(escalating.put_aside, step, reason=" ", by=cast.cora)
    db.session.rollback()
    done(escalating.put_aside, step, reason="They telephoned: it comes on Friday.", by=cast.cora)
    assert (step.state, step.note, one.level) == (Taken.ASIDE, "They telephoned: it comes on Friday.", 0)
    assert audit.trail(cast.trust.id, one.audited_as(), working_papers=True)[0].event is Event.LADDER_STEP_PUT_ASIDE


@pytest.mark.parametrize(("changed", "why"), [
    ({"delivery": Delivery.SUBMITTED}, "Evidence was submitted"),
    ({"due_on": dt.date(2027, 1, 1)}, "is due on 1 January 2027 now"),
    ({"paused_until": dt.date(2027, 1, 1)}, "No step is taken until 1 January 2027"),
])  # fmt: skip
def test_nothing_is_sent_where_it_is_not_called_for_but_the_step_can_be_put_aside(cast, changed, why):
    one, step = placed(cast, 3)
    facts(one, **changed)
    with pytest.raises(WrongState, match=why):
        done(escalating.send, step, text="Please see to it.", by=cast.cora)
    db.session.rollback()
    done(escalating.put_aside, step, reason="Not needed.", by=cast.cora)
    assert written("LADDER_LETTER") == []


def test_of_two_officers_at_once_the_second_sends_nothing_and_sees_what_the_first_did(cast):
    _, step = placed(cast, 3)
    shown = step.version
    done(escalating.put_aside, step, reason="They telephoned.", by=cast.cora)
    with pytest.raises(Stale) as refusal:
        escalating.send(step, version=shown, text="Please see to it.", by=cast.cora)
    assert (refusal.value.fields[0].theirs, refusal.value.fields[0].yours) == ("They telephoned.", "Please see to it.")
    with pytest.raises(WrongState):
        escalating.send(step, version=step.version, text="Please see to it.", by=cast.cora)
    assert written("LADDER_LETTER") == []


@pytest.mark.parametrize(("who", "refusal"), [("priya", NotAllowed), ("edwin", NotAllowed), ("ana", NotAllowed), ("sam", NotFound)])
def test_nobody_but_an_officer_decides(cast, who, refusal):
    _, step = placed(cast, 3)
    for operation, typed in ((escalating.send, {"text": "x"}), (escalating.put_aside, {"reason": "x"})):
        with pytest.raises(refusal):
            operation(step, version=step.version, by=getattr(cast, who), **typed)


def test_the_page_sends_the_letter_as_edited(browser, cast):
    one, _ = placed(cast, 3)
    address = f"/recommendations/{one.reference}/ladder/3"
    with clock.at(NOW):
        cora = browser("cora")
        page = cora.open(address)
        assert "It goes to the executive lead: Edwin Clarke" in page.text
        assert "92 days" in page.text
        assert "Enter the letter" in cora.press("Send this letter", text=" ", status=422).text
        page = cora.press("Send this letter", text="Please see to it.")
        assert "What was done" in page.text
        assert "Please see to it." in page.text
    assert json.loads(letter().facts)["text"] == "Please see to it."


def test_the_page_of_the_top_asks_for_a_decision(browser, cast):
    one, _ = placed(cast, 5)
    with clock.at(NOW):
        cora = browser("cora")
        cora.open(f"/recommendations/{one.reference}/ladder/5")
        assert "Choose what the Ombudsman decides on" in cora.press("Record this decision", status=422).text
        page = cora.press("Record this decision", decision="a report to Parliament", text="They have had two years.")
    assert "Decided on a report to Parliament." in page.text


def test_the_page_of_level_four_says_who_gets_a_copy(browser, cast):
    db.session.execute(db.text("UPDATE organisations SET board_code = 'RYZ' WHERE id = :id"), {"id": cast.trust.id})
    one, _ = placed(cast, 4)
    with clock.at(NOW):
        cora = browser("cora")
        page = cora.open(f"/recommendations/{one.reference}/ladder/4")
        assert "Southfell NHS Trust answers for it, and gets a copy: Nadia Rahim" in page.text
        page = cora.press("Send this letter", name="Clara Wu", address="nonsense", status=422)
        assert "correct format" in page.text


def test_the_page_puts_a_step_aside(browser, cast):
    one, _ = placed(cast, 3)
    with clock.at(NOW):
        cora = browser("cora")
        cora.open(f"/recommendations/{one.reference}/ladder/3")
        assert "Enter the reason" in cora.press("Put it aside", status=422).text
        assert "They telephoned." in cora.press("Put it aside", reason="They telephoned.").text


def test_a_step_that_was_not_reached_has_no_page(browser, cast):
    one, _ = placed(cast, 3)
    for level in (0, 1, 2, 4, 5, 6):
        browser("cora").open(f"/recommendations/{one.reference}/ladder/{level}", status=404)


WRONG = """letters:
- level: 3
  title: A
  text: "{organisation} and {nonsense}"
- level: 4
  title: B
  text: "a { brace"
"""


def test_a_fault_in_the_drafted_letters_is_told_with_its_line():
    checks = (drafted_letters.one_for_each_level, drafted_letters.braces_are_known)
    with pytest.raises(ContentError) as refusal:
        parse(WRONG, drafted_letters.LettersFile, "ladder.yaml", *checks)
    said = str(refusal.value)
    assert "one letter for each of the levels 3, 4, 5" in said
    assert "ladder.yaml:4: letters.1.text: has {nonsense} in it" in said
    assert "letters.2.text: has a brace without its other half" in said
