"""The library of an organisation: what there is, where it stands, where it is used, and what is going stale."""

from __future__ import annotations

import enum
from typing import Any, TypeVar

from flask import Blueprint, redirect, request, url_for

from portal.evidence import places
from portal.evidence.forms.titles import TitlesForm, titles_form
from portal.evidence.models import EvidenceKind
from portal.evidence.operations import changing
from portal.evidence.places import Place
from portal.evidence.queries import library
from portal.evidence.queries.library import Batch, Sort, Stale, Wanted, Where
from portal.kernel import clock, words
from portal.kernel.errors import Invalid, NotFound, Step
from portal.kernel.errors import Stale as Overtaken
from portal.organisations.models import Organisation
from portal.organisations.queries import organisation as by_code
from portal.policy import Action, may
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("evidence_library", __name__)
LONGEST_SEARCH = 100
Choice = TypeVar("Choice", bound=enum.Enum)
FILTERS = ("q", "kind", "where", "stale", "sort")


def slug(choice: enum.Enum) -> str:
    """What addresses say for a choice."""
    return choice.name.lower().replace("_", "-")


@bp.route("/evidence")
@gate(Action.USE_OWN_ACCOUNT)
def libraries() -> Any:
    """The library of the organisation that somebody acts for; the choice of one for whoever acts for several."""
    bodies = acting().bodies
    if len(bodies) == 1:
        return redirect(url_for("evidence_library.index", code=bodies[0].code), 303)
    return page("evidence/libraries.html", bodies=sorted(bodies, key=lambda one: one.organisation.casefold()))


@bp.route("/organisations/<code>/evidence")
@gate(Action.SEE_OWN_EVIDENCE, by_code)
def index(organisation: Organisation) -> Any:
    whole = may(acting(), Action.SEE_EVIDENCE_LIBRARY, organisation)
    only = None if whole else acting().id
    wanted, today = _wanted(organisation, only), clock.today()
    found = library.listed(organisation.id, wanted, today, request.args.get("after", "")[:12])
    if found is None:
        raise _unknown(organisation)
    return page(
        "evidence/index.html",
        fragment="evidence/_items.html",
        organisation=organisation,
        whole=whole,
        found=found,
        tally=library.tally(organisation.id, today, only),
        wanted=wanted,
        chosen=_chosen(),
        narrowed=any(value for name, value in _chosen().items() if name != "sort"),
        first_page="after" not in request.args,
        next_page=url_for("evidence_library.index", code=organisation.code, **_kept(), after=found.after) if found.after else None,
        choices={
            "kind": [(slug(one), words_of(one)) for one in EvidenceKind],
            "where": [(slug(one), one.value) for one in Where if one is not Where.IN_USE],
            "stale": [(slug(one), one.value) for one in Stale],
            "sort": [(slug(one), one.value) for one in Sort if one is not Sort.NEWEST],
        },
    )


def words_of(choice: enum.Enum) -> str:
    return str(choice.value)[:1].upper() + str(choice.value)[1:]


def _chosen() -> dict[str, str]:
    return {name: request.args.get(name, "").replace("\x00", "").strip()[:LONGEST_SEARCH] for name in FILTERS}


def _kept() -> dict[str, Any]:
    return {name: value for name, value in _chosen().items() if value}


def _wanted(organisation: Organisation, only: int | None) -> Wanted:
    asked = _chosen()
    return Wanted(
        text=words.clean_line(asked["q"]),
        kind=_one_of(EvidenceKind, asked["kind"], organisation),
        where=_one_of(Where, asked["where"], organisation) or Where.IN_USE,
        stale=_one_of(Stale, asked["stale"], organisation),
        sort=_one_of(Sort, asked["sort"], organisation) or Sort.NEWEST,
        only=only,
    )


def _one_of(choices: type[Choice], asked: str, organisation: Organisation) -> Choice | None:
    """The choice that an address names. One that nobody could have been given is refused like one that does not exist."""
    known = {slug(one): one for one in choices}
    if asked and asked not in known:
        raise _unknown(organisation)
    return known.get(asked)


def _unknown(organisation: Organisation) -> NotFound:
    back = Step("See the whole library", url_for("evidence_library.index", code=organisation.code))
    return NotFound("There is no such way to narrow the library.", next_steps=[back])


# What was handed in together: the titles, which came from the files' names.


def batch(code: str, reference: str) -> Batch | None:
    """What was handed in together to the library of the organisation with this code."""
    organisation = by_code(code)
    return library.batch(organisation.id, reference) if organisation is not None else None


@bp.route("/organisations/<code>/evidence/handed-in/<reference>", methods=["GET", "POST"])
@gate(Action.CHANGE_EVIDENCE, batch)
def handed_in(together: Batch) -> Any:
    form = titles_form(together.items)
    code, place = (request.view_args or {})["code"], _pinned_to(together)
    back = url_for("pinning.here", about=place.about) if place else url_for("evidence_library.index", code=code)
    if form.validate_on_submit() and _titled(together, form):
        return redirect(back, 303)
    return page("evidence/handed_in.html", form=form, together=together, address=request.full_path.rstrip("?"), place=place, back=back)


def _pinned_to(together: Batch) -> Place | None:
    """What it was handed in for, where the address says so and it is the same organisation's."""
    place = places.find(request.args.get("for", "")[:80])
    return place if place is not None and place.organisation_id == together.organisation_id else None


def _titled(together: Batch, form: TitlesForm) -> bool:
    """Whether every title was taken; what was not is said beside it, and nothing is."""
    for item in together.items:
        title, version = form.typed(item)
        try:
            changing.describe(item, {"title": title}, version=version, by=acting())
        except Invalid as invalid:
            form.refuse(Invalid(item.reference, invalid.message))
        except Overtaken as overtaken:
            form.refuse(Invalid(item.reference, f"Somebody changed this title to “{overtaken.fields[0].theirs}” since you opened the page"))
    return not form.errors
