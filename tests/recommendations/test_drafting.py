"""Drafted by one officer, read along by the aid, approved by another; nobody else learns of it before."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.organisations.operations import merging
from portal.policy import Acting
from portal.recommendations.lifecycle import Acceptance, Delivery, DraftState
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import approving, drafting
from tests import builders
from tests.gaps.test_register import at_once
from tests.people import Cast
from tests.recommendations.post import letters

VAGUE = "The Trust should consider whether lessons could be learned."


@pytest.fixture
def colin(cast: Cast) -> Acting:
    return builders.a_second_officer(cast)


def said(one: Recommendation, **changed: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in drafting.LABELS} | changed


def test_from_a_draft_to_what_everybody_can_read(cast: Cast, colin: Acting, browser: Any) -> None:
    one = builders.a_draft(cast)
    assert (one.state, one.acceptance, one.delivery) == (DraftState.DRAFT, Acceptance.AWAITING, Delivery.NOT_DUE)
    drafting.send(one, version=one.version, by=colin)
    db.session.commit()
    assert letters("RECOMMENDATION_TO_APPROVE") == ["cora@example.org"]
    approving.issue(one, version=one.version, by=cast.cora)
    db.session.commit()
    assert (one.state, one.approved_by, one.issued_on) == (DraftState.ISSUED, "Cora Stein", clock.today())
    assert letters("RECOMMENDATION_ISSUED") == ["edwin@example.org", "priya@example.org"]
    page = browser(None).open(f"/recommendations/{one.reference}")
    assert "Apologise to the complainant" in page.text
    assert "Mr A" not in page.text
    assert "Mr A" in browser("priya").open(f"/recommendations/{one.reference}").text
    assert one.reference in browser(None).open("/organisations/RTX/recommendations").text
    assert one.reference in browser("ana").open("/recommendations").text


def test_nobody_issues_what_they_drafted(cast: Cast, colin: Acting, browser: Any) -> None:
    one = builders.a_sent_draft(cast)
    with pytest.raises(NotAllowed):
        approving.issue(one, version=one.version, by=colin)
    page = browser("colin").open(f"/drafts/{one.reference}/read")
    assert "Another officer approves it." in page.text
    assert "Issue" not in [button.text for button in page.all("button")]


@pytest.mark.parametrize("make", [builders.a_draft, builders.a_sent_draft])
def test_of_a_draft_nobody_learns_but_the_officers(cast: Cast, browser: Any, make: Any) -> None:
    one = make(cast)
    for name in ("priya", "edwin", "sam", None, "ana", "owen", "ada"):
        browser(name).open(f"/recommendations/{one.reference}", status=404)
    for name in ("owen", "ana", "ada"):
        browser(name).open(f"/drafts/{one.reference}/read", status=403)
    browser("sam").open(f"/drafts/{one.reference}/read", status=404)
    assert one.reference not in browser("priya").open("/organisations/RTX/record").text
    assert one.reference not in browser(None).open("/organisations/RTX/recommendations").text
    assert {told.event for told in audit.trail(cast.trust.id)} & audit.WORKING_PAPERS == set()


def test_what_the_aid_remarks_on_is_overruled_with_a_reason_or_changed(cast: Cast, colin: Acting) -> None:
    one = builders.a_draft(cast, text=VAGUE)
    assert {remark.rule for remark in drafting.remarks(one)} >= {"vague", "no-test"}
    with pytest.raises(Invalid, match="Say why it is worded so"):
        drafting.send(one, version=one.version, by=colin)
    db.session.rollback()
    drafting.send(one, version=one.version, overruled_why="The report says what the lessons are.", by=colin)
    db.session.commit()
    assert one.state is DraftState.AWAITING_APPROVAL
    told = audit.trail(cast.trust.id, one.audited_as(), working_papers=True)[0]
    assert (told.event, told.facts["overruled"]) == (Event.RECOMMENDATION_SENT, "The report says what the lessons are.")


def test_a_draft_is_returned_with_a_reason_changed_and_sent_again(cast: Cast, colin: Acting) -> None:
    one = builders.a_sent_draft(cast)
    with pytest.raises(Invalid, match="Say why"):
        approving.give_back(one, version=one.version, reason=" ", by=cast.cora)
    approving.give_back(one, version=one.version, reason="Say to whom the letter goes.", by=cast.cora)
    db.session.commit()
    assert (one.state, letters("RECOMMENDATION_RETURNED")) == (DraftState.DRAFT, ["colin@example.org"])
    drafting.change(one, version=one.version, by=colin, **said(one, public_text="Apologise to the complainant."))
    drafting.send(one, version=one.version, by=colin)
    db.session.commit()
    assert one.state is DraftState.AWAITING_APPROVAL


def test_what_is_issued_is_changed_and_discarded_by_nobody(cast: Cast, colin: Acting) -> None:
    one = builders.an_issued_recommendation(cast)
    with pytest.raises(WrongState):
        drafting.change(one, version=one.version, by=colin, **said(one, number=9))
    with pytest.raises(WrongState):
        drafting.discard(one, version=one.version, reason="A mistake", by=colin)
    with pytest.raises(WrongState):
        approving.issue(one, version=one.version, by=cast.cora)


def test_a_discarded_draft_keeps_its_reference_and_is_there_for_nobody(cast: Cast, colin: Acting, browser: Any) -> None:
    one = builders.a_draft(cast)
    drafting.discard(one, version=one.version, reason="The case was reopened.", by=colin)
    db.session.commit()
    assert one.state is DraftState.DISCARDED
    assert one.reference not in browser("cora").open("/drafts").text
    browser(None).open(f"/recommendations/{one.reference}", status=404)


WRONG = [
    ({"due_on": dt.date(2026, 6, 1)}, "due_on", "must be in the future"),
    ({"due_on": dt.date(2020, 1, 1)}, "due_on", "must be in the future"),
    ({"number": 0}, "number", "from 1 to 999"),
    ({"severity": 7}, "severity", "from 1 to 6"),
    ({"type": "fine"}, "type", "Choose the type"),
    ({"failing": " \u200b "}, "failing", "Enter the failing"),
    ({"text": "x" * 4001}, "text", "4,000 characters or fewer"),
    ({"case_reference": "x" * 41}, "case_reference", "40 characters or fewer"),
]


@pytest.mark.parametrize(("facts", "field", "says"), WRONG)
def test_what_cannot_be_is_refused(cast: Cast, facts: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        builders.a_draft(cast, **facts)
    assert refused.value.field == field
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Recommendation)) == 0


def test_a_case_has_one_recommendation_of_each_number(cast: Cast, colin: Acting) -> None:
    first = builders.a_draft(cast)
    with pytest.raises(Invalid, match=f"has a recommendation 1 already: {first.reference}"):
        builders.a_draft(cast, cast.other)
    second = builders.a_draft(cast, number=2)
    with pytest.raises(Invalid, match="already"):
        drafting.change(second, version=second.version, by=colin, **said(second, number=1))


def test_a_closed_organisation_is_refused_and_its_successor_named(cast: Cast) -> None:
    merging.succeed(cast.other, cast.trust, clock.today(), by=cast.ada)
    cast.other.closed_on = clock.today()
    audit.record(Event.ORGANISATION_CLOSED, cast.other, by=cast.ada, closed_on=clock.today(), source="a test")
    db.session.commit()
    with pytest.raises(Invalid, match=r"closed on 1 June 2026. Draft it for whoever took over its duties: Northmoor NHS Foundation Trust \(RTX\)"):
        builders.a_draft(cast, cast.other)


def test_a_stale_change_shows_both_texts(cast: Cast, colin: Acting) -> None:
    one = builders.a_draft(cast)
    drafting.change(one, version=1, by=cast.cora, **said(one, failing="What Cora wrote."))
    db.session.commit()
    with pytest.raises(Stale) as stale:
        drafting.change(one, version=1, by=colin, **said(one, failing="What Colin wrote."))
    assert ("What Cora wrote.", "What Colin wrote.") in [(both.theirs, both.yours) for both in stale.value.fields]


def test_two_officers_who_decide_at_once_decide_once(own_app: Any) -> None:
    cast = Cast.arrive()
    one = builders.a_sent_draft(cast)
    reference, version, cora = one.reference, one.version, cast.cora
    db.session.remove()

    def found() -> Recommendation:
        return db.session.query(Recommendation).filter_by(reference=reference).one()

    faults = at_once(
        own_app,
        lambda: approving.issue(found(), version=version, by=cora),
        lambda: approving.give_back(found(), version=version, reason="No.", by=cora),
    )
    assert len(faults) == 1
    assert found().state in (DraftState.ISSUED, DraftState.DRAFT)


def test_strangers_to_the_office_draft_nothing(cast: Cast) -> None:
    for name in ("ana", "owen", "priya"):
        with pytest.raises(NotAllowed):
            drafting.draft(cast.trust, by=getattr(cast, name), **builders.RECOMMENDED, due_on=dt.date(2026, 9, 1))
    with pytest.raises(NotFound):
        drafting.draft(cast.trust, by=cast.sam, **builders.RECOMMENDED, due_on=dt.date(2026, 9, 1))


DUE = {"due_on-day": "1", "due_on-month": "9", "due_on-year": "2026"}


def test_the_pages_from_an_empty_form_to_the_public_page(cast: Cast, browser: Any) -> None:
    builders.a_second_officer(cast)
    colin, cora = browser("colin"), browser("cora")
    assert "Nothing has been recommended yet" in colin.open("/recommendations").text
    assert "There are no drafts." in colin.open("/drafts").text
    colin.open("/drafts/new")
    assert len(colin.press("Save the draft", status=422, number="").errors) >= 5
    typed = {name: str(value) for name, value in builders.RECOMMENDED.items()} | DUE
    assert colin.press("Save the draft", status=422, **{**typed, "organisation": "NOSUCH"}).errors == ["There is no organisation with this code on the register"]
    page = colin.press("Save the draft", **{**typed, "organisation": "RTX", "text": VAGUE})
    assert "“consider”" in page.text
    colin.open(page.address.removesuffix("/read"))
    page = colin.press("Save the draft", **typed)
    assert "It has no remarks" in page.text
    page = colin.press("Send for approval")
    assert "Another officer approves it." in page.text
    reference = page.address.split("/")[2]
    cora.open(f"/drafts/{reference}/read")
    assert cora.press("Issue").h1 == f"Recommendation {reference}"
    assert colin.open(f"/drafts/{reference}/read").h1 == f"Recommendation {reference}"


def test_a_page_that_went_stale_is_not_issued(cast: Cast, browser: Any) -> None:
    one = builders.a_sent_draft(cast)
    cora = browser("cora")
    cora.open(f"/drafts/{one.reference}/read")
    approving.give_back(one, version=one.version, reason="Wait.", by=cast.cora)
    db.session.commit()
    assert "possible to" in cora.press("Issue", status=409).text


def test_lists_keep_their_number_of_statements(cast: Cast, queries: Any, browser: Any) -> None:
    for number in range(1, 4):
        builders.an_issued_recommendation(cast, number=number)
    ana = browser("ana")
    ana.open("/recommendations")
    with queries() as few:
        ana.open("/recommendations")
    for number in range(4, 60):
        builders.an_issued_recommendation(cast, number=number)
    with queries() as many:
        page = ana.open("/recommendations")
    assert len(few) == len(many)
    assert len(page.all("tr")) == 51
    assert len(ana.click("Next page").all("tr")) == 10


def test_nobody_issues_what_they_worded_though_somebody_else_began_it(cast: Cast, colin: Acting) -> None:
    one = builders.a_draft(cast)
    drafting.change(one, version=one.version, by=cast.cora, **said(one, failing="It was eleven weeks before anybody wrote."))
    db.session.commit()
    drafting.send(one, version=one.version, by=cast.cora)
    db.session.commit()
    with pytest.raises(NotAllowed):
        approving.issue(one, version=one.version, by=cast.cora)
    approving.issue(one, version=one.version, by=colin)
    assert one.approved_by == colin.name
