"""A pass that does not stand: what falls with it, what does not, and what its holder reads."""

from __future__ import annotations

import datetime as dt
import re
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from portal.accreditation.courses.records import Award
from portal.accreditation.lifecycle import CertificateKind, Status, StatusVerb
from portal.accreditation.models import Attempt, CourseVersion
from portal.accreditation.operations import certifying, deciding, examining, remarking, renewing
from portal.accreditation.queries import catalogue, certificates
from portal.accreditation.queries import remarking as queries
from portal.accreditation.queries.examining import Asked
from portal.jobs import delivery
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import WrongState
from portal.outbox import OutgoingLetter
from portal.policy import PORTAL
from tests.accreditation.a_course import whole
from tests.accreditation.learners import a_paper, answered, certified, handed_in, published, sat_again
from tests.accreditation.test_remarking import NUMBERS, TURNED, held, with_keys
from tests.at_once import at_once
from tests.browser import Browser
from tests.people import Cast

AFTER_THREE_YEARS = dt.datetime(2029, 5, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _the_same_paper_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "secrets", SimpleNamespace(randbits=lambda _many: 1))


def marked_again(cast: Cast, changed: dict[str, bytes] | None = None) -> CourseVersion:
    """By a version in which the keys of the small course are turned round, unless it says otherwise."""
    keys = {"questions/choosing.md": with_keys("1.1.0", NUMBERS)["questions/choosing.md"]}
    corrected = published(cast, changed or whole(version="1.1.0") | keys, "Keys corrected.")
    remarking.remark(corrected, "A key was wrong", by=cast.wren)
    db.session.commit()
    return corrected


def falls(cast: Cast, paper: str) -> None:
    waiting = queries.waiting(paper)
    assert waiting is not None
    remarking.decide(waiting, stands=False, reason="Most of it was wrong.", by=cast.wren)
    db.session.commit()


def test_an_award_that_a_renewed_certificate_carries_is_given_anew(cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Award("first", "First", "About it.", ("T1",), (), 60, ("T1",))
    monkeypatch.setattr(catalogue, "awards", lambda: (first,))
    certified(cast, cast.hal)
    paper = db.session.query(Attempt).one().reference
    with clock.at(AFTER_THREE_YEARS):
        course = next(one for one in held(cast) if one.certificate.kind is CertificateKind.COURSE)
        renewing.begin(course, by=cast.hal)
        db.session.commit()
        sat_again(cast.hal)
        marked_again(cast)
        falls(cast, paper)
        counting = {(one.certificate.kind, one.certificate.cycle, one.certificate.issue) for one in held(cast) if one.counts}
        assert counting == {(CertificateKind.COURSE, 2, 1), (CertificateKind.AWARD, 1, 2)}
        revoked = {one.certificate.kind: one.decisions[-1].reason for one in held(cast) if one.status is Status.REVOKED}
        assert revoked[CertificateKind.COURSE].startswith("It was given for passing")
        assert revoked[CertificateKind.AWARD].startswith("It needs the certificate of the course T1, which was given for passing")
        told = db.session.query(OutgoingLetter).filter_by(letter="PASS_NOT_STANDING").one()
        text = str(delivery.written(told, app.extensions["settings"]).get_content())
    assert "You have begun the course again since" in text
    assert "You can sit the examination again" not in text


def test_a_certificate_that_is_looked_into_is_decided_about_first(cast: Cast, app: Flask) -> None:
    published(cast, whole())
    paper = handed_in(cast.hal).attempt.reference
    (one,) = held(cast)
    deciding.decide(one, StatusVerb.SUSPEND, "Perhaps somebody else sat.", seen=0, by=cast.owen)
    db.session.commit()
    marked_again(cast)
    wren = Browser(app, cast.sign_in("wren"))
    assert "A certificate that is suspended is decided about first." in wren.open(f"/authoring/T1/remarks/{paper}").text
    page = wren.press("Save the decision", stands="no", reason="Most of it was wrong.", status=409)
    assert f"{one.certificate.reference}, which was given for this pass, is suspended" in page.text
    assert db.session.query(Attempt).one().passed
    deciding.decide(certificates.whole(one.certificate.id), StatusVerb.LIFT, "It was one computer.", seen=1, by=cast.owen)
    db.session.commit()
    falls(cast, paper)
    assert [at.status for at in held(cast)] == [Status.REVOKED]


@pytest.mark.parametrize("stands", [True, False])
def test_the_result_is_read_by_the_corrected_key(cast: Cast, app: Flask, stands: bool) -> None:
    """Whoever gained a pass reads the right key, and whoever lost one what must never be chosen."""
    published(cast, whole() | ({} if not stands else {"questions/choosing.md": with_keys("1.0.0", NUMBERS)["questions/choosing.md"]}))
    at = answered(cast.hal, a_paper(cast.hal))
    for item in [one for one in at.items if one.question in TURNED]:
        wrong = next(place for place, option in enumerate(at.question(item).options) if not option.right and not option.critical)
        if stands:
            wrong = 1 - int(item.answer)
        examining.save(Asked(at, item), str(wrong), by=cast.hal)
        if not stands:
            break
    examining.hand_in(at, by=cast.hal)
    db.session.commit()
    hal = Browser(app, cast.sign_in("hal"))
    here = f"/learning/papers/{at.attempt.reference}"
    if stands:
        marked_again(cast, whole(version="1.1.0"))
        text = hal.open(here).text
        assert "Passed" in text
        assert "Not right, but you chose it" not in text
        return
    changed = whole(version="1.1.0")
    critical = re.sub(rb"(- \[ \] The first thing that is wrong in case \d+)", rb"\1 (critical)", changed["questions/choosing.md"])
    changed["questions/choosing.md"] = critical.replace(b"letter to them (critical)", b"letter to them")
    marked_again(cast, changed)
    falls(cast, at.attempt.reference)
    text = hal.open(here).text
    assert "What must never be done" in text
    assert "You chose “The first thing that is wrong in case" in text


def test_nothing_is_given_for_a_pass_that_falls_meanwhile(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last part of a course is passed while somebody decides that its examination does not stand."""
    cast = Cast.arrive()
    published(cast, whole())
    with monkeypatch.context() as patched:  # as if another part were still missing
        patched.setattr(certifying, "give_if_whole", lambda *_of, **_by: None)
        attempt = handed_in(cast.hal).attempt
    paper, enrolment, wren, hal = attempt.reference, attempt.enrolment_id, cast.wren, cast.hal
    marked_again(cast)
    db.session.remove()
    began, decided, hold = threading.Event(), threading.Event(), certifying.hold

    def waits_for_the_decision(row: Any) -> Any:
        began.set()
        decided.wait(2)  # SQLite lets one write at a time, so there the decision comes after
        return hold(row)

    monkeypatch.setattr(certifying, "hold", waits_for_the_decision)

    def last_part() -> None:
        certifying.give_if_whole(enrolment, by=PORTAL)

    def decision() -> None:
        began.wait(20)
        try:
            waiting = queries.waiting(paper)
            assert waiting is not None
            remarking.decide(waiting, stands=False, reason="Most of it was wrong.", by=wren)
            db.session.commit()
        finally:
            decided.set()

    faults = at_once(own_app, last_part, decision)
    assert [fault for fault in faults if not isinstance(fault, WrongState)] == []
    assert db.session.query(Attempt).filter_by(reference=paper).one().passed is False
    assert [one for one in certificates.held_by(hal.id or 0) if one.counts] == []
