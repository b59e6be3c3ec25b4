"""Hand in: several files at once, a link, or where something is held; for the library, or for one place at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, redirect, request, url_for

from portal.evidence import places
from portal.evidence.forms.handing_in import HandInForm
from portal.evidence.models import Confidentiality, EvidenceItem, Form
from portal.evidence.operations import handing_in, pinning
from portal.evidence.places import Place
from portal.evidence.views.pinning import refuse_unless_open
from portal.files.receiving import LARGEST, MOST_AT_ONCE, Incoming, incoming
from portal.files.recognising import Unfit
from portal.kernel.db import db
from portal.kernel.errors import Invalid
from portal.organisations.models import Organisation
from portal.organisations.queries import organisation as by_code
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page
from portal.web.transaction import keep_despite_refusal

bp = Blueprint("handing_in", __name__)
NO_FILE = "Choose at least one file"


@dataclass
class Taken:
    """What came of one press of the button: what was kept, what was in the library already, and why the rest was not kept."""

    kept: list[EvidenceItem] = field(default_factory=list)
    there: list[EvidenceItem] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def items(self) -> list[EvidenceItem]:
        return [*self.kept, *self.there]


@bp.route("/organisations/<code>/evidence/hand-in", methods=["GET", "POST"])
@gate(Action.HAND_IN_EVIDENCE, by_code, uploads=True)
def hand_in(organisation: Organisation) -> Any:
    return _page(organisation, None)


@bp.route("/evidence/hand-in/for/<path:about>", methods=["GET", "POST"])
@gate(Action.HAND_IN_EVIDENCE, places.find, uploads=True)
def hand_in_for(place: Place) -> Any:
    refuse_unless_open(place)
    return _page(db.session.get_one(Organisation, place.organisation_id), place)


def _page(organisation: Organisation, place: Place | None) -> Any:
    form = HandInForm(data={"confidentiality": Confidentiality.OMBUDSMAN.value, "form": Form.FILE.value})
    taken = Taken()
    if form.is_submitted() and not form.validate():
        _nothing_chosen(form)
    elif form.is_submitted():
        try:
            taken = _taken(organisation, place, form)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            if taken.items and not taken.refused:
                return redirect(_way_on(organisation, place, taken), 303)
    for why in taken.refused:
        form.refuse(Invalid("files", why))
    if taken.items:
        keep_despite_refusal()  # the good ones of this request are here, whatever is wrong with the others
    return page(
        "evidence/hand_in.html", form=form, organisation=organisation, place=place, taken=taken,
        address=request.path, most=MOST_AT_ONCE, largest=LARGEST,
    )  # fmt: skip


def _nothing_chosen(form: HandInForm) -> None:
    """Said together with what else is missing, so that nobody is sent back twice."""
    if not form.form.errors and form.shape() is Form.FILE and not incoming("files"):
        form.refuse(Invalid("files", NO_FILE))


def _way_on(organisation: Organisation, place: Place | None, taken: Taken) -> str:
    if len(taken.kept) > 1:
        together = url_for("evidence_library.handed_in", code=organisation.code, reference=taken.kept[0].batch)
        return f"{together}?for={place.about}" if place is not None else together
    if place is not None:
        return url_for("pinning.here", about=place.about)
    return url_for("evidence.show", reference=taken.items[0].reference)


def _taken(organisation: Organisation, place: Place | None, form: HandInForm) -> Taken:
    """What was kept, and what was not. Raises Invalid where nothing can be."""
    said = {**form.described(), "batch": handing_in.a_batch(), "place": place, "by": acting()}
    taken = Taken()
    if form.shape() is Form.LINK:
        taken.kept.append(handing_in.hand_in(organisation, link=form.link.data or "", **said))
    elif form.shape() is Form.HELD:
        taken.kept.append(handing_in.hand_in(organisation, held_where=form.held_where.data or "", **said))
    else:
        _each(taken, organisation, incoming("files"), said)
    if place is not None:
        for item in taken.items:
            pinning.pin(item, place, by=acting())
    return taken


def _each(taken: Taken, organisation: Organisation, files: Sequence[Incoming], said: dict[str, Any]) -> None:
    if not files:
        raise Invalid("files", NO_FILE)
    if len(files) > 1:
        said = {**said, "title": ""}  # one title would be wrong for all but one of them
    for file in files:
        there = handing_in.in_the_library(organisation.id, file)
        if there is not None:
            mended = handing_in.mended(there, file, place=said["place"], by=acting())
            _already(taken, there, file, welcome=mended or said["place"] is not None)
            continue
        try:
            taken.kept.append(handing_in.hand_in(organisation, file=file, **said))
        except Unfit as unfit:
            taken.refused.append(unfit.message)


def _already(taken: Taken, there: EvidenceItem, file: Incoming, *, welcome: bool) -> None:
    """The same content again: that of a damaged file, or pinned if it was handed in for a place; otherwise it is said where it is."""
    if welcome:
        taken.there.append(there)
    else:
        taken.refused.append(handing_in.said_twice(there, file))


