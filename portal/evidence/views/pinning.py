"""Pins: from a piece of evidence to the places it proves, from a place to the evidence, and one pin changed or taken away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from wtforms.fields.choices import SelectChoice

from portal.evidence import places
from portal.evidence.forms.pinning import PinChangeForm, PinHereForm, PinItemForm
from portal.evidence.lifecycle import LIVE
from portal.evidence.operations import pinning
from portal.evidence.operations.replacing import refuse_withdrawn
from portal.evidence.places import Place
from portal.evidence.queries import items, library
from portal.evidence.queries import pins as queries
from portal.evidence.queries.items import Seen
from portal.evidence.queries.pins import PinAt
from portal.evidence.views.items import seen
from portal.kernel import clock, words
from portal.kernel.errors import Invalid, NotFound, WrongState
from portal.organisations.queries import people
from portal.policy import Action, may
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("pinning", __name__)
LONGEST_SEARCH = 100


@bp.route("/evidence/<reference>/pin", methods=["GET", "POST"])
@gate(Action.CHOOSE_PLACES, seen)
def item(one: Seen) -> Any:
    """From a piece of evidence: everything it proves, several at once."""
    refuse_withdrawn(one.item)
    offered = places.offered(one.organisation_id, acting())
    by_about = {place.about: place for _, group in offered for place in group}
    form = PinItemForm()
    form.abouts.choices = [SelectChoice(place.about, place.words) for place in by_about.values()]
    if form.validate_on_submit():
        try:
            for about in form.abouts.data:
                if about not in by_about:
                    raise Invalid("abouts", "Choose from what is offered")
                pinning.pin(one.item, by_about[about], page=form.page.number, where=form.where.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(f"Pinned to {words.count(len(form.abouts.data), 'thing', 'things')} that it proves.")
            return redirect(url_for("evidence.show", reference=one.item.reference), 303)
    return page("evidence/pin.html", form=form, one=one, offered=offered)


@bp.route("/evidence/for/<path:about>", methods=["GET", "POST"])
@gate(Action.PIN_EVIDENCE, places.find)
def here(place: Place) -> Any:
    """From a place: what is pinned there, and what more of the library could be."""
    asked = words.clean_line(request.values.get("q", ""))[:LONGEST_SEARCH]
    code = people.code_of(place.organisation_id)
    whole = may(acting(), Action.SEE_EVIDENCE_LIBRARY, place)
    wanted = library.Wanted(text=asked, sort=library.Sort.NEWEST, only=None if whole else acting().id)
    found = library.listed(place.organisation_id, wanted, clock.today())
    lines = [line for line in (found.lines if found else ()) if line.state in LIVE]
    form = PinHereForm()
    form.item.offer([(line.reference, line.title) for line in lines])
    if form.validate_on_submit():
        one = items.seen(form.item.data or "", acting())
        if one is None:
            raise NotFound()
        try:
            pinning.pin(one.item, place, page=form.page.number, where=form.where.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("pinning.here", about=place.about), 303)
    return page(
        "evidence/pin_here.html", form=form, place=place, lines=lines, asked=asked, more=found is not None and found.after is not None,
        code=code, pins=queries.pins_of(place.organisation_id, [place.about]).get(place.about, ()),
        open=place.editable and place.may_pin(acting()),
    )  # fmt: skip


def pin_at(reference: str) -> PinAt | None:
    """The pin with this reference, and the place that it is at."""
    return queries.pin_at(reference)


@bp.route("/evidence/pins/<reference>", methods=["GET", "POST"])
@gate(Action.PIN_EVIDENCE, pin_at)
def change(at: PinAt) -> Any:
    refuse_unless_open(at.place)
    one = items.seen(at.pin.item_reference, acting())
    assert one is not None  # whoever may pin acts for the organisation
    number = queries.number_of(at.pin)
    form = PinChangeForm(data={"version": at.pin.version, "page": at.pin.page, "where": at.pin.place, "number": str(number)})
    form.offer(
        [
            (version.number, f"Version {version.number}{', in use' if version.number == one.item.current else ''}")
            for version in one.versions
            if version.number == number or (version.row.state in LIVE and not version.put_aside)
        ]
    )
    if form.validate_on_submit():
        try:
            pinning.change(
                at.pin, at.place, version=form.version.data, number=form.chosen, page=form.page.number,
                where=form.where.data or "", by=acting(),
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(at.place.href, 303)
    return page("evidence/pin_change.html", form=form, at=at, one=one)


@bp.route("/evidence/pins/<reference>/take-away", methods=["POST"])
@gate(Action.PIN_EVIDENCE, pin_at)
def take_away(at: PinAt) -> Any:
    refuse_unless_open(at.place)
    pinning.unpin(at.pin, at.place, by=acting())
    flash(f"The pin to {at.place.words} was taken away. Every other stays.")
    back = request.form.get("back", "")
    if back == "place":
        return redirect(url_for("pinning.here", about=at.place.about), 303)
    if back == "owner":
        return redirect(at.place.href, 303)
    return redirect(url_for("evidence.show", reference=at.pin.item_reference), 303)


def refuse_unless_open(place: Place) -> None:
    """Raise WrongState where this person cannot pin now, with the reason."""
    if not place.editable:
        raise WrongState(place.why_not or f"{place.words} cannot be changed now, so neither can its pins.")
    if not place.may_pin(acting()):
        raise WrongState(f"Your role does not let you {place.to_change.value}, so you cannot change what is pinned to it.")
