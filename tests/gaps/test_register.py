"""The register of gaps: opened once, changed while open, closed with a reason, and counted exactly."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.gaps import naming
from portal.gaps.models import Gap, GapKind, Severity, Tally
from portal.gaps.operations import planning, register, tallying
from portal.gaps.queries import register as queries
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import WrongState
from portal.policy import PORTAL
from tests.at_once import at_once
from tests.builders import an_issued_recommendation
from tests.people import Cast

TODAY = dt.date(2026, 6, 1)


def opened(organisation, expectation="NHS-1.1", **facts):
    facts = {"level": 2, "target": 3, "severity": Severity.MODERATE, "due_on": TODAY + dt.timedelta(days=90), **facts}
    kind = facts.pop("kind", GapKind.BELOW_TARGET)
    return register.open_gap(
        organisation_id=organisation.id, organisation_kind=organisation.kind, kind=kind, about="AS-TEST",
        standard="NHS", pillar=expectation.rpartition(".")[0], expectation=expectation, by=PORTAL, **facts,
    )


def sums():
    return db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(Tally.change), 0)))


def test_a_gap_is_opened_counted_and_told_of(cast):
    gap = opened(cast.trust)
    db.session.commit()
    assert gap.opened_on == TODAY
    assert sums() == 1
    assert [told.event for told in audit.trail(cast.trust.id, gap.audited_as())] == [Event.GAP_OPENED]


def test_a_second_gap_about_the_same_is_the_first_brought_up_to_date(cast):
    first = opened(cast.trust)
    db.session.commit()
    second = opened(cast.trust, level=1, severity=Severity.SERIOUS)
    db.session.commit()
    assert second.reference == first.reference
    assert (second.level, second.severity) == (1, Severity.SERIOUS)
    counts = queries.counts(TODAY)
    assert counts.severities == {Severity.MODERATE: 0, Severity.SERIOUS: 1, Severity.STATUTORY: 0}
    told = audit.trail(cast.trust.id, first.audited_as())[0]
    assert told.event is Event.GAP_CHANGED
    assert told.facts["changes"]["level"] == [2, 1]


def test_nothing_is_told_of_a_gap_that_stays_as_it_is(cast):
    gap = opened(cast.trust)
    opened(cast.trust)
    db.session.commit()
    assert len(audit.trail(cast.trust.id, gap.audited_as())) == 1


def test_a_closed_gap_is_no_longer_counted_and_may_open_anew(cast):
    gap = opened(cast.trust)
    assert register.close_gap(gap, "At its target", by=PORTAL)
    assert not register.close_gap(gap, "Once more", by=PORTAL)
    db.session.commit()
    assert gap.closed_why == "At its target"
    assert sums() == 0
    assert opened(cast.trust).reference != gap.reference


@pytest.mark.parametrize(
    ("short_by", "statutory", "severity"),
    [(1, False, Severity.MODERATE), (2, False, Severity.SERIOUS), (3, False, Severity.SERIOUS), (1, True, Severity.STATUTORY)],
)
def test_severity_follows_from_the_law_and_the_distance(short_by, statutory, severity):
    assert register.severity_of(short_by=short_by, statutory=statutory) is severity


def test_folding_keeps_every_sum(cast):
    for number in range(1, 8):
        opened(cast.trust, f"NHS-1.{number}")
    register.close_gap(opened(cast.trust, "NHS-1.1"), "Done", by=PORTAL)
    db.session.commit()
    before = queries.counts(TODAY)
    assert tallying.fold() == 7
    db.session.commit()
    assert queries.counts(TODAY) == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Tally)) == 1
    assert tallying.fold() == 0


def test_folding_to_nothing_leaves_no_row(cast):
    register.close_gap(opened(cast.trust), "Done", by=PORTAL)
    assert tallying.fold() == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Tally)) == 0


def test_two_machines_folding_at_once_lose_and_double_nothing(own_app):
    key = {"organisation_kind": "T", "kind": GapKind.BELOW_TARGET, "pillar": "NHS-1", "severity": Severity.MODERATE,
           "opened_month": dt.date(2026, 6, 1)}
    db.session.execute(sa.insert(Tally), [{**key, "change": 1} for _ in range(200)])
    db.session.commit()
    assert not at_once(own_app, tallying.fold, tallying.fold, tallying.fold)
    assert sums() == 200


def test_the_same_gap_noticed_twice_at_once_is_one(own_app):
    there = Cast.arrive().trust
    trust = SimpleNamespace(id=there.id, kind=there.kind)
    db.session.remove()
    assert not at_once(own_app, lambda: opened(trust), lambda: opened(trust, level=1))
    db.session.rollback()
    assert len(db.session.scalars(sa.select(Gap)).all()) == 1
    assert sums() == 1
    assert not audit.verify()


@pytest.mark.parametrize("age", naming.AGES, ids=lambda age: age.slug)
def test_the_days_of_an_age_are_the_days_whose_gaps_have_it(age):
    first, before = age.days(TODAY)
    for ago in range(800):
        day = TODAY - dt.timedelta(days=ago)
        within = (first is None or day >= first) and (before is None or day < before)
        assert within == (naming.age_of(day, TODAY) is age), day


PROMISES = (GapKind.OVERDUE_PROMISE, GapKind.REFUSED, GapKind.STALLED)


def a_promise(organisation, kind=GapKind.OVERDUE_PROMISE, reference="RC-TEST", **facts):
    facts = {"severity": Severity.MODERATE, "due_on": TODAY, **facts}
    return register.open_promise(
        organisation_id=organisation.id, organisation_kind=organisation.kind, kind=kind, recommendation=reference, by=PORTAL, **facts
    )


def test_each_recommendation_has_one_gap_of_each_kind(cast):
    for reference in ("RC-ONE", "RC-TWO"):
        for kind in PROMISES:
            first = a_promise(cast.trust, kind, reference)
            assert a_promise(cast.trust, kind, reference, severity=Severity.SERIOUS).id == first.id
    db.session.commit()
    assert sums() == 6
    assert set(register.open_about("RC-ONE")) == set(PROMISES)
    assert register.find_open(organisation_id=cast.trust.id, kind=GapKind.REFUSED, standard="") is None  # the door of the standards


def test_what_falls_short_of_a_recommendation_leads_to_it_and_is_planned_there(browser, cast):
    one = an_issued_recommendation(cast)
    gap = a_promise(cast.trust, reference=one.reference)
    db.session.commit()
    listed = browser("cora").open("/gaps?kind=overdue-promise")
    assert f"Recommendation overdue: {one.reference}" in listed.text
    assert listed.links[one.reference] == f"/recommendations/{one.reference}"
    priya = browser("priya")
    shown = priya.open(f"/gaps/{gap.reference}")
    assert shown.h1 == "Recommendation overdue"
    assert "Plan an action" not in shown.text
    plan = priya.open("/organisations/RTX/plan")
    assert "What the Ombudsman recommended" in plan.text
    assert plan.links[f"the recommendation {one.reference}"] == f"/recommendations/{one.reference}"
    assert "What the Ombudsman recommended: 1 open gap" in priya.open("/work").text
    assert "promised where it is answered" in priya.open(f"/gaps/{gap.reference}/plan-an-action", status=409).text
    with pytest.raises(WrongState):
        planning.plan(gap, what="Write", owner="Manager", due_on=TODAY + dt.timedelta(30), by=cast.priya)


@pytest.mark.parametrize("asked", ["refused", "stalled"])
def test_the_register_is_narrowed_to_what_falls_short_of_recommendations(browser, cast, asked):
    opened(cast.trust)
    for kind in PROMISES:
        a_promise(cast.trust, kind)
    db.session.commit()
    cora = browser("cora")
    assert rows_behind(cora, f"/gaps?kind={asked}") == 1
    assert rows_behind(cora, "/gaps?pillar=recommendations") == 3


def many(cast):
    """Gaps of every kind, severity and age, some closed."""
    severities = list(Severity)
    for ago in range(0, 480, 8):
        with clock.at(TODAY - dt.timedelta(days=ago)):
            number = ago // 8
            body = (cast.trust, cast.other, cast.practice)[number % 3]
            gap = opened(body, f"NHS-{number % 4 + 1}.{number // 12 + 1}", severity=severities[number % 2 + number % 3 // 2])
            if number % 7 == 0:
                register.close_gap(gap, "Done", by=PORTAL)
    opened(cast.other, "", kind=GapKind.NOT_SUBMITTED, level=None, target=None)
    for number, kind in enumerate(PROMISES * 2):
        a_promise((cast.trust, cast.practice)[number % 2], kind, f"RC-{number}")
    db.session.commit()


def rows_behind(browser, address):
    page, rows = browser.open(address), 0
    while True:
        rows += sum(link.get("href", "").startswith("/gaps/GA-") for link in page.all("a"))
        onward = [link.get("href") for link in page.all("a", rel="next")]
        if not onward:
            return rows
        page = browser.open(onward[0])


def test_every_count_opens_exactly_the_list_behind_it(browser, cast):
    many(cast)
    cora = browser("cora")
    page = cora.open("/gaps")
    counts = {
        link.get("href"): int("".join(link.itertext()).split()[0].replace(",", ""))
        for link in page.all("a")
        if link.get("href", "").startswith("/gaps?") and link.get("rel") != "next"
    }
    assert len(counts) >= 5 + 4 + 3 + 2 + 5
    for address, count in counts.items():
        assert rows_behind(cora, address) == count, address
    assert f"{rows_behind(cora, '/gaps')} gaps are open" in page.text


def test_the_register_takes_five_queries_whatever_it_holds(browser, cast, queries):
    cora = browser("cora")
    cora.open("/gaps")
    with queries() as empty:
        cora.open("/gaps")
    many(cast)
    with queries() as full:
        cora.open("/gaps")
    with queries() as narrowed:
        cora.open("/gaps?severity=serious&organisation=north")
    assert len(empty) == len(full) == 4
    assert len(narrowed) <= 5


def test_the_list_is_narrowed_by_several_things_at_once(browser, cast):
    many(cast)
    page = browser("cora").open("/gaps?kind=not-submitted&organisation=SOUTHFELL")
    assert "Southfell NHS Trust" in page.text
    assert "Northmoor" not in page.text
    assert "No open gap fits" in browser("cora").open("/gaps?organisation=100%25").text


@pytest.mark.parametrize("asked", ["kind=odd", "severity=5", "age=old", "organisation-kind=X", "after=tomorrow", "after=2026-01-01"])
def test_an_address_that_nobody_was_given_is_not_found(browser, asked):
    browser("cora").open(f"/gaps?{asked}", status=404)


def test_the_register_is_the_ombudsmans_and_a_gap_also_its_organisations(browser, cast):
    gap = opened(cast.trust)
    db.session.commit()
    browser("priya").open("/gaps", status=403)
    assert "What happened" in browser("hal").open(f"/gaps/{gap.reference}").text
    browser("ana").open(f"/gaps/{gap.reference}")
    browser("sam").open(f"/gaps/{gap.reference}", status=404)
    browser("sam").open("/gaps/GA-NOSUCH", status=404)
