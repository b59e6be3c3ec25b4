"""An assessment is started: a row for each expectation of the profile, with last year's answers waiting in them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from portal import audit
from portal.assessments import carrying
from portal.assessments.lifecycle import ASSESSMENT, Verb
from portal.assessments.models import Answer, Assessment
from portal.assessments.operations.doors import refuse_if_closed
from portal.assessments.queries import answering as queries
from portal.assessments.queries.places import about
from portal.audit import Event
from portal.evidence.operations import pinning
from portal.kernel import clock
from portal.kernel.db import db, hold
from portal.policy import PORTAL, Acting, Action, insist
from portal.standards import diff, library

_LAID_OUT = sa.select(sa.exists().where(Answer.assessment_id == sa.bindparam("assessment_id")))


def start(assessment: Assessment, *, by: Acting) -> None:
    """Begin to answer."""
    insist(by, Action.START_ASSESSMENT, assessment)
    hold(assessment)
    refuse_if_closed(assessment)
    ASSESSMENT.move(assessment, Verb.START)
    assessment.changed_at = clock.now()
    lay_out(assessment)
    audit.record(Event.ASSESSMENT_STARTED, assessment, by=by)


def lay_out(assessment: Assessment) -> None:
    """Create the answers of an assessment that has none yet; it is also done where more time reopens one never begun.

    Part of another operation, which has insisted and records.
    """
    if db.session.scalar(_LAID_OUT, {"assessment_id": assessment.id}):
        return
    standard = library.standard(assessment.standard, assessment.standard_version)
    profile = library.profile(standard, assessment.organisation_kind)
    version, last = queries.last_handed_in(assessment.organisation_id, assessment.standard, assessment.id)
    reworded = diff.reworded(standard.id, version, standard.version) if version else frozenset()
    shared = {
        "assessment_id": assessment.id,
        "assessment_reference": assessment.reference,
        "organisation_id": assessment.organisation_id,
    }
    stood = queries.levels_that_stood(assessment.organisation_id, assessment.standard, assessment.id) if last else {}
    rows = [{**shared, **row} for row in carrying.rows(profile, last, reworded, today=clock.today(), stood=stood)]
    # One statement for all; the record of the start covers them.
    db.session.execute(sa.insert(Answer.__table__), rows)
    assessment.answers_wanted = len(rows)
    assessment.answers_given = 0
    _carry_evidence(assessment, [row["expectation"] for row in rows if row["carried"]])


def _carry_evidence(assessment: Assessment, carried: Iterable[str]) -> None:
    """What proved last year's answers is pinned to this year's, in the version that is in use now."""
    last = queries.last_reference(assessment.organisation_id, assessment.standard, assessment.id)
    if last is not None:
        places = {about(last, code): about(assessment.reference, code) for code in carried}
        pinning.carry(assessment.organisation_id, places, by=PORTAL)
