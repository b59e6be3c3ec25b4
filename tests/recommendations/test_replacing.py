"""What was issued is split, merged, superseded, withdrawn or transferred: the old reference stays, and so does what was promised."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.organisations.operations import conflicts
from portal.recommendations import deadlines
from portal.recommendations.lifecycle import Acceptance, Asked, Delivery, DraftState, Ending, Replaced
from portal.recommendations.models import ComplainantAddress, MoreTime, PromisedStep, Recommendation, Succession
from portal.recommendations.operations import extending, reordering, replacing
from portal.recommendations.queries.about import about
from portal.recommendations.queries.lineage import lineage
from portal.recommendations.queries.promising import promised
from portal.recommendations.queries.wordings import wordings
from tests import builders
from tests.gaps.test_register import at_once
from tests.people import Cast
from tests.recommendations.post import letters
from tests.recommendations.replaced import (
    ANOTHER,
    LATER,
    PARTS,
    WHY,
    closed,
    merged,
    split,
    superseded,
    transferred,
    withdrawn,
)


def how_it_stands(one: Recommendation) -> tuple[Any, ...]:
    return one.delivery, one.ending, one.ended_on, one.next_evidence_on


def test_each_part_is_issued_at_once_as_if_it_had_been_drafted_and_approved(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast, themes=["delay"], expectations="NHS-1.3")
    first, second = split(cast, one)
    assert how_it_stands(one) == (Delivery.OVERTAKEN, Ending.SPLIT, clock.today(), None)
    for new, part in zip((first, second), PARTS, strict=True):
        assert (new.state, new.acceptance, new.delivery) == (DraftState.ISSUED, Acceptance.AWAITING, Delivery.NOT_DUE)
        assert (new.text, new.public_text, new.type, new.due_on) == tuple(part[name] for name in ("text", "public_text", "type", "due_on"))
        assert (new.failing, new.severity, new.organisation_id, new.organisation_kind) == (one.failing, one.severity, cast.trust.id, "T")
        assert (new.drafted_by, new.approved_by, new.officer) == ("Colin Marsh", "Cora Stein", one.officer)
        assert (new.issued_on, new.original_due_on) == (clock.today(), new.due_on)
        assert new.answer_due_on == deadlines.answer_due(clock.today())
        assert new.next_evidence_on == deadlines.next_evidence(new.due_on, (), clock.today())
        assert [worded.number for worded in wordings(new.id)] == [1]
        assert (about(new.id).themes, about(new.id).expectations) == (("delay",), ("NHS-1.3",))
        assert audit.trail(cast.trust.id, new.audited_as())[0].event is Event.RECOMMENDATION_ISSUED
    assert (first.case_reference, first.number, second.number) == (one.case_reference, 2, 3)
    told = audit.trail(cast.trust.id, one.audited_as())[0]
    assert (told.event, told.facts) == (Event.RECOMMENDATION_SPLIT, {"into": [first.reference, second.reference], "reason": WHY})
    assert letters("RECOMMENDATION_REPLACED") == ["edwin@example.org", "priya@example.org"]
    rows = db.session.query(Succession).order_by(Succession.id).all()
    assert [(row.old_id, row.new_id, row.how, row.reason) for row in rows] == [
        (one.id, new.id, Replaced.SPLIT, WHY) for new in (first, second)
    ]


def test_what_was_promised_stays_with_the_old_one(cast: Cast, browser: Any) -> None:
    one = builders.an_answered_recommendation(cast)
    before = [(step.reference, step.recommendation_id) for step in promised(one.id)]
    news = split(cast, one)
    assert [(step.reference, step.recommendation_id) for step in promised(one.id)] == before != []
    assert not db.session.query(PromisedStep).filter(PromisedStep.recommendation_id.in_([new.id for new in news])).count()
    assert one.acceptance is Acceptance.ACCEPTED
    browser("priya").open(f"/recommendations/{one.reference}/answer/read")


def test_more_time_that_was_asked_for_is_answered_by_the_end(cast: Cast) -> None:
    one = builders.an_answered_recommendation(cast)
    extending.ask(one, until=dt.date(2026, 11, 1), reason="Two of us are ill.", version=one.version, by=cast.priya)
    db.session.commit()
    split(cast, one)
    request = db.session.query(MoreTime).one()
    assert (request.state, request.decision) == (Asked.REFUSED, WHY)


def test_several_are_merged_into_one_of_the_first_case(cast: Cast) -> None:
    first = builders.an_issued_recommendation(cast, themes=["delay"])
    second = builders.an_issued_recommendation(cast, case_reference="P-7654321", number=4, themes=["records"])
    new = merged(cast, first, second)
    for old in (first, second):
        assert how_it_stands(old) == (Delivery.OVERTAKEN, Ending.MERGED, clock.today(), None)
        assert audit.trail(cast.trust.id, old.audited_as())[0].facts == {"into": [new.reference], "reason": WHY}
    assert (new.case_reference, new.number, new.severity, new.failing) == (first.case_reference, 2, 3, ANOTHER["failing"])
    assert about(new.id).themes == ("delay", "records")
    assert letters("RECOMMENDATION_REPLACED") == ["edwin@example.org", "priya@example.org"]


def test_one_takes_the_place_of_another(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    new = superseded(cast, one)
    assert how_it_stands(one) == (Delivery.OVERTAKEN, Ending.SUPERSEDED, clock.today(), None)
    assert {name: getattr(new, name) for name in ANOTHER} == ANOTHER
    assert [worded.by for worded in wordings(new.id)] == ["Cora Stein"]


def test_nothing_takes_the_place_of_what_is_withdrawn(cast: Cast, browser: Any) -> None:
    one = withdrawn(cast, builders.an_issued_recommendation(cast))
    assert how_it_stands(one) == (Delivery.OVERTAKEN, Ending.WITHDRAWN, clock.today(), None)
    assert lineage(one).alone
    assert letters("RECOMMENDATION_WITHDRAWN") == ["edwin@example.org", "priya@example.org"]
    browser(None).open(f"/recommendations/{one.reference}")


def test_it_goes_in_the_same_words_to_the_successor_of_a_closed_organisation(cast: Cast) -> None:
    one = builders.an_answered_recommendation(cast)
    closed(cast, cast.trust, cast.other)
    new = transferred(cast, one, cast.other)
    assert how_it_stands(one) == (Delivery.TRANSFERRED, Ending.TRANSFERRED, clock.today(), None)
    assert (new.organisation_id, new.text, new.due_on, new.acceptance) == (cast.other.id, one.text, one.due_on, Acceptance.AWAITING)
    assert (new.case_reference, new.number) == (one.case_reference, 2)
    assert {step.organisation_id for step in promised(one.id)} == {cast.trust.id}
    assert letters("RECOMMENDATION_TAKEN_OVER") == ["nadia@example.org", "sam@example.org"]
    assert letters("RECOMMENDATION_REPLACED") == ["edwin@example.org", "priya@example.org"]
    assert audit.trail(cast.trust.id, one.audited_as())[0].facts["successor"] == "RYZ"
    assert audit.trail(cast.other.id, new.audited_as())[0].event is Event.RECOMMENDATION_ISSUED
    assert not audit.verify()


def test_one_of_several_successors_is_chosen_and_a_successor_that_closed_passes_it_on(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    closed(cast, cast.trust, cast.other, cast.practice)
    closed(cast, cast.other, cast.department)
    assert [heir.code for heir in replacing.heirs(cast.trust)] == [cast.department.code, cast.practice.code]
    with pytest.raises(Invalid, match="did not take over from"):
        transferred(cast, one, cast.other)
    db.session.rollback()
    assert transferred(cast, one, cast.practice).organisation_id == cast.practice.id


def test_an_overdue_one_is_transferred_with_a_day_to_come(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    closed(cast, cast.trust, cast.other)
    with clock.at(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC)):
        with pytest.raises(Invalid, match="must be in the future"):
            transferred(cast, one, cast.other)
        db.session.rollback()
        assert transferred(cast, one, cast.other, due_on=LATER).original_due_on == LATER


def test_an_open_organisation_keeps_it_and_one_without_a_successor_too(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    with pytest.raises(WrongState, match="is open, so nobody has taken over"):
        transferred(cast, one, cast.other)
    ada = cast.ada
    cast.trust.closed_on = clock.today()
    audit.record(Event.ORGANISATION_CLOSED, cast.trust, by=ada, closed_on=clock.today(), source="a test")
    db.session.commit()
    with pytest.raises(WrongState, match="names no open successor"):
        transferred(cast, one, cast.other)


def test_nothing_new_is_issued_to_an_organisation_that_closed(cast: Cast) -> None:
    one, two = builders.an_issued_recommendation(cast), builders.an_issued_recommendation(cast, number=2)
    closed(cast, cast.trust, cast.other)
    works: tuple[Any, ...] = (lambda: split(cast, one), lambda: superseded(cast, one), lambda: merged(cast, one, two))
    for work in works:
        with pytest.raises(WrongState, match="Transfer the recommendation to its successor first"):
            work()
        db.session.rollback()
    assert withdrawn(cast, one).ending is Ending.WITHDRAWN


def test_its_author_and_officers_in_conflict_and_everybody_else_leave_it_alone(cast: Cast) -> None:
    colin, one = builders.a_second_officer(cast), builders.an_issued_recommendation(cast)
    for by in (colin, cast.priya, cast.edwin, cast.ana, cast.owen, cast.ada):
        for work in (split, superseded, withdrawn):
            with pytest.raises(NotAllowed):
                work(cast, one, by=by)
    with pytest.raises(NotFound):
        withdrawn(cast, one, by=cast.sam)
    conflicts.declare(cast.trust, reason="My sister sits on its board.", by=cast.cora)
    db.session.commit()
    with pytest.raises(NotAllowed):
        withdrawn(cast, one, by=cast.cora)


def test_nobody_transfers_to_an_organisation_with_which_they_are_in_conflict(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    closed(cast, cast.trust, cast.other)
    conflicts.declare(cast.other, reason="My sister sits on its board.", by=cast.cora)
    db.session.commit()
    with pytest.raises(NotAllowed):
        transferred(cast, one, cast.other, by=cast.cora)


def test_whoever_drafted_one_of_those_merged_does_not_merge_them(cast: Cast) -> None:
    mine, cora, colin = builders.an_issued_recommendation(cast, number=2), cast.cora, builders.a_second_officer(cast)
    mine.drafted_by_id, mine.approved_by_id = cora.id, colin.id
    audit.record(Event.RECOMMENDATION_REWORDED, mine, by=cora, number=1, reason="a test")
    db.session.commit()
    with pytest.raises(NotAllowed):
        merged(cast, builders.an_issued_recommendation(cast), mine)


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [(lambda parts: parts[:1], "parts", "Enter from 2 to 10 parts"), (lambda parts: parts * 6, "parts", "Enter from 2 to 10 parts"),
     (lambda parts: [parts[0], parts[1] | {"text": " "}], "parts-1-text", "Part 2: Enter the recommendation"),
     (lambda parts: [parts[0] | {"due_on": dt.date(2026, 6, 1)}, parts[1]], "parts-0-due_on", "Part 1: The due date must be in the future"),
     (lambda parts: [parts[0] | {"type": "fine"}, parts[1]], "parts-0-type", "Part 1: Choose the type")],
)  # fmt: skip
def test_a_split_that_cannot_be_changes_nothing(cast: Cast, change: Any, field: str, says: str) -> None:
    one = builders.an_issued_recommendation(cast)
    with pytest.raises(Invalid, match=says) as refused:
        split(cast, one, change(list(PARTS)))
    assert refused.value.field == field
    assert how_it_stands(one)[:2] == (Delivery.NOT_DUE, None)
    db.session.rollback()
    assert db.session.query(Recommendation).count() == 1


def test_a_merge_that_cannot_be_is_refused(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    elsewhere = builders.an_issued_recommendation(cast, organisation=cast.other, number=2)
    for several, says in (((one,), "at least one other"), ((one, one), "each only once"), ((one, elsewhere), "to the same organisation")):
        with pytest.raises(Invalid, match=says):
            merged(cast, *several)
        db.session.rollback()


def test_what_has_ended_or_was_never_issued_or_is_objected_to_stays_as_it_is(cast: Cast) -> None:
    draft, one = builders.a_draft(cast), builders.an_issued_recommendation(cast, number=2)
    split(cast, one)
    with pytest.raises(WrongState, match="has not been issued"):
        split(cast, draft)
    for work in (split, superseded, withdrawn):
        with pytest.raises(WrongState, match="has ended already: it is “split”"):
            work(cast, one)
    other, cora = builders.an_issued_recommendation(cast, number=9), cast.cora
    other.objected = True
    audit.record(Event.RECOMMENDATION_REWORDED, other, by=cora, number=1, reason="a test")
    db.session.commit()
    with pytest.raises(WrongState, match="Settle that first"):
        withdrawn(cast, other)


def test_a_stale_page_keeps_what_was_typed(cast: Cast) -> None:
    one, other = builders.an_issued_recommendation(cast), builders.an_issued_recommendation(cast, number=2)
    with pytest.raises(Stale) as stale:
        split(cast, one, version=one.version - 1)
    fields = {both.name: both.yours for both in stale.value.fields}
    assert (fields["parts-1-text"], fields["parts-1-due_on-month"], fields["reason"]) == (PARTS[1]["text"], "10", WHY)
    with pytest.raises(Stale) as stale:
        replacing.merge([(one, one.version), (other, other.version - 1)], reason=WHY, by=cast.cora, **ANOTHER)
    assert stale.value.version == one.version
    assert ("others", f"{other.reference}.{other.version}") in [(both.name, both.yours) for both in stale.value.fields]


def test_numbers_within_the_case_go_on_and_then_fill_the_holes(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast, number=998)
    assert [new.number for new in split(cast, one)] == [999, 1]


@pytest.mark.parametrize("works", ["split split", "split merge", "merge merge", "split withdraw"])
def test_two_officers_at_once_replace_it_once(own_app: Any, works: str) -> None:
    cast = Cast.arrive()
    one, two = builders.an_issued_recommendation(cast), builders.an_issued_recommendation(cast, number=2)
    references, version, cora = (one.reference, two.reference), one.version, cast.cora
    db.session.remove()

    def found(reference: str) -> Recommendation:
        return db.session.query(Recommendation).filter_by(reference=reference).one()

    def work(name: str) -> Any:
        def do() -> None:
            one, two = (found(reference) for reference in references)
            if name == "split":
                replacing.split(one, PARTS, reason=WHY, version=version, by=cora)
            elif name == "merge":
                replacing.merge([(two, two.version), (one, version)], reason=WHY, by=cora, **ANOTHER)
            else:
                replacing.withdraw(one, reason=WHY, version=version, by=cora)

        return do

    faults = at_once(own_app, *(work(name) for name in works.split()))
    assert [type(fault) for fault in faults] == [WrongState]
    assert found(references[0]).ended_on is not None


def test_two_of_one_case_split_at_once_share_no_number(own_app: Any) -> None:
    cast = Cast.arrive()
    pairs = [(one.reference, one.version) for one in (builders.an_issued_recommendation(cast, number=number) for number in (1, 2))]
    cora = cast.cora
    db.session.remove()

    def work(reference: str, version: int) -> Any:
        def do() -> None:
            one = db.session.query(Recommendation).filter_by(reference=reference).one()
            replacing.split(one, PARTS, reason=WHY, version=version, by=cora)

        return do

    assert not at_once(own_app, *(work(*pair) for pair in pairs))
    assert sorted(number for (number,) in db.session.query(Recommendation.number)) == [1, 2, 3, 4, 5, 6]


def test_the_complainant_can_be_asked_about_what_goes_on_and_about_nothing_that_has_ended(cast: Cast) -> None:
    one, two = builders.an_issued_recommendation(cast), builders.an_issued_recommendation(cast, number=2)

    def asked() -> dict[int, str]:
        return {row.recommendation_id: row.address for row in db.session.query(ComplainantAddress)}

    for each in (one, two):
        db.session.add(ComplainantAddress(recommendation_id=each.id, address=f"{each.number}@example.org", noted_at=clock.now()))
    db.session.commit()
    apology, policy = split(cast, one)
    assert asked() == {apology.id: "1@example.org", two.id: "2@example.org"}
    merged(cast, apology, two)
    assert asked() == {}  # of two addresses none is guessed
    db.session.add(ComplainantAddress(recommendation_id=policy.id, address="3@example.org", noted_at=clock.now()))
    db.session.commit()
    withdrawn(cast, policy)
    assert asked() == {}


def test_steps_change_their_order_and_nothing_else(cast: Cast, browser: Any) -> None:
    promises = [builders.Promise(f"Do thing {number}.", "Head of complaints", dt.date(2026, 8, number)) for number in (1, 2, 3)]
    one = builders.an_answered_recommendation(cast, promises=promises)
    first, second, third = (step.reference for step in promised(one.id))
    version = one.version
    reordering.reorder(one, [third, first, second], version=version, by=cast.priya)
    db.session.commit()
    assert [(step.what, step.position) for step in promised(one.id)] == [("Do thing 3.", 1), ("Do thing 1.", 2), ("Do thing 2.", 3)]
    assert audit.trail(cast.trust.id, one.audited_as())[0].facts == {"steps": [third, first, second]}
    with pytest.raises(Stale):
        reordering.reorder(one, [first, second, third], version=version, by=cast.edwin)
    for order in ([third, first], [third, first, first], [third, first, second, "PS-NOSUCH"]):
        with pytest.raises(Invalid, match="one place"):
            reordering.reorder(one, order, version=one.version, by=cast.priya)
    with pytest.raises(NotAllowed):
        reordering.reorder(one, [first, second, third], version=one.version, by=cast.cora)
    page = browser("priya")
    page.open(f"/recommendations/{one.reference}/order")
    assert page.press("Save the order", status=422, **{third: ""}).errors == ["Enter a place for each step"]
    page.press("Save the order", **{third: "9"})
    assert [step.reference for step in promised(one.id)] == [first, second, third]
