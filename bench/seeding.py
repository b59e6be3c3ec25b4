"""Many bodies with three periods of answers, by bulk statements of PostgreSQL: invented, and only for measuring."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, Period, PublicFinding, Window
from portal.assessments.operations import publishing
from portal.assessments.queries import reviewing
from portal.audit import canonical
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.references import hashed
from portal.organisations.models import Organisation
from portal.standards import library

SAVERS = 50  # people who save at once in deadline week
TEXT = "We review every complaint each week and the team can show what changed since the spring of last year."


@dataclass(frozen=True)
class Seeded:
    """Where the measurements go: session tokens and references of what was made."""

    bodies: int
    manager_token: str
    reviewer_token: str
    saver_tokens: tuple[str, ...]
    references: tuple[str, ...]  # assessments in progress, one for each saver
    code: str  # a body with published findings
    expectation: str


def seed(bodies: int) -> Seeded:
    """Fill an empty database of this application with `bodies` trusts; PostgreSQL only."""
    today, now = clock.today(), clock.now()
    standard = library.latest("NHS")
    profile = library.profile(standard, "T")
    run = db.session.execute
    run(
        sa.text(
            """INSERT INTO organisations (code, name, sort_name, kind, region_code, board_code, joined_on, version)
            SELECT 'Z' || n, 'Body number ' || n, 'body number ' || lpad(n::text, 6, '0'), 'T', '', '', :today, 1
            FROM generate_series(1, :bodies) n"""
        ),
        {"bodies": bodies, "today": today},
    )
    run(
        sa.insert(Organisation.__table__),
        [{"code": "phso", "name": "The Ombudsman", "sort_name": "ombudsman", "kind": "PO", "region_code": "", "board_code": "", "version": 1}],
    )
    run(
        sa.text(
            """INSERT INTO people (reference, email, name, added_at, totp_last_step, version)
            SELECT 'PE-' || lpad(n::text, 7, '0'), 'person' || n || '@example.org', 'Person ' || n, :now, 0, 1
            FROM generate_series(1, :bodies + 1) n"""
        ),
        {"bodies": bodies, "now": now},
    )
    run(
        sa.text(
            """INSERT INTO memberships (reference, person_id, organisation_id, role, job_title, since_on)
            SELECT 'MB-' || lpad(p.id::text, 7, '0'), p.id, o.id, 'complaints manager', 'Complaints manager', :today
            FROM people p JOIN organisations o ON p.email = 'person' || substr(o.code, 2) || '@example.org'
            WHERE o.kind = 'T'"""
        ),
        {"today": today},
    )
    run(
        sa.text(
            """INSERT INTO memberships (reference, person_id, organisation_id, role, job_title, since_on)
            SELECT 'MB-REVIEW', p.id, o.id, 'standards reviewer', 'Reviewer', :today
            FROM people p, organisations o WHERE p.email = :email AND o.code = 'phso'"""
        ),
        {"email": f"person{bodies + 1}@example.org", "today": today},
    )
    for back in (2, 1, 0):
        _period(today, now, back, standard.id, standard.version, [(p.code, p.weight.value, p.target) for p in profile])
    _gaps(today)
    _publish_last(bodies)
    tokens = sessions(now, [f"person{n}@example.org" for n in range(1, SAVERS + 1)] + [f"person{bodies + 1}@example.org"])
    db.session.commit()
    tidied()
    current = sa.select(Assessment.reference).where(Assessment.state == "in progress").order_by(
        Assessment.organisation_id
    ).limit(SAVERS)
    # the first SAVERS bodies are in progress in the newest period
    rows = db.session.execute(current).all()
    return Seeded(
        bodies, tokens[0], tokens[-1], tuple(tokens[:-1]), tuple(row.reference for row in rows), f"Z{bodies}", profile[2].code
    )


def _period(
    today: dt.date, now: dt.datetime, back: int, standard: str, version: str, profile: list[tuple[str, str, int]]
) -> None:
    """One year: published for the two before; in the newest one, a third each in progress, signed off, under review."""
    session: Session = db.session()
    year = today.year - back
    period = Period(name=f"{year}-{(year + 1) % 100:02}", starts_on=dt.date(year, 4, 1), ends_on=dt.date(year + 1, 3, 31))
    due = today - dt.timedelta(days=365 * back - 5)
    session.execute(
        sa.insert(Period.__table__),
        [{"name": period.name, "starts_on": period.starts_on, "ends_on": period.ends_on, "reply_working_days": 10,
          "clarification_working_days": 10, "version": 1}],
    )
    period_id = session.scalar(sa.select(Period.id).where(Period.name == period.name))
    session.execute(
        sa.insert(Window.__table__),
        [{"period_id": period_id, "organisation_kind": "T", "standard": standard, "standard_version": version,
          "opens_on": due - dt.timedelta(days=150), "due_on": due, "closes_on": due + dt.timedelta(days=30), "opened_at": now}],
    )
    facts = {"period": period_id, "standard": standard, "version": version, "due": due, "now": now, "today": today,
             "closes": due + dt.timedelta(days=30), "back": back, "wanted": len(profile), "savers": SAVERS,
             "tag": f"{back}", "then": now - dt.timedelta(days=365 * back + 20)}
    state = (
        "'published'" if back else
        "CASE WHEN o.id <= :savers OR o.id % 3 = 0 THEN 'in progress' WHEN o.id % 3 = 1 THEN 'signed off' ELSE 'under review' END"
    )
    session.execute(
        sa.text(
            f"""WITH chosen AS (SELECT o.id, {state} AS state FROM organisations o WHERE o.kind = 'T')
            INSERT INTO assessments (reference, organisation_id, organisation_kind, period_id, standard, standard_version,
              state, first_due_on, due_on, closes_on, answers_wanted, answers_given, sent_at, signed_off_at, signed_off_on,
              signatory, signed_alone, governing_body_response, late, first_reviewer_id, sampled, checked,
              reliability_reason, reviewed_at, plan, plan_reason, outcome, published_on, withdrawn_why, queried, changed_at, version)
            SELECT 'AS-' || :tag || lpad(c.id::text, 6, '0'), c.id, 'T', :period, :standard, :version,
              c.state, :due, :due, :closes, :wanted, :wanted - 1, :then,
              CASE WHEN c.state <> 'in progress' THEN CAST(:then AS timestamptz) + c.id * interval '1 second' END,
              CASE WHEN c.state <> 'in progress' THEN CAST(:then AS timestamptz)::date END,
              CASE WHEN c.state <> 'in progress' THEN 'The executive lead' ELSE '' END, false, '', false,
              CASE WHEN c.state = 'under review' THEN (SELECT max(id) FROM people) END, false, false, '',
              CASE WHEN c.state = 'published' THEN CAST(:then AS timestamptz) END, 'proposed', '',
              CASE WHEN c.state = 'published' THEN 'MEETING' ELSE '' END,
              CASE WHEN c.state = 'published' THEN CAST(:then AS timestamptz)::date END, '', 0, :now, 1
            FROM chosen c"""
        ),
        facts,
    )
    session.execute(sa.text("CREATE TEMP TABLE IF NOT EXISTS wanted (position int, expectation text, weight text, target int)"))
    session.execute(sa.text("DELETE FROM wanted"))
    session.execute(
        sa.text("INSERT INTO wanted VALUES (:position, :expectation, :weight, :target)"),
        [{"position": n, "expectation": code, "weight": weight, "target": target} for n, (code, weight, target) in enumerate(profile)],
    )
    session.execute(
        sa.text(
            """INSERT INTO answers (assessment_id, assessment_reference, organisation_id, expectation, position, weight,
              target, level, not_applicable_why, claim, proof, proof_link, gap, action, action_owner, carried, confirmed,
              reworded, answered_by, answered_at, version)
            SELECT a.id, a.reference, a.organisation_id, w.expectation, w.position, w.weight, w.target,
              CASE WHEN w.position = 0 AND a.state = 'in progress' THEN NULL ELSE 2 + (a.id + w.position) % 3 END,
              '', :text, :text, '', '', '', '', false, true, false, 'Person', :now, 1
            FROM assessments a CROSS JOIN wanted w WHERE a.period_id = :period"""
        ),
        {"text": TEXT, "now": now, "period": period_id},
    )


def _publish_last(organisation_id: int) -> None:
    """What the public reads of the last body, which answers nothing while it is measured, frozen by the function that freezes it when a finding is published."""
    for assessment in db.session.scalars(
        sa.select(Assessment).where(Assessment.organisation_id == organisation_id, Assessment.state == State.PUBLISHED)
    ).all():
        standard = library.standard(assessment.standard, assessment.standard_version)
        said = publishing.content(
            assessment, reviewing.context(assessment), standard, reviewing.judged(assessment), None, reviewing.plan(assessment)
        )
        text = canonical(said)
        db.session.execute(
            sa.insert(PublicFinding.__table__),
            [{"assessment_id": assessment.id, "organisation_id": organisation_id, "published_at": clock.now(), "content": text,
              "sha256": hashlib.sha256(text.encode()).hexdigest()}],
        )


def _gaps(today: dt.date) -> None:
    """An open gap for every answer of the newest period that is under its target, and the tallies that count them."""
    db.session.execute(
        sa.text(
            """INSERT INTO gaps (reference, organisation_id, organisation_kind, kind, about, standard, pillar, expectation, recommendation,
              level, target, severity, opened_on, due_on, closed_why, version)
            SELECT 'GA-' || lpad(n.id::text, 8, '0'), n.organisation_id, 'T', 'below target', n.assessment_reference, 'NHS',
              left(n.expectation, 5), n.expectation, '', n.level, n.target, 'moderate',
              CAST(:today AS date) - CAST(n.id % 700 AS int), CAST(:today AS date) + 90, '', 1
            FROM answers n JOIN assessments a ON a.id = n.assessment_id
            WHERE a.state <> 'published' AND n.level < n.target"""
        ),
        {"today": today},
    )
    db.session.execute(
        sa.text(
            """INSERT INTO gap_tallies (organisation_kind, kind, pillar, severity, opened_month, change_by)
            SELECT organisation_kind, kind, pillar, severity, date_trunc('month', opened_on)::date, count(*)
            FROM gaps WHERE closed_on IS NULL GROUP BY 1, 2, 3, 4, 5"""
        )
    )


def tidied() -> None:
    """Leave the rows that were just poured in as PostgreSQL does by itself soon after a load: counted, and marked as seen by
    everybody, so that an index can answer alone."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def sessions(now: dt.datetime, addresses: list[str]) -> list[str]:
    tokens = [f"bench-token-{n}" for n in range(len(addresses))]
    db.session.execute(
        sa.text(
            """INSERT INTO browser_sessions (person_id, token_hash, began_at, expires_at, second_factor_at, browser)
            SELECT id, :hash, :now, :end, :now, 'bench' FROM people WHERE email = :email"""
        ),
        [{"hash": hashed(token), "now": now, "end": now + dt.timedelta(days=1), "email": email}
         for token, email in zip(tokens, addresses, strict=True)],
    )
    return tokens
