"""The body sees who is accredited; the figure is counted once, published rounded and in a chain, and falling below the target opens a gap."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from flask import Flask

from portal import audit
from portal.accreditation import posts as pure
from portal.accreditation.credentials.checking import Outcome
from portal.accreditation.lifecycle import CertificateKind, StatusVerb
from portal.accreditation.models import AwardEdition, Certificate, CertificateDecision, PublishedFigure
from portal.accreditation.operations import issuing, posts
from portal.accreditation.posts import Figure
from portal.accreditation.queries import posts as queries
from portal.audit import Event
from portal.gaps.models import Gap, GapKind
from portal.kernel import clock, references
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed, Stale, WrongState
from portal.organisations.models import Membership, Person
from portal.policy import PORTAL, Acting, Role
from tests.accreditation.test_credentials import by_openssl
from tests.browser import Browser
from tests.conftest import MONDAY
from tests.people import Cast


def an_award(to: Acting | Person, *, days: int = 700) -> Certificate:
    """A certificate of the foundation award that ends in so many days."""
    today = clock.today()
    edition = db.session.query(AwardEdition).first()
    if edition is None:
        edition = AwardEdition(award="foundation", number=1, title="Foundation", content="{}", sha256="0" * 64, kept_at=clock.now())
        db.session.add(edition)
        db.session.flush()
        audit.record(Event.IMPORTED, edition, by=PORTAL, source="tests", rows=1)
    index = db.session.query(Certificate).count()
    one = Certificate(
        reference=references.new("CE"), uuid=str(uuid.uuid4()), subject=str(uuid.uuid4()), person_id=to.id, kind=CertificateKind.AWARD, code="foundation",
        cycle=1, award_edition_id=edition.id, title="Foundation", content_sha256="0" * 64, given_at=clock.now(), valid_from_on=today - dt.timedelta(days=400),
        valid_until_on=today + dt.timedelta(days=days), name=to.name, salt="s", identity_hash="0" * 64, revocation_index=index, suspension_index=index,
    )  # fmt: skip
    db.session.add(one)
    db.session.flush()
    audit.record(Event.IMPORTED, one, by=PORTAL, source="tests", rows=1)
    db.session.commit()
    return one


def decided(one: Certificate, number: int, what: StatusVerb) -> None:
    made = CertificateDecision(
        certificate_id=one.id, number=number, what=what, reason="R", decided_at=clock.now(), decided_by="W", reference=one.reference
    )
    db.session.add(made)
    db.session.flush()
    audit.record(Event.IMPORTED, made, by=PORTAL, source="tests", rows=1)
    db.session.commit()


def stated(cast: Cast, count: int) -> None:
    posts.state(cast.trust, count, version=len(queries.stated(cast.trust.id)), by=cast.priya)
    db.session.commit()


def open_gaps(cast: Cast) -> list[Gap]:
    return db.session.query(Gap).filter_by(organisation_id=cast.trust.id, kind=GapKind.TOO_FEW_ACCREDITED, closed_on=None).all()


def test_what_is_published_is_rounded_and_says_nothing_of_few() -> None:
    assert pure.published(Figure(9, 9)) is None
    assert pure.published(Figure(2, 12)) == Figure(0, 10)
    assert pure.published(Figure(13, 13)) == Figure(15, 15)
    assert all(said.accredited <= said.posts for p in range(10, 60) for a in range(p + 1) if (said := pure.published(Figure(a, p))))
    assert pure.counted(7, 5) == Figure(5, 5)


def test_only_those_who_act_now_with_an_award_in_force_count(cast: Cast) -> None:
    stated(cast, 10)
    one = an_award(cast.hal)
    an_award(cast.priya, days=-1)
    an_award(cast.sam)
    assert queries.figure(cast.trust.id) == Figure(1, 10)
    decided(one, 1, StatusVerb.SUSPEND)
    assert queries.figure(cast.trust.id) == Figure(0, 10)
    decided(one, 2, StatusVerb.LIFT)
    assert queries.figure(cast.trust.id) == Figure(1, 10)


def test_falling_below_the_target_opens_one_gap_and_reaching_it_closes_it(cast: Cast) -> None:
    an_award(cast.hal)
    stated(cast, 2)
    assert len(open_gaps(cast)) == 1
    assert [step() for step in posts.settle_all()] == [0]
    an_award(cast.priya)
    assert [step() for step in posts.settle_all()] == [1]
    db.session.commit()
    assert open_gaps(cast) == []
    assert audit.verify() == []


def test_a_stale_page_and_a_stranger_change_nothing(cast: Cast) -> None:
    stated(cast, 10)
    with pytest.raises(Stale):
        posts.state(cast.trust, 20, version=0, by=cast.bea)
    with pytest.raises(NotAllowed):
        posts.state(cast.trust, 20, version=1, by=cast.hal)
    with pytest.raises(NotAllowed):
        posts.publish(cast.trust, by=cast.priya)


def test_months_are_chained_and_an_altered_one_is_found(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    edwin = cast.edwin
    with pytest.raises(WrongState):
        posts.publish(cast.trust, by=edwin)
    stated(cast, 20)
    first = posts.publish(cast.trust, by=edwin)
    assert posts.publish(cast.trust, by=edwin) is first
    db.session.commit()
    later = clock.today() + dt.timedelta(days=40)
    monkeypatch.setattr(clock, "today", lambda: later)
    second = posts.publish(cast.trust, by=edwin)
    db.session.commit()
    assert second.before == first.sha256
    assert list(queries.broken()) == []
    db.session.execute(sa.update(PublishedFigure.__table__).where(PublishedFigure.__table__.c.id == first.id).values(accredited=15))
    db.session.expire_all()
    assert len(list(queries.broken())) == 1


def test_who_leaves_keeps_everything_and_the_former_body_sees_no_name(cast: Cast, app: Flask) -> None:
    an_award(cast.hal)
    stated(cast, 20)
    posts.publish(cast.trust, by=cast.edwin)
    db.session.commit()
    browser = Browser(app, cast.sign_in("priya"))
    assert "Hal Osei" in browser.open("/organisations/RTX/accreditation").text
    row = db.session.query(Membership).filter_by(person_id=cast.hal.id).one()
    row.until_on, row.ended_at = clock.today(), clock.now()
    audit.record(Event.MEMBERSHIP_ENDED, row, by=PORTAL, person="Hal Osei", role="complaint handler", reason="Left")
    db.session.commit()
    for address in ("/organisations/RTX/accreditation", "/organisations/RTX/accredited"):
        assert "Hal Osei" not in browser.open(address).text
    assert db.session.query(Certificate).filter_by(person_id=cast.rows["hal"].id).count() == 1
    assert len(queries.figures(cast.trust.id)) == 1


def test_the_ombudsman_sees_counts_and_no_names(cast: Cast, app: Flask) -> None:
    stated(cast, 20)
    text = Browser(app, cast.sign_in("owen")).open("/organisations/RTX/accreditation").text
    assert "0 of 20 frontline posts accredited" in text
    assert "Hal Osei" not in text


def test_a_body_states_publishes_and_the_public_reads(cast: Cast, app: Flask) -> None:
    an_award(cast.hal, days=30)
    browser = Browser(app, cast.sign_in("bea"))
    browser.open("/organisations/RTX/accreditation/posts")
    assert "Enter the number of posts" in browser.press("Save", posts="", status=422).text
    assert "1 of 12 frontline posts accredited" in browser.press("Save", posts="12").text
    assert "Hal Osei" in browser.open("/organisations/RTX/accreditation?show=due").text
    assert "Nobody fits" in browser.open("/organisations/RTX/accreditation?show=expired&role=manager").text
    browser.open("/organisations/RTX/accreditation/publish")
    assert "About 0 of 10 frontline posts are accredited" in browser.press("Publish").text
    assert "stays as it is" in browser.open("/organisations/RTX/accreditation/publish").text
    assert "has not published a figure" in Browser(app, None).open("/organisations/RYZ/accredited").text


def test_a_list_of_500_people_costs_as_many_queries_as_one_of_a_few(cast: Cast, app: Flask) -> None:
    browser = Browser(app, cast.sign_in("priya"))
    browser.open("/organisations/RTX/accreditation")

    def cost() -> int:
        seen: list[str] = []
        engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note := lambda *args: seen.append(args[2]))
        browser.open("/organisations/RTX/accreditation")
        sa.event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    few = cost()
    now, today = clock.now(), clock.today()
    db.session.execute(
        sa.insert(Person.__table__),
        [{"reference": references.new("PE"), "email": f"p{n}@example.org", "name": f"Person {n:03}", "added_at": now, "totp_last_step": 0, "version": 1}
         for n in range(500)],
    )  # fmt: skip
    ids = db.session.scalars(sa.select(Person.id).where(Person.name.like("Person %"))).all()
    db.session.execute(
        sa.insert(Membership.__table__),
        [{"reference": references.new("MB"), "person_id": id, "organisation_id": cast.trust.id, "role": Role.HANDLER, "job_title": "", "since_on": today}
         for id in ids],
    )  # fmt: skip
    db.session.commit()
    assert cost() == few
    assert "502 people" in browser.open("/organisations/RTX/accreditation").text
    assert "Next page" in browser.open("/organisations/RTX/accreditation").text


class Keys(jwt.PyJWKClient):
    """PyJWT's own client of published keys, which asks the portal under test instead of the network."""

    def __init__(self, browser: Browser) -> None:
        super().__init__("http://localhost/.well-known/jwks.json")
        self.browser = browser

    def fetch_data(self) -> Any:
        return json.loads(self.browser.client.get("/.well-known/jwks.json").get_data(as_text=True))


def believed(browser: Browser, token: str) -> dict[str, Any]:
    """What a stranger reads who has nothing but the token and the published keys."""
    key = Keys(browser).get_signing_key_from_jwt(token)
    says: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], issuer="http://localhost/issuers/main", options={"require": ["iss", "sub", "jti", "iat"]})
    return says


def hashed(says: dict[str, Any]) -> str:
    """As docs/record.md tells a stranger to make it."""
    figure = "few" if says["posts"] is None else f"{says['accredited']} of {says['posts']}"
    return hashlib.sha256("\n".join([says["before"], says["organisation"], says["month"], figure, says["published_at"], says["published_by"]]).encode()).hexdigest()


def test_a_published_figure_is_signed_and_believed_by_software_that_is_not_ours(cast: Cast, browser: Any, tmp_path: Path) -> None:
    row = {"reference": "MB-2222222", "person_id": cast.rows["bea"].id, "organisation_id": cast.trust.id, "role": Role.HANDLER, "job_title": ""}
    db.session.execute(sa.insert(Membership.__table__), {**row, "since_on": clock.today()})
    for who in (cast.hal, cast.priya, cast.bea):
        an_award(who)
    stated(cast, 13)
    posts.publish(cast.trust, by=cast.edwin)
    db.session.commit()
    with clock.at(MONDAY + dt.timedelta(days=40)):
        posts.state(cast.trust, 9, version=1, by=cast.priya)
        posts.publish(cast.trust, by=cast.edwin)
        db.session.commit()
    anybody: Browser = browser()
    page = anybody.open("/organisations/RTX/accredited")
    addresses = [page.links[f"JWT for {month}"] for month in ("June 2026", "July 2026")]
    first, second = (anybody.client.get(address).get_data(as_text=True) for address in addresses)
    says = believed(anybody, first)
    assert (says["accredited"], says["posts"], says["on"], says["organisation"]) == (5, 15, "2026-06-01", "RTX")
    assert (says["rounded_to"], says["hidden_below"], says["published_by"]) == (5, 10, "Edwin Clarke")
    assert says["jti"] == f"http://localhost{addresses[0]}"
    few = believed(anybody, second)
    assert (few["accredited"], few["posts"]) == (None, None)  # nine posts are too few to say
    assert few["before"] == says["sha256"] == hashed(says)
    assert few["sha256"] == hashed(few)
    assert first == anybody.client.get(addresses[0]).get_data(as_text=True)
    key = json.loads(anybody.client.get(f"/keys/{jwt.get_unverified_header(first)['kid'].rpartition('/')[2]}").get_data(as_text=True))
    public: Any = jwt.PyJWK(key, algorithm="RS256").key
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert by_openssl(first, pem, tmp_path)
    start = first.index(".") + 1
    for at in (start + 20, first.rindex(".") - 20, len(first) - 40):
        altered = first[:at] + ("A" if first[at] != "A" else "B") + first[at + 1 :]
        assert not by_openssl(altered, pem, tmp_path)
        with pytest.raises(jwt.PyJWTError):
            believed(anybody, altered)
    found = issuing.checked(first)
    assert (found.outcome, found.why) == (Outcome.UNKNOWN, "Kind: it is signed by this portal, but it is not a certificate.")


def test_a_figure_that_was_changed_is_not_signed_and_what_is_not_there_is_not_found(cast: Cast, browser: Any) -> None:
    stated(cast, 20)
    one = posts.publish(cast.trust, by=cast.edwin)
    db.session.commit()
    anybody: Browser = browser()
    for wrong in ("2026-05", "2026-13", "2026-6", "x", "2026-06-01"):
        anybody.open(f"/organisations/RTX/accredited/{wrong}.jwt", status=404)
    anybody.open("/organisations/none/accredited/2026-06.jwt", status=404)
    anybody.open("/organisations/RYZ/accredited/2026-06.jwt", status=404)
    db.session.connection().execute(sa.update(PublishedFigure.__table__).where(PublishedFigure.__table__.c.id == one.id).values(accredited=20))
    db.session.commit()
    page = anybody.open("/organisations/RTX/accredited/2026-06.jwt", status=409)
    assert "The figure for June 2026 is not as it was published, so it is not signed." in page.text
