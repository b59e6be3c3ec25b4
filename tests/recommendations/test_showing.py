"""The page of one recommendation: what everybody reads, what only those it concerns read, and what each can do next."""

from __future__ import annotations

from typing import Any

import pytest

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.operations import conflicts
from portal.recommendations.lifecycle import Acceptance, Asked, Delivery, Ending, Replaced, VerdictKind
from portal.recommendations.models import MoreTime, ProgressReport, Recommendation, Succession, Verdict
from portal.recommendations.offers import offers
from portal.recommendations.queries import timeline, whole
from tests import builders
from tests.people import Cast
from tests.recommendations.rows import days, insert

PRIVATE = ("Mr A", "P-1234567", "Edwin", "Cora", "Colin")


def found(reference: str) -> Recommendation:
    return db.session.query(Recommendation).filter_by(reference=reference).one()


def words_of(moments: list[timeline.Moment]) -> list[str]:
    return [one.what for one in moments]


def test_everybody_reads_what_became_of_it_and_nobody_what_is_private(cast: Cast, browser: Any) -> None:
    one = builders.an_answered_recommendation(
        cast, answer=Acceptance.IN_PART, not_accepted="The payment to Mr A.", reasons="Mr A had been paid."
    )
    page = browser(None).open(f"/recommendations/{one.reference}")
    assert "Apologise to the complainant" in page.text
    assert "Accepted in part, signed on 1 June 2026" in page.text
    assert "The organisation accepted it in part" in page.text
    assert not [words for words in PRIVATE if words in page.text]
    assert page.text.index("accepted it in part") < page.text.index("The Ombudsman made the recommendation")


@pytest.mark.parametrize("name", ["priya", "edwin", "hal", "cora", "ana", "owen"])
def test_those_it_concerns_read_it_in_full(cast: Cast, browser: Any, name: str) -> None:
    one = builders.an_answered_recommendation(cast)
    page = browser(name).open(f"/recommendations/{one.reference}")
    assert all(words in page.text for words in ("Nobody told Mr A", "Write to Mr A and say what went wrong.", "Head of complaints", "P-1234567"))
    assert "Signed by Edwin Clarke, 1 June 2026" in page.text


def test_who_declared_a_conflict_and_who_is_of_another_body_read_what_is_public(cast: Cast, browser: Any) -> None:
    one = builders.an_answered_recommendation(cast)
    conflicts.declare(cast.trust, reason="My sister sits on its board.", by=cast.ana)
    db.session.commit()
    for name in ("ana", "sam", "connie"):
        text = browser(name).open(f"/recommendations/{one.reference}").text
        assert "Mr A" not in text
        assert "Head of complaints" not in text
        assert "What you can do" not in text


def test_the_timeline_keeps_working_papers_from_the_body_and_its_drafts_from_the_ombudsman(cast: Cast) -> None:
    one, _response = builders.a_prepared_answer(cast)
    colin, cora = builders.a_second_officer(cast), cast.cora
    body, office, public = (timeline.told(one, who, in_full=full) for who, full in ((cast.priya, True), (cora, True), (cast.sam, False)))
    assert words_of(body) == ["Answer to a recommendation prepared", "The Ombudsman made the recommendation"]
    assert words_of(office) == [
        "The Ombudsman made the recommendation", "Draft of a recommendation sent for approval", "Recommendation drafted"
    ]  # fmt: skip
    assert words_of(public) == ["The Ombudsman made the recommendation"]
    assert {moment.by for moment in public} == {""}
    assert colin.name in {moment.by for moment in office}
    assert words_of(timeline.told(one, cast.ana, in_full=True)) == ["The Ombudsman made the recommendation"]


def test_every_event_that_everybody_is_told_of_is_no_working_paper_and_no_draft() -> None:
    assert not set(timeline.PUBLIC) & (audit.WORKING_PAPERS | audit.DRAFTING)


STANDS: list[tuple[dict[str, Any], str]] = [
    ({"due": 10}, "Not due"),
    ({"due": -45, "delivery": Delivery.IN_PROGRESS}, "In progress, 45 days late"),
    ({"due": -1, "delivery": Delivery.IN_PROGRESS, "next_evidence_on": -1}, "No recent evidence, 1 day late"),
    ({"due": -10, "delivery": Delivery.LATE, "complied_on": -7}, "Complied late: done on 25 May 2026"),
    ({"due": -10, "delivery": Delivery.NOT_COMPLIED}, "Not complied"),
    ({"delivery": Delivery.OVERTAKEN, "ending": Ending.WITHDRAWN}, "Withdrawn by the Ombudsman"),
    ({"delivery": Delivery.OVERTAKEN, "ending": Ending.SPLIT}, "Goes on as several"),
    ({"delivery": Delivery.OVERTAKEN}, "Closed: overtaken"),
]


@pytest.mark.parametrize(("facts", "says"), STANDS)
def test_where_it_stands_is_said_in_words(cast: Cast, browser: Any, facts: dict[str, Any], says: str) -> None:
    one = found(insert(cast, **facts))
    assert whole.stands(one, clock.today()) == says
    assert says in browser(None).open(f"/recommendations/{one.reference}").text


def test_both_days_of_an_extension_stay_and_why_stays_inside(cast: Cast, browser: Any) -> None:
    one, cora = found(insert(cast, due=20, original_due_on=6, delivery=Delivery.IN_PROGRESS)), cast.cora
    common = {"recommendation_id": one.id, "recommendation_reference": one.reference, "organisation_id": one.organisation_id,
              "from_day": days(6), "asked_by": "Priya Raman", "asked_at": clock.now(), "decided_at": clock.now(), "decided_by": "Cora Stein"}  # fmt: skip
    db.session.add(MoreTime(number=1, until=days(20), reason="Two are ill.", state=Asked.GRANTED, decision="Yes.", **common))
    db.session.add(MoreTime(number=2, until=days(90), reason="Three are ill.", state=Asked.REFUSED, decision="Not so long.", **common))
    audit.record(Event.EXTENSION_GRANTED, one, by=cora, from_day=days(6), until=days(20), reason="Two are ill.")
    db.session.commit()
    public = browser(None).open(f"/recommendations/{one.reference}").text
    assert "21 June 2026First due 7 June 2026More time was given on 1 June 2026: from 7 June 2026 to 21 June 2026" in public
    assert "ill" not in public.replace("will", "")
    assert "Not so long" not in public
    assert "More time was given" in public[public.index("What happened") :]
    assert "Not so long." in browser("priya").open(f"/recommendations/{one.reference}").text


def test_verdicts_show_what_was_found_to_everybody_and_why_to_those_it_concerns(cast: Cast, browser: Any) -> None:
    one, cora = found(insert(cast, due=-20, delivery=Delivery.IN_PROGRESS)), cast.cora
    common = {"recommendation_id": one.id, "recommendation_reference": one.reference, "organisation_id": one.organisation_id,
              "decided_by_id": cora.id, "decided_by": "Cora Stein", "decided_at": clock.now(), "decided_on": days(-3)}  # fmt: skip
    db.session.add(Verdict(number=1, kind=VerdictKind.PARTLY, steps_done=9, steps_of=10, due_on=days(30), reason="The tenth is open.", **common))
    db.session.add(ProgressReport(
        reference="PR-1", recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id, number=1,
        changed="Nine wards were trained.", how_we_know="The register.", left_to_do="One ward.", reported_at=clock.now(),
        reported_on=days(-5), reported_by="Priya Raman",
    ))  # fmt: skip
    audit.record(Event.EXTENSION_REFUSED, one, by=cora, reason="A record for what was put here.")
    db.session.commit()
    public = browser(None).open(f"/recommendations/{one.reference}").text
    assert "Partly: 9 of 10 steps" in public
    assert "29 May 2026. More is due by 1 July 2026." in public
    assert "tenth" not in public
    assert "Nine wards" not in public
    own = browser("priya").open(f"/recommendations/{one.reference}").text
    assert "The tenth is open." in own
    assert "Nine wards were trained." in own


def test_it_leads_to_what_it_became_and_back(cast: Cast, browser: Any) -> None:
    old = found(insert(cast, delivery=Delivery.TRANSFERRED, ending=Ending.TRANSFERRED))
    new, cora = found(insert(cast, cast.other)), cast.cora
    db.session.add(Succession(
        old_id=old.id, new_id=new.id, recommendation_reference=old.reference, organisation_id=old.organisation_id, how=Replaced.TRANSFERRED,
        reason="The trusts merged.", at=clock.now(), by="Cora Stein",
    ))  # fmt: skip
    audit.record(Event.RECOMMENDATION_ISSUED, old, by=cora, type="apology", due_on=days(1))
    db.session.commit()
    visitor = browser(None)
    page = visitor.open(f"/recommendations/{old.reference}")
    assert "Transferred to whoever took over" in page.text
    assert f"It goes on as {new.reference}." in page.text
    assert f"stands with {old.reference}." in visitor.click(new.reference).text


def test_what_can_be_done_depends_on_who_asks_and_how_it_stands(cast: Cast, browser: Any) -> None:
    one = found(insert(cast, answer_due_on=5))
    assert "Answer this recommendation" in [offer.words for offer in offers(one, cast.priya)]
    assert offers(one, cast.priya)[0].first
    assert "Answer this recommendation" not in [offer.words for offer in offers(one, cast.hal)]
    assert "Answer this recommendation" not in [offer.words for offer in offers(one, cast.sam)]
    ended = found(insert(cast, delivery=Delivery.ON_TIME))
    assert not [offer for offer in offers(ended, cast.priya) if offer.endpoint == "answering.answer"]
    assert browser("priya").open(f"/recommendations/{one.reference}").links["Answer this recommendation"] == f"/recommendations/{one.reference}/answer"
    assert "What you can do" not in browser(None).open(f"/recommendations/{one.reference}").text


def test_everything_that_is_offered_leads_somewhere(cast: Cast, browser: Any) -> None:
    states = [{}, {"delivery": Delivery.IN_PROGRESS}, {"delivery": Delivery.SUBMITTED}, {"delivery": Delivery.ON_TIME}]
    for facts in states:
        one = found(insert(cast, **facts))
        for name in ("priya", "edwin", "cora", "ana"):
            for offer in offers(one, getattr(cast, name)):
                page = browser(name).open(f"/recommendations/{one.reference}")
                answer = browser(name).client.get(page.links[offer.words])
                assert answer.status_code in (200, 303), (name, offer)


def test_it_costs_the_same_statements_however_much_happened(cast: Cast, queries: Any, browser: Any) -> None:
    one = builders.an_answered_recommendation(cast)
    priya, seen = browser("priya"), []
    for more in range(2):
        for _ in range(more * 20):
            audit.record(Event.EXTENSION_REFUSED, one, by=cast.cora, reason="No.")
            db.session.commit()
        with queries() as these:
            priya.open(f"/recommendations/{one.reference}")
        seen.append(len(these))
    # who it is, the recommendation, its organisation, eleven questions about it, the record
    assert seen == [15, 15]


def test_a_transfer_is_offered_once_the_organisation_closed(cast: Cast) -> None:
    one = found(insert(cast, delivery=Delivery.IN_PROGRESS))
    words = [offer.words for offer in offers(one, cast.cora)]
    assert "Transfer it to the successor" not in words
    assert [offer.words for offer in offers(one, cast.cora, closed=True)] == ["Transfer it to the successor", *words]


def test_what_was_transferred_is_not_opened_again(cast: Cast) -> None:
    transferred = found(insert(cast, delivery=Delivery.TRANSFERRED, ending=Ending.TRANSFERRED))
    assert "Open it again" not in [offer.words for offer in offers(transferred, cast.cora)]
