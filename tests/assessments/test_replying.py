"""The right of reply: within its window, late, or with nothing to add; and the Ombudsman's answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.assessments.models import Reply
from portal.assessments.operations import replying
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, WrongState
from portal.outbox import OutgoingLetter
from tests.builders import a_claimed_assessment, a_published_assessment, a_reviewed_assessment
from tests.people import Cast


def test_the_organisation_reads_the_draft_and_replies(cast: Cast, browser: Any) -> None:
    assessment = a_reviewed_assessment(cast, lowered={"NHS-1.1": 2})
    edwin = browser("edwin")
    page = edwin.open(f"/assessments/{assessment.reference}/reply")
    assert "15 June 2026" in page.text
    assert "one site only" in page.text
    edwin.press("Send the reply", status=422)
    edwin.press("Send the reply", text="No.", nothing_to_add="y", status=422)
    edwin.press("Send the reply", text="x" * 4001, status=422)

    edwin.open(f"/assessments/{assessment.reference}/reply")
    page = edwin.press("Send the reply", text="The second site began in May.")

    assert "The second site began in May." in page.text
    assert "Send the reply" not in page.text
    assert db.session.query(OutgoingLetter).filter_by(letter="FINDING_REPLIED").one().to_address == "owen@example.org"


def test_a_late_reply_is_kept_and_called_late(cast: Cast, browser: Any) -> None:
    assessment = a_reviewed_assessment(cast)

    with clock.at(dt.date(2026, 6, 16)):
        priya = browser("priya")
        assert "ended on 15 June 2026" in priya.open(f"/assessments/{assessment.reference}/reply").text
        page = priya.press("Send the reply", nothing_to_add="y")

    assert "late" in page.text
    assert db.session.query(Reply).one().late


def test_one_reply_is_kept_and_a_second_is_not_lost(cast: Cast, browser: Any) -> None:
    assessment = a_reviewed_assessment(cast)
    priya = browser("priya")
    priya.open(f"/assessments/{assessment.reference}/reply")
    replying.reply(assessment, text="Edwin's reply.", nothing_to_add=False, by=cast.edwin)
    db.session.commit()

    page = priya.press("Send the reply", text="Priya's reply.", status=422)

    assert "Edwin's reply." in page.text
    assert "Priya's reply." in page.text


def test_the_ombudsman_answers_the_reply_once(cast: Cast, browser: Any) -> None:
    assessment = a_reviewed_assessment(cast)
    with pytest.raises(WrongState, match="no reply"):
        replying.answer(assessment, text="Thank you.", by=cast.owen)
    replying.reply(assessment, text="See annex.", nothing_to_add=False, by=cast.priya)
    db.session.commit()
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/publish")
    owen.press("Save the answer", status=422)

    page = owen.press("Save the answer", answer="We have read it.")

    assert "We have read it." in page.text
    with pytest.raises(Invalid):
        replying.answer(assessment, text="Again.", by=cast.owen)


def test_who_may_not_reply_and_when(cast: Cast, browser: Any) -> None:
    under_way = a_claimed_assessment(cast)
    with pytest.raises(WrongState, match="no draft finding"):
        replying.reply(under_way, text="Early.", nothing_to_add=False, by=cast.priya)
    with pytest.raises(NotAllowed):
        replying.reply(under_way, text="Hal's.", nothing_to_add=False, by=cast.hal)
    assert "no draft finding yet" in browser("priya").open(f"/assessments/{under_way.reference}/reply").text
    browser("sam").open(f"/assessments/{under_way.reference}/reply", status=404)


def test_a_published_finding_is_not_replied_to(cast: Cast) -> None:
    assessment = a_published_assessment(cast)

    with pytest.raises(WrongState, match="published on 1 June 2026"):
        replying.reply(assessment, text="Too late.", nothing_to_add=False, by=cast.priya)
