"""The public front door: what this is, the register of organisations, and each organisation's page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from portal.assessments.queries import extensions
from portal.assessments.queries import public as published
from portal.home.queries import register
from portal.home.telling import with_days_in_words
from portal.kernel import clock, words
from portal.kernel.errors import NotFound
from portal.organisations.kinds import KINDS
from portal.organisations.queries.ties import ties
from portal.policy import Action, may
from portal.recommendations.queries import listing
from portal.recommendations.queries.narrowing import Wanted
from portal.standards import library
from portal.standards.scoring import Outcome
from portal.web.freshness import unless_unchanged
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("public", __name__)
LONGEST_SEARCH = 100


@bp.route("/")
@gate(Action.READ_PUBLIC_PAGES)
def front() -> Any:
    numbers = register.numbers()
    standards = [library.latest(id) for id in ("NHS", "GOV")]
    return unless_unchanged(lambda: page("home/front.html", numbers=numbers, standards=standards), numbers)


@bp.route("/organisations")
@gate(Action.READ_PUBLIC_PAGES)
def organisations() -> Any:
    asked = words.clean_line(request.args.get("q", ""))[:LONGEST_SEARCH]
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    after = request.args.get("after", "")[:120]
    found = register.search(asked, kind, after)

    def make() -> Any:
        return page(
            "home/organisations.html",
            fragment="home/_organisations.html",
            found=found,
            asked=asked,
            kind=kind,
            after=after,
            kinds=KINDS,
        )

    return unless_unchanged(make, found, asked, kind, after)


@bp.route("/organisations/<code>")
@gate(Action.READ_PUBLIC_PAGES)
def organisation(code: str) -> Any:
    stamp = register.stamp(code)
    if stamp is None:
        raise NotFound()

    def make() -> Any:
        body = register.body(code)
        assert body is not None  # it has a stamp
        findings = published.findings_of(body.organisation_id) if body.findings else published.Findings((), ())
        return page(
            "home/organisation.html",
            body=body,
            ties=ties(body.organisation_id),
            extendable=extensions.extendable(body.organisation_id) if may(acting(), Action.GRANT_EXTENSION, body) else (),
            recommendations=listing.counted(Wanted(organisation_id=body.organisation_id), clock.today()),
            findings=replace(findings, newest=tuple(map(with_days_in_words, findings.newest))),
            outcomes={outcome.name: outcome.label for outcome in Outcome},
            meanings={outcome.name: outcome.meaning for outcome in Outcome},
            kind=library.kind(body.kind),
        )

    # Ties, and the plan, are shown as they stand today.
    return unless_unchanged(make, stamp, clock.today())
