"""Hand in: several files at once, a link, or where something is held; for the library, or for one place at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, request, url_for

from portal.evidence.forms.handing_in import HandInForm
from portal.evidence.models import EvidenceItem, Form
from portal.evidence.operations import handing_in
from portal.evidence.places import Place
from portal.files.receiving import LARGEST, MOST_AT_ONCE, Incoming, incoming
from portal.files.recognising import Unfit
from portal.kernel.errors import Invalid
from portal.organisations.models import Organisation
from portal.organisations.queries import organisation as by_code
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page
from portal.web.transaction import keep_despite_refusal

bp = Blueprint("handing_in", __name__)


@dataclass(frozen=True)
class Refused:
    """A file that was not kept, and why."""

    name: str
    why: str


@bp.route("/organisations/<code>/evidence/hand-in", methods=["GET", "POST"])
@gate(Action.HAND_IN_EVIDENCE, by_code, uploads=True)
def hand_in(organisation: Organisation) -> Any:
    return _handed_in(organisation, None)


def _handed_in(organisation: Organisation, place: Place | None) -> Any:
    form = HandInForm(confidentiality="for the Ombudsman only", form=Form.FILE.value)
    kept: list[EvidenceItem] = []
    refused: list[Refused] = []
    if form.validate_on_submit():
        try:
            kept, refused = _taken(organisation, place, form)
        except Invalid as refusal:
            form.refuse(refusal)
        if kept and not refused:
            return redirect(url_for("evidence.show", reference=kept[0].reference), 303)
    if kept:
        keep_despite_refusal()  # the good ones of this request are here, whatever is wrong with the others
    for one in refused:
        form.refuse(Invalid("files", one.why))
    return page(
        "evidence/hand_in.html", form=form, organisation=organisation, place=place, kept=kept,
        address=request.path, most=MOST_AT_ONCE, largest=LARGEST,
    )  # fmt: skip


def _taken(organisation: Organisation, place: Place | None, form: HandInForm) -> tuple[list[EvidenceItem], list[Refused]]:
    """What was kept, and what was not. Raises Invalid where nothing can be."""
    said, batch = form.described(), handing_in.a_batch()
    common = {**said, "batch": batch, "place": place, "by": acting()}
    shape = form.shape()
    if shape is Form.LINK:
        return [handing_in.hand_in(organisation, link=form.link.data or "", **common)], []
    if shape is Form.HELD:
        return [handing_in.hand_in(organisation, held_where=form.held_where.data or "", **common)], []
    files = incoming("files")
    if not files:
        raise Invalid("files", "Choose at least one file")
    return _each(organisation, files, common)


def _each(organisation: Organisation, files: Sequence[Incoming], common: dict[str, Any]) -> tuple[list[EvidenceItem], list[Refused]]:
    kept, refused = [], []
    several = len(files) > 1
    for file in files:
        try:
            kept.append(handing_in.hand_in(organisation, file=file, **{**common, "title": "" if several else common["title"]}))
        except Unfit as unfit:
            refused.append(Refused(file.name, unfit.message))
        except Invalid as invalid:
            if invalid.field != "files":
                raise
            refused.append(Refused(file.name, invalid.message))
    return kept, refused
