"""What the Ombudsman reads beside a review: where a reopened assessment is, its receipts, and what happened to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment
from portal.assessments.queries import answering, signing
from portal.assessments.queries import reviewing as queries
from portal.assessments.queries.answering import Head
from portal.assessments.queries.signing import Filed, Receipted
from portal.assessments.views.signing import as_file
from portal.assessments.views.tasks import trail_of
from portal.policy import Action
from portal.web.gate import gate
from portal.web.pages import page

bp = Blueprint("standing", __name__)


def with_the_organisation(assessment: Assessment) -> Any:
    """Instead of the review, while no signature stands: what the organisation now writes is its own until it signs."""
    return page(
        "reviews/with_the_organisation.html",
        assessment=assessment,
        context=queries.context(assessment),
        standard=queries.standard_of(assessment),
        signatures=signing.signatures(assessment.id),
        reopened=signing.last_reopening(assessment),
    )


def once_receipted(reference: str) -> Receipted | None:
    return signing.receipted(reference) if queries.once_handed_in(reference) else None


@bp.get("/reviews/<reference>/receipt")
@gate(Action.READ_REVIEW, once_receipted)
def receipt(signed: Receipted) -> Response:
    signatures = signing.signatures(signed.assessment_id)
    return page("assessments/receipt.html", signed=signed, signatures=signatures, base=f"/reviews/{signed.reference}")


@bp.get("/reviews/<reference>/receipt/<int:number>.json")
@gate(Action.READ_REVIEW, signing.filed)
def snapshot(filed: Filed) -> Response:
    return as_file(filed)


def once_headed(reference: str) -> Head | None:
    return answering.head(reference) if queries.once_handed_in(reference) else None


@bp.get("/reviews/<reference>/history")
@gate(Action.READ_REVIEW, once_headed)
def history(head: Head) -> Any:
    """Without the organisation's drafting; with the reviewers' working papers once nobody has to be blind any more."""
    happened, more = trail_of(head, working_papers=head.state is State.PUBLISHED, drafting=False)
    return page("assessments/history.html", head=head, happened=happened, more=more, base=f"/reviews/{head.reference}")
