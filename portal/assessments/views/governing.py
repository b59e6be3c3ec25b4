"""The summary for the governing body: as a page, and as a PDF of the same values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response

from portal.assessments import governing
from portal.assessments.governing import ForTheBoard
from portal.assessments.queries import answering
from portal.assessments.queries import governing as queries
from portal.assessments.queries.governing import Facts
from portal.gaps.queries import plan
from portal.kernel import clock
from portal.kernel.errors import Step, WrongState
from portal.policy import Action
from portal.standards import library
from portal.web import printing
from portal.web.gate import gate
from portal.web.pages import page

bp = Blueprint("governing", __name__)


@bp.get("/assessments/<reference>/summary")
@gate(Action.READ_ANSWER, queries.facts)
def summary(facts: Facts) -> Any:
    return page("assessments/summary.html", facts=facts, told=told(facts))


@bp.get("/assessments/<reference>/summary.pdf")
@gate(Action.READ_ANSWER, queries.facts)
def as_pdf(facts: Facts) -> Response:
    made = printing.pdf("assessments/summary.typ", asdict(told(facts)), made_at=clock.now())
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{facts.reference}-summary.pdf"'
    return answer


def told(facts: Facts) -> ForTheBoard:
    """The values of both."""
    answers = answering.all_answered(facts.reference)
    if not answers:
        raise WrongState(
            "This assessment has not been started, so there is nothing to summarise yet.",
            next_steps=[Step("Open the assessment", f"/assessments/{facts.reference}")],
        )
    return governing.told(
        facts,
        answers,
        [one for one in plan.plan_of(facts.organisation_id) if not one.recommendation],
        library.standard(facts.standard, facts.standard_version),
        now=clock.now(),
        today=clock.today(),
    )
