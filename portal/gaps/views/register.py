"""The Ombudsman's first page, the register of open gaps; and one gap, which its organisation may also read."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal import audit
from portal.gaps import history, naming
from portal.gaps.models import Gap
from portal.gaps.queries import plan, register
from portal.kernel import clock
from portal.kernel.errors import NotFound, Step
from portal.organisations.kinds import KINDS
from portal.policy import Action
from portal.web.gate import gate
from portal.web.pages import page

bp = Blueprint("gaps", __name__)


@bp.route("/gaps")
@gate(Action.SEE_GAP_REGISTER)
def index() -> Response:
    wanted, today = _wanted(), clock.today()
    lines, going_on = register.listed(wanted, today)
    counts = register.counts(today)
    return page(
        "gaps/index.html",
        fragment="gaps/_gaps.html",
        lines=lines,
        total=register.total(wanted, today),
        counts=counts,
        groups=_groups(counts),
        filters=_filters(counts),
        chosen=_chosen(),
        narrowed=any(_chosen().values()),
        first_page=wanted.after is None,
        next_page=_next_page(going_on),
        naming=naming,
    )


@bp.route("/gaps/<reference>")
@gate(Action.SEE_ORGANISATION, plan.gap)
def show(gap: Gap) -> Response:
    return page(
        "gaps/show.html",
        gap=gap,
        organisation=plan.named(gap.organisation_id),
        actions=plan.actions_of(gap.id),
        history=history.told(audit.trail(gap.organisation_id, gap.audited_as())),
        naming=naming,
    )


FILTERS = ("kind", "organisation-kind", "pillar", "severity", "age", "organisation")


def _chosen() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:200] for name in FILTERS}


def _wanted() -> register.Wanted:
    """What the address asks for. An address that nobody could have been given is refused like one that does not exist."""
    asked = _chosen()
    ages = {age.slug: age for age in naming.AGES}
    known: tuple[tuple[str, Any], ...] = (
        ("kind", naming.KINDS), ("organisation-kind", KINDS), ("severity", naming.SEVERITIES), ("age", ages),
    )  # fmt: skip
    if any(asked[name] and asked[name] not in choices for name, choices in known):
        raise NotFound(
            "There is no such way to narrow the register.", next_steps=[Step("See all gaps", url_for("gaps.index"))]
        )
    pillar = asked["pillar"] or None
    return register.Wanted(
        kind=naming.KINDS.get(asked["kind"]),
        organisation_kind=asked["organisation-kind"] or None,
        pillar="" if pillar == naming.NO_PILLAR else pillar,
        severity=naming.SEVERITIES.get(asked["severity"]),
        age=ages.get(asked["age"]),
        text=asked["organisation"].replace("\x00", ""),
        after=_after(request.args.get("after", "")),
    )


def _after(text: str) -> tuple[date, int] | None:
    if not text:
        return None
    day, _, last = text.partition(".")
    try:
        return date.fromisoformat(day), int(last[:18])
    except ValueError:
        raise NotFound(next_steps=[Step("See all gaps", url_for("gaps.index"))]) from None


def _next_page(key: tuple[date, int] | None) -> str | None:
    if key is None:
        return None
    kept = {name: value for name, value in _chosen().items() if value}
    return url_for("gaps.index", **kept, after=f"{key[0].isoformat()}.{key[1]}")  # type: ignore[arg-type]  # the filters are text; url_for's own options are not among them


def _groups(counts: register.Counts) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """The tables of counts: (title, name of the filter, rows of (value of the filter, words, count))."""
    kinds = {kind: slug for slug, kind in naming.KINDS.items()}
    severities = {severity: slug for slug, severity in naming.SEVERITIES.items()}
    return [
        ("Kind of gap", "kind", [(kinds[one], naming.KIND_WORDS[one], counts.kinds[one]) for one in kinds]),
        ("Age", "age", [(age.slug, age.words, counts.ages[age.slug]) for age in naming.AGES]),
        ("Severity", "severity",
         [(severities[one], naming.SEVERITY_WORDS[one], counts.severities[one]) for one in severities]),
        ("Kind of organisation", "organisation-kind",
         [(code, words, counts.organisation_kinds[code]) for code, words in KINDS.items() if code in counts.organisation_kinds]),
        ("Pillar", "pillar",
         [(code or naming.NO_PILLAR, naming.heading(code), counts.pillars[code]) for code in sorted(counts.pillars)]),
    ]  # fmt: skip


def _filters(counts: register.Counts) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The choices of the form that narrows the list, from the same rows."""
    return [(title, name, [(value, words) for value, words, _ in rows]) for title, name, rows in _groups(counts)]
