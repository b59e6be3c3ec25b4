"""The database itself refuses what the rules forbid: every CHECK is broken on purpose, one at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal import create_app
from portal.accreditation.lifecycle import AttemptKind, AttemptState, CertificateKind, StatusVerb
from portal.accreditation.models import (
    Attempt,
    AttemptItem,
    AwardEdition,
    Certificate,
    CertificateDecision,
    CourseVersion,
    CpdEntry,
    Enrolment,
    LessonRead,
    PassDecision,
    PublishedFigure,
    Remark,
    RemarkedPaper,
    ScenarioTry,
    StatedPosts,
    TimeAllowed,
)
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
from portal.recommendations.models import ApiToken, Recommendation
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
    "ck_course_versions_version_is_counted": first("course_versions", "minor = -1"),
    "ck_course_versions_hash_is_whole": first("course_versions", "sha256 = 'abc'"),
    "ck_enrolments_cycle_counts_from_one": first("enrolments", "cycle = 0"),
    "ck_enrolments_learnt_after_it_began": first("enrolments", "learnt_at = '2001-01-01 00:00:00'"),
    "ck_lessons_read_page_was_reached": first("lessons_read", "page = furthest + 1"),
    "ck_lessons_read_time_runs_forward": first("lessons_read", "seconds = -1"),
    "ck_award_editions_counted_from_one": first("award_editions", "number = 0"),
    "ck_award_editions_hash_is_whole": first("award_editions", "sha256 = 'short'"),
    "ck_certificate_decisions_counted_from_one": first("certificate_decisions", "number = 0"),
    "ck_certificate_decisions_has_a_reason": first("certificate_decisions", "reason = ''"),
    "ck_certificates_cycle_counts_from_one": first("certificates", "cycle = 0"),
    "ck_certificates_ends_after_it_begins": first("certificates", "valid_until_on = valid_from_on"),
    "ck_certificates_hash_is_whole": first("certificates", "content_sha256 = 'short'"),
    "ck_certificates_identity_is_hashed": first("certificates", "identity_hash = 'somebody@example.org'"),
    "ck_certificates_issue_counts_from_one": first("certificates", "issue = 0"),
    "ck_certificates_lists_count_from_one": first("certificates", "lists = 0"),
    "ck_certificates_of_a_course_that_was_taken": first("certificates", "enrolment_id = NULL", "kind = 'course'"),
    "ck_certificates_of_a_version_of_a_course": first("certificates", "course_version_id = NULL", "kind = 'course'"),
    "ck_certificates_of_an_edition_of_an_award": first("certificates", "award_edition_id = 900", "kind = 'course'"),
    "ck_certificates_revocation_has_its_place": first("certificates", "revocation_index = 131072"),
    "ck_certificates_score_is_a_share": first("certificates", "score = 101"),
    "ck_certificates_shows_a_score_that_is_there": first("certificates", "score = NULL, score_shown = TRUE"),
    "ck_certificates_suspension_has_its_place": first("certificates", "suspension_index = -1"),
    "ck_cpd_entries_observed_counts": first("cpd_entries", "observed = -1"),
    "ck_scenario_tries_finished_has_points": first("scenario_tries", "points = NULL"),
    "ck_scenario_tries_finished_is_judged": first("scenario_tries", "passed = NULL"),
    "ck_paper_attempts_counted_from_one": first("paper_attempts", "number = 0"),
    "ck_paper_attempts_ends_after_it_begins": first("paper_attempts", "deadline_at = began_at"),
    "ck_paper_attempts_extra_is_bounded": first("paper_attempts", "extra = 301"),
    "ck_paper_attempts_over_has_a_moment": first("paper_attempts", "ended_at = NULL, correct = NULL, critical = NULL, passed = NULL", "state = 'handed in'"),
    "ck_paper_attempts_over_is_marked": first("paper_attempts", "correct = NULL", "state = 'handed in'"),
    "ck_paper_attempts_over_is_looked_through": first("paper_attempts", "critical = NULL", "state = 'handed in'"),
    "ck_paper_attempts_over_is_judged": first("paper_attempts", "passed = NULL", "state = 'handed in'"),
    "ck_paper_attempts_correct_of_those_asked": first("paper_attempts", "correct = asked + 1", "state = 'handed in'"),
    "ck_paper_attempts_nothing_critical_passes": first("paper_attempts", "critical = 1, passed = TRUE", "state = 'handed in'"),
    "ck_remarks_has_a_reason": first("remarks", "because = ''"),
    "ck_remarked_papers_nothing_critical_passes": first("remarked_papers", "critical_after = 1, passed_after = TRUE"),
    "ck_remarked_papers_right_is_counted": first("remarked_papers", "correct_after = -1"),
    "ck_remarked_papers_critical_is_counted": first("remarked_papers", "critical_before = -1"),
    "ck_pass_decisions_has_a_reason": first("pass_decisions", "reason = ''"),
    "ck_stated_posts_counted_from_one": first("stated_posts", "number = 0"),
    "ck_stated_posts_posts_are_bounded": first("stated_posts", "posts = 0"),
    "ck_published_figures_said_whole": first("published_figures", "posts = NULL"),
    "ck_published_figures_accredited_of_posts": first("published_figures", "accredited = posts + 1"),
    "ck_published_figures_hash_is_whole": first("published_figures", "sha256 = 'short'"),
    "ck_published_figures_before_is_whole": first("published_figures", "before = 'short'"),
    "ck_paper_items_counted_from_one": first("paper_items", "position = 0"),
    "ck_paper_items_answered_has_a_moment": first("paper_items", "answered_at = NULL"),
    "ck_paper_items_marked_whole": first("paper_items", "correct = NULL"),
    "ck_time_allowed_extra_is_bounded": first("time_allowed", "extra = -1"),
    "ck_works_counted_from_one": first("works", "number = 0"),
    "ck_works_handed_in_has_a_moment": first("works", "state = 'being written'", "state = 'waiting to be marked'"),
    "ck_works_handed_in_is_counted": first("works", "words = NULL", "state = 'waiting to be marked'"),
    "ck_works_handed_in_is_marked_by_a_day": first("works", "mark_by = NULL", "state = 'waiting to be marked'"),
    "ck_works_decided_has_a_moment": first("works", "state = 'waiting to be marked'", "state = 'passed'"),
    "ck_works_decided_has_points": first("works", "points = NULL", "state = 'passed'"),
    "ck_works_points_of_a_hundred": first("works", "points = 101", "state = 'passed'"),
    "ck_work_texts_time_runs_forward": first("work_texts", "seconds = -1"),
    "ck_markings_nobody_marks_their_own": first("markings", "assessor_id = learner_id"),
    "ck_markings_repeat_names_the_first": first("markings", "place = 'hidden repeat'"),
    "ck_markings_finished_or_put_back": first("markings", f"put_back_at = {MOMENT}"),
    "ck_work_marks_level_of_the_rubric": first("work_marks", "level = 5"),
    "ck_practice_markings_counted_from_one": first("practice_markings", "round = 0"),
    "ck_practice_markings_says_levels": first("practice_markings", "levels = ''"),
    "ck_kept_comments_says_something": first("kept_comments", "text = ''"),
    "ck_appeals_says_why": first("appeals", "grounds = ''"),
    "ck_appeals_points_of_a_hundred": first("appeals", "points_before = 101"),
    "ck_appeals_decided_has_a_moment": first("appeals", "state = 'waiting for a decision'", "state = 'the marks stand'"),
    "ck_appeals_decided_has_reasons": first("appeals", "reasons = ''", "state = 'the marks stand'"),
    "ck_appeals_decided_by_somebody": first("appeals", "marking_id = NULL", "state = 'the marks stand'"),
    "ck_ties_to_somebody_else": first("ties", "person_id = assessor_id"),
    "ck_ties_ends_after_it_began": first("ties", "ended_at = '2001-01-01 00:00:00'"),
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
    "ck_gaps_promise_names_recommendation": first(
        "gaps", "recommendation = 'RC-TEST', standard = ''", "kind = 'not submitted' AND closed_on IS NOT NULL"
    ),
    "ck_gaps_standard_or_recommendation": first("gaps", "standard = ''", "kind = 'not submitted' AND closed_on IS NOT NULL"),
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
    "ck_recommendations_answered_once_issued": first("recommendations", f"acceptance = 'accepted', answered_on = {DAY}", "state = 'draft'"),
    "ck_recommendations_due_after_issue": first("recommendations", "due_on = issued_on", "state = 'issued'"),
    "ck_recommendations_issued_says_when_due": first("recommendations", "original_due_on = NULL", "state = 'issued'"),
    "ck_recommendations_issued_waits_for_an_answer": first("recommendations", "answer_due_on = NULL", "state = 'issued'"),
    "ck_recommendations_answered_has_a_day": first("recommendations", "answered_on = NULL", "acceptance = 'accepted'"),
    "ck_recommendations_complied_says_when": first("recommendations", "complied_on = NULL", "delivery = 'complied late'"),
    "ck_recommendations_ended_has_a_day": first(
        "recommendations", f"ended_on = NULL, ending = NULL, next_evidence_on = {DAY}", "delivery = 'not complied'"
    ),
    "ck_recommendations_ended_says_how": first("recommendations", "ending = NULL", "delivery = 'not complied'"),
    "ck_recommendations_transferred_is_whole": first("recommendations", "ending = 'transferred'", "delivery = 'not complied'"),
    "ck_recommendations_open_says_when_evidence_comes": first("recommendations", "next_evidence_on = NULL", "delivery = 'in progress'"),
    "ck_recommendations_on_time_is_on_time": first(
        "recommendations", "due_on = '2001-01-01', issued_on = '2000-01-01'", "delivery = 'complied on time'"
    ),
    "ck_recommendations_late_is_late": first("recommendations", "complied_on = due_on", "delivery = 'complied late'"),
    "ck_recommendations_level_of_the_ladder": first("recommendations", "level = 6", "state = 'issued'"),
    "ck_recommendation_wordings_changed_says_why": first("recommendation_wordings", "reason = 'R'", "number = 1"),
    "ck_recommendation_wordings_says_something": first("recommendation_wordings", "public_text = ''"),
    "ck_recommendation_successions_of_another": first("recommendation_successions", "new_id = old_id"),
    "ck_recommendation_successions_says_why": first("recommendation_successions", "reason = ''"),
    "ck_responses_is_an_answer": first("responses", "answer = 'awaiting response', reasons = 'R'", "answer = 'accepted'"),
    "ck_responses_signed_says_when": first("responses", "signed_at = NULL, signed_on = NULL", "state = 'signed'"),
    "ck_responses_signed_has_a_day": first("responses", "signed_on = NULL", "state = 'signed'"),
    "ck_responses_signed_says_by_whom": first("responses", "signatory = ''", "state = 'signed'"),
    "ck_responses_signed_is_sealed": first("responses", "sha256 = ''", "state = 'signed'"),
    "ck_responses_in_part_says_which": first("responses", "not_accepted = 'P'", "answer = 'accepted'"),
    "ck_responses_refused_says_why": first("responses", "reasons = ''", "answer = 'not accepted'"),
    "ck_promised_steps_says_what_and_who": first("promised_steps", "owner = ''"),
    "ck_promised_steps_counted_from_one": first("promised_steps", "position = 0"),
    "ck_progress_reports_says_something": first("progress_reports", "changed = ''"),
    "ck_progress_reports_finished_has_a_day": first("progress_reports", "done_on = NULL", "finished"),
    "ck_progress_reports_unfinished_says_what_is_left": first("progress_reports", "left_to_do = ''", "NOT finished"),
    "ck_checklist_lines_seen_counted_from_one": first("checklist_lines_seen", "line = 0"),
    "ck_checklist_lines_seen_says_by_whom": first("checklist_lines_seen", "seen_by = ''"),
    "ck_verdicts_says_why": first("verdicts", "reason = ''"),
    "ck_verdicts_complied_says_when": first("verdicts", "complied_on = NULL", "kind = 'complied'"),
    "ck_verdicts_more_needed_says_until_when": first("verdicts", "due_on = NULL", "kind = 'more needed'"),
    "ck_verdicts_partly_says_how_far": first("verdicts", "steps_done = NULL, steps_of = NULL", "kind = 'partly'"),
    "ck_verdicts_partly_is_whole": first("verdicts", "steps_of = NULL", "kind = 'partly'"),
    "ck_verdicts_partly_is_not_all": first("verdicts", "steps_done = steps_of", "kind = 'partly'"),
    "ck_recommendation_extensions_is_longer": first("recommendation_extensions", "until_day = from_day"),
    "ck_recommendation_extensions_says_why": first("recommendation_extensions", "reason = ''"),
    "ck_recommendation_extensions_decided_says_when": first(
        "recommendation_extensions", "decided_at = NULL, decided_by = ''", "state = 'granted'"
    ),
    "ck_recommendation_extensions_decided_says_by_whom": first("recommendation_extensions", "decided_by = ''", "state = 'granted'"),
    "ck_pauses_says_why": first("pauses", "reason = ''"),
    "ck_pauses_has_a_length": first("pauses", "until_day = from_day"),
    "ck_pauses_ended_by_somebody": first("pauses", f"ended_on = {DAY}", "ended_on IS NULL"),
    "ck_ladder_steps_level_of_the_ladder": first("ladder_steps", "level = 6", "level = 5"),
    "ck_ladder_steps_portal_sends_the_first_two": first("ladder_steps", "level = 3", "state = 'sent by the portal'"),
    "ck_ladder_steps_decided_says_when": first("ladder_steps", "decided_at = NULL, decided_by = ''", "state = 'taken'"),
    "ck_ladder_steps_decided_says_by_whom": first("ladder_steps", "decided_by = ''", "state = 'taken'"),
    "ck_contacts_says_something": first("contacts", "words = ''"),
    "ck_complainant_questions_answered_is_whole": first("complainant_questions", "arrived = NULL", "answered_at IS NOT NULL"),
    "ck_complainant_questions_answered_both": first("complainant_questions", "matches = NULL", "answered_at IS NOT NULL"),
    "ck_complainant_questions_can_be_answered": first("complainant_questions", "expires_on = '2000-01-01'"),
    "ck_api_tokens_says_something": first("api_tokens", "name = ''"),
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
    """What the demonstration need not hold: a draft, one that was issued, and a token."""
    one = db.session.execute(sa.text("SELECT min(id) FROM organisations")).scalar_one()
    author, other = db.session.execute(sa.text("SELECT min(id), max(id) FROM people")).one()
    draft = {
        "organisation_id": one, "organisation_kind": "T", "case_reference": "P-1", "type": "apology", "severity": 1, "failing": "F", "text": "T",
        "public_text": "P", "due_on": clock.today() + timedelta(days=30), "overruled_why": "", "state": DraftState.DRAFT,
        "acceptance": Acceptance.AWAITING, "delivery": Delivery.NOT_DUE, "drafted_by_id": author, "drafted_by": "B",
        "drafted_at": clock.now(), "sent_at": None, "returned_why": "", "approved_by_id": None, "approved_by": "",
        "issued_at": None, "issued_on": None, "original_due_on": None, "answer_due_on": None, "next_evidence_on": None,
        "officer_id": author, "officer": "B", "level": 0, "objected": False, "source": "", "changed_at": clock.now(), "version": 1,
    }  # fmt: skip
    issued = {"state": DraftState.ISSUED, "approved_by_id": other, "approved_by": "C", "issued_at": clock.now(), "issued_on": clock.today(),
              "original_due_on": draft["due_on"], "answer_due_on": draft["due_on"], "next_evidence_on": draft["due_on"]}  # fmt: skip
    db.session.execute(sa.insert(Recommendation.__table__), [
        {**draft, "reference": "RC-TEST1", "number": 1}, {**draft, **issued, "reference": "RC-TEST2", "number": 2},
    ])  # fmt: skip
    db.session.execute(sa.insert(ApiToken.__table__), [{
        "reference": "TK-TEST", "name": "N", "token_hash": "hash", "scopes": "S", "person_id": author, "made_at": clock.now(),
        "ends_on": clock.today(), "version": 1,
    }])  # fmt: skip


def some_learning() -> None:
    """A course, somebody who has read a lesson and walked through a scenario, a paper that is open and one that is over."""
    now, person = clock.now(), db.session.scalar(sa.text("SELECT min(id) FROM people"))
    version = CourseVersion(course="T1", major=1, minor=0, patch=0, title="T", sha256="0" * 64, note="N", published_at=now, published_by="B")
    enrolment = Enrolment(person_id=person, course="T1", course_version_id=1, cycle=1, began_at=now, learnt_at=now)
    db.session.execute(sa.insert(CourseVersion.__table__), [{**_facts(version), "id": 900}])
    db.session.execute(sa.insert(Enrolment.__table__), [{**_facts(enrolment), "id": 900, "course_version_id": 900}])
    db.session.execute(sa.insert(LessonRead.__table__), [{"enrolment_id": 900, "lesson": "L", "page": 1, "furthest": 2, "seconds": 1, "seen_at": now}])
    db.session.execute(sa.insert(CpdEntry.__table__), [{"person_id": person, "source": "S", "title": "T", "counted_on": now.date(), "claimed": 5, "observed": 5}])
    tried = {"enrolment_id": 900, "scenario": "S", "path": "", "began_at": now, "version": 1}
    db.session.execute(sa.insert(ScenarioTry.__table__), [{**tried, "number": 1, "finished_at": now, "points": 1, "passed": True}])
    paper = {
        "enrolment_id": 900, "person_id": person, "course": "T1", "course_version_id": 900, "kind": AttemptKind.EXAMINATION, "seed": 1, "extra": 0,
        "began_at": now, "deadline_at": now + timedelta(hours=1), "asked": 2, "version": 1,
    }  # fmt: skip
    over = {"ended_at": now, "correct": 1, "critical": 0, "passed": False}
    db.session.execute(sa.insert(Attempt.__table__), [
        {**paper, **over, "id": 900, "reference": "PA-TEST1", "number": 1, "state": AttemptState.HANDED_IN},
        {**paper, **dict.fromkeys(over), "id": 901, "reference": "PA-TEST2", "number": 2, "state": AttemptState.OPEN},
    ])  # fmt: skip
    item = {"attempt_id": 900, "position": 1, "question": "Q", "offered": "0,1", "answer": "0", "answered_at": now, "late": False}
    db.session.execute(sa.insert(AttemptItem.__table__), [{**item, "correct": True, "critical": False}])
    db.session.execute(sa.insert(TimeAllowed.__table__), [{"person_id": person, "extra": 25, "granted_by": "B", "granted_at": now, "version": 1}])
    some_certificates(person)
    some_remarks_and_figures()


def some_remarks_and_figures() -> None:
    """A paper that was marked again and decided about; posts as they were stated, and the figure of a month."""
    now = clock.now()
    db.session.execute(sa.insert(Remark.__table__), [
        {"id": 900, "reference": "RM-TEST", "course": "T1", "course_version_id": 900, "because": "B", "made_at": now, "made_by": "B"},
    ])  # fmt: skip
    paper = db.session.scalars(sa.select(Attempt.id).where(Attempt.ended_at.is_not(None)).order_by(Attempt.id)).first()
    db.session.execute(sa.insert(RemarkedPaper.__table__), [
        {"id": 900, "remark_id": 900, "attempt_id": paper, "correct_before": 1, "critical_before": 0, "passed_before": True, "correct_after": 1,
         "critical_after": 0, "passed_after": False},
    ])  # fmt: skip
    db.session.execute(sa.insert(PassDecision.__table__), [
        {"remarked_paper_id": 900, "paper": "PA-TEST", "stands": True, "reason": "R", "decided_at": now, "decided_by": "B"},
    ])  # fmt: skip
    body = db.session.scalars(sa.text("SELECT min(id) FROM organisations")).one()
    db.session.execute(sa.insert(StatedPosts.__table__), [
        {"organisation_id": body, "code": "C", "number": 900, "posts": 10, "stated_at": now, "stated_by": "B"},
    ])  # fmt: skip
    db.session.execute(sa.insert(PublishedFigure.__table__), [
        {"organisation_id": body, "code": "C", "month": clock.today(), "accredited": 5, "posts": 10, "published_at": now, "published_by": "B",
         "before": "0" * 64, "sha256": "1" * 64},
    ])  # fmt: skip


def some_certificates(person: int) -> None:
    """An edition of an award, and a certificate of a course that was suspended."""
    now = clock.now()
    db.session.execute(sa.insert(AwardEdition.__table__), [
        {"id": 900, "award": "t", "number": 1, "title": "T", "content": "{}", "sha256": "0" * 64, "kept_at": now},
    ])  # fmt: skip
    db.session.execute(sa.insert(Certificate.__table__), [{
        "id": 900, "reference": "CT-TEST", "uuid": "U", "subject": "S", "person_id": person, "kind": CertificateKind.COURSE, "code": "T1", "cycle": 1,
        "issue": 1, "enrolment_id": 900, "course_version_id": 900, "award_edition_id": None, "title": "T", "content_sha256": "0" * 64, "standards": "",
        "given_at": now, "valid_from_on": clock.today(), "valid_until_on": clock.today() + timedelta(days=1), "name": "N", "salt": "S",
        "identity_hash": "0" * 64, "score": 90, "name_shown": False, "score_shown": False, "lists": 900, "revocation_index": 1, "suspension_index": 2,
        "version": 1,
    }])  # fmt: skip
    db.session.execute(sa.insert(CertificateDecision.__table__), [
        {"certificate_id": 900, "number": 1, "what": StatusVerb.SUSPEND, "reason": "R", "decided_at": now, "decided_by": "B", "reference": "CT-TEST"},
    ])  # fmt: skip


def _facts(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A database with rows in every state: the demonstration's."""
    folder = tmp_path_factory.mktemp("constraints")
    with databases.empty(os.environ.get("PORTAL_TEST_DATABASE", "sqlite"), folder) as url, clock.at(MONDAY):
        app = create_app(Settings(instance=folder / "instance", database_url=url, demonstration=True))
        with app.app_context():
            databases.migrate()
            building.build_if_empty(learn=0)
            some_evidence()
            some_recommendations()
            some_learning()
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
    "ck_recommendations_delivery": "delivery = 'not complied'",
    "ck_recommendations_ending": "ending = 'withdrawn'",
    "ck_responses_answer": "answer = 'not accepted'",
    "ck_responses_state": "state = 'being prepared'",
    "ck_works_state": "state = 'waiting for a third assessor'",
    "ck_appeals_state": "state = 'the marks stand'",
    "ck_verdicts_kind": "kind = 'overtaken'",
    "ck_recommendation_extensions_state": "state = 'granted'",
    "ck_ladder_steps_state": "state = 'waits for a person'",
    "ck_complainant_questions_arrived": "answered_at IS NOT NULL",
    "ck_complainant_questions_matches": "answered_at IS NOT NULL",
}


def test_a_word_that_is_none_of_the_choices_is_refused(built: Flask) -> None:
    for name, (table, column) in named()[1].items():
        if table != "invitations":  # the demonstration invites nobody
            assert name in refused(first(table, f"{column} = 'nonsense'", PLAIN.get(name, "1 = 1"))), name
