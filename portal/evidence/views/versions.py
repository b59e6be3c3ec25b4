"""The versions of a piece of evidence: replaced, taken into use, opened; and what is done about personal data in them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from portal.evidence.forms.deciding import EXPLAIN, REPLACE, STOP, STRIP, ChoiceForm, StopForm
from portal.evidence.forms.handing_in import ReplaceForm, VersionForm
from portal.evidence.lifecycle import UNRELEASED, VersionState
from portal.evidence.models import EvidenceVersion, Form, PersonalFinding
from portal.evidence.operations import deciding, opening, replacing
from portal.evidence.operations.replacing import refuse_withdrawn
from portal.evidence.queries import items as queries
from portal.evidence.queries.items import Seen, SeenContent
from portal.evidence.views.items import seen
from portal.files import serving
from portal.files.receiving import LARGEST, incoming
from portal.files.recognising import Unfit
from portal.kernel.errors import Invalid, NotFound, WrongState
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page
from portal.web.transaction import keep_despite_refusal

bp = Blueprint("evidence_versions", __name__)


def content(reference: str, number: int) -> SeenContent | None:
    """One version, if whoever asks may see it."""
    return queries.content(reference, number, acting())


def _back(one: Seen, said: str = "") -> Any:
    if said:
        flash(said)
    return redirect(url_for("evidence.show", reference=one.item.reference), 303)


@bp.route("/evidence/<reference>/replace", methods=["GET", "POST"])
@gate(Action.CHANGE_EVIDENCE, seen, uploads=True)
def replace(one: Seen) -> Any:
    refuse_withdrawn(one.item)
    form = ReplaceForm(data={"number": one.item.current, "form": one.current.row.form.value, "move_pins": True})
    if form.validate_on_submit():
        try:
            version = _replaced(one, form)
        except Invalid as refusal:
            form.refuse(refusal)
        except Unfit as unfit:
            form.refuse(Invalid("files", unfit.message))
        else:
            return _back(one) if version.used_at is not None else _put_aside(one.item.reference, version)
    pinned = [pin for pin in one.pins if pin.number == one.item.current and pin.place is not None and pin.place.editable]
    signed_with = one.signed_with(one.item.current) if one.current.row.state in UNRELEASED else ()
    return page(
        "evidence/replace.html", form=form, one=one, pinned=pinned, signed_with=signed_with, address=request.path, largest=LARGEST
    )


def _replaced(one: Seen, form: ReplaceForm) -> EvidenceVersion:
    said: dict[str, Any] = {"number": form.number.data, "note": form.note.data or "", "move_pins": form.move_pins.data, "by": acting()}
    shape = Form(form.form.data)
    if shape is Form.LINK:
        return replacing.replace(one.item, link=form.link.data or "", **said)
    if shape is Form.HELD:
        return replacing.replace(one.item, held_where=form.held_where.data or "", **said)
    files = incoming("files")
    if len(files) != 1:
        raise Invalid("files", "Choose one file" if files else "Choose a file")
    return replacing.replace(one.item, file=files[0], **said)


def _put_aside(reference: str, version: EvidenceVersion) -> Any:
    """The second of two who replaced at once: theirs is kept, and what is there now is shown beside it."""
    keep_despite_refusal()
    again = queries.seen(reference, acting())
    assert again is not None
    return page("evidence/put_aside.html", status=409, one=again, mine=again.version(version.number))


@bp.route("/evidence/<reference>/versions/<int:number>/use", methods=["POST"])
@gate(Action.CHANGE_EVIDENCE, content)
def use(one: SeenContent) -> Any:
    replacing.use(one.seen.item, one.version.number, version=VersionForm().version.data, by=acting())
    return _back(one.seen, f"Version {one.version.number} is in use now.")


# Opening a file.


@bp.route("/evidence/<reference>/versions/<int:number>/open", methods=["POST"])
@gate(Action.OPEN_EVIDENCE, content)
def open_file(one: SeenContent) -> Any:
    opening.open_file(one, by=acting())
    return redirect(url_for("evidence_versions.file", reference=one.seen.item.reference, number=one.version.number), 303)


@bp.route("/evidence/<reference>/versions/<int:number>/file")
@gate(Action.OPEN_EVIDENCE, content)
def file(one: SeenContent) -> Any:
    stored = one.version.file
    if stored is None:
        raise NotFound()
    if not one.version.standing.opens:
        raise WrongState(one.version.standing.help)
    if not opening.may_have(one, acting()):
        return _back(one.seen)  # where the button is that says so on record
    return serving.answer(stored, one.version.row.name)


# Personal data.


@bp.route("/evidence/<reference>/personal-data")
@gate(Action.DECIDE_PERSONAL_DATA, seen)
def waiting(one: Seen) -> Any:
    """Leads to the version that waits for a choice: the one in use, or one put aside."""
    waits = [version for version in one.versions if version.row.state is VersionState.CHOICE]
    version = next((version for version in waits if version.number == one.item.current), waits[0] if waits else one.current)
    return redirect(url_for("evidence_versions.personal_data", reference=one.item.reference, number=version.number), 303)


@bp.route("/evidence/<reference>/versions/<int:number>/personal-data", methods=["GET", "POST"])
@gate(Action.DECIDE_PERSONAL_DATA, content)
def personal_data(one: SeenContent) -> Any:
    found = queries.findings(one.version.row.id)
    form = ChoiceForm()
    form.choice.offer(_offered(one, found))
    if form.validate_on_submit():
        if form.choice.data == REPLACE:
            return redirect(url_for("evidence_versions.replace", reference=one.seen.item.reference), 303)
        try:
            said = _decided(one, form, bool(found))
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one.seen, said)
    signed_with = one.seen.signed_with(one.version.number)
    return page(
        "evidence/personal_data.html", form=form, one=one, found=found, signed_with=signed_with, declaration=deciding.DECLARATION
    )


def _offered(one: SeenContent, found: list[PersonalFinding]) -> list[tuple[str, str]]:
    row = one.version.row
    offered = [(REPLACE, "Replace the file with one that says less")]
    if deciding.can_be_stripped(row, found, one.version.file):
        offered.insert(0, (STRIP, "Take the hidden details out, and look again"))
    stays = "It may stay as it is, for a reason" if found else "I have looked at it: it may be seen as it is"
    return [*offered, (EXPLAIN, stays), (STOP, "Stop this version: the Ombudsman shall not see it")]


def _decided(one: SeenContent, form: ChoiceForm, found: bool) -> str:
    row = one.version.row
    if form.choice.data == STRIP:
        deciding.strip(row, by=acting())
        return "A copy without hidden details is being made. It becomes a new version, and is looked into again."
    if form.choice.data == STOP:
        try:
            deciding.stop(row, reason=form.stop_reason.data or "", by=acting())
        except Invalid as refusal:
            raise Invalid("stop_reason", refusal.message) from None
        return f"Version {row.number} is stopped. The Ombudsman cannot see it."
    deciding.explain(row, reason=form.reason.data or "", declared=form.declared.data, found=found, by=acting())
    return f"Version {row.number} is released, and your choice is on record."


@bp.route("/evidence/<reference>/versions/<int:number>/stop", methods=["GET", "POST"])
@gate(Action.DECIDE_PERSONAL_DATA, content)
def stop(one: SeenContent) -> Any:
    if one.version.row.state is VersionState.STOPPED:
        raise WrongState(f"Version {one.version.number} is stopped already.")
    form = StopForm()
    if form.validate_on_submit():
        try:
            deciding.stop(one.version.row, reason=form.reason.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one.seen, f"Version {one.version.number} is stopped. The Ombudsman cannot see it.")
    return page("evidence/stop.html", form=form, one=one)
