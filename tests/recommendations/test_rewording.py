"""An officer changes the words of what was issued: each wording is kept, with its number and the reason."""

from __future__ import annotations

from typing import Any

import pytest

from portal import audit
from portal.audit import Event
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, Stale, WrongState
from portal.outbox import OutgoingLetter
from portal.policy import Acting
from portal.recommendations.models import Recommendation, Wording
from portal.recommendations.operations import replacing, rewording
from portal.recommendations.queries.wordings import wordings
from tests import builders
from tests.gaps.test_register import at_once
from tests.people import Cast

TEXT = "By 1 September 2026 the Trust should write to Mr A and to Mrs A to apologise, and send us a copy of the letter."
PUBLIC = "Apologise to the family for not telling them that their complaint had been closed."
WHY = "The family asked for an apology to both of them."


def reworded(cast: Cast, one: Recommendation, **said: Any) -> Wording:
    facts = {"version": one.version, "text": TEXT, "public_text": PUBLIC, "reason": WHY, "by": cast.cora, **said}
    wording = rewording.reword(one, **facts)
    db.session.commit()
    return wording


def test_the_texts_follow_and_both_wordings_stay(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    promised = (one.due_on, one.answer_due_on, one.next_evidence_on, one.delivery)
    assert reworded(cast, one).number == 2
    assert (one.text, one.public_text) == (TEXT, PUBLIC)
    assert promised == (one.due_on, one.answer_due_on, one.next_evidence_on, one.delivery)
    newest, first = wordings(one.id)
    assert (first.number, first.text, first.reason) == (1, builders.RECOMMENDED["text"], "")
    assert (newest.number, newest.text, newest.reason, newest.by) == (2, TEXT, WHY, "Cora Stein")
    assert "".join(text for marking, text in newest.public_changed or () if marking != "removed") == PUBLIC
    told = audit.trail(cast.trust.id, one.audited_as())[0]
    assert (told.event, told.facts) == (Event.RECOMMENDATION_REWORDED, {"number": 2, "reason": WHY})


def test_those_who_answer_for_the_organisation_are_told_each_time(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    reworded(cast, one)
    reworded(cast, one, text=f"{TEXT} Do it soon.")
    told = db.session.query(OutgoingLetter.to_address).filter_by(letter="RECOMMENDATION_REWORDED").order_by(OutgoingLetter.id).all()
    assert sorted(address for (address,) in told) == ["edwin@example.org"] * 2 + ["priya@example.org"] * 2


@pytest.mark.parametrize(
    ("said", "field", "says"),
    [({"text": " "}, "text", "Enter the recommendation"), ({"public_text": "\u200b"}, "public_text", "Enter the recommendation"),
     ({"text": "x" * 4001}, "text", "4,000 characters or fewer"), ({"reason": ""}, "reason", "Say why"),
     ({"reason": "x" * 2001}, "reason", "2,000 characters or fewer"),
     ({"text": builders.RECOMMENDED["text"], "public_text": builders.RECOMMENDED["public_text"]}, "text", "both are as they were")],
)  # fmt: skip
def test_what_cannot_be_is_refused(cast: Cast, said: dict[str, Any], field: str, says: str) -> None:
    one = builders.an_issued_recommendation(cast)
    with pytest.raises(Invalid, match=says) as refused:
        reworded(cast, one, **said)
    assert refused.value.field == field
    db.session.rollback()
    assert len(wordings(one.id)) == 1


def test_only_officers_without_a_conflict_reword_and_its_author_is_one_of_them(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    for name in ("priya", "edwin", "ana", "owen", "ada"):
        with pytest.raises(NotAllowed):
            reworded(cast, one, by=getattr(cast, name))
    assert reworded(cast, one, by=builders.a_second_officer(cast)).number == 2


def test_a_draft_and_what_has_ended_are_not_reworded(cast: Cast) -> None:
    draft, ended = builders.a_draft(cast), builders.an_issued_recommendation(cast, number=2)
    with pytest.raises(WrongState, match="Change the draft instead"):
        reworded(cast, draft)
    replacing.withdraw(ended, reason="A mistake.", version=ended.version, by=cast.cora)
    db.session.commit()
    with pytest.raises(WrongState, match="has ended already: it is “withdrawn”"):
        reworded(cast, ended)


def test_a_stale_page_shows_both_texts(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    version = one.version
    page = browser("cora")
    page.open(f"/recommendations/{one.reference}/reword")
    reworded(cast, one)
    with pytest.raises(Stale) as stale:
        reworded(cast, one, version=version, text="Mine.")
    assert (TEXT, "Mine.") in [(both.theirs, both.yours) for both in stale.value.fields]
    db.session.rollback()
    shown = page.press("Change the words", status=409, text="Mine.", reason="Shorter.")
    assert TEXT in shown.text
    assert page.press("Save yours instead").h1 == f"Wordings of {one.reference}"
    assert wordings(one.id)[0].text == "Mine."


def test_two_officers_who_reword_at_once_write_one_wording(own_app: Any) -> None:
    cast = Cast.arrive()
    one = builders.an_issued_recommendation(cast)
    reference, version, officers = one.reference, one.version, (cast.cora, builders.a_second_officer(cast))
    db.session.remove()

    def work(by: Acting) -> Any:
        def reword() -> None:
            found = db.session.query(Recommendation).filter_by(reference=reference).one()
            rewording.reword(found, version=version, text=f"As {by.name} has it.", public_text=PUBLIC, reason=WHY, by=by)

        return reword

    faults = at_once(own_app, *(work(by) for by in officers))
    assert [type(fault) for fault in faults] == [Stale]
    assert len(wordings(db.session.query(Recommendation).filter_by(reference=reference).one().id)) == 2


def test_the_public_reads_public_texts_and_the_organisation_and_the_ombudsman_read_all(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    address = f"/recommendations/{one.reference}/wordings"
    assert "It is worded as it was issued." in browser(None).open(address).text
    officer = browser("cora")
    officer.open(f"/recommendations/{one.reference}/reword")
    assert officer.press("Change the words", status=422, text="").errors == ["Enter the recommendation", "Say why"]
    shown = officer.press("Change the words", text=TEXT, public_text=PUBLIC, reason=WHY)
    assert shown.address == address
    for name in ("priya", "edwin", "ana", "cora"):
        read = browser(name).open(address).text
        assert "Mr A" in read
        assert "Mrs A" in read
        assert "Changed by Cora Stein" in read
    for name in (None, "sam"):
        read = browser(name).open(address)
        assert "Mr A" not in read.text
        assert "Cora" not in read.text
        assert WHY in read.text
        assert [one.text for one in read.all("del")]
    assert "Wording 2, 1 June 2026" in read.text


def test_the_drafting_aid_reads_along(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    officer = browser("cora")
    assert "It has no remarks" in officer.open(f"/recommendations/{one.reference}/reword").text
    assert "“consider”" in officer.press("Change the words", status=422, text="The Trust should consider an apology.").text


def test_the_page_of_wordings_asks_the_same_however_many_there_are(cast: Cast, browser: Any, queries: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    page = browser(None)
    counts = []
    for turn in range(4):
        reworded(cast, one, text=f"{TEXT} {turn}")
        with queries() as seen:
            page.open(f"/recommendations/{one.reference}/wordings")
        counts.append(len(seen))
    assert len(set(counts)) == 1
