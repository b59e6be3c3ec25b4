"""Publishing together: what is listed is what is published, once each, and what is passed over is said with why."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, PublicFinding
from portal.assessments.operations import accepting, publishing, publishing_together, replying
from portal.assessments.operations.accepting import Choice, Drawing
from portal.assessments.queries import publishable
from portal.audit import Event
from portal.gaps.models import Gap
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed
from portal.organisations.operations import conflicts
from tests.browser import Browser
from tests.builders import a_reviewed_assessment, a_sent_assessment, a_signed_assessment
from tests.people import Cast

OTHER = {"by": "sam", "signatory": "nadia"}
AT = "/reviews/publish-in-bulk"


def accepted(cast: Cast, *assessments: Assessment) -> None:
    """Accepted together, without a sample."""
    drawn = Drawing("0" * 16, tuple(one.reference for one in assessments), frozenset(), Choice())
    assert accepting.accept(drawn, by=cast.rosa) == (len(assessments), 0)
    db.session.commit()


def two_accepted(cast: Cast) -> list[Assessment]:
    rows = [a_signed_assessment(cast, levels={"NHS-1.1": 2}), a_signed_assessment(cast, cast.other, **OTHER)]
    accepted(cast, *rows)
    return rows


def published(organisation_id: int) -> list[audit.Told]:
    return [one for one in audit.trail(organisation_id) if one.event is Event.PUBLISHED]


def test_what_is_ready_is_counted_listed_and_published(cast: Cast, browser: Any) -> None:
    rows = two_accepted(cast)
    owen = browser("owen")
    owen.open("/reviews")

    page = owen.click("Publish several together")

    assert "2 findings can be published now" in page.text
    page = owen.press("Publish 2 findings")
    assert "2 findings were published" in page.text
    for row in rows:
        db.session.refresh(row)
        assert row.state is State.PUBLISHED
        assert [one.by_name for one in published(row.organisation_id)] == ["Owen Hughes"]
        assert db.session.query(PublicFinding).filter_by(assessment_id=row.id).count() == 1
    assert [one.expectation for one in db.session.query(Gap).filter(Gap.closed_on.is_(None))] == ["NHS-1.1"]
    assert "No finding can be published now" in owen.open(AT).text


def test_what_is_not_ready_is_listed_with_why(cast: Cast, browser: Any) -> None:
    a_reviewed_assessment(cast)
    replied = a_reviewed_assessment(cast, cast.other, **OTHER)
    replying.reply(replied, text="The site opened in May.", nothing_to_add=False, by=cast.sam)
    kept_out = a_signed_assessment(cast, cast.practice, by="gus", signatory="gus", signing_with={"alone": True})
    accepted(cast, kept_out)
    conflicts.declare(cast.practice, reason="It is my own practice.", by=cast.owen)
    db.session.commit()

    page = browser("owen").open(AT)

    assert "No finding can be published now" in page.text
    assert "The organisation may reply until 15 June 2026." in page.text
    assert "The organisation’s reply has no answer yet." in page.text
    assert publishing_together.CONFLICT in page.text
    assert "1 finding can be published now" in browser("rosa").open(AT).text


def test_what_changed_since_the_page_was_made_is_passed_over_with_why(cast: Cast, browser: Any) -> None:
    first, second = two_accepted(cast)
    waiting = a_reviewed_assessment(cast, period="2024-25")
    owen = browser("owen")
    owen.open(AT)
    publishing.publish(first, by=cast.rosa)
    db.session.commit()

    page = owen.press("Publish 2 findings")

    assert "1 finding was published, and 1 was passed over" in page.text
    assert "It is “published” now." in page.text
    forged = " ".join([waiting.reference, second.reference, "AS-NOTHERE", "\x00"])
    page = owen.send(AT, {"references": forged})
    assert "Nothing was published" in page.h1
    assert "until the end of 15 June 2026" in page.text
    db.session.refresh(waiting)
    assert waiting.state is State.REVIEWED
    assert len(published(cast.trust.id)) == 1


def test_a_draft_named_by_hand_stays_unknown(cast: Cast, browser: Any) -> None:
    unsigned = a_sent_assessment(cast)
    assert unsigned.reference not in browser("owen").send(AT, {"references": unsigned.reference}).text


def test_a_list_that_is_no_list_is_refused(cast: Cast, browser: Any) -> None:
    owen = browser("owen")
    owen.send(AT, {"references": "A" * 9000}, status=422)
    browser("cora").open(AT, status=403)
    browser("priya").open(AT, status=403)
    with pytest.raises(NotAllowed):
        publishing_together.publish([], by=cast.cora)


def test_a_page_is_one_statement_and_goes_on_from_its_last_line(cast: Cast, queries: Any) -> None:
    rows = two_accepted(cast)
    references = [one.reference for one in rows]
    with queries() as seen:
        found = publishable.reviewed()
    assert len(seen) == 1
    assert [one.reference for one in found.lines] == references
    assert found.next is None
    assert [one.reference for one in publishable.reviewed(found.lines[0].key).lines] == references[1:]
    assert publishable.reviewed("no key") == found
    assert publishable.reviewed("20260601T000000000000-²") == found


def test_each_finding_takes_as_many_statements_as_another(cast: Cast, queries: Any) -> None:
    third = a_signed_assessment(cast, cast.practice, by="gus", signatory="gus", signing_with={"alone": True})
    first, second = two_accepted(cast)
    accepted(cast, third)
    names, owen = [one.reference for one in (first, second, third)], cast.owen
    with queries() as few:
        publishing_together.publish(names[:1], by=owen)
        db.session.commit()
    with queries() as more:
        publishing_together.publish(names[1:], by=owen)
        db.session.commit()
    assert len(few) <= 22, few
    assert len(more) <= 2 * len(few), more


def test_two_people_at_once_publish_each_once(own_app: Flask) -> None:
    cast = Cast.arrive()
    rows = two_accepted(cast)
    ids = [one.organisation_id for one in rows]
    browsers = [Browser(own_app, cast.sign_in(name)) for name in ("owen", "rosa")]
    forms = [one.open(AT).form("Publish 2 findings")["values"] for one in browsers]
    db.session.remove()
    answers: list[str] = []

    def press(browser: Browser, values: dict[str, Any]) -> None:
        answer = browser.client.post(AT, data=values, headers={"Sec-Fetch-Site": "same-origin"})
        answers.append(f"{answer.status_code} {'2 findings were published' in answer.get_data(as_text=True)}")

    threads = [threading.Thread(target=press, args=pair) for pair in zip(browsers, forms, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(answers) == ["200 False", "200 True"]
    assert [len(published(one)) for one in ids] == [1, 1]
    assert audit.verify() == []
