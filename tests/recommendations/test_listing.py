"""Lists: narrowed in every way that they offer, a page at a time, the same number of statements however many there are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.operations import conflicts
from portal.recommendations.ladder import Band
from portal.recommendations.lifecycle import Acceptance, Delivery
from portal.recommendations.queries import listing, narrowing
from portal.recommendations.queries.narrowing import Standing, Wanted
from tests import builders
from tests.people import Cast
from tests.recommendations.rows import LONG_AGO, a_waiting_step, insert


def found(wanted: Wanted) -> list[str]:
    return [line.reference for line in listing.listed(wanted, clock.today()).lines]


def test_each_filter_narrows_by_itself(cast: Cast) -> None:
    plain = insert(cast)
    other = insert(cast, cast.other, due=31)
    practice = insert(cast, cast.practice, due=32)
    payment = insert(cast, type="payment", due=33)
    delay = insert(cast, themes=("delay",), due=34)
    refused = insert(cast, acceptance=Acceptance.NOT_ACCEPTED, due=35)
    adas = insert(cast, officer_id=cast.rows["ada"].id, due=36)
    assert found(Wanted(organisation_id=cast.other.id)) == [other]
    assert found(Wanted(organisations=(cast.other.id, cast.practice.id))) == [practice, other]
    assert found(Wanted(name="Southfell")) == [other]
    assert found(Wanted(organisation_kind="G")) == [practice]
    assert found(Wanted(type="payment")) == [payment]
    assert found(Wanted(theme="delay")) == [delay]
    assert found(Wanted(acceptance=Acceptance.NOT_ACCEPTED)) == [refused]
    assert found(Wanted(officer_id=cast.rows["ada"].id)) == [adas]
    assert found(Wanted(reference=plain)) == [plain]
    assert len(found(Wanted())) == 7
    assert found(Wanted(type="payment", theme="delay")) == []


STANDINGS: dict[str, tuple[dict[str, Any], set[Any]]] = {
    "untouched": ({}, {Standing.OPEN, Standing.THEIRS, Delivery.NOT_DUE}),
    "silent": (
        {"delivery": Delivery.IN_PROGRESS, "next_evidence_on": -1}, {Standing.OPEN, Standing.THEIRS, Standing.SILENT}
    ),
    "under way": (
        {"delivery": Delivery.IN_PROGRESS, "next_evidence_on": 0}, {Standing.OPEN, Standing.THEIRS, Delivery.IN_PROGRESS}
    ),
    "submitted": ({"delivery": Delivery.SUBMITTED, "next_evidence_on": -9}, {Standing.OPEN, Delivery.SUBMITTED}),
    "late": (
        {"due": -1, "delivery": Delivery.IN_PROGRESS}, {Standing.OPEN, Standing.THEIRS, Standing.OVERDUE, Delivery.IN_PROGRESS}
    ),
    "done": ({"delivery": Delivery.ON_TIME}, {Standing.ENDED, Delivery.ON_TIME}),
    "due in six days": ({"due": 6, "answer_due_on": 6}, {Standing.OPEN, Standing.THEIRS, Standing.DUE_SOON, Standing.UNANSWERED, Delivery.NOT_DUE}),
    "due in seven days": (
        {"due": 7, "acceptance": Acceptance.ACCEPTED}, {Standing.OPEN, Standing.THEIRS, Delivery.NOT_DUE}
    ),
    "stalled": (
        {"delivery": Delivery.IN_PROGRESS, "answered_on": LONG_AGO - 20, "heard_on": LONG_AGO},
        {Standing.OPEN, Standing.THEIRS, Standing.STALLED, Delivery.IN_PROGRESS},
    ),
    "nearly stalled": (
        {"delivery": Delivery.IN_PROGRESS, "answered_on": LONG_AGO - 20, "heard_on": LONG_AGO + 1},
        {Standing.OPEN, Standing.THEIRS, Delivery.IN_PROGRESS},
    ),
    "accepted and never heard": (
        {"delivery": Delivery.NOT_DUE, "acceptance": Acceptance.IN_PART, "answered_on": LONG_AGO},
        {Standing.OPEN, Standing.THEIRS, Standing.STALLED, Delivery.NOT_DUE},
    ),
    "refused and never heard": (
        {"delivery": Delivery.NOT_DUE, "acceptance": Acceptance.NOT_ACCEPTED, "answered_on": LONG_AGO},
        {Standing.OPEN, Standing.THEIRS, Delivery.NOT_DUE},
    ),
    "objected": ({"delivery": Delivery.ON_TIME, "objected": True}, {Standing.ENDED, Standing.OBJECTED, Delivery.ON_TIME}),
}  # fmt: skip


@pytest.mark.parametrize("name", STANDINGS)
def test_where_it_stands_is_found_under_its_names_and_no_other(cast: Cast, name: str) -> None:
    facts, names = STANDINGS[name]
    one = insert(cast, **facts)
    every = (*Standing, *Delivery)
    assert {state for state in every if found(Wanted(state=state)) == [one]} == names


def test_a_step_that_waits_is_found(cast: Cast) -> None:
    insert(cast)
    one = insert(cast, due=-40)
    a_waiting_step(one)
    assert found(Wanted(state=Standing.STEP_WAITS)) == [one]


@pytest.mark.parametrize(
    ("due", "band"),
    [(0, Band.NOT_LATE), (-1, Band.TWO_WEEKS), (-14, Band.TWO_WEEKS), (-15, Band.A_MONTH), (-59, Band.TWO_MONTHS), (-89, Band.THREE_MONTHS), (-90, Band.LONGER)],
)
def test_lateness_is_of_the_open_ones(cast: Cast, due: int, band: Band) -> None:
    one = insert(cast, due=due, delivery=Delivery.IN_PROGRESS)
    insert(cast, due=due, delivery=Delivery.LATE, complied_on=due + 1)
    assert [each for each in Band if found(Wanted(band=each))] == [band]
    assert found(Wanted(band=band)) == [one]
    assert found(Wanted(band=band, state=Standing.ENDED)) == []


def test_what_somebody_types_is_a_reference_a_case_or_words(cast: Cast) -> None:
    one = insert(cast, case_reference="p-77/x", public_text="Mend 100% of the Lifts_now.", text="Tell Mrs Zephyr.")
    insert(cast, due=31)

    def looked_for(typed: str, reference: str | None = None) -> list[str]:
        return found(narrowing.about(Wanted(), typed, reference))

    assert looked_for("", reference=one) == [one]
    assert looked_for("p-77/x") == [one]
    assert looked_for("LIFTS zephyr, 100%") == [one]
    assert looked_for("lifts and stairs") == []
    assert looked_for("%") == looked_for("' | !") == []


def test_who_is_in_conflict_finds_nothing_by_what_they_may_not_read(cast: Cast, browser: Any) -> None:
    insert(cast, text="Tell Mrs Zephyr.", case_reference="P-ZZ")
    theirs = insert(cast, cast.other, text="Tell Mrs Zephyr.")
    conflicts.declare(cast.trust, reason="My sister sits on its board.", by=cast.ana)
    db.session.commit()
    ana = browser("ana")
    assert links(ana.open("/recommendations?q=zephyr")) == [theirs]
    assert links(ana.open("/recommendations?q=P-ZZ")) == []
    assert len(links(browser("cora").open("/recommendations?q=zephyr"))) == 2


def links(page: Any) -> list[str]:
    return [words for words, href in page.links.items() if words.startswith("RC-") and href.startswith("/recommendations/")]


def test_open_ones_come_as_they_fall_due_and_a_history_from_its_end(cast: Cast) -> None:
    first, second = insert(cast, due=5), insert(cast, due=40)
    ended = insert(cast, due=-400, delivery=Delivery.ON_TIME)
    assert found(Wanted(state=Standing.OPEN)) == [first, second]
    assert found(Wanted()) == [second, first, ended]


@pytest.mark.parametrize("state", [None, Standing.OPEN])
def test_pages_lead_on_and_back_by_key(cast: Cast, state: Any) -> None:
    insert(cast, of=70, due=10)
    insert(cast, of=60, due=20)
    wanted, today = Wanted(state=state), clock.today()
    one = listing.listed(wanted, today)
    two = listing.listed(wanted, today, after=one.next)
    three = listing.listed(wanted, today, after=two.next)
    assert [len(page.lines) for page in (one, two, three)] == [50, 50, 30]
    assert (one.previous, three.next) == (None, None)
    assert len({line.reference for page in (one, two, three) for line in page.lines}) == 130
    assert listing.listed(wanted, today, before=three.previous).lines == two.lines
    back = listing.listed(wanted, today, before=two.previous)
    assert (back.lines, back.previous) == (one.lines, None)
    assert back.next == one.next


def test_counts_stop_at_a_thousand(cast: Cast, browser: Any) -> None:
    insert(cast, of=1000)
    assert listing.counted(Wanted(), clock.today()) == 1000
    assert "1,000 recommendations" in browser("ana").open("/recommendations").text
    insert(cast, of=9)
    assert listing.counted(Wanted(), clock.today()) == listing.MOST_COUNTED + 1
    assert "More than 1,000 recommendations" in browser("ana").open("/recommendations").text


def test_the_page_is_narrowed_by_its_form_and_in_part_by_htmx(cast: Cast, browser: Any) -> None:
    one, other = insert(cast), insert(cast, cast.other, type="payment")
    ana = browser("ana")
    ana.open("/recommendations")
    assert links(ana.press("Show these recommendations", organisation="rtx")) == [one]
    assert links(ana.press("Show these recommendations", organisation="southfell")) == [other]
    assert "No recommendation fits" in ana.press("Show these recommendations", organisation="nobody of that name").text
    page = ana.press("Show these recommendations", organisation="", type="payment", officer=cast.rows["cora"].reference)
    assert links(page) == [other]
    part = ana.client.get("/recommendations?type=payment", headers={"HX-Request": "true", "HX-Target": "div#results"}).get_data(as_text=True)
    assert part.lstrip().startswith('<div id="results">')
    assert one not in part
    assert other in part


@pytest.mark.parametrize("query", ["kind=XX", "type=fine", "theme=weather", "answer=maybe", "state=lost", "late=very", "officer=PE-NOBODY"])
def test_what_no_list_offers_is_refused(cast: Cast, browser: Any, query: str) -> None:
    browser("ana").open(f"/recommendations?{query}", status=404)


@pytest.mark.parametrize("query", ["after=x_y", "after=2026-01-01_99999999999999999999999", "before=9_9", "q=%00%27", "organisation=%25_%5C"])
def test_a_mangled_address_still_answers(cast: Cast, browser: Any, query: str) -> None:
    insert(cast)
    browser("ana").open(f"/recommendations?{query}")


def test_everybody_reads_the_list_of_one_organisation_and_of_a_closed_one(cast: Cast, browser: Any) -> None:
    one = insert(cast)
    done = insert(cast, delivery=Delivery.ON_TIME)
    ada = cast.ada
    cast.trust.closed_on = dt.date(2026, 5, 1)
    audit.record(Event.ORGANISATION_CLOSED, cast.trust, by=ada, closed_on=cast.trust.closed_on, source="a test")
    db.session.commit()
    page = browser(None).open("/organisations/RTX/recommendations")
    assert set(links(page)) == {one, done}
    assert "closed on 1 May 2026" in page.text
    assert links(browser(None).open("/organisations/RTX/recommendations?state=open")) == [one]
    assert links(browser(None).open("/organisations/RTX/recommendations?state=ended")) == [done]
    browser(None).open("/organisations/RTX/recommendations?state=stalled", status=404)
    assert "P-1" not in page.text


def test_lists_keep_their_number_of_statements(cast: Cast, queries: Any, browser: Any) -> None:
    ana, query = browser("ana"), "/recommendations?q=complainant&organisation=trust&theme=delay&state=open"
    insert(cast, of=2, themes=("delay",))
    counted: list[tuple[int, ...]] = []
    for more in (1, 120):
        insert(cast, of=more, themes=("delay",))
        seen = []
        for address in ("/recommendations", query, "/organisations/RTX/recommendations?state=open"):
            with queries() as these:
                ana.open(address)
            seen.append(len(these))
        counted.append(tuple(seen))
    # who it is, the officers, the list, its count; narrowed, also the organisation's code, its name, and the case
    assert counted == [(4, 7, 4), (4, 7, 4)]


def test_a_draft_is_on_no_list(cast: Cast, browser: Any) -> None:
    one = builders.a_sent_draft(cast)
    for state in (None, *Standing, *Delivery):
        assert found(Wanted(state=state)) == []
    assert one.reference not in browser("cora").open("/recommendations").text
