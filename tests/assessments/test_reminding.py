"""One letter a day at most, with everything in it, on the days on which something falls due."""

import datetime as dt
import json

from portal.assessments.operations import assigning, reminding
from portal.assessments.queries import colleagues
from portal.assessments.queries import reminding as reminding_queries
from portal.gaps.models import Gap, GapKind, PlannedAction, Severity
from portal.gaps.operations import planning, register
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Membership
from portal.organisations.operations import memberships
from portal.organisations.queries import recipients
from portal.outbox import OutgoingLetter
from portal.policy import Role
from tests.builders import a_sent_assessment, a_started_assessment, an_open_assessment, answers_of

DUE = dt.date(2026, 7, 1)  # the due day of builders' period


def reminded(day, since=None):
    with clock.at(day):
        done = 0
        for step in reminding.reminders(day, since):
            done += step()
            db.session.commit()
        return done


def digests():
    rows = db.session.query(OutgoingLetter).filter_by(letter="DIGEST").order_by(OutgoingLetter.id)
    return [(one.to_address.partition("@")[0], one.period, json.loads(one.facts)) for one in rows]


def lines_of(name):
    return [line for who, _, facts in digests() if who == name for part in facts["organisations"] for line in part["lines"]]


def test_the_days_of_reminders_over_a_whole_period(cast):
    a_started_assessment(cast)
    day = DUE - dt.timedelta(32)
    while day < DUE + dt.timedelta(45):
        reminded(day)
        day += dt.timedelta(1)
    days = [dt.date.fromisoformat(period) for who, period, _ in digests() if who == "priya"]
    assert [(day - DUE).days for day in days] == [-30, -14, -7, -1, 1, 8, 15, 22, 29]


def test_a_second_run_and_a_second_worker_add_nothing(cast):
    an_open_assessment(cast)
    assert reminded(DUE - dt.timedelta(7)) == 2
    assert reminded(DUE - dt.timedelta(7)) == 0


def test_the_lead_hears_of_the_signature_and_the_manager_of_where_it_is(cast):
    a_sent_assessment(cast)
    reminded(DUE - dt.timedelta(1))
    assert lines_of("edwin") == ["The assessment for 2025-26 waits for your signature: due tomorrow (1 July 2026)"]
    assert "executive lead" in lines_of("priya")[0]


def test_a_contributor_hears_only_of_what_was_assigned(cast):
    assessment = a_started_assessment(cast)
    reminded(DUE - dt.timedelta(14))
    assert not lines_of("connie")
    connie = cast.connie
    answer = answers_of(assessment)[0]
    assigning.assign(assessment, [answer.expectation], person_id=connie.id, by=cast.priya)
    db.session.commit()
    reminded(DUE - dt.timedelta(7))
    assert lines_of("connie") == ["1 expectation is assigned to you in the assessment for 2025-26: due in 7 days (1 July 2026)"]


def test_a_person_of_two_organisations_gets_one_letter_with_both(cast):
    an_open_assessment(cast)
    an_open_assessment(cast, cast.other)
    membership = db.session.query(Membership).filter_by(person_id=cast.rows["priya"].id).one()
    db.session.execute(
        Membership.__table__.insert(),
        [{"reference": "MB-TESTING", "person_id": membership.person_id, "organisation_id": cast.other.id,
          "role": Role.COMPLAINTS_MANAGER, "job_title": "", "since_on": clock.today()}],
    )  # fmt: skip
    db.session.commit()
    reminded(DUE - dt.timedelta(7))
    (mine,) = [facts for who, _, facts in digests() if who == "priya"]
    assert [part["name"] for part in mine["organisations"]] == ["Northmoor NHS Foundation Trust", "Southfell NHS Trust"]
    assert mine["number"] == 2


def test_what_is_near_comes_along_but_is_no_reason_to_write(cast):
    an_action(cast, dt.date(2026, 6, 10))  # 9 days before it is due when the letter falls due: no reason by itself
    assert reminded(dt.date(2026, 6, 2)) == 0
    an_open_assessment(cast)
    reminded(dt.date(2026, 6, 1))  # 30 days before the assessment is due
    assert [line.partition(":")[0] for line in lines_of("priya")] == ["Planned action", "The assessment for 2025-26 has not been started"]
    assert len(lines_of("edwin")) == 1


def test_an_overdue_action_is_said_to_be_overdue(cast):
    an_action(cast, dt.date(2026, 5, 31))
    reminded(dt.date(2026, 6, 1))
    assert lines_of("priya") == ["Planned action: Train the weekend team: 1 day overdue (31 May 2026)"]


def test_reminders_missed_while_the_worker_stood_still_come_in_one_letter(cast):
    an_open_assessment(cast)
    assert reminded(DUE - dt.timedelta(5), since=DUE - dt.timedelta(10)) == 2
    assert reminded(DUE - dt.timedelta(5), since=DUE - dt.timedelta(5)) == 0
    assert "due in 5 days" in lines_of("priya")[0]


def test_the_number_of_queries_does_not_grow_with_the_number_of_people(cast, queries):
    an_open_assessment(cast)
    day = DUE - dt.timedelta(7)

    def selects(day):
        with queries() as seen:
            reminded(day)
        return [one for one in seen if one.startswith("SELECT")]

    one = selects(day)
    for body in (cast.other, cast.practice, cast.department):
        an_open_assessment(cast, body)
    assert len(selects(DUE - dt.timedelta(1))) == len(one) == 7


def an_action(cast, due_on):
    register.open_gap(
        organisation_id=cast.trust.id, organisation_kind="T", kind=GapKind.BELOW_TARGET, about="AS-TESTING",
        standard="NHS", pillar="NHS-1", expectation="NHS-1.3", level=2, target=3, severity=Severity.MODERATE,
        due_on=due_on, by=cast.ada,
    )  # fmt: skip
    gap = db.session.query(Gap).one()
    planning.plan(gap, what="Train the weekend team.", owner="Head of Patient Experience", due_on=due_on, by=cast.priya)
    db.session.commit()
    assert db.session.query(PlannedAction).count() == 1


def test_whoever_was_taken_off_today_is_told_and_offered_nothing_any_more(cast):
    assessment = a_started_assessment(cast)
    membership = db.session.query(Membership).filter_by(person_id=cast.rows["edwin"].id).one()
    memberships.end(membership, reason="left", by=cast.bea)
    db.session.commit()
    assert recipients.holders(cast.trust.id, Role.EXECUTIVE_LEAD) == []
    assert colleagues.leads(cast.trust.id) == ()
    assert cast.rows["edwin"].id not in reminding_queries.people_to_remind(frozenset({assessment.due_on}), clock.today())
