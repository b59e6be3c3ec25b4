"""Answering: drafts are kept, nothing typed is lost, and two people at once see both texts."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import Answer, Assessment
from portal.assessments.operations import answering, assigning
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from tests import builders
from tests.browser import said
from tests.people import Cast

CODE = "NHS-1.1"


def the_answer(code: str = CODE) -> Answer:
    db.session.expire_all()
    return db.session.query(Answer).filter_by(expectation=code).order_by(Answer.id.desc()).first()  # type: ignore[return-value]


@pytest.fixture
def assessment(cast: Cast) -> Assessment:
    return builders.a_started_assessment(cast)


@pytest.fixture
def address(assessment: Assessment) -> str:
    return f"/assessments/{assessment.reference}/expectations/{CODE}"


# The operation.


def test_a_draft_without_a_level_is_kept_and_does_not_count(cast: Cast, assessment: Assessment) -> None:
    answering.save(the_answer(), version=1, by=cast.priya, claim="Only a beginning")
    db.session.commit()
    assert the_answer().claim == "Only a beginning"
    assert (the_answer().answered_by, the_answer().version) == ("Priya Raman", 2)
    assert assessment.answers_given == 0


def test_the_count_follows_the_answers(cast: Cast, assessment: Assessment) -> None:
    for level, given in ((3, 1), (2, 1), (None, 0), (1, 1)):
        answering.save(the_answer(), version=the_answer().version, by=cast.priya, level=level)
        db.session.commit()
        assert assessment.answers_given == given
    answering.save(the_answer(), version=the_answer().version, by=cast.priya, level=None, not_applicable_why="No patients")
    db.session.commit()
    assert assessment.answers_given == 1


def test_a_level_puts_aside_the_reason_why_it_does_not_apply(cast: Cast, assessment: Assessment) -> None:
    answering.save(the_answer(), version=1, by=cast.priya, level=2, not_applicable_why="Typed before")
    assert (the_answer().level, the_answer().not_applicable_why) == (2, "")


def test_what_was_saved_is_recorded(cast: Cast, assessment: Assessment) -> None:
    answering.save(the_answer(), version=1, by=cast.priya, level=3, claim="All is well")
    db.session.commit()
    newest = audit.trail(cast.trust.id, f"assessment {assessment.reference}")[0]
    assert newest.facts == {"expectation": CODE, "changes": {"level": 3, "claim": "All is well"}}


def test_a_stale_save_is_refused_with_both_texts(cast: Cast, assessment: Assessment) -> None:
    answering.save(the_answer(), version=1, by=cast.priya, claim="Theirs", level=3)
    db.session.commit()
    with pytest.raises(Stale) as refusal:
        answering.save(the_answer(), version=1, by=cast.priya, claim="Mine", level=3, proof="Minutes")
    both = {one.name: (one.theirs, one.yours) for one in refusal.value.fields}
    assert both == {"claim": ("Theirs", "Mine"), "proof": ("", "Minutes")}
    assert refusal.value.version == 2
    assert the_answer().claim == "Theirs"


def test_sending_the_same_again_is_no_collision(cast: Cast, assessment: Assessment) -> None:
    for _ in range(2):
        answering.save(the_answer(), version=1, by=cast.priya, claim="The same", level=3)
        db.session.commit()
    assert the_answer().version == 2


def test_an_answer_assigned_while_it_is_written_is_no_collision(cast: Cast, assessment: Assessment) -> None:
    assigning.assign(assessment, [CODE], cast.rows["connie"].id, by=cast.priya)
    db.session.commit()
    answering.save(the_answer(), version=1, by=cast.priya, claim="Written meanwhile")
    assert the_answer().claim == "Written meanwhile"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("level", 5),
        ("level", 0),
        ("claim", "x" * 2001),
        ("action_owner", "x" * 201),
        ("proof_link", "javascript:alert(1)"),
        ("proof_link", "ftp://example.org/x"),
        ("proof_link", "https://"),
        ("proof_link", "http://[broken"),
        ("proof_link", "example.org"),
    ],
)
def test_what_cannot_be_stored_is_refused_at_its_field(cast: Cast, assessment: Assessment, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        answering.save(the_answer(), version=1, by=cast.priya, **{field: value})
    assert refusal.value.field == field


def test_texts_are_cleaned(cast: Cast, assessment: Assessment) -> None:
    answering.save(the_answer(), version=1, by=cast.priya, claim="  nul\x00l and \u202eturned  ")
    assert the_answer().claim == "null and turned"


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("edwin", NotAllowed), ("hal", NotAllowed), ("connie", NotAllowed), ("bea", NotAllowed), ("owen", NotAllowed), ("sam", NotFound)],
)
def test_only_who_may_answers(cast: Cast, assessment: Assessment, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        answering.save(the_answer(), version=1, by=getattr(cast, who), level=3)


def test_a_contributor_answers_what_is_assigned(cast: Cast, assessment: Assessment) -> None:
    assigning.assign(assessment, [CODE], cast.rows["connie"].id, by=cast.priya)
    answering.save(the_answer(), version=1, by=cast.connie, level=3)
    with pytest.raises(NotAllowed):
        answering.save(the_answer("NHS-1.2"), version=1, by=cast.connie, level=3)


def test_after_the_last_day_it_says_so_and_offers_more_time(cast: Cast, assessment: Assessment) -> None:
    with clock.at(assessment.closes_on + dt.timedelta(1)), pytest.raises(WrongState, match="closed on 31 July 2026") as refusal:
        answering.save(the_answer(), version=1, by=cast.priya, level=3)
    assert refusal.value.next_steps[0].href == f"/assessments/{assessment.reference}/extension"


def test_late_but_before_the_last_day_it_is_still_open(cast: Cast, assessment: Assessment) -> None:
    with clock.at(assessment.closes_on):
        answering.save(the_answer(), version=1, by=cast.priya, level=3)


def test_once_sent_it_says_where_it_is(cast: Cast) -> None:
    builders.a_sent_assessment(cast)
    with pytest.raises(WrongState, match="ready for sign-off"):
        answering.save(the_answer(), version=the_answer().version, by=cast.priya, level=1)


# The page, with and without htmx.


def test_an_answer_is_saved_without_script_and_shown_again(assessment: Assessment, address: str, browser: Any) -> None:
    priya = browser("priya")
    page = priya.open(address)
    assert page.h1.startswith(CODE)
    page = priya.press("Save", level="3", claim="We do it daily.", **{"proof_on-day": "1", "proof_on-month": "3", "proof_on-year": "2026"})
    assert page.address == address
    assert "Last saved 1 June 2026 at 10:30am by Priya Raman" in page.text
    assert page.form("Save")["values"]["level"] == ["3"]
    assert the_answer().proof_on == dt.date(2026, 3, 1)


def test_save_and_go_to_next_goes_on_and_at_the_end_to_the_list(assessment: Assessment, address: str, browser: Any) -> None:
    priya = browser("priya")
    priya.open(address)
    assert priya.press("Save and go to next", level="3").address.endswith("NHS-1.2")
    last = builders.answers_of(assessment)[-1].expectation
    priya.open(f"/assessments/{assessment.reference}/expectations/{last}")
    assert priya.press("Save and go to next", level="3").address == f"/assessments/{assessment.reference}"


def by_itself(browser: Any, address: str, values: dict[str, Any], *, status: int = 200) -> Any:
    return browser.send(address, values, status=status, headers={"HX-Target": "div#saved"})


def test_script_saves_by_itself_and_brings_the_next_version(assessment: Assessment, address: str, browser: Any) -> None:
    priya = browser("priya", htmx=True)
    values = priya.open(address).form("Save")["values"]
    for claim in ("One", "One and two"):
        page = by_itself(priya, address, {**values, "claim": claim})
        assert "Saved at 10:30am" in page.text
        assert not page.all("h1")
        values["version"] = page.all("input", name="version")[0].get("value")
    assert (the_answer().claim, the_answer().version) == ("One and two", 3)


@pytest.mark.parametrize(("htmx", "alone"), [(False, False), (True, False), (True, True)])
def test_a_collision_shows_both_texts_and_keeps_what_was_typed(
    cast: Cast, assessment: Assessment, address: str, browser: Any, htmx: bool, alone: bool
) -> None:
    priya = browser("priya", htmx=htmx)
    values = priya.open(address).form("Save")["values"]
    answering.save(the_answer(), version=1, by=cast.priya, claim="Theirs, first")
    db.session.commit()
    mine = {**values, "claim": "Mine, second", "level": "3"}
    if alone:
        page = by_itself(priya, address, mine, status=409)
        assert page.all("input", name="version")[0].get("value") == "1"
    else:
        page = priya.send(address, mine, status=409)
        assert page.form("Save")["values"]["claim"] == "Mine, second"
    assert "You changed this in another window" in page.text or alone
    assert "The text saved there" in page.text
    assert "omebody else changed" not in page.text
    assert "Theirs, first" in page.text
    assert "Mine, second" in page.text
    assert page.all("button", name="over")[0].get("value") == "2"
    assert the_answer().claim == "Theirs, first"
    priya.htmx = False
    priya.open(address)
    priya.send(address, {**mine, "over": "2"})
    assert (the_answer().claim, the_answer().level) == ("Mine, second", 3)


def test_a_third_change_is_no_more_overwritten_than_the_second(cast: Cast, assessment: Assessment, address: str, browser: Any) -> None:
    priya = browser("priya")
    values = priya.open(address).form("Save")["values"]
    for text in ("First", "Second"):
        answering.save(the_answer(), version=the_answer().version, by=cast.priya, claim=text)
        db.session.commit()
    priya.send(address, {**values, "claim": "Mine", "over": "2"}, status=409)
    assert the_answer().claim == "Second"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"claim": "x" * 2001}, "What is true here must be 2,000 characters or fewer"),
        ({"level": "9"}, "Choose one of the answers offered"),
        ({"proof_link": "javascript:alert(1)"}, "must be a web address"),
        ({"proof_on-day": "31", "proof_on-month": "2", "proof_on-year": "2026"}, "must be a real date"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_wrong_value_is_refused_at_its_field_and_kept_as_typed(
    assessment: Assessment, address: str, browser: Any, typed: dict[str, str], said: str, htmx: bool
) -> None:
    priya = browser("priya", htmx=htmx)
    values = priya.open(address).form("Save")["values"]
    sent = {**values, "gap": "Kept", **typed}
    page = by_itself(priya, address, sent, status=422) if htmx else priya.send(address, sent, status=422)
    assert said in page.text
    if not htmx:
        shown = page.form("Save")["values"]
        assert shown["gap"] == "Kept"
        assert all(shown[name] == value for name, value in typed.items() if name != "level")
    assert the_answer().version == 1


def test_a_forged_token_changes_nothing(assessment: Assessment, address: str, browser: Any) -> None:
    priya = browser("priya")
    priya.open(address)
    priya.send(address, {"csrf_token": "forged", "level": "3", "version": "1"}, status=400)
    assert the_answer().level is None


@pytest.mark.parametrize(("who", "status"), [("sam", 404), ("connie", 403), ("nadia", 404)])
def test_others_do_not_read_it(assessment: Assessment, address: str, browser: Any, who: str, status: int) -> None:
    browser(who).open(address, status=status)


def test_who_may_only_read_sees_no_form(assessment: Assessment, address: str, browser: Any) -> None:
    page = browser("edwin").open(address)
    assert not page.all("textarea")


def test_after_the_last_day_the_page_says_so(assessment: Assessment, address: str, browser: Any) -> None:
    priya = browser("priya")
    values = priya.open(address).form("Save")["values"]
    with clock.at(assessment.closes_on + dt.timedelta(1)):
        assert "Ask for more time" in priya.open(address).links
        priya.send(address, {**values, "level": "3"}, status=409)
    assert the_answer().level is None


def test_an_expectation_that_does_not_exist_is_not_found(assessment: Assessment, browser: Any) -> None:
    browser("priya").open(f"/assessments/{assessment.reference}/expectations/NHS-9.9", status=404)


def test_opening_takes_three_statements(assessment: Assessment, address: str, browser: Any, queries: Any) -> None:
    priya = browser("priya")
    with queries() as seen:
        priya.open(address)
    assert len(seen) == 3, seen


def test_saving_takes_nine_statements_at_most(assessment: Assessment, address: str, browser: Any, queries: Any) -> None:
    priya = browser("priya", htmx=True)
    values = priya.open(address).form("Save")["values"]
    by_itself(priya, address, {**values, "claim": "First, which makes the stream"})
    with queries() as seen:
        by_itself(priya, address, {**values, "version": "2", "claim": "Second"})
    assert len(seen) <= 8, seen
    with queries() as seen:
        by_itself(priya, address, {**values, "version": "3", "claim": "Third", "level": "3"})
    assert len(seen) <= 9, seen


# Last year's answer.


@pytest.fixture
def carried(cast: Cast) -> Assessment:
    with clock.at(dt.date(2025, 6, 2)):
        first = builders.an_answered_assessment(cast, period="2024-25", version="0.9")
        rows = Assessment.__table__
        db.session.execute(
            rows.update().where(rows.c.id == first.id).values(
                state=State.SIGNED_OFF, signed_off_at=clock.now(), signed_off_on=clock.today(), signatory="Edwin Clarke"
            )
        )
        db.session.commit()
    return builders.a_started_assessment(cast)


def test_last_years_answers_wait_to_be_confirmed(cast: Cast, carried: Assessment) -> None:
    one = the_answer()
    assert (one.carried, one.confirmed, one.level, one.last_level) == (True, False, 3, 3)
    assert one.claim.startswith("We do what NHS-1.1 asks")
    assert carried.answers_given == 0
    assert any(row.reworded for row in builders.answers_of(carried))


@pytest.mark.parametrize("htmx", [False, True])
def test_still_true_confirms_with_one_press(carried: Assessment, browser: Any, htmx: bool) -> None:
    priya = browser("priya", htmx=htmx)
    page = priya.open(f"/assessments/{carried.reference}/expectations/{CODE}")
    assert "Not yet confirmed" in page.text
    page = priya.press("Still true")
    assert "Confirmed or changed" in page.text
    assert the_answer().confirmed
    db.session.expire_all()
    assert carried.answers_given == 1


def test_saving_by_itself_shows_that_last_years_answer_is_confirmed(carried: Assessment, browser: Any) -> None:
    priya, address = browser("priya", htmx=True), f"/assessments/{carried.reference}/expectations/{CODE}"
    page = priya.open(address)
    assert [said(one) for one in page.all("span", id="last-year-confirmed")] == ["Not yet confirmed"]
    values = page.form("Save")["values"]
    untouched = by_itself(priya, address, values)
    assert not untouched.all("span", id="last-year-confirmed")
    changed = by_itself(priya, address, {**values, "claim": "New this year"})
    (tag,), (place,) = changed.all("span", id="last-year-confirmed"), changed.all("div", id="still-true")
    assert (said(tag), said(place)) == ("Confirmed or changed", "")
    assert tag.get("hx-swap-oob") == place.get("hx-swap-oob") == "true"
    whole = priya.open(address)
    assert whole.all("div", id="still-true")
    assert not [one for one in whole.all("button") if said(one) == "Still true"]


def test_confirming_what_somebody_changed_meanwhile_is_refused(cast: Cast, carried: Assessment) -> None:
    shown = the_answer().version
    answering.save(the_answer(), version=shown, by=cast.priya, claim="Changed")
    db.session.commit()
    answering.confirm(the_answer(), version=shown, by=cast.priya)  # it was confirmed by being changed
    assert the_answer().claim == "Changed"


def test_changing_last_years_answer_confirms_it(cast: Cast, carried: Assessment) -> None:
    answering.save(the_answer(), version=1, by=cast.priya, claim="New this year")
    assert the_answer().confirmed


def test_changed_words_of_the_standard_are_marked(carried: Assessment, browser: Any) -> None:
    code = next(row.expectation for row in builders.answers_of(carried) if row.reworded)
    page = browser("priya").open(f"/assessments/{carried.reference}/expectations/{code}")
    assert "The standard’s words changed since" in page.text
    assert page.all("ins") or page.all("del")


def test_a_carried_page_takes_four_statements(carried: Assessment, browser: Any, queries: Any) -> None:
    priya, address = browser("priya"), f"/assessments/{carried.reference}/expectations/{CODE}"
    with queries() as seen:
        priya.open(address)
    assert len(seen) == 4, seen


def test_the_history_says_what_happened_in_words(cast: Cast, assessment: Assessment, browser: Any) -> None:
    answering.save(the_answer(), version=1, by=cast.priya, level=3, claim="All is well")
    db.session.commit()
    page = browser("priya").open(f"/assessments/{assessment.reference}/history")
    assert "Answer saved: NHS-1.1 (level and what is true), by Priya Raman" in page.text
    assert json.dumps("All is well") not in page.text


@pytest.mark.parametrize("who", ["priya", "edwin", "bea"])
def test_the_history_keeps_a_reviewers_working_papers(cast: Cast, assessment: Assessment, browser: Any, who: str) -> None:
    audit.record(audit.Event.FINDING_RECORDED, the_answer(), by=cast.owen, expectation=CODE, view="lower")
    audit.record(audit.Event.SECOND_VIEW_RECORDED, the_answer(), by=cast.rosa, expectation=CODE, view="lower")
    db.session.commit()
    page = browser(who).open(f"/assessments/{assessment.reference}/history")
    assert "view recorded" not in page.text.lower()
    assert "Assessment started" in page.text
