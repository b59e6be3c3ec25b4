"""The executive lead signs, or returns; what was signed is frozen, and anybody can check that it still is."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading

import pytest
import sqlalchemy as sa

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, PlanState, Snapshot
from portal.assessments.operations import receipts, signing, withdrawing
from portal.assessments.queries import signing as queries_of
from portal.audit import Event
from portal.gaps.models import Gap, GapKind, PlannedAction, Severity
from portal.gaps.operations import register
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.organisations.models import Membership
from portal.outbox import OutgoingLetter
from portal.policy import PORTAL, Role
from tests.builders import a_code, a_sent_assessment, a_signed_assessment, an_answered_assessment
from tests.people import Cast

BELOW = {"NHS-1.1": 1, "NHS-2.2": 2}


def letters(name):
    rows = db.session.scalars(sa.select(OutgoingLetter).where(OutgoingLetter.letter == name)).all()
    return sorted(row.to_address for row in rows)


def signed(assessment, cast, by="edwin", **how):
    how = {"version": assessment.version, "declared": True, "code": a_code(cast, by), "by": getattr(cast, by), **how}
    return signing.sign(assessment, **how)


def test_signing_freezes_what_was_signed(cast):
    assessment = a_signed_assessment(cast, levels=BELOW)
    snapshot = db.session.query(Snapshot).one()
    facts = json.loads(snapshot.content)
    assert hashlib.sha256(snapshot.content.encode()).hexdigest() == snapshot.sha256
    assert snapshot.content == json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert facts["organisation"]["code"] == "RTX"
    assert len(facts["answers"]) == assessment.answers_wanted
    assert facts["answers"][0]["level"] == 1
    assert facts["signatory"] == assessment.signatory == "Edwin Clarke, Executive lead"
    assert len(facts["standard"]["sha256"]) == 64
    assert (assessment.state, assessment.late, assessment.signed_alone) == (State.SIGNED_OFF, False, False)
    told = audit.trail(cast.trust.id, assessment.audited_as())
    assert [one.facts["sha256"] for one in told if one.event is Event.SIGNED_OFF] == [snapshot.sha256]
    assert letters("SIGNED_OFF") == ["edwin@example.org", "priya@example.org"]


def test_each_answer_under_its_target_opens_a_gap_with_its_action(cast):
    assessment = a_signed_assessment(cast, levels=BELOW)
    gaps = {gap.expectation: gap for gap in db.session.query(Gap)}
    assert set(gaps) == set(BELOW)
    assert gaps["NHS-1.1"].severity in (Severity.SERIOUS, Severity.STATUTORY)
    assert gaps["NHS-1.1"].about == assessment.reference
    assert gaps["NHS-1.1"].pillar == "NHS-1"
    actions = db.session.query(PlannedAction).all()
    assert {action.gap_id for action in actions} == {gap.id for gap in gaps.values()}
    assert actions[0].owner == "Head of Patient Experience"
    assert assessment.plan is PlanState.PROPOSED


def test_no_plan_is_needed_where_nothing_is_under_target(cast):
    assert a_signed_assessment(cast).plan is PlanState.NONE_NEEDED
    assert not db.session.query(Gap).count()


def test_an_open_gap_that_is_now_at_target_stays_open_until_publication(cast):
    gap = register.open_gap(
        organisation_id=cast.trust.id, organisation_kind="T", kind=GapKind.BELOW_TARGET, about="AS-OLD", standard="NHS",
        pillar="NHS-3", expectation="NHS-3.1", level=2, target=3, severity=Severity.MODERATE, due_on=clock.today(), by=PORTAL,
    )  # fmt: skip
    a_signed_assessment(cast)
    assert gap.closed_on is None


def test_handing_in_closes_the_gap_of_not_having_done_so(cast):
    gap = register.open_gap(
        organisation_id=cast.trust.id, organisation_kind="T", kind=GapKind.NOT_SUBMITTED, about="AS-OLD", standard="NHS",
        pillar="", expectation="", level=None, target=None, severity=Severity.MODERATE, due_on=clock.today(), by=PORTAL,
    )  # fmt: skip
    a_signed_assessment(cast)
    assert gap.closed_why == "Handed in on 1 June 2026"


def test_after_the_due_day_it_is_late_and_after_the_last_day_refused(cast):
    assessment = a_sent_assessment(cast)
    with clock.at(assessment.due_on + dt.timedelta(days=1)):
        signed(assessment, cast)
        db.session.commit()
        assert assessment.late
    other = a_sent_assessment(cast, cast.other, by="sam")
    with clock.at(other.closes_on + dt.timedelta(days=1)), pytest.raises(WrongState, match="closed on"):
        signed(other, cast, by="nadia")


@pytest.mark.parametrize(
    ("how", "refusal", "field"),
    [
        ({"declared": False}, Invalid, "declared"),
        ({"code": "000000"}, Invalid, "code"),
        ({"board_on": dt.date(2026, 5, 1)}, Invalid, "board_on"),
        ({"version": 1}, Stale, ""),
    ],
)
def test_of_a_refused_signature_nothing_stays(cast, how, refusal, field):
    assessment = a_sent_assessment(cast, levels=BELOW)
    with pytest.raises(refusal) as refused:
        signed(assessment, cast, **how)
    if field:
        assert refused.value.field == field
    db.session.commit()
    assert assessment.state is State.READY_FOR_SIGN_OFF
    assert not db.session.query(Snapshot).count()
    assert not db.session.query(Gap).count()
    assert not letters("SIGNED_OFF")


def test_others_may_not_sign(cast):
    assessment = a_sent_assessment(cast)
    for name in ("priya", "connie", "hal", "bea", "owen"):
        with pytest.raises(NotAllowed):
            signing.sign(assessment, version=assessment.version, code="1", declared=True, by=getattr(cast, name))
    with pytest.raises(NotFound):
        signing.sign(assessment, version=assessment.version, code="1", declared=True, by=cast.nadia)


def test_one_who_left_may_not_sign_and_what_they_signed_stays(cast, browser):
    first = a_signed_assessment(cast)
    second = a_sent_assessment(cast, period="2024-25")
    post = db.session.query(Membership).filter_by(person_id=cast.rows["edwin"].id).one()
    post.until_on = clock.today() - dt.timedelta(days=1)
    audit.record(Event.MEMBERSHIP_ENDED, post, by=PORTAL, person="Edwin Clarke", role="executive lead", reason="left")
    db.session.commit()
    with pytest.raises(NotFound):
        signed(second, cast)
    browser("edwin").open(f"/assessments/{second.reference}/sign-off", status=404)
    assert first.signatory.startswith("Edwin Clarke")
    assert not receipts.verify_snapshots()


def test_a_deputy_signs_for_somebody(cast):
    assessment = a_sent_assessment(cast)
    edwin = cast.edwin
    lead = db.session.query(Membership).filter_by(person_id=edwin.id).one()
    post = Membership(
        reference="MB-DEPUTY", person_id=cast.rows["bea"].id, organisation_id=cast.trust.id, role=Role.EXECUTIVE_LEAD,
        job_title="Deputy chief nurse", since_on=clock.today(), until_on=clock.today() + dt.timedelta(days=9), deputy_for_id=lead.id,
    )  # fmt: skip
    db.session.add(post)
    audit.record(Event.DEPUTY_NAMED, post, by=edwin, person="Bea Lindqvist", role="executive lead", until=post.until_on)
    db.session.commit()
    signed(assessment, cast, by="bea")
    assert assessment.signatory == "Bea Lindqvist, Deputy chief nurse, deputy for Edwin Clarke, Executive lead"


def test_one_person_practice_signs_its_own_by_declaration(cast, browser):
    assessment = a_sent_assessment(cast, cast.practice, by="gus")
    with pytest.raises(Invalid) as refused:
        signed(assessment, cast, by="gus")
    assert refused.value.field == "alone"
    signed(assessment, cast, by="gus", alone=True)
    db.session.commit()
    assert assessment.signed_alone
    assert len(queries_of.signatures(assessment.id)[0].facts["declaration"]) == 2
    for address in ("sign-off", "receipt"):
        assert "signed it themselves" in browser("gus").open(f"/assessments/{assessment.reference}/{address}").text
    assert "signed it themselves" in browser("owen").open(f"/reviews/{assessment.reference}/receipt").text


def test_in_a_large_organisation_nobody_signs_their_own_answers(cast):
    assessment = a_sent_assessment(cast)
    post = Membership(
        reference="MB-BOTH", person_id=cast.rows["priya"].id, organisation_id=cast.trust.id, role=Role.EXECUTIVE_LEAD,
        job_title="Director", since_on=clock.today(),
    )  # fmt: skip
    db.session.add(post)
    audit.record(Event.MEMBERSHIP_BEGAN, post, by=PORTAL, person="Priya Raman", role="executive lead")
    db.session.commit()
    with pytest.raises(NotAllowed, match="somebody else"):
        signed(assessment, cast, by="priya", alone=True)


def test_it_may_be_signed_subject_to_the_board(cast):
    assessment = a_sent_assessment(cast)
    signed(assessment, cast, board_on=dt.date(2026, 6, 20), governing_body_response="The board welcomes it.")
    assert assessment.signatory == "Edwin Clarke, Executive lead, subject to the board on 20 June 2026"
    assert assessment.governing_body_response == "The board welcomes it."


def test_a_return_carries_the_comment_to_the_manager(cast):
    assessment = a_sent_assessment(cast)
    with pytest.raises(Invalid):
        signing.return_to_manager(assessment, comment="", by=cast.edwin)
    signing.return_to_manager(assessment, comment="Look at 3.2 again.", by=cast.edwin)
    db.session.commit()
    assert assessment.state is State.IN_PROGRESS
    said = queries_of.last_sent_back(assessment)
    assert said is not None
    assert (said.by, said.words, said.reopened) == ("Edwin Clarke", "Look at 3.2 again.", False)
    assert letters("RETURNED") == ["priya@example.org"]


def test_a_withdrawal_says_why_and_closes_what_it_alone_brought_to_light(cast):
    assessment = a_signed_assessment(cast, levels=BELOW)
    with pytest.raises(Invalid):
        withdrawing.withdraw(assessment, reason="", by=cast.edwin)
    withdrawing.withdraw(assessment, reason="Two wards were left out.", by=cast.edwin)
    db.session.commit()
    assert (assessment.state, assessment.signatory, assessment.withdrawn_why) == (State.WITHDRAWN, "", "Two wards were left out.")
    assert {gap.closed_on for gap in db.session.query(Gap)} == {clock.today()}
    assert not receipts.verify_snapshots()
    with pytest.raises(WrongState):
        withdrawing.withdraw(assessment, reason="Again", by=cast.edwin)


def test_a_receipt_altered_by_hand_is_named(cast):
    first, second = a_signed_assessment(cast), a_signed_assessment(cast, cast.other, by="sam", signatory="nadia")
    assert not receipts.verify_snapshots()
    snapshots = Snapshot.__table__
    mine = snapshots.c.assessment_id == first.id
    content = db.session.scalar(sa.select(snapshots.c.content).where(mine))
    better = content.replace('"level":2', '"level":4').replace('"level":3', '"level":4')
    db.session.execute(sa.update(snapshots).where(mine).values(content=better))
    assert [(one.reference, one.number) for one in receipts.verify_snapshots()] == [(first.reference, 1)]
    assert "altered" in str(receipts.verify_snapshots()[0])
    forged = hashlib.sha256(better.encode()).hexdigest()
    db.session.execute(sa.update(snapshots).where(mine).values(sha256=forged))
    assert {one.reference for one in receipts.verify_snapshots()} == {first.reference}
    db.session.execute(sa.delete(snapshots).where(snapshots.c.assessment_id == second.id))
    assert second.reference in {one.reference for one in receipts.verify_snapshots()}


def test_two_signatures_at_once_are_one(own_app):
    cast = Cast.arrive()
    reference = a_sent_assessment(cast, levels=BELOW).reference
    version = db.session.query(Assessment).one().version
    code, token = a_code(cast, "edwin"), cast.sign_in("edwin")
    db.session.remove()
    answers = []

    def press():
        browser = own_app.test_client()
        with browser.session_transaction() as session:
            session["_user_id"] = token
        page = browser.get("/accessibility").get_data(as_text=True)
        csrf = page.partition('name="csrf-token" content="')[2].partition('"')[0]
        typed = {"csrf_token": csrf, "version": version, "declared": "y", "code": code}
        answers.append(browser.post(f"/assessments/{reference}/sign-off", data=typed).status_code)

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409]
    assert db.session.query(Snapshot).count() == 1
    assert db.session.query(Gap).count() == 2
    assert not audit.verify()


def test_it_is_read_and_signed_in_a_browser(cast, browser):
    assessment = a_sent_assessment(cast, levels=BELOW)
    edwin = browser("edwin")
    page = edwin.open(f"/assessments/{assessment.reference}/sign-off")
    assert "Set up your second factor" in page.links
    a_code(cast, "edwin")
    page = edwin.open(f"/assessments/{assessment.reference}/sign-off")
    assert "Approaching (plan agreed)" in page.text
    assert "2 expectations are below target" in page.text
    assert "What becomes public" in page.text
    page = edwin.press("Sign the assessment", governing_body_response="Kept", status=422)
    assert len(page.errors) == 2
    page = edwin.press("Sign the assessment", declared="y", code="123", status=422)
    assert "Kept" in page.form("Sign the assessment")["values"]["governing_body_response"]
    page = edwin.press("Sign the assessment", declared="y", code="1", governing_body_response="x" * 4001, status=422)
    assert page.errors == ["The response of your governing body must be 4,000 characters or fewer"]
    page = edwin.press("Sign the assessment", declared="y", governing_body_response="Welcome", code=a_code(cast, "edwin"))
    assert page.h1 == "Receipt for the assessment for 2025-26"
    link = next(href for words, href in page.links.items() if words.startswith("Download"))
    file = edwin.client.get(link)
    assert hashlib.sha256(file.data).hexdigest() in page.text
    assert file.headers["Content-Disposition"].startswith("attachment")
    edwin.send(f"/assessments/{assessment.reference}/sign-off", {"version": 1, "declared": "y", "code": "1"}, status=409)


def test_a_stale_page_is_not_signed(cast, browser):
    assessment = a_sent_assessment(cast)
    edwin = browser("edwin")
    a_code(cast, "edwin")
    edwin.open(f"/assessments/{assessment.reference}/sign-off")
    page = edwin.press("Sign the assessment", version="1", declared="y", code="1", governing_body_response="Mine", status=409)
    assert "Mine" in page.text


def test_it_is_returned_in_a_browser(cast, browser):
    assessment = a_sent_assessment(cast)
    edwin = browser("edwin")
    edwin.open(f"/assessments/{assessment.reference}/sign-off")
    page = edwin.press("Return to the complaints manager", status=422)
    assert page.errors == ["Say what should be looked at again"]
    page = edwin.press("Return to the complaints manager", comment="y" * 4001, status=422)
    assert "4,000" in page.errors[0]
    page = edwin.press("Return to the complaints manager", comment="Look again")
    assert page.h1 == "The assessment for 2025-26 on one page"


def test_who_may_reach_the_page_and_who_may_sign(cast, browser):
    assessment = a_sent_assessment(cast)
    address = f"/assessments/{assessment.reference}/sign-off"
    assert "Sign the assessment" not in browser("priya").open(address).text
    browser("priya").send(address, {"version": 1}, status=403)
    browser("nadia").open(address, status=404)
    browser("nadia").send(address, {"version": 1}, status=404)
    browser("edwin").open("/assessments/AS-NOSUCH/sign-off", status=404)
    browser("edwin").open(f"/assessments/{assessment.reference}/receipt", status=409)
    browser("edwin").open(f"/assessments/{assessment.reference}/receipt/1.json", status=404)
    browser("priya").open(f"/assessments/{assessment.reference}/withdraw", status=403)


def test_it_is_withdrawn_in_a_browser(cast, browser):
    assessment = an_answered_assessment(cast)
    edwin = browser("edwin", follow=False)
    edwin.open(f"/assessments/{assessment.reference}/withdraw")
    edwin.press("Withdraw the assessment", status=422)
    edwin.press("Withdraw the assessment", reason="We merge.", status=303)
    edwin.open(f"/assessments/{assessment.reference}/withdraw", status=409)


def test_the_page_takes_eight_queries_and_the_receipt_three(cast, browser, queries):
    assessment = a_sent_assessment(cast, levels=BELOW)
    here, edwin = f"/assessments/{assessment.reference}", browser("edwin")
    with queries() as seen:
        edwin.open(f"{here}/sign-off")
    assert len(seen) == 8
    signed(assessment, cast)
    db.session.commit()
    with queries() as seen:
        edwin.open(f"{here}/receipt")
    assert len(seen) == 3
