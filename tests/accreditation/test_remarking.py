"""A corrected key: passes are gained at once, none is lost without a person, and a second time changes nothing."""

from __future__ import annotations

import json
import random
import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import audit
from portal.accreditation.courses import reading
from portal.accreditation.models import Attempt, CourseVersion, PassDecision, RemarkedPaper
from portal.accreditation.operations import examining, remarking
from portal.accreditation.queries import exporting
from portal.accreditation.queries import remarking as queries
from portal.accreditation.queries.examining import Asked
from portal.accreditation.rechecking import recheck
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, WrongState
from portal.outbox import OutgoingLetter
from tests.accreditation.a_course import files
from tests.accreditation.learners import a_paper, answered, handed_in, published, sitting
from tests.browser import Browser
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


def a_pass_in_doubt(cast: Cast) -> tuple[Attempt, CourseVersion]:
    published(cast)
    at = handed_in(cast.hal)
    assert at.attempt.passed
    corrected = published(cast, with_keys("1.1.0", NUMBERS), "Keys corrected.")
    return at.attempt, corrected


def test_a_pass_is_gained_and_told_and_a_second_time_changes_nothing(cast: Cast) -> None:
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
    assert db.session.query(OutgoingLetter).filter_by(letter="PASS_GAINED").one().to_address == "hal@example.org"
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
