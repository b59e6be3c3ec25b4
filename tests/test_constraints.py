"""The database itself refuses what the rules forbid: every CHECK is broken on purpose, one at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal import create_app
from portal.config import Settings
from portal.demonstration import building
from portal.evidence.lifecycle import ItemState, VersionState
from portal.evidence.models import (
    Confidentiality,
    EvidenceItem,
    EvidenceKind,
    EvidenceVersion,
    Form,
    Mark,
    Pin,
    PinKind,
    Shows,
)
from portal.files.models import FileState, StoredFile
from portal.kernel import clock
from portal.kernel.db import db
from portal.recommendations.lifecycle import Acceptance, Delivery, DraftState
from portal.recommendations.models import Recommendation
from tests import databases
from tests.conftest import MONDAY


def first(table: str, setting: str, where: str = "1 = 1") -> str:
    """An UPDATE of the first row of `table` that fits."""
    return f"UPDATE {table} SET {setting} WHERE id = (SELECT min(id) FROM {table} WHERE {where})"


INVITED = """INSERT INTO invitations (reference, organisation_id, email, name, role, job_title, token_hash, invited_by, invited_at,
    expires_at, accepted_at, withdrawn_at, deputy_for_id, deputy_until_on)
    SELECT 'IN-TEST', min(id), {email}, 'N', 'contributor', '', 'hash', 'B', '2026-01-01 00:00:00', '2026-02-01 00:00:00',
    {accepted}, {withdrawn}, NULL, {until} FROM organisations"""


def invited(email: str = "'a@example.org'", accepted: str = "NULL", withdrawn: str = "NULL", until: str = "NULL") -> str:
    return INVITED.format(email=email, accepted=accepted, withdrawn=withdrawn, until=until)


DAY, MOMENT = "'2026-01-01'", "'2026-01-01 00:00:00'"
ASKED = """INSERT INTO extensions (reference, assessment_id, assessment_reference, organisation_id, until, reason, asked_by, asked_at,
    granted, decided_by, decided_at, decision)
    SELECT 'EX-TEST', id, reference, organisation_id, '2026-12-01', 'R', 'B', '2026-01-01 00:00:00', TRUE, '', NULL, ''
    FROM assessments ORDER BY id LIMIT 1"""

# What breaks each rule and no other: the name of the constraint, and a change that it must refuse.
BREAKS: dict[str, str] = {
    "ck_periods_ends_after_it_starts": first("periods", "ends_on = starts_on"),
    "ck_windows_days_in_order": first("windows", "due_on = opens_on"),
    "ck_assessments_signed_when_handed_in": first(
        "assessments", "signed_off_at = NULL, signed_off_on = NULL, signatory = ''", "state = 'signed off'"
    ),
    "ck_assessments_signature_is_whole": first("assessments", "signatory = ''", "state = 'signed off'"),
    "ck_assessments_published_has_a_day": first("assessments", "published_on = NULL", "state = 'published'"),
    "ck_assessments_published_has_an_outcome": first("assessments", "outcome = ''", "state = 'published'"),
    "ck_assessments_reviewed_has_a_moment": first("assessments", "reviewed_at = NULL", "state = 'reviewed'"),
    "ck_assessments_not_submitted_has_a_day": first("assessments", "not_submitted_on = NULL", "state = 'not submitted'"),
    "ck_assessments_withdrawn_says_why": first("assessments", "withdrawn_why = ''", "state = 'withdrawn'"),
    "ck_assessments_ready_was_sent": first("assessments", "sent_at = NULL", "state = 'ready for sign-off'"),
    "ck_assessments_review_has_a_reviewer": first("assessments", "first_reviewer_id = NULL", "state = 'under review'"),
    "ck_assessments_second_is_another": first(
        "assessments", "second_reviewer_id = first_reviewer_id", "first_reviewer_id IS NOT NULL"
    ),
    "ck_assessments_counts_hold": first("assessments", "answers_given = answers_wanted + 1"),
    "ck_answers_level_known": first("answers", "level = 5", "level IS NOT NULL"),
    "ck_answers_level_or_not_applicable": first("answers", "not_applicable_why = 'why'", "level IS NOT NULL"),
    "ck_answers_weight_known": first("answers", "weight = 'heavy'"),
    "ck_answers_only_carried_waits": first("answers", "confirmed = FALSE", "NOT carried"),
    "ck_extensions_decided_is_whole": ASKED,
    "ck_findings_level_known": first("findings", "level = 0"),
    "ck_findings_reason_given": first("findings", "reason = ''"),
    "ck_clarifications_answered_is_whole": first("clarifications", "answer = ''", "answer <> ''"),
    "ck_replies_answered_is_whole": first("replies", "answer = ''", "answer <> ''"),
    "ck_gaps_closed_says_why": first("gaps", "closed_why = ''", "closed_on IS NOT NULL"),
    "ck_gaps_below_target_names_expectation": first("gaps", "expectation = ''", "kind = 'below target' AND closed_on IS NOT NULL"),
    "ck_gaps_closed_after_opened": first("gaps", "closed_on = '1999-01-01'", "closed_on IS NOT NULL"),
    "ck_actions_finished_has_a_day": first("actions", "finished_on = NULL", "state = 'finished'"),
    "ck_organisations_closed_after_opened": first("organisations", "closed_on = '1901-01-01'", "opened_on IS NOT NULL"),
    "ck_successions_not_itself": first("successions", "successor_id = organisation_id"),
    "ck_branches_not_itself": first("branches", "branch_id = organisation_id"),
    "ck_people_email_folded": first("people", "email = 'Someone@Example.org'"),
    "ck_people_confirmed_has_secret": first("people", "totp_secret = NULL", "totp_confirmed_at IS NOT NULL"),
    "ck_memberships_ends_after_it_began": first("memberships", "until_on = '1999-01-01'"),
    "ck_memberships_deputies_have_an_end": first("memberships", "deputy_for_id = id, until_on = NULL", "until_on IS NULL"),
    "ck_memberships_ended_has_a_last_day": first("memberships", f"ended_at = {MOMENT}", "until_on IS NULL"),
    "ck_invitations_one_end": invited(accepted=MOMENT, withdrawn=MOMENT),
    "ck_invitations_email_folded": invited(email="'A@Example.org'"),
    "ck_invitations_deputies_have_an_end": invited(until=DAY),
    "ck_files_hash_is_whole": first("files", "sha256 = 'a'"),
    "ck_files_not_empty": first("files", "size = 0"),
    "ck_files_infected_names_malware": first("files", "malware = 'Eicar'", "state <> 'malware was found'"),
    "ck_files_scanned_says_when": first("files", "state = 'scanned, nothing found'", "scanned_at IS NULL"),
    "ck_files_scanned_says_by_what": first("files", "scanner = 'a scanner'", "scanned_at IS NULL"),
    "ck_evidence_items_has_a_title": first("evidence_items", "title = ''"),
    "ck_evidence_items_says_what_it_proves": first("evidence_items", "proves = ''"),
    "ck_evidence_items_covers_in_order": first("evidence_items", "covers_from = '2026-02-01', covers_until = '2026-01-01'"),
    "ck_evidence_items_has_a_version": first("evidence_items", "current_number = 0"),
    "ck_evidence_items_withdrawn_has_a_day": first("evidence_items", "state = 'withdrawn'", "state = 'in use'"),
    "ck_evidence_items_withdrawn_says_why": first("evidence_items", "withdrawn_why = 'why'", "state = 'in use'"),
    "ck_evidence_items_withdrawn_is_kept_until": first("evidence_items", f"keep_until = {DAY}", "state = 'in use'"),
    "ck_evidence_items_hold_says_why": first("evidence_items", "hold_why = 'why'", "NOT on_hold"),
    "ck_evidence_versions_counted_from_one": first("evidence_versions", "number = 0"),
    "ck_evidence_versions_file_is_whole": first("evidence_versions", "sha256 = ''", "form = 'file'"),
    "ck_evidence_versions_link_is_whole": first("evidence_versions", "link = ''", "form = 'link'"),
    "ck_evidence_versions_held_is_whole": first("evidence_versions", "form = 'held, may be inspected'", "form = 'link'"),
    "ck_evidence_versions_file_until_removed": first("evidence_versions", "file_id = NULL", "file_id IS NOT NULL"),
    "ck_evidence_versions_looked_at_is_whole": first("evidence_versions", "could_be_read = NULL", "state = 'released' AND form = 'file'"),
    "ck_evidence_versions_choice_follows_a_look": first("evidence_versions", "state = 'waiting for a choice'", "looked_at IS NULL"),
    "ck_evidence_versions_released_was_looked_at": first(
        "evidence_versions", "looked_at = NULL, could_be_read = NULL", "state = 'released' AND form = 'file'"
    ),
    "ck_evidence_versions_choice_is_whole": first("evidence_versions", "chosen_by = 'B'", "choice IS NULL"),
    "ck_evidence_versions_explained_says_why": first(
        "evidence_versions", f"choice = 'it may stay, for a reason', chosen_by = 'B', chosen_at = {MOMENT}", "choice IS NULL"
    ),
    "ck_evidence_versions_stopped_says_why": first("evidence_versions", "stopped_why = 'why'", "state <> 'stopped'"),
    "ck_evidence_versions_stopped_says_when": first("evidence_versions", f"stopped_at = {MOMENT}", "state = 'released'"),
    "ck_pins_page_counted": first("pins", "page = -1"),
    "ck_pins_removed_by_somebody": first("pins", "removed_by = 'B'", "removed_at IS NULL"),
    "ck_marks_reason_given": first("marks", "reason = ''", "shows = 'cannot open'"),
    "ck_recommendations_counted_from_one": first("recommendations", "number = 0"),
    "ck_recommendations_severity_on_the_scale": first("recommendations", "severity = 7"),
    "ck_recommendations_says_something": first("recommendations", "public_text = ''"),
    "ck_recommendations_issued_says_when": first(
        "recommendations", "issued_at = NULL, issued_on = NULL", "state = 'issued'"
    ),
    "ck_recommendations_issued_has_a_day": first("recommendations", "issued_on = NULL", "state = 'issued'"),
    "ck_recommendations_issued_says_by_whom": first(
        "recommendations", "approved_by = '', approved_by_id = NULL", "state = 'issued'"
    ),
    "ck_recommendations_approver_is_whole": first("recommendations", "approved_by_id = NULL", "state = 'issued'"),
    "ck_recommendations_nobody_approves_their_own": first("recommendations", "approved_by_id = drafted_by_id", "state = 'issued'"),
    "ck_recommendations_waiting_was_sent": first("recommendations", "state = 'awaiting approval'", "state = 'draft'"),
    "ck_recommendations_answered_once_issued": first("recommendations", "acceptance = 'accepted'", "state = 'draft'"),
    "ck_recommendations_due_after_issue": first("recommendations", "due_on = issued_on", "state = 'issued'"),
    "ck_outgoing_letters_sent_when_sent": first("outgoing_letters", f"sent_at = {MOMENT}", "state <> 'sent'"),
}


SHA256 = "a" * 64


def some_evidence() -> None:
    """What the demonstration need not hold: a link, and a file that was released, pinned and marked."""
    one, who = (db.session.execute(sa.text(f"SELECT min(id) FROM {table}")).scalar_one() for table in ("organisations", "people"))
    file = db.session.scalar(sa.insert(StoredFile).returning(StoredFile.id), [{
        "sha256": SHA256, "size": 1, "kind": "text", "state": FileState.UNSCANNED, "received_at": clock.now(),
    }])  # fmt: skip
    item = db.session.scalar(sa.insert(EvidenceItem.__table__).returning(EvidenceItem.__table__.c.id), [{
        "reference": "EV-TEST", "organisation_id": one, "title": "T", "sort_title": "t", "searched": "t",
        "kind": EvidenceKind.POLICY, "proves": "P", "owner": "O", "confidentiality": Confidentiality.PUBLIC,
        "received_on": clock.today(), "handed_in_by": "B", "batch": "HI-TEST", "state": ItemState.IN_USE, "current_number": 2,
        "withdrawn_why": "", "on_hold": False, "hold_why": "", "version": 1,
    }])  # fmt: skip
    version = {
        "item_id": item, "item_reference": "EV-TEST", "organisation_id": one, "name": "", "note": "", "received_at": clock.now(),
        "received_by": "B", "state": VersionState.RELEASED, "unread_why": "", "choice_reason": "", "chosen_by": "", "stopped_why": "",
        "unstrippable": False,
        "link": "", "held_where": "", "sha256": "", "file_id": None, "looked_at": None, "could_be_read": None,
    }  # fmt: skip
    versions = EvidenceVersion.__table__
    db.session.execute(sa.insert(versions), [
        {**version, "number": 1, "form": Form.LINK, "link": "https://example.org"},
        {**version, "number": 2, "form": Form.FILE, "sha256": SHA256, "file_id": file, "looked_at": clock.now(), "could_be_read": True},
    ])  # fmt: skip
    pin = db.session.scalar(sa.insert(Pin.__table__).returning(Pin.__table__.c.id), [{
        "reference": "PN-TEST", "organisation_id": one, "item_id": item, "item_reference": "EV-TEST",
        "version_id": db.session.scalar(sa.select(sa.func.max(versions.c.id))), "kind": PinKind.ACTION, "about": "AC-TEST", "page": 1,
        "place": "", "carried": False, "pinned_at": clock.now(), "pinned_by": "B", "removed_by": "", "version": 1,
    }])  # fmt: skip
    db.session.execute(sa.insert(Mark.__table__), [{
        "organisation_id": one, "item_reference": "EV-TEST", "pin_id": pin, "pin_reference": "PN-TEST", "reviewer_id": who,
        "shows": Shows.CANNOT_OPEN, "reason": "R", "marked_at": clock.now(), "version": 1,
    }])  # fmt: skip


def some_recommendations() -> None:
    """What the demonstration holds none of: a draft, and one that was issued."""
    one = db.session.execute(sa.text("SELECT min(id) FROM organisations")).scalar_one()
    author, other = db.session.execute(sa.text("SELECT min(id), max(id) FROM people")).one()
    draft = {
        "organisation_id": one, "case_reference": "P-1", "type": "apology", "severity": 1, "failing": "F", "text": "T",
        "public_text": "P", "due_on": clock.today() + timedelta(days=30), "overruled_why": "", "state": DraftState.DRAFT,
        "acceptance": Acceptance.AWAITING, "delivery": Delivery.NOT_DUE, "drafted_by_id": author, "drafted_by": "B",
        "drafted_at": clock.now(), "sent_at": None, "returned_why": "", "approved_by_id": None, "approved_by": "",
        "issued_at": None, "issued_on": None, "changed_at": clock.now(), "version": 1,
    }  # fmt: skip
    issued = {"state": DraftState.ISSUED, "approved_by_id": other, "approved_by": "C", "issued_at": clock.now(), "issued_on": clock.today()}
    db.session.execute(sa.insert(Recommendation.__table__), [
        {**draft, "reference": "RC-TEST1", "number": 1}, {**draft, **issued, "reference": "RC-TEST2", "number": 2},
    ])  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A database with rows in every state: the demonstration's."""
    folder = tmp_path_factory.mktemp("constraints")
    with databases.empty(os.environ.get("PORTAL_TEST_DATABASE", "sqlite"), folder) as url, clock.at(MONDAY):
        app = create_app(Settings(instance=folder / "instance", database_url=url, demonstration=True))
        with app.app_context():
            databases.migrate()
            building.build_if_empty()
            some_evidence()
            some_recommendations()
            db.session.commit()
            yield app
            db.session.remove()
            db.engine.dispose()


def named() -> tuple[set[str], dict[str, tuple[str, str]]]:
    """Every CHECK of the schema by name; those that pin a column to its choices apart, as (table, column)."""
    ours, pinned = set(), {}
    for table in db.metadata.tables.values():
        choices = {f"ck_{table.name}_{column.type.name}": (table.name, column.name)
                   for column in table.columns if isinstance(column.type, sa.Enum)}  # fmt: skip
        pinned.update(choices)
        for one in table.constraints:
            if isinstance(one, sa.CheckConstraint):
                name = str(one.name)
                ours.add(name if name.startswith("ck_") else f"ck_{table.name}_{name}")
    return ours - set(pinned), pinned


def refused(statement: str) -> str:
    """The database's refusal of one change, which is undone."""
    with db.engine.connect() as connection, pytest.raises(IntegrityError) as refusal:
        connection.exec_driver_sql(statement)
    return str(refusal.value.orig)


def test_every_rule_of_the_schema_is_broken_here(built: Flask) -> None:
    assert named()[0] == set(BREAKS)


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses_what_breaks(built: Flask, name: str) -> None:
    assert name in refused(BREAKS[name])


# Rows of which a nonsense word breaks no other rule as well.
PLAIN = {
    "ck_evidence_versions_form": "form = 'link'",
    "ck_assessments_state": "state = 'in progress'",
    "ck_actions_state": "state = 'planned'",
    "ck_gaps_kind": "kind = 'not submitted'",
    "ck_recommendations_state": "state = 'draft'",
    "ck_recommendations_acceptance": "state = 'issued'",
    "ck_recommendations_delivery": "state = 'issued'",
}


def test_a_word_that_is_none_of_the_choices_is_refused(built: Flask) -> None:
    for name, (table, column) in named()[1].items():
        if table != "invitations":  # the demonstration invites nobody
            assert name in refused(first(table, f"{column} = 'nonsense'", PLAIN.get(name, "1 = 1"))), name
