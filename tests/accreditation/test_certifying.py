"""Certificates: given once in each cycle, shown, checked by anybody, decided about, reminded of and renewed."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accreditation.courses.records import Award
from portal.accreditation.credentials import statuses, tokens
from portal.accreditation.lifecycle import CertificateKind, StatusVerb
from portal.accreditation.models import Certificate, Enrolment, ScenarioTry
from portal.accreditation.operations import certifying, deciding, issuing, renewing
from portal.accreditation.queries import catalogue
from portal.accreditation.queries import certificates as queries
from portal.accreditation.queries import examining as papers
from portal.accreditation.queries.certificates import Held
from portal.kernel import clock, words
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, WrongState
from portal.outbox import Letter, OutgoingLetter
from portal.policy import PORTAL
from portal.standards import library
from tests.accreditation.a_course import whole
from tests.accreditation.learners import (
    a_work,
    certified,
    handed_in,
    levels,
    marked,
    published,
    sat_again,
    walked_to_the_end,
)
from tests.at_once import at_once
from tests.browser import Browser
from tests.conftest import MONDAY
from tests.people import Cast


def held(cast: Cast) -> list[queries.Held]:
    return queries.held_by(cast.hal.id or 0)


def letters(kind: Letter) -> list[OutgoingLetter]:
    return db.session.query(OutgoingLetter).filter_by(letter=kind.name).order_by(OutgoingLetter.id).all()


def test_the_last_part_gives_the_certificate_and_only_once(cast: Cast) -> None:
    published(cast, whole(scenarios=True))
    handed_in(cast.hal)
    assert held(cast) == []  # the conversation is not passed yet
    walked_to_the_end(cast.hal)
    (one,) = held(cast)
    certificate = one.certificate
    assert (certificate.code, certificate.cycle, certificate.issue, certificate.score) == ("T1", 1, 1, 100)
    assert (certificate.valid_from_on, certificate.valid_until_on) == (dt.date(2026, 6, 1), dt.date(2029, 6, 1))
    assert not certificate.name_shown
    assert not certificate.score_shown
    assert len(letters(Letter.CERTIFICATE_GIVEN)) == 1
    enrolment = db.session.query(Enrolment).filter_by(person_id=cast.hal.id).one()
    certifying.give_if_whole(enrolment.id, by=cast.hal)
    db.session.commit()
    assert len(held(cast)) == 1
    assert len(letters(Letter.CERTIFICATE_GIVEN)) == 1


def test_a_course_with_an_assignment_is_not_whole_without_it(cast: Cast) -> None:
    published(cast)
    handed_in(cast.hal)
    walked_to_the_end(cast.hal)
    assert held(cast) == []


def test_a_paper_that_is_not_passed_gives_nothing(cast: Cast) -> None:
    published(cast, whole())
    handed_in(cast.hal, wrong=5)
    assert held(cast) == []


def test_awards_follow_by_themselves_and_stack(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Award("first", "First", "About it.", ("T1",), (), 12, ("T1",))
    second = Award("second", "Second", "About it.", (), ("first",), 24, ("T1",))
    never = Award("never", "Never", "About it.", ("T1", "C9"), (), 24, ("T1", "C9"))
    monkeypatch.setattr(catalogue, "awards", lambda: (first, second, never))
    certified(cast, cast.hal)
    awards = {one.certificate.code: one.certificate for one in held(cast) if one.certificate.kind is CertificateKind.AWARD}
    assert {code: one.valid_until_on for code, one in awards.items()} == {"first": dt.date(2027, 6, 1), "second": dt.date(2028, 6, 1)}
    found = issuing.checked(issuing.token(awards["first"]))
    assert found.outcome.value == "valid"
    with clock.at(dt.datetime(2027, 4, 1, 12, tzinfo=dt.UTC)):
        person = queries.holder(awards["first"])
        assert certifying.give_award(person, first)  # its course is in force still, so that it renews itself
        db.session.commit()
        assert not certifying.give_award(person, first)
    newest = queries.newest_of(person.id, CertificateKind.AWARD, "first")
    assert newest is not None
    assert (newest.certificate.cycle, newest.certificate.valid_until_on) == (2, dt.date(2028, 6, 1))


def test_anybody_may_check_it_and_reads_no_name(cast: Cast, browser: Any, app: Flask) -> None:
    at = certified(cast, cast.hal)
    anybody: Browser = browser()
    page = anybody.open(f"/credentials/{at.certificate.uuid}")
    assert "Valid" in page.text
    assert cast.hal.name not in page.text
    token = anybody.client.get(f"/credentials/{at.certificate.uuid}.jwt").get_data(as_text=True)
    assert token == issuing.token(at.certificate)
    anybody.open("/check")
    checked = anybody.press("Check", text=token, email=cast.hal.email)
    assert "Valid" in checked.text
    assert f"It was given to {cast.hal.email}." in checked.text
    anybody.open("/check")
    assert "Nothing that you enter is kept" in anybody.press("Check", text="", status=422).text
    altered = token[:-30] + ("A" if token[-30] != "A" else "B") + token[-29:]
    anybody.open("/check")
    page = anybody.press("Check", text=altered)
    assert "Altered" in page.text
    assert "what they earned is kept" in page.text
    assert len(held(cast)) == 1


def test_what_a_checker_needs_is_published(cast: Cast, browser: Any) -> None:
    at = certified(cast, cast.hal)
    client = browser().client
    says = tokens.part(issuing.token(at.certificate), 1)
    here = issuing.address()
    achievement = says["credentialSubject"]["achievement"]
    for address, kind in (
        (tokens.part(issuing.token(at.certificate), 0)["kid"], "application/json"), (says["issuer"]["id"], "application/json"),
        (achievement["id"], "application/json"), (achievement["criteria"]["id"], "text/html"), (f"{here}/.well-known/jwks.json", "application/json"),
        (f"{here}/.well-known/did.json", "application/json"), *((one["statusListCredential"], "text/plain") for one in says["credentialStatus"]),
    ):  # fmt: skip
        answer = client.get(address.removeprefix(here))
        assert (answer.status_code, answer.mimetype) == (200, kind), address
    assert json.loads(client.get(f"/credentials/{at.certificate.uuid}.json").data) == {k: v for k, v in says.items() if k not in ("iss", "jti", "sub", "nbf", "exp")}
    for nowhere in ("/status/0", "/status/3", "/status/99999999999", "/keys/1999-a.json", "/keys/..json", "/achievements/t1/v9", "/courses/T1/9.9.9/criteria",
                    "/credentials/0b0c1c5e-6a7e-4a57-8a1f-0a4b8f0f7e11"):  # fmt: skip
        assert client.get(nowhere).status_code == 404, nowhere


def test_a_holder_carries_it_away(cast: Cast, browser: Any) -> None:
    at = certified(cast, cast.hal)
    hal: Browser = browser(cast.hal)
    here = f"/learning/certificates/{at.certificate.reference}"
    assert at.certificate.title in hal.open("/learning/certificates").text
    page = hal.open(here)
    assert "You can begin on 3 March 2029" in page.text
    printed = pypdf.PdfReader(io.BytesIO(hal.client.get(f"{here}.pdf").data))
    words = " ".join(one.extract_text() for one in printed.pages)
    assert cast.hal.name in words
    assert at.certificate.uuid in words.replace("\n", "")
    assert printed.trailer["/Root"]["/MarkInfo"]["/Marked"]
    token = issuing.token(at.certificate)
    for ending in ("png", "svg", "jwt"):
        content = hal.client.get(f"{here}.{ending}").data
        browser().open("/check")
        anybody: Browser = browser()
        anybody.open("/check")
        page = anybody.press("Check", file=(io.BytesIO(content), f"badge.{ending}"))
        assert "Valid" in page.text, ending
    hal.open(here)
    hal.press("Save what it shows", name="y", score="y")
    says = tokens.part(issuing.token(held(cast)[0].certificate), 1)["credentialSubject"]
    assert [one["identityHash"] for one in says["identifier"] if one["identityType"] == "name"] == [cast.hal.name]
    assert says["result"][0]["value"] == "100"
    assert issuing.checked(token).outcome.value == "valid"  # a copy from before stays one


def test_nobody_finds_anothers(cast: Cast, browser: Any) -> None:
    at = certified(cast, cast.hal)
    browser(cast.priya).open(f"/learning/certificates/{at.certificate.reference}", status=404)
    browser(cast.priya).open(f"/certificates/{at.certificate.reference}", status=404)


def test_the_ombudsman_suspends_lifts_and_revokes(cast: Cast, browser: Any) -> None:
    at = certified(cast, cast.hal)
    owen: Browser = browser(cast.owen)
    reference, token = at.certificate.reference, issuing.token(at.certificate)
    owen.open("/certificates")
    owen.press("Find", reference=f"http://localhost/credentials/{at.certificate.uuid}")
    stale = browser(cast.owen)
    stale.open(f"/certificates/{reference}")
    assert "Say why" in owen.press("Save the decision", what="SUSPEND", reason="", status=422).text
    owen.press("Save the decision", what="SUSPEND", reason="Two answers came from one hand.")
    assert issuing.checked(token).outcome.value == "suspended"
    assert "Certificate held" not in browser(cast.hal).open("/learning").text
    assert "Somebody else decided meanwhile" in stale.press("Save the decision", what="REVOKE", reason="I too.", status=409).text
    mine = browser(cast.hal).open(f"/learning/certificates/{reference}").text
    assert "Two answers came from one hand." in mine
    public = browser().open(f"/credentials/{at.certificate.uuid}").text
    assert "Suspended" in public
    assert "one hand" not in public
    owen.open(f"/certificates/{reference}")
    owen.press("Save the decision", what="LIFT", reason="It was one computer, in a library.")
    assert issuing.checked(token).outcome.value == "valid"
    assert f"Certificate until {words.day(at.certificate.valid_until_on)}" in browser(cast.hal).open("/learning").text
    owen.press("Save the decision", what="REVOKE", reason="Somebody else sat the paper.")
    assert issuing.checked(token).outcome.value == "revoked"
    assert "never given back" in owen.open(f"/certificates/{reference}").text
    assert [json.loads(one.facts)["verb"] for one in letters(Letter.CERTIFICATE_DECIDED)] == ["SUSPEND", "LIFT", "REVOKE"]
    with pytest.raises(NotAllowed):
        deciding.decide(at, StatusVerb.REVOKE, "Mine.", seen=0, by=cast.priya)
    with pytest.raises(Invalid):
        deciding.decide(at, StatusVerb.REVOKE, "x" * 1001, seen=3, by=cast.owen)


def test_a_holder_is_reminded_and_renews_by_the_paper_alone(cast: Cast, browser: Any) -> None:
    first = certified(cast, cast.hal)
    with pytest.raises(WrongState, match="You can renew it from 3 March 2029"):
        renewing.begin(first, by=cast.hal)
    for today, days in ((dt.date(2029, 3, 3), 90), (dt.date(2029, 5, 2), 30), (dt.date(2029, 5, 25), 7)):
        with clock.at(today):
            assert sum(step() for step in renewing.remind(today)) == 1
            db.session.commit()
            assert sum(step() for step in renewing.remind(today)) == 0
            assert json.loads(letters(Letter.CERTIFICATE_ENDS)[-1].facts)["days"] == days
    with clock.at(dt.date(2029, 5, 26)):
        hal: Browser = browser(cast.hal)
        hal.open(f"/learning/certificates/{first.certificate.reference}")
        hal.press("Begin the renewal")
        at = papers.examined(cast.hal.id or 0, "T1")
        assert at is not None
        assert (at.studied.begun.cycle, at.lessons_needed) == (2, [])
        sat_again(cast.hal)
        second = held(cast)[0]
        assert (second.certificate.cycle, second.certificate.valid_until_on) == (2, dt.date(2032, 6, 1))  # it follows on
        assert [one.in_words[0] for one in held(cast)] == ["Valid", "Ends soon"]
    with clock.at(dt.date(2029, 6, 2)):
        assert issuing.checked(issuing.token(first.certificate)).outcome.value == "expired"
        assert [one.in_words[0] for one in held(cast)] == ["Valid", "Expired"]


def test_renewal_asks_for_the_lessons_about_what_changed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = certified(cast, cast.hal)
    monkeypatch.setattr(queries, "clauses_changed", lambda _standards: frozenset({"NHS-2.3"}))
    with clock.at(dt.date(2029, 5, 26)):
        renewing.begin(first, by=cast.hal)
        db.session.commit()
        at = papers.examined(cast.hal.id or 0, "T1")
        assert at is not None
        assert [lesson.title for lesson in at.lessons_needed] == ["One", "Two"]


def test_clauses_that_changed_are_those_of_the_standards_since() -> None:
    known = library.load()
    standards = ", ".join(f"{id} {known.latest(id).version}" for id in known.standards if known.versions(id))
    assert queries.clauses_changed(standards) == frozenset()
    assert queries.clauses_changed("") == frozenset()


def test_a_stolen_key_is_answered_and_nothing_earned_is_lost(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at = certified(cast, cast.hal)
    monkeypatch.setattr(issuing, "ring", lambda: issuing.KeyRing(tmp_path / "keys"))
    old, stolen = issuing.token(at.certificate), issuing.ring().signer().name
    assert issuing.checked(old).outcome.value == "valid"
    assert deciding.key_stolen(stolen, dt.date(2026, 5, 20), by=PORTAL) == 1
    db.session.commit()
    found = issuing.checked(old)
    assert found.outcome.value == "revoked"
    assert "stolen" in found.why
    again = held(cast)[0]
    assert again.latest
    assert (again.certificate.issue, again.certificate.cycle, again.certificate.valid_until_on) == (2, 1, at.certificate.valid_until_on)
    assert again.certificate.uuid != at.certificate.uuid
    assert issuing.checked(issuing.token(again.certificate)).outcome.value == "valid"
    before = queries.whole(at.certificate.id)
    assert before.status.value == "revoked"
    assert issuing.checked(issuing.token(before.certificate)).outcome.value == "revoked"  # the old number, under the new key
    assert len(letters(Letter.CERTIFICATE_MADE_AGAIN)) == 1
    with pytest.raises(WrongState):
        deciding.key_stolen(stolen, dt.date(2026, 5, 20), by=PORTAL)


def test_the_same_number_of_statements_however_many_are_held(cast: Cast, browser: Any, request: pytest.FixtureRequest) -> None:
    at, listening = certified(cast, cast.hal), request.getfixturevalue("queries")
    hal: Browser = browser(cast.hal)
    hal.open("/learning/certificates")
    with listening() as few:
        hal.open("/learning/certificates")
    one = at.certificate
    places = certifying.free_places()
    for cycle in range(2, 8):
        again(one, places, cycle)
    with listening() as many:
        hal.open("/learning/certificates")
    assert len(held(cast)) == 7
    assert len(few) == len(many)


def again(one: Certificate, places: certifying.Places, cycle: int, **facts: Any) -> Certificate:
    """The same certificate in another cycle."""
    row = certifying.row_of(queries.holder(one), places, from_on=MONDAY.date(), until_on=dt.date(2030, 1, 1),
                            **{name: getattr(one, name) for name in certifying.SAME if name != "cycle"}, cycle=cycle)  # fmt: skip
    db.session.execute(sa.insert(Certificate.__table__), [row | facts])
    db.session.commit()
    return db.session.query(Certificate).filter_by(reference=row["reference"]).one()


def test_no_place_is_given_twice_and_half_of_a_list_stays_empty(cast: Cast) -> None:
    one = certified(cast, cast.hal).certificate
    places = certifying.free_places()
    given = [next(places) for _ in range(500)]
    assert {pair for pair, _, _ in given} == {1}
    for number, there in ((1, one.revocation_index), (2, one.suspension_index)):
        assert len({place[number] for place in given} - {there}) == 500
    gone = queries.taken(1, [one.revocation_index, 5], [one.suspension_index, 5])
    assert one.revocation_index in gone[0]
    assert one.suspension_index in gone[1]
    again(one, places, 2, id=one.id + statuses.ENTRIES // 2 - 2)  # as if so many had been given between the two
    places = certifying.free_places()
    assert [next(places)[0] for _ in range(3)] == [1, 2, 2]
    again(one, places, 3)
    assert queries.newest_pair() == (2, 1)


def test_the_lists_begin_with_what_happened_last(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = certified(cast, cast.hal).certificate
    places = certifying.free_places()
    later = [again(first, places, cycle, given_at=clock.now() + dt.timedelta(minutes=cycle)) for cycle in (2, 3, 4)]

    def cycles(of: list[Held]) -> list[int]:
        return [at.certificate.cycle for at in of]

    assert (cycles(queries.given_last()), cycles(queries.decided_last())) == ([4, 3, 2, 1], [])
    for minutes, one, verb in ((10, first, StatusVerb.SUSPEND), (20, later[0], StatusVerb.SUSPEND), (30, first, StatusVerb.LIFT)):
        with clock.at(clock.now() + dt.timedelta(minutes=minutes)):
            at = queries.whole(one.id)
            deciding.decide(at, verb, "It is looked into.", seen=len(at.decisions), by=cast.owen)
            db.session.commit()
    assert (cycles(queries.given_last()), cycles(queries.decided_last())) == ([4, 3, 2, 1], [1, 2])
    monkeypatch.setattr(queries, "SHOWN", 1)
    assert cycles(queries.decided_last()) == [1]


def test_fifty_megabytes_are_refused_in_words(cast: Cast, browser: Any) -> None:
    anybody: Browser = browser()
    anybody.open("/check")
    head = {"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"}
    answer = anybody.client.post("/check", data=bytes(50_000_000), headers=head)
    assert answer.status_code == 413
    assert "too large" in answer.get_data(as_text=True).lower()


def test_two_passes_at_once_give_one_certificate(own_app: Flask) -> None:
    cast = Cast.arrive()
    published(cast, whole(scenarios=True))
    handed_in(cast.hal)
    enrolment, hal = db.session.query(Enrolment.id).scalar(), cast.hal
    db.session.add(ScenarioTry(enrolment_id=enrolment, scenario="at-the-desk", number=1, path="", began_at=MONDAY, finished_at=MONDAY, points=3, passed=True))
    db.session.commit()
    db.session.remove()
    assert at_once(own_app, *[lambda: certifying.give_if_whole(enrolment, by=hal)] * 4) == []
    assert db.session.query(Certificate).count() == 1
    assert len(letters(Letter.CERTIFICATE_GIVEN)) == 1


def test_a_work_that_passes_is_the_last_part_of_a_course_with_an_assignment(cast: Cast) -> None:
    published(cast)
    handed_in(cast.hal)
    walked_to_the_end(cast.hal)
    one = marked(a_work(cast.hal), levels(3, 3), by=(cast.mark,))
    assert held(cast) == []
    marked(one, levels(3, 3), by=(cast.rosa,))
    (earned,) = held(cast)
    assert earned.certificate.code == "T1"
    assert [part.done for part in queries.parts_done(db.session.get_one(Enrolment, one.enrolment_id))] == [True, True, True]
