"""What an officer finds: on time or late by the day as it stands, in substance, more needed, partly, not at all, overtaken."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
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
from portal.policy import Acting
from portal.recommendations.lifecycle import Asked, Delivery, Ending, PauseKind, VerdictKind
from portal.recommendations.models import ComplainantAddress, MoreTime, Pause, Recommendation, Verdict
from portal.recommendations.operations import deciding, extending, pausing
from portal.recommendations.operations.deciding import decide, reopen
from portal.recommendations.queries import casework
from tests import builders
from tests.gaps.test_register import at_once
from tests.people import Cast
from tests.recommendations.answered import (
    a_no_of_the_complainant,
    a_report,
    a_reported_recommendation,
    an_accepted_recommendation,
    kept,
)

TODAY = dt.date(2026, 6, 1)
LATER = dt.datetime(2026, 9, 20, 9, 30, tzinfo=dt.UTC)  # the recommendation was due on 1 September
K = VerdictKind


def found(one: Recommendation, by: Acting, kind: VerdictKind = K.COMPLIED, **facts: Any) -> Verdict:
    usual: dict[str, Any] = {"reason": "The copy of the letter shows it."}
    if kind in deciding.COMPLIED:
        usual["complied_on"] = clock.today()
    if kind in deciding.MORE:
        usual["due_on"] = clock.today() + dt.timedelta(30)
    verdict = decide(one, kind=kind, by=by, **{"version": one.version, **usual, **facts})
    db.session.commit()
    return verdict


def letters(name: str) -> list[OutgoingLetter]:
    return db.session.query(OutgoingLetter).filter_by(letter=name).order_by(OutgoingLetter.id).all()


def test_what_was_done_by_the_due_day_complied_on_time(cast: Cast) -> None:
    one = a_reported_recommendation(cast)
    verdict = found(one, cast.cora, effect="The family knows what happened.")
    assert (one.delivery, one.complied_on, one.ended_on) == (Delivery.ON_TIME, TODAY, TODAY)
    assert (one.ending, one.next_evidence_on) == (Ending.DECIDED, None)
    assert (verdict.number, verdict.decided_by, verdict.effect) == (1, "Cora Stein", "The family knows what happened.")
    assert {letter.to_address for letter in letters("VERDICT_GIVEN")} == {"priya@example.org", "edwin@example.org"}


@pytest.mark.parametrize(("on", "delivery"), [(dt.date(2026, 9, 1), Delivery.ON_TIME), (dt.date(2026, 9, 2), Delivery.LATE)])
def test_whether_it_was_late_is_told_by_the_day_it_was_done_not_by_that_of_the_verdict(cast: Cast, on: dt.date, delivery: Delivery) -> None:
    one = a_reported_recommendation(cast)
    with clock.at(LATER):
        found(one, cast.cora, complied_on=on)
    assert (one.delivery, one.complied_on, one.ended_on) == (delivery, on, LATER.date())


def test_more_time_makes_the_new_day_count_and_the_verdict_shows_the_first_one(cast: Cast, browser: Any) -> None:
    one = a_reported_recommendation(cast)
    extending.give(one, until=dt.date(2026, 9, 15), reason="Half of the team is ill.", version=one.version, by=cast.cora)
    db.session.commit()
    with clock.at(LATER):
        found(one, cast.cora, complied_on=dt.date(2026, 9, 18))
        page = browser("cora").open(f"/recommendations/{one.reference}/decide")
    assert one.delivery is Delivery.LATE
    assert "Done on 18 September 2026, 3 days late: it was due on 15 September 2026, first on 1 September 2026." in page.text
    told = audit.trail(cast.trust.id, one.audited_as())[0]
    assert (told.event, told.facts["due_on"], told.facts["original_due_on"]) == (Event.VERDICT_GIVEN, "2026-09-15", "2026-09-01")


def test_an_older_verdict_keeps_the_day_by_which_it_was_given(cast: Cast) -> None:
    one = a_reported_recommendation(cast)
    with clock.at(LATER):
        found(one, cast.cora)
    with clock.at(LATER + dt.timedelta(1)):
        reopen(one, reason="It was the wrong letter.", next_evidence_on=dt.date(2026, 10, 1), version=one.version, by=cast.cora)
        extending.give(one, until=dt.date(2026, 12, 1), reason="It must be written anew.", version=one.version, by=cast.cora)
        db.session.commit()
    with clock.at(LATER + dt.timedelta(5)):
        a_report(one)
        found(one, cast.cora)
    assert one.delivery is Delivery.ON_TIME
    assert [(each.due_on, each.days_late) for each in casework.verdicts_of(one, casework.days_of(one))] == [
        (dt.date(2026, 12, 1), 0), (dt.date(2026, 9, 1), 19),
    ]  # fmt: skip


def test_in_substance_is_an_end_of_its_own(cast: Cast) -> None:
    one = a_reported_recommendation(cast)
    found(one, cast.cora, K.IN_SUBSTANCE)
    assert (one.delivery, one.complied_on) == (Delivery.IN_SUBSTANCE, TODAY)


def test_more_needed_names_the_day_on_which_evidence_is_next_to_come(cast: Cast) -> None:
    one = a_reported_recommendation(cast)
    verdict = found(one, cast.cora, K.MORE_NEEDED, due_on=dt.date(2026, 7, 1), complied_on=TODAY)
    assert (one.delivery, one.next_evidence_on, one.ended_on) == (Delivery.MORE_NEEDED, dt.date(2026, 7, 1), None)
    assert (verdict.complied_on, verdict.due_on) == (None, dt.date(2026, 7, 1))
    a_report(one)
    assert found(one, cast.cora).number == 2


def test_partly_counts_the_promised_steps(cast: Cast) -> None:
    one = a_reported_recommendation(cast, steps=10)
    verdict = found(one, cast.cora, K.PARTLY, steps_done=9, steps_of=77)
    assert (verdict.steps_done, verdict.steps_of, one.delivery) == (9, 10, Delivery.MORE_NEEDED)
    assert audit.trail(cast.trust.id, one.audited_as())[0].facts["steps"] == "9 of 10"
    assert json.loads(letters("VERDICT_GIVEN")[0].facts)["steps"] == "9 of 10"


def test_partly_counts_what_the_officer_counted_where_no_steps_were_promised(cast: Cast) -> None:
    one = a_reported_recommendation(cast, steps=0)
    with pytest.raises(Invalid, match="how many steps there are"):
        decide(one, version=one.version, kind=K.PARTLY, reason="Most.", steps_done=9, due_on=dt.date(2026, 7, 1), by=cast.cora)
    assert found(one, cast.cora, K.PARTLY, steps_done=9, steps_of=10).steps_of == 10


@pytest.mark.parametrize(("kind", "delivery"), [(K.NOT_COMPLIED, Delivery.NOT_COMPLIED), (K.OVERTAKEN, Delivery.OVERTAKEN)])
def test_without_a_report_it_can_be_found_not_done_or_overtaken_but_never_done(cast: Cast, kind: VerdictKind, delivery: Delivery) -> None:
    one = an_accepted_recommendation(cast)
    for complied in deciding.COMPLIED:
        with pytest.raises(WrongState, match="From here it is possible to"):
            found(one, cast.cora, complied)
        db.session.rollback()
    found(one, cast.cora, kind)
    assert (one.delivery, one.complied_on, one.ended_on) == (delivery, None, TODAY)


WRONG: list[tuple[VerdictKind, dict[str, Any], str, str]] = [
    (K.COMPLIED, {"complied_on": None}, "complied_on", "Enter the day"),
    (K.COMPLIED, {"complied_on": dt.date(2026, 5, 31)}, "complied_on", "not be before 1 June 2026"),
    (K.COMPLIED, {"complied_on": dt.date(2026, 6, 2)}, "complied_on", "today or in the past"),
    (K.IN_SUBSTANCE, {"complied_on": dt.date(2020, 1, 1)}, "complied_on", "not be before"),
    (K.MORE_NEEDED, {"due_on": TODAY}, "due_on", "in the future"),
    (K.MORE_NEEDED, {"due_on": None}, "due_on", "in the future"),
    (K.PARTLY, {"steps_done": 2}, "steps_done", "how many of the 2 steps are done, from 0 to 1"),
    (K.PARTLY, {"steps_done": None}, "steps_done", "how many of the 2 steps"),
    (K.PARTLY, {"steps_done": -1}, "steps_done", "how many of the 2 steps"),
    (K.NOT_COMPLIED, {"reason": " \u200b"}, "reason", "Give the reason"),
    (K.NOT_COMPLIED, {"reason": "x" * 2001}, "reason", "2,000 characters or fewer"),
    (K.COMPLIED, {"effect": "x" * 2001}, "effect", "2,000 characters or fewer"),
]


@pytest.mark.parametrize(("kind", "facts", "field", "says"), WRONG)
def test_what_cannot_be_is_refused_and_changes_nothing(cast: Cast, kind: VerdictKind, facts: dict[str, Any], field: str, says: str) -> None:
    one = a_reported_recommendation(cast)
    with pytest.raises(Invalid, match=says) as refused:
        found(one, cast.cora, kind, **facts)
    assert refused.value.field == field
    db.session.rollback()
    assert (one.delivery, db.session.query(Verdict).count(), letters("VERDICT_GIVEN")) == (Delivery.SUBMITTED, 0, [])


@pytest.mark.parametrize("kind", deciding.CLOSES_FOR_GOOD)
def test_a_no_of_the_complainant_is_settled_before_it_is_closed(cast: Cast, kind: VerdictKind) -> None:
    one = a_no_of_the_complainant(a_reported_recommendation(cast))
    with pytest.raises(Invalid, match="Say how that was settled") as refused:
        found(one, cast.cora, kind)
    assert refused.value.field == "complainant_why"
    db.session.rollback()
    verdict = found(one, cast.cora, kind, complainant_why="They found the letter on 28 May.")
    assert (one.objected, verdict.complainant_why) == (False, "They found the letter on 28 May.")
    record = audit.trail(cast.trust.id, one.audited_as(), working_papers=True)
    assert [told.facts for told in record if told.event is Event.OBJECTION_SETTLED] == [{"reason": "They found the letter on 28 May."}]
    assert Event.OBJECTION_SETTLED not in {told.event for told in audit.trail(cast.trust.id, one.audited_as())}


def test_a_no_of_the_complainant_keeps_nobody_from_asking_for_more(cast: Cast) -> None:
    one = a_no_of_the_complainant(a_reported_recommendation(cast))
    found(one, cast.cora, K.MORE_NEEDED)
    assert one.objected


def test_at_its_end_nothing_waits_any_longer(cast: Cast) -> None:
    one = a_reported_recommendation(cast)
    extending.ask(one, until=dt.date(2026, 10, 1), reason="We need the autumn.", version=one.version, by=cast.priya)
    db.session.flush()
    pausing.pause(one, kind=PauseKind.DISPUTE, reason="They dispute it.", until=dt.date(2026, 8, 1), version=one.version, by=cast.cora)
    db.session.add(ComplainantAddress(recommendation_id=one.id, address="mr.a@example.org", noted_at=clock.now()))
    db.session.commit()
    found(one, cast.cora)
    request, pause = db.session.query(MoreTime).one(), db.session.query(Pause).one()
    assert (request.state, request.decision) == (Asked.REFUSED, "No longer needed: the recommendation is “complied on time”.")
    assert (pause.ended_on, pause.ended_by, one.paused_until) == (TODAY, "Cora Stein", None)
    assert db.session.query(ComplainantAddress).count() == 0
    record = audit.trail(cast.trust.id, one.audited_as(), working_papers=True)
    assert {told.event for told in record} >= {Event.COMPLAINANT_FORGOTTEN, Event.EXTENSION_REFUSED, Event.VERDICT_GIVEN}
    assert letters("MORE_TIME_DECIDED") == []


def test_only_officers_without_a_conflict_decide(cast: Cast) -> None:
    one = a_reported_recommendation(cast)
    for name in ("ana", "owen", "ada", "priya", "edwin"):
        with pytest.raises(NotAllowed):
            found(one, getattr(cast, name))
    with pytest.raises(NotFound):
        found(one, cast.sam)
    cora = cast.cora
    with pytest.raises(NotAllowed):
        found(one, Acting(id=cora.id, name=cora.name, posts=cora.posts, conflicts=frozenset({cast.trust.id})))


def test_of_a_draft_nothing_is_decided(cast: Cast) -> None:
    one = builders.a_sent_draft(cast)
    with pytest.raises(WrongState, match="its draft is “awaiting approval”"):
        found(one, cast.cora, K.OVERTAKEN)


def test_whoever_decides_on_a_stale_page_is_shown_both_texts(cast: Cast) -> None:
    one = a_reported_recommendation(cast)
    shown, colin = one.version, builders.a_second_officer(cast)
    found(one, cast.cora, K.MORE_NEEDED, reason="The copy cannot be read.")
    with pytest.raises(Stale, match="Cora Stein, 1 June 2026 at 10:30am: verdict given") as stale:
        decide(one, version=shown, kind=K.COMPLIED, reason="It is all there.", complied_on=TODAY, by=colin)
    both = {each.name: (each.theirs, each.yours) for each in stale.value.fields}
    assert both["kind"] == ("more needed", "complied")
    assert both["reason"] == ("The copy cannot be read.", "It is all there.")
    assert both["complied_on-day"] == ("", "1")
    db.session.rollback()
    assert db.session.query(Verdict).count() == 1


def test_a_collision_tells_nobody_what_the_other_side_is_still_preparing(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    shown = one.version
    extending.give(one, until=dt.date(2026, 10, 1), reason="A week more.", version=shown, by=cast.cora)
    builders.a_prepared_answer(cast, one)
    with pytest.raises(Stale, match=r"Cora Stein, .*: more time granted"):
        found(one, builders.a_second_officer(cast), K.OVERTAKEN, version=shown)


def test_two_officers_who_decide_at_once_decide_once(own_app: Flask) -> None:
    cast = Cast.arrive()
    one = a_reported_recommendation(cast)
    reference, version, cora, colin = one.reference, one.version, cast.cora, builders.a_second_officer(cast)
    db.session.remove()

    def there() -> Recommendation:
        return db.session.query(Recommendation).filter_by(reference=reference).one()

    def deciding_by(by: Acting, kind: VerdictKind, reason: str) -> Callable[[], object]:
        on = {"complied_on": clock.today()} if kind is K.COMPLIED else {"due_on": clock.today() + dt.timedelta(20)}
        return lambda: decide(there(), version=version, kind=kind, reason=reason, by=by, **on)

    faults = at_once(own_app, deciding_by(cora, K.COMPLIED, "It is there."), deciding_by(colin, K.MORE_NEEDED, "A page is missing."))
    assert [type(fault) for fault in faults] == [Stale]
    assert {(each.theirs, each.yours) for each in faults[0].fields} >= (
        {("complied", "more needed"), ("It is there.", "A page is missing.")} if there().delivery is Delivery.ON_TIME
        else {("more needed", "complied"), ("A page is missing.", "It is there.")}
    )  # fmt: skip
    assert db.session.query(Verdict).count() == 1
    assert not audit.verify()


def test_what_was_decided_is_reopened_with_a_reason_and_a_day(cast: Cast) -> None:
    one = a_reported_recommendation(cast)
    found(one, cast.cora)
    with pytest.raises(Invalid, match="Say why"):
        reopen(one, reason="", next_evidence_on=dt.date(2026, 7, 1), version=one.version, by=cast.cora)
    with pytest.raises(Invalid, match="in the future"):
        reopen(one, reason="A court says otherwise.", next_evidence_on=TODAY, version=one.version, by=cast.cora)
    db.session.rollback()
    reopen(one, reason="A court says otherwise.", next_evidence_on=dt.date(2026, 7, 1), version=one.version, by=cast.cora)
    db.session.commit()
    assert (one.delivery, one.ended_on, one.ending, one.complied_on) == (Delivery.IN_PROGRESS, None, None, None)
    assert one.next_evidence_on == dt.date(2026, 7, 1)
    assert len(letters("RECOMMENDATION_REOPENED")) == 2
    assert db.session.query(Verdict).count() == 1
    with pytest.raises(WrongState):
        reopen(one, reason="Again.", next_evidence_on=dt.date(2026, 7, 1), version=one.version, by=cast.cora)


def test_what_was_withdrawn_is_not_reopened(cast: Cast) -> None:
    one = an_accepted_recommendation(cast)
    found(one, cast.cora, K.OVERTAKEN)
    one.ending = Ending.WITHDRAWN
    kept(one)
    with pytest.raises(WrongState, match="not decided but withdrawn"):
        reopen(one, reason="After all.", next_evidence_on=dt.date(2026, 7, 1), version=one.version, by=cast.cora)


SUBJECTS = [
    (K.COMPLIED, "Done: recommendation", "on time.\n\nYou need do nothing more."),
    (K.IN_SUBSTANCE, "Done: recommendation", "in substance, by other means"),
    (K.MORE_NEEDED, "More is needed by Wednesday 1 July 2026: recommendation", "Please report again, with what is missing"),
    (K.PARTLY, "More is needed by Wednesday 1 July 2026: recommendation", "has done part of recommendation"),
    (K.NOT_COMPLIED, "Not complied: recommendation", "has not complied with recommendation"),
    (K.OVERTAKEN, "Closed: recommendation", "events have overtaken it"),
]


@pytest.mark.parametrize(("kind", "subject", "says"), SUBJECTS)
def test_the_letter_leads_with_the_verdict_and_what_to_do_next(cast: Cast, kind: VerdictKind, subject: str, says: str) -> None:
    one = a_reported_recommendation(cast)
    found(one, cast.cora, kind, **({"steps_done": 1} if kind is K.PARTLY else {}))
    written = delivery.written(letters("VERDICT_GIVEN")[0], Settings(base_url="http://localhost"))
    assert written["Subject"].startswith(f"{subject} {one.reference}"[:60])
    body = written.get_content()
    assert says in body
    assert body.index(says) < body.index("The reason:\nThe copy of the letter shows it.")
