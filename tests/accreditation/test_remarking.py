"""A corrected key: passes are gained at once, none is lost without a person, and a second time changes nothing."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import audit
from portal.accreditation.courses import reading
from portal.accreditation.courses.records import Award
from portal.accreditation.credentials.checking import Outcome
from portal.accreditation.lifecycle import CertificateKind, Status, StatusVerb
from portal.accreditation.models import Attempt, CourseVersion, PassDecision, RemarkedPaper
from portal.accreditation.operations import certifying, deciding, examining, issuing, remarking, renewing
from portal.accreditation.queries import catalogue, certificates, exporting
from portal.accreditation.queries import remarking as queries
from portal.accreditation.queries.certificates import Held
from portal.accreditation.queries.examining import Asked
from portal.accreditation.rechecking import recheck
from portal.jobs import delivery
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, WrongState
from portal.outbox import OutgoingLetter
from portal.policy import PORTAL
from tests.accreditation.a_course import files, whole
from tests.accreditation.learners import a_paper, answered, certified, handed_in, published, sat_again, sitting
from tests.at_once import at_once
from tests.browser import Browser
from tests.conftest import MONDAY
from tests.people import Cast

BEFORE = re.compile(rb"- \[ \] (The first thing that is wrong in case (\d+))\n(.*?)- \[x\] The right thing to do", re.S)


def with_keys(version: str, wrong: set[int]) -> dict[str, bytes]:
    """The small course, with the keys of these numbered questions turned round."""

    def turned(found: re.Match[bytes]) -> bytes:
        if int(found[2]) not in wrong:
            return found[0]
        return b"- [x] " + found[1] + b"\n" + found[3] + b"- [ ] The right thing to do"

    made = files()
    made["questions/choosing.md"] = BEFORE.sub(turned, made["questions/choosing.md"])
    return made | {"course.yaml": made["course.yaml"].replace(b'version: "1.0.0"', f'version: "{version}"'.encode())}


NUMBERS = {int(one[2]) for one in BEFORE.finditer(files()["questions/choosing.md"])}


TURNED = {f"one-{number}" for number in NUMBERS}


@pytest.fixture(autouse=True)
def _the_same_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """A paper in which several of the questions stand whose keys are turned round."""
    monkeypatch.setattr(examining, "secrets", SimpleNamespace(randbits=lambda _bits: 1))


def held(cast: Cast) -> list[Held]:
    return certificates.held_by(cast.hal.id or 0)


def a_pass_in_doubt(cast: Cast) -> tuple[Attempt, CourseVersion]:
    published(cast)
    at = handed_in(cast.hal)
    assert at.attempt.passed
    corrected = published(cast, with_keys("1.1.0", NUMBERS), "Keys corrected.")
    return at.attempt, corrected


def test_a_pass_is_gained_and_told_and_a_second_time_changes_nothing(cast: Cast, app: Flask) -> None:
    published(cast, with_keys("1.0.0", NUMBERS))
    hal = cast.hal
    at = answered(hal, a_paper(hal))
    for item in at.items:
        if item.question in TURNED:
            examining.save(Asked(at, item), str(1 - int(item.answer)), by=hal)
    examining.hand_in(at, by=hal)
    db.session.commit()
    assert at.attempt.passed is False
    corrected = published(cast, with_keys("1.1.0", set()), "Keys corrected.")
    made = remarking.remark(corrected, "The keys were turned round", by=cast.wren)
    db.session.commit()
    assert made is not None
    assert sitting(hal, at.attempt).attempt.passed
    told = db.session.query(OutgoingLetter).filter_by(letter="PASS_GAINED").one()
    assert told.to_address == "hal@example.org"
    assert "The keys were turned round" in delivery.written(told, app.extensions["settings"]).get_content()
    row = db.session.query(RemarkedPaper).one()
    assert (row.passed_before, row.passed_after, row.correct_after) == (False, True, 6)
    assert remarking.remark(corrected, "Again", by=cast.wren) is None
    assert audit.verify() == []


def test_a_pass_that_would_be_lost_stands_until_a_person_decides(cast: Cast) -> None:
    one, corrected = a_pass_in_doubt(cast)
    remarking.remark(corrected, "The keys were turned round", by=cast.wren)
    db.session.commit()
    assert one.passed
    assert remarking.remark(corrected, "Again", by=cast.wren) is None
    waiting = queries.waiting(one.reference)
    assert waiting is not None
    with pytest.raises(Invalid):
        remarking.decide(waiting, stands=True, reason="", by=cast.wren)
    with pytest.raises(NotAllowed):
        remarking.decide(waiting, stands=False, reason="No", by=cast.ada)
    remarking.decide(waiting, stands=False, reason="Most of it was wrong.", by=cast.wren)
    db.session.commit()
    assert one.passed is False
    assert db.session.query(OutgoingLetter).filter_by(letter="PASS_NOT_STANDING").count() == 1
    with pytest.raises(WrongState):
        remarking.decide(waiting, stands=True, reason="Changed my mind", by=cast.wren)
    db.session.rollback()
    assert queries.waiting(one.reference) is None


def test_a_paper_that_was_marked_again_comes_to_the_same_by_the_corrected_files_alone(cast: Cast) -> None:
    one, corrected = a_pass_in_doubt(cast)
    remarking.remark(corrected, "The keys were turned round", by=cast.wren)
    waiting = queries.waiting(one.reference)
    assert waiting is not None
    remarking.decide(waiting, stands=False, reason="Most of it was wrong.", by=cast.wren)
    db.session.commit()
    export = json.loads(json.dumps(exporting.export(sitting(cast.hal, one))))
    sat, now = reading.course(files(), "T1"), reading.course(with_keys("1.1.0", NUMBERS), "T1")
    assert list(recheck(export, sat, now)) == []
    assert "marked again by version 1.1.0" in next(recheck(export, sat))


def test_only_the_newest_version_marks_again(cast: Cast) -> None:
    _, corrected = a_pass_in_doubt(cast)
    published(cast, with_keys("1.2.0", set()), "Back.")
    with pytest.raises(WrongState):
        remarking.remark(corrected, "Old", by=cast.wren)


@pytest.mark.parametrize("seed", range(4))
def test_no_path_of_re_marks_loses_a_pass_without_a_decision(cast: Cast, seed: int) -> None:
    chance = random.Random(seed)
    published(cast)
    papers = [handed_in(by, chance.randrange(0, 3)).attempt for by in (cast.hal, cast.priya)]
    for step in range(1, 4):
        passed = {one.reference for one in papers if one.passed}
        wrong = {number for number in NUMBERS if chance.random() < 0.4}
        version = published(cast, with_keys(f"1.{step}.0", wrong), f"Step {step}.")
        remarking.remark(version, "A step", by=cast.wren)
        db.session.commit()
        assert passed <= {one.reference for one in papers if one.passed}
        state = [(one.correct, one.critical, one.passed) for one in papers]
        assert remarking.remark(version, "A step", by=cast.wren) is None
        assert state == [(one.correct, one.critical, one.passed) for one in papers]
    assert db.session.query(PassDecision).count() == 0


def test_looking_costs_as_many_queries_for_many_papers_as_for_one(cast: Cast, app: Flask) -> None:
    published(cast)
    token = cast.sign_in("wren")
    handed_in(cast.hal)
    others = [(by, a_paper(by)) for by in (cast.priya, cast.edwin, cast.connie)]
    published(cast, with_keys("1.1.0", NUMBERS), "Keys corrected.")

    def cost() -> int:
        seen: list[str] = []
        browser = Browser(app, token)
        browser.open("/authoring/T1/remarks")
        sa.event.listen(db.engine, "before_cursor_execute", note := lambda *args: seen.append(args[2]))
        browser.open("/authoring/T1/remarks")
        sa.event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    one = cost()
    for by, at in others:
        examining.hand_in(answered(by, at), by=by)
    db.session.commit()
    assert cost() == one
    assert "4 papers come to something else" in Browser(app, token).open("/authoring/T1/remarks").text


def test_an_author_marks_again_and_decides_on_the_page(cast: Cast, app: Flask) -> None:
    paper, _ = a_pass_in_doubt(cast)
    browser = Browser(app, cast.sign_in("wren"))
    browser.open("/authoring/T1/remarks")
    assert "Say in one line what was wrong" in browser.press("Mark them again", status=422).text
    assert "The pass stands for now" in browser.press("Mark them again", because="The keys were turned round").text
    browser.open(f"/authoring/T1/remarks/{paper.reference}")
    assert "Choose whether the pass stands" in browser.press("Save the decision", status=422).text
    assert "The pass stands: It was asked fairly." in browser.press("Save the decision", stands="yes", reason="It was asked fairly.").text
    browser.open(f"/authoring/T1/remarks/{paper.reference}", status=404)


def test_the_files_of_a_paper_in_doubt_still_come_to_its_pass(cast: Cast) -> None:
    """What waits for a decision stands as it was, so that it is computed from the version that was sat alone."""
    one, corrected = a_pass_in_doubt(cast)
    remarking.remark(corrected, "The keys were turned round", by=cast.wren)
    db.session.commit()
    export = exporting.export(sitting(cast.hal, one))
    assert export["remarked"] is None
    assert list(recheck(export, reading.course(files(), "T1"))) == []


def test_what_was_given_for_a_pass_falls_with_it_and_is_earned_again(cast: Cast, app: Flask, queries: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Award("first", "First", "About it.", ("T1",), (), 24, ("T1",))
    monkeypatch.setattr(catalogue, "awards", lambda: (first,))
    published(cast, whole())
    paper = handed_in(cast.hal).attempt
    given = sorted((one.certificate for one in held(cast)), key=lambda one: one.kind.value)
    assert [one.kind for one in given] == [CertificateKind.AWARD, CertificateKind.COURSE]
    published(cast, whole(version="1.1.0") | {"questions/choosing.md": with_keys("1.1.0", NUMBERS)["questions/choosing.md"]}, "Keys corrected.")
    browser = Browser(app, cast.sign_in("wren"))
    browser.open("/authoring/T1/remarks")
    browser.press("Mark them again", because="The keys were turned round")
    assert all(issuing.checked(issuing.token(one)).outcome is Outcome.VALID for one in given)  # nobody decided yet
    with queries() as seen:
        page = browser.open(f"/authoring/T1/remarks/{paper.reference}")
    assert len(seen) <= 14, len(seen)
    for one in given:
        assert f"{one.reference}: {one.title}" in page.text
    assert "these certificates, which were given for it, are revoked by your decision" in page.text
    assert cast.hal.name not in page.text
    page = browser.press("Save the decision", stands="no", reason="Most of it was wrong.")
    assert "2 certificates are revoked with it. The person is told by letter." in page.text
    for one in given:
        at = certificates.whole(one.id)
        assert (at.status, at.decisions[-1].paper, at.decisions[-1].decided_by) == (Status.REVOKED, paper.reference, cast.wren.name)
        assert at.decisions[-1].reason.endswith("its pass does not stand: Most of it was wrong.")
        assert issuing.checked(issuing.token(one)).outcome is Outcome.REVOKED
        assert set(certificates.places(1) or ()) >= {one.revocation_index}
        assert db.session.query(OutgoingLetter).filter_by(letter="CERTIFICATE_DECIDED", about=one.reference).count() == 1
    told = db.session.query(OutgoingLetter).filter_by(letter="PASS_NOT_STANDING").one()
    text = str(delivery.written(told, app.extensions["settings"]).get_content())
    assert all(f"{one.reference} for “{one.title}”" in text for one in given)
    hal = Browser(app, cast.sign_in("hal"))
    for one, says in zip(given, ("Another is made as soon as all of these are in force: T1", "once you have passed the examination again"), strict=True):
        assert says in hal.open(f"/learning/certificates/{one.reference}").text
    with clock.at(MONDAY + dt.timedelta(days=2)):
        sat_again(cast.hal)
        newest = [one for one in held(cast) if one.latest]
        assert [(one.certificate.cycle, one.certificate.issue, one.counts) for one in newest] == [(1, 2, True)] * 2
        certifying.give_if_whole(paper.enrolment_id, by=PORTAL)
    db.session.commit()
    assert len(held(cast)) == 4
    assert audit.verify() == []


def test_what_stands_without_a_pass_does_not_fall_with_it(cast: Cast) -> None:
    """A certificate revoked for cause stays so however often its holder passes, and another pass of the cycle carries a certificate."""
    published(cast, whole())
    paper = handed_in(cast.hal).attempt
    (one,) = held(cast)
    assert [at.certificate.id for at in certificates.standing_on(paper)] == [one.certificate.id]
    there = {column.name: getattr(paper, column.name) for column in Attempt.__table__.columns if column.name != "id"}
    db.session.execute(sa.insert(Attempt.__table__), {**there, "reference": "PA-2222222", "number": 2})
    assert certificates.standing_on(paper) == []
    db.session.rollback()
    deciding.decide(one, StatusVerb.REVOKE, "It was somebody else who sat.", seen=0, by=cast.owen)
    db.session.commit()
    assert certificates.standing_on(paper) == []
    certifying.give_if_whole(paper.enrolment_id, by=PORTAL)
    assert [at.status for at in held(cast)] == [Status.REVOKED]


def test_an_award_that_another_certificate_of_the_course_carried_stays(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Award("first", "First", "About it.", ("T1",), (), 12, ("T1",))
    monkeypatch.setattr(catalogue, "awards", lambda: (first,))
    certified(cast, cast.hal)
    paper = db.session.query(Attempt).one()
    with clock.at(dt.datetime(2029, 5, 1, 12, tzinfo=dt.UTC)):
        course = next(one for one in held(cast) if one.certificate.kind is CertificateKind.COURSE)
        renewing.begin(course, by=cast.hal)
        db.session.commit()
        sat_again(cast.hal)
    found = {(one.certificate.kind, one.certificate.cycle) for one in held(cast)}
    assert found == {(kind, cycle) for kind in CertificateKind for cycle in (1, 2)}
    falls = {(one.certificate.kind, one.certificate.cycle) for one in certificates.standing_on(paper)}
    assert falls == {(kind, 1) for kind in CertificateKind}


def test_a_pass_that_falls_while_somebody_revokes_its_certificate_revokes_it_once(own_app: Flask) -> None:
    cast = Cast.arrive()
    published(cast, whole())
    paper = handed_in(cast.hal).attempt.reference
    corrected = published(cast, whole(version="1.1.0") | {"questions/choosing.md": with_keys("1.1.0", NUMBERS)["questions/choosing.md"]}, "Keys corrected.")
    remarking.remark(corrected, "The keys were turned round", by=cast.wren)
    db.session.commit()
    reference, wren, owen = held(cast)[0].certificate.reference, cast.wren, cast.owen
    db.session.remove()

    def about_the_pass() -> None:
        waiting = queries.waiting(paper)
        assert waiting is not None
        remarking.decide(waiting, stands=False, reason="Most of it was wrong.", by=wren)

    def about_the_certificate() -> None:
        there = certificates.any_of(reference)
        assert there is not None
        deciding.decide(there, StatusVerb.REVOKE, "It was somebody else who sat.", seen=0, by=owen)

    faults = at_once(own_app, about_the_pass, about_the_certificate)
    at = certificates.any_of(reference)
    assert at is not None
    assert [one.what for one in at.decisions] == [StatusVerb.REVOKE]
    if at.to_earn_again:  # the pass was decided about first, and the other is told
        assert [type(fault) for fault in faults] == [WrongState]
    else:
        assert faults == []
    assert db.session.query(PassDecision).one().stands is False
    assert audit.verify() == []
