"""The workbook as people meet it: downloaded, uploaded, looked at, chosen and saved; by whoever may, and once."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
import sqlalchemy as sa

from portal import audit
from portal.assessments.models import Answer, Assessment, ReturnedWorkbook
from portal.assessments.operations import answering, assigning, returning, sending, signing
from portal.assessments.operations.returning import Choices
from portal.assessments.queries import workbooks as queries
from portal.assessments.workbooks import reading
from portal.assessments.workbooks.layout import ANSWERS, WRITTEN
from portal.audit import Event
from portal.jobs import sweeping
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed, NotFound
from tests import builders
from tests.assessments.filled import brought_back, downloaded, opened, saved, written
from tests.people import Cast

SEE, SAVE = "See what it would change", "Save with these choices"


@pytest.fixture
def assessment(cast: Cast) -> Assessment:
    return builders.an_answered_assessment(cast)


@pytest.fixture
def address(assessment: Assessment) -> str:
    return f"/assessments/{assessment.reference}/workbook"


def the_answer(code: str) -> Answer:
    db.session.expire_all()
    return db.session.query(Answer).filter_by(expectation=code).order_by(Answer.id.desc()).first()  # type: ignore[return-value]


def on_the_portal(cast: Cast, code: str, by: str = "priya", **fields: Any) -> None:
    answering.save(the_answer(code), version=the_answer(code).version, by=getattr(cast, by), **fields)
    db.session.commit()


def upload(browser: Any, address: str, content: bytes, *, name: str = "on the train.xlsx", status: int = 200) -> Any:
    browser.open(address)
    return browser.press(SEE, workbook=(io.BytesIO(content), name), status=status)


def events(assessment: Assessment) -> list[Event]:
    return [told.event for told in audit.trail(assessment.organisation_id, f"assessment {assessment.reference}")]


# A journey.


def test_an_assessment_is_answered_on_a_train(cast: Cast, browser: Any) -> None:
    begun = builders.a_started_assessment(cast)
    priya = browser("priya")
    priya.open(f"/assessments/{begun.reference}")
    priya.click("Answer in a workbook, without the internet")
    file = priya.open(priya.page.links["Download the workbook"])
    assert file.answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert file.answer.headers["Content-Disposition"] == f'attachment; filename="{begun.reference}-answers.xlsx"'
    content = written(
        file.answer.get_data(),
        {
            ("NHS-1.1", "level"): "3 Meeting",
            ("NHS-1.1", "claim"): "We do it daily.",
            ("NHS-1.1", "proof_on"): "1/3/2026",
            ("NHS-1.2", "level"): "Does not apply",
            ("NHS-1.2", "not_applicable_why"): "We have no beds.",
            ("NHS-1.3", "action_due_on"): "some day",
        },
    )
    page = upload(priya, f"/assessments/{begun.reference}/workbook", content)
    assert page.h1 == "What the workbook would change"
    assert "2 will be saved" in page.text
    assert "P4: “some day” is not a day that exists. Write it like 27/3/2027." in page.text
    assert the_answer("NHS-1.1").level is None, "nothing is saved before the press"
    assert "See what it would change, and save it" in priya.open(f"/assessments/{begun.reference}/workbook").links
    priya.click("See what it would change, and save it")
    page = priya.press("Save 2 answers")
    assert page.h1 == "2 answers were saved"
    assert "P4: “some day”" in page.text
    one = the_answer("NHS-1.1")
    assert (one.level, one.claim, one.proof_on, one.answered_by) == (3, "We do it daily.", dt.date(2026, 3, 1), "Priya Raman")
    assert the_answer("NHS-1.2").not_applicable_why == "We have no beds."
    db.session.expire_all()
    assert begun.answers_given == 2
    told = audit.trail(begun.organisation_id, f"assessment {begun.reference}")
    assert [(one.event, one.facts) for one in told[:3] if one.event is Event.WORKBOOK_RETURNED] == [(Event.WORKBOOK_RETURNED, {"rows": 2})]
    assert [one.event for one in told].count(Event.ANSWER_SAVED) == 2
    history = priya.open(f"/assessments/{begun.reference}/history").text
    assert "Answers saved from a workbook" in history
    assert "See what it would change, and save it" not in priya.open(f"/assessments/{begun.reference}/workbook").links
    page = upload(priya, f"/assessments/{begun.reference}/workbook", content)
    assert "0 will be saved" in page.text, "what is saved counts as not changed"


def test_an_untouched_workbook_has_nothing_to_save(assessment: Assessment, address: str, browser: Any) -> None:
    priya = browser("priya")
    page = upload(priya, address, priya.open(address + ".xlsx").answer.get_data())
    assert "There is nothing to save." in page.text
    assert "25 not changed" in page.text
    assert not [one for one in page.all("button") if one.text and one.text.startswith("Save")]


# Both changed it.


def both_changed(cast: Cast, assessment: Assessment, browser: Any, address: str) -> Any:
    """Priya wrote away from the portal what was written on it as well."""
    content = written(downloaded(assessment, cast.priya), {("NHS-1.1", "claim"): "Mine", ("NHS-1.1", "level"): "4", ("NHS-1.2", "claim"): "Mine alone"})
    on_the_portal(cast, "NHS-1.1", claim="Theirs", gap="Only there")
    priya = browser("priya")
    page = upload(priya, address, content)
    assert "1 changed on the portal as well" in page.text
    assert "1 will be saved" in page.text
    for text in ("Theirs", "Mine", "Level 4"):
        assert text in page.text
    return priya


@pytest.mark.parametrize(("claim", "level"), [("yours", "theirs"), ("theirs", "yours"), ("yours", "yours"), ("theirs", "theirs")])
def test_both_texts_are_offered_and_the_choice_is_kept(
    cast: Cast, assessment: Assessment, browser: Any, address: str, claim: str, level: str
) -> None:
    before = the_answer("NHS-1.1").level
    priya = both_changed(cast, assessment, browser, address)
    page = priya.press(SAVE, **{"choose-NHS-1.1-claim": claim, "choose-NHS-1.1-level": level})
    one = the_answer("NHS-1.1")
    assert one.claim == {"yours": "Mine", "theirs": "Theirs"}[claim]
    assert one.level == {"yours": 4, "theirs": before}[level]
    assert one.gap == "Only there"
    assert the_answer("NHS-1.2").claim == "Mine alone"
    assert page.h1 == ("1 answer was saved" if claim == level == "theirs" else "2 answers were saved")


@pytest.mark.parametrize("chosen", [{}, {"choose-NHS-1.1-claim": "yours"}, {"choose-NHS-1.1-claim": "yours", "choose-NHS-1.1-level": "perhaps"}])
def test_without_a_choice_nothing_is_saved_and_what_was_chosen_is_kept(
    cast: Cast, assessment: Assessment, browser: Any, address: str, chosen: dict[str, str]
) -> None:
    priya = both_changed(cast, assessment, browser, address)
    page = priya.press(SAVE, status=422, **chosen)
    wanted = ["Choose which is to be saved: NHS-1.1, Level", "Choose which is to be saved: NHS-1.1, What is true here"]
    assert page.errors == wanted[: 1 if chosen else 2]
    assert page.form(SAVE)["values"].get("choose-NHS-1.1-claim") == ([chosen["choose-NHS-1.1-claim"]] if chosen else None)
    assert (the_answer("NHS-1.1").claim, the_answer("NHS-1.2").claim == "Mine alone") == ("Theirs", False)
    page = priya.press(SAVE, **{"choose-NHS-1.1-claim": "yours", "choose-NHS-1.1-level": "yours"})
    assert page.h1 == "2 answers were saved"


def test_what_changes_while_somebody_looks_is_shown_again_and_nothing_is_half_done(
    cast: Cast, assessment: Assessment, browser: Any, address: str
) -> None:
    priya = both_changed(cast, assessment, browser, address)
    on_the_portal(cast, "NHS-1.1", claim="Theirs, again")
    on_the_portal(cast, "NHS-1.2", claim="Theirs too")
    page = priya.press(SAVE, status=409, **{"choose-NHS-1.1-claim": "yours", "choose-NHS-1.1-level": "yours"})
    assert "Nothing is saved yet: NHS-1.1 and NHS-1.2 were changed on the portal while you were looking at this page." in page.text
    assert "Theirs, again" in page.text
    assert "Theirs too" in page.text
    assert (the_answer("NHS-1.1").claim, the_answer("NHS-1.2").claim) == ("Theirs, again", "Theirs too")
    assert Event.WORKBOOK_RETURNED not in events(assessment)
    page = priya.press(SAVE, **{"choose-NHS-1.1-claim": "yours", "choose-NHS-1.1-level": "yours", "choose-NHS-1.2-claim": "theirs"})
    assert page.h1 == "1 answer was saved"
    assert (the_answer("NHS-1.1").claim, the_answer("NHS-1.2").claim) == ("Mine", "Theirs too")


def test_another_row_that_collides_meanwhile_keeps_the_choices_that_still_stand(
    cast: Cast, assessment: Assessment, browser: Any, address: str
) -> None:
    priya = both_changed(cast, assessment, browser, address)
    on_the_portal(cast, "NHS-1.2", claim="Theirs too")
    page = priya.press(SAVE, status=409, **{"choose-NHS-1.1-claim": "yours", "choose-NHS-1.1-level": "theirs"})
    values = page.form(SAVE)["values"]
    assert (values["choose-NHS-1.1-claim"], values["choose-NHS-1.1-level"]) == (["yours"], ["theirs"])
    assert "choose-NHS-1.2-claim" not in values


def test_what_only_others_changed_stays(cast: Cast, assessment: Assessment, browser: Any, address: str) -> None:
    content = written(downloaded(assessment, cast.priya), {("NHS-1.2", "claim"): "Mine"})
    on_the_portal(cast, "NHS-1.1", claim="Theirs")
    priya = browser("priya")
    upload(priya, address, content)
    priya.press("Save 1 answer")
    assert (the_answer("NHS-1.1").claim, the_answer("NHS-1.2").claim) == ("Theirs", "Mine")


def test_pressing_twice_saves_once_and_says_so(cast: Cast, assessment: Assessment, browser: Any, address: str) -> None:
    priya = browser("priya")
    upload(priya, address, written(downloaded(assessment, cast.priya), {("NHS-1.1", "claim"): "Mine"}))
    form = priya.page.form("Save 1 answer")
    where = priya.page.address
    priya.press("Save 1 answer")
    version = the_answer("NHS-1.1").version
    page = priya.send(where, form["values"], status=409)
    assert "This workbook is no longer kept: it was saved" in page.text
    assert page.links["Upload the workbook again"] == address
    assert the_answer("NHS-1.1").version == version


def test_hostile_names_and_texts_are_only_text(cast: Cast, assessment: Assessment, browser: Any, address: str) -> None:
    content = written(downloaded(assessment, cast.priya), {("NHS-1.1", "claim"): "<script>alert(1)</script> & \u202eturned"})
    page = upload(browser("priya"), address, content, name="../../<b>\u202eexcel</b>.xlsx")
    assert "<script>alert(1)</script> & turned" in page.text
    assert "\u202e" not in page.text


# Last year's answers.


def test_last_years_answers_are_in_it_and_confirmed_by_a_word(cast: Cast, browser: Any) -> None:
    with clock.at(dt.date(2025, 6, 2)):
        builders.a_signed_assessment(cast, period="2024-25", version="0.9")
    carried = builders.a_started_assessment(cast)
    content = downloaded(carried, cast.priya)
    sheet = opened(content)[ANSWERS]
    assert sheet["E2"].value.startswith("Level 3\n\nWhat was true: We do what NHS-1.1 asks")
    assert sheet["I2"].value.startswith("We do what NHS-1.1 asks")
    assert not sheet["F2"].protection.locked
    priya = browser("priya")
    typed = {("NHS-1.1", "still_true"): "Yes", ("NHS-1.2", "claim"): "Changed, which confirms"}
    page = upload(priya, f"/assessments/{carried.reference}/workbook", written(content, typed))
    assert "Confirmed: still true" in page.text
    priya.press("Save 2 answers")
    assert (the_answer("NHS-1.1").confirmed, the_answer("NHS-1.2").confirmed, the_answer("NHS-1.3").confirmed) == (True, True, False)
    assert Event.ANSWER_CONFIRMED in events(carried)
    db.session.expire_all()
    assert carried.answers_given == 2


# Who may.


def test_a_contributor_gets_what_is_assigned_to_them(cast: Cast, assessment: Assessment, browser: Any, address: str) -> None:
    assigning.assign(assessment, ["NHS-1.1", "NHS-2.1"], cast.rows["connie"].id, by=cast.priya)
    db.session.commit()
    connie = browser("connie")
    connie.open(f"/assessments/{assessment.reference}")
    connie.click("Answer in a workbook, without the internet")
    assert "It holds the 2 expectations assigned to you" in connie.page.text
    book = opened(connie.open(address + ".xlsx").answer.get_data())
    assert [row[0].value for row in book[ANSWERS].iter_rows(min_row=2)] == ["NHS-1.1", "NHS-2.1"]
    assert [row[0].value for row in book["Help"].iter_rows(min_row=2)] == ["NHS-1.1", "NHS-2.1"]
    assert not {"NHS-1.2"} & {cell.value for row in book["Portal"].iter_rows() for cell in row}


def test_a_contributor_who_was_given_the_whole_workbook_writes_only_what_is_theirs(
    cast: Cast, assessment: Assessment, browser: Any, address: str
) -> None:
    assigning.assign(assessment, ["NHS-1.1"], cast.rows["connie"].id, by=cast.priya)
    content = written(downloaded(assessment, cast.priya), {("NHS-1.1", "claim"): "Connie’s", ("NHS-1.2", "claim"): "Not hers"})
    on_the_portal(cast, "NHS-1.3", claim="A secret of the portal")
    connie = browser("connie")
    page = upload(connie, address, content)
    assert "1 will be saved" in page.text
    assert "24 cannot be taken" in page.text
    assert "It is not assigned to you, so it is left as it is." in page.text
    assert "A secret of the portal" not in page.text
    connie.press("Save 1 answer")
    assert the_answer("NHS-1.1").claim == "Connie’s"
    assert the_answer("NHS-1.2").claim != "Not hers"


def test_what_was_taken_back_meanwhile_is_refused(cast: Cast, assessment: Assessment, browser: Any, address: str) -> None:
    assigning.assign(assessment, ["NHS-1.1", "NHS-1.2"], cast.rows["connie"].id, by=cast.priya)
    connie = browser("connie")
    upload(connie, address, written(downloaded(assessment, cast.connie), {(code, "claim"): "Connie’s" for code in ("NHS-1.1", "NHS-1.2")}))
    assigning.assign(assessment, ["NHS-1.2"], None, by=cast.priya)
    db.session.commit()
    page = connie.press("Save 2 answers")
    assert page.h1 == "1 answer was saved"
    assert the_answer("NHS-1.2").claim != "Connie’s"


@pytest.mark.parametrize("who", ["edwin", "hal", "bea"])
def test_who_may_only_read_gets_a_copy_with_every_cell_locked(
    cast: Cast, assessment: Assessment, browser: Any, address: str, who: str
) -> None:
    person = browser(who)
    page = person.open(address)
    assert "to read and to print" in page.text
    assert not page.all("input", type="file")
    book = opened(person.open(address + ".xlsx").answer.get_data())
    assert not [cell for row in book[ANSWERS].iter_rows() for cell in row if not cell.protection.locked]
    assert "copy to read and print" in book["Read me first"]["A5"].value
    person.send(address, {"workbook": (io.BytesIO(downloaded(assessment, cast.priya)), "x.xlsx")}, status=403)


@pytest.mark.parametrize(("who", "status"), [("sam", 404), ("connie", 403), ("owen", 403)])
def test_others_get_nothing(assessment: Assessment, browser: Any, address: str, who: str, status: int) -> None:
    for page in (address, address + ".xlsx"):
        browser(who).open(page, status=status)


def test_only_who_uploaded_it_sees_it(cast: Cast, assessment: Assessment, browser: Any, address: str) -> None:
    assigning.assign(assessment, ["NHS-1.1"], cast.rows["connie"].id, by=cast.priya)
    key = brought_back(assessment, cast.priya, {("NHS-1.1", "claim"): "Mine"})
    page = browser("connie").open(f"{address}/{key}", status=409)
    assert "no longer kept" in page.text
    assert "Mine" not in page.text
    browser("sam").open(f"{address}/{key}", status=404)
    assert "Mine" in browser("priya").open(f"{address}/{key}").text


def test_the_operation_asks_again(cast: Cast, assessment: Assessment) -> None:
    key = brought_back(assessment, cast.priya, {("NHS-1.1", "claim"): "Mine"})
    pack = queries.returned(assessment.reference, key, cast.priya)
    assert pack is not None
    assert pack.returned is not None
    for who, refusal in (("edwin", NotAllowed), ("sam", NotFound)):
        with pytest.raises(refusal):
            returning.take(assessment, pack, Choices({}, {}), by=getattr(cast, who))
        with pytest.raises(refusal):
            returning.hand_in(pack, pack.returned.reading, name="x", by=getattr(cast, who))


# Which workbook, and when.


def test_the_workbook_of_another_assessment_is_refused(cast: Cast, assessment: Assessment, browser: Any, address: str) -> None:
    with clock.at(dt.date(2025, 6, 2)):
        before = builders.a_started_assessment(cast, period="2024-25", version="0.9")
        theirs = builders.a_started_assessment(cast, cast.other, by="sam", period="2024-25", version="0.9")
    priya = browser("priya")
    for content in (downloaded(before, cast.priya), downloaded(theirs, cast.sam)):
        page = upload(priya, address, content, status=422)
        assert page.errors == [
            f"This is the workbook of another assessment. On this page only the workbook of {assessment.reference}, 2025-26, can be uploaded."
        ]
    assert db.session.query(ReturnedWorkbook).count() == 0


def test_one_that_says_it_is_this_but_asks_about_another_version_is_refused(
    cast: Cast, assessment: Assessment, browser: Any, address: str
) -> None:
    book = opened(downloaded(assessment, cast.priya))
    book["Portal"]["B4"].value = "0.9"
    page = upload(browser("priya"), address, saved(book), status=422)
    assert page.errors[0].startswith("This workbook asks about another version of the standard.")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7"])
def test_what_is_no_workbook_is_told_at_its_field(assessment: Assessment, browser: Any, address: str, content: bytes) -> None:
    page = upload(browser("priya"), address, content, status=422)
    assert len(page.errors) == 1


def test_no_file_is_told_at_its_field(assessment: Assessment, browser: Any, address: str) -> None:
    priya = browser("priya")
    priya.open(address)
    assert priya.press(SEE, status=422).errors == ["Choose the workbook that you filled in"]


def test_what_is_larger_than_the_portal_takes_is_refused_before_it_is_read(
    assessment: Assessment, browser: Any, address: str
) -> None:
    priya = browser("priya")
    priya.open(address)
    answer = priya.client.post(address, data=b"x" * (9 << 20), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_before_it_is_started_there_is_none(cast: Cast, browser: Any) -> None:
    unopened = builders.an_open_assessment(cast)
    priya = browser("priya")
    for page in ("workbook", "workbook.xlsx"):
        assert "has not been started" in priya.open(f"/assessments/{unopened.reference}/{page}", status=409).text


def test_once_it_is_sent_it_can_be_read_and_no_longer_saved(cast: Cast, browser: Any) -> None:
    sent = builders.an_answered_assessment(cast)
    address = f"/assessments/{sent.reference}/workbook"
    priya = browser("priya")
    upload(priya, address, written(downloaded(sent, cast.priya), {("NHS-1.1", "claim"): "Mine"}))
    preview = priya.page
    sending.send(sent, by=cast.priya)
    db.session.commit()
    assert "Answers cannot be changed now" in priya.open(preview.address).text
    priya.send(preview.address, preview.form("Save 1 answer")["values"], status=409)
    assert the_answer("NHS-1.1").claim != "Mine"
    assert "to read and to print" in priya.open(address).text
    signing.return_to_manager(sent, comment="Once more", by=cast.edwin)
    db.session.commit()
    priya.open(preview.address)
    priya.press("Save 1 answer")
    assert the_answer("NHS-1.1").claim == "Mine"


def test_after_the_last_day_it_says_so(cast: Cast, assessment: Assessment, browser: Any, address: str) -> None:
    priya = browser("priya")
    priya.open(address)
    with clock.at(assessment.closes_on + dt.timedelta(1)):
        page = priya.press(SEE, workbook=(io.BytesIO(downloaded(assessment, cast.priya)), "x.xlsx"), status=409)
        assert "Ask for more time" in page.links


# What is kept meanwhile.


def test_a_newer_upload_takes_the_place_of_the_one_before(cast: Cast, assessment: Assessment, browser: Any, address: str) -> None:
    first = brought_back(assessment, cast.priya, {("NHS-1.1", "claim"): "First"})
    second = brought_back(assessment, cast.priya, {("NHS-1.1", "claim"): "Second"})
    priya = browser("priya")
    priya.open(f"{address}/{first}", status=409)
    assert "Second" in priya.open(f"{address}/{second}").text
    assert db.session.query(ReturnedWorkbook).count() == 1


def test_what_nobody_saves_is_swept_after_a_week(cast: Cast, assessment: Assessment) -> None:
    brought_back(assessment, cast.priya)
    for days, left in ((7, 1), (8, 0)):
        with clock.at(clock.now() + dt.timedelta(days)):
            for step in sweeping.sweep():
                step()
        assert db.session.query(ReturnedWorkbook).count() == left


def test_what_is_kept_says_nothing_but_what_was_written(cast: Cast, assessment: Assessment) -> None:
    brought_back(assessment, cast.priya, {("NHS-1.1", "claim"): "Mine"})
    said = json.loads(db.session.scalars(sa.select(ReturnedWorkbook.content)).one())
    assert set(said) == {"reference", "standard", "standard_version", "gone", "rows"}
    assert set(said["rows"][0]["typed"]) == {column.key for column in WRITTEN} - {"still_true"}


def test_nobody_waits_while_a_workbook_is_read(
    assessment: Assessment, browser: Any, address: str, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    """The lock on the database is let go before a file is looked into."""
    seen = []
    whole = reading.read
    monkeypatch.setattr(reading, "read", lambda *given: seen.append(db.session.registry().in_transaction()) or whole(*given))
    upload(browser("priya"), address, downloaded(assessment, cast.priya))
    assert seen == [False]


# Statements.


def test_a_download_takes_two_statements_and_one_for_last_year(assessment: Assessment, browser: Any, address: str, queries: Any) -> None:
    priya = browser("priya")
    with queries() as seen:
        priya.open(address + ".xlsx")
    assert len(seen) == 2, seen


def test_looking_takes_three_statements_however_many_rows(
    cast: Cast, assessment: Assessment, browser: Any, address: str, queries: Any
) -> None:
    changes = {(one.expectation, "claim"): "Mine" for one in builders.answers_of(assessment)}
    key = brought_back(assessment, cast.priya, changes)
    priya = browser("priya")
    with queries() as seen:
        priya.open(f"{address}/{key}")
    assert len(seen) == 3, seen


def test_saving_takes_a_few_statements_an_answer(cast: Cast, assessment: Assessment, browser: Any, address: str, queries: Any) -> None:
    def statements(answers: int) -> int:
        codes = [one.expectation for one in builders.answers_of(assessment)][:answers]
        key = brought_back(assessment, cast.priya, {(code, "claim"): f"Mine, {answers}" for code in codes})
        priya = browser("priya")
        priya.open(f"{address}/{key}")
        with queries() as seen:
            priya.press(f"Save {answers} answer" + ("s" if answers > 1 else ""))
        return len(seen)

    assert statements(1) <= 14
    assert statements(25) <= 14 + 24 * 2
