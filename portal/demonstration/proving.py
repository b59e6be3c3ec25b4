"""The evidence libraries of the demonstration: handed in, replaced, pinned, carried, frozen and marked, by the rules of the real ones."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from flask import current_app

from portal.assessments.models import View
from portal.assessments.queries.places import about
from portal.audit import Event
from portal.demonstration import letters, papers, practices
from portal.demonstration.bodies import Body
from portal.demonstration.ledger import Ledger
from portal.demonstration.papers import Shelf
from portal.demonstration.people import Someone
from portal.demonstration.texts import file
from portal.evidence.describing import whereabouts
from portal.evidence.lifecycle import ITEM, VERSION, ItemVerb, VersionState, VersionVerb
from portal.evidence.models import (
    Choice,
    Confidentiality,
    EvidenceItem,
    EvidenceKind,
    EvidenceVersion,
    Form,
    Mark,
    PersonalFinding,
    Pin,
    PinKind,
    Shows,
)
from portal.evidence.operations.handing_in import searched
from portal.evidence.queries.pins import Frozen
from portal.files.models import FileState
from portal.kernel.working_days import add_months
from portal.policy import PORTAL, Acting

if TYPE_CHECKING:  # a life has its proofs, so it imports this
    from portal.demonstration.lives import Life

FORMS = {"link": Form.LINK, "held": Form.HELD}
LOOKED_AFTER = timedelta(seconds=8)  # since it was handed in
MARKED = 0.7  # of the pins beside an answer that a reviewer gave a view on


@dataclass
class Held:
    """One piece of evidence with its versions, the newest last."""

    card: Any
    row: dict[str, Any]
    versions: list[dict[str, Any]] = field(default_factory=list)


class Proofs:
    """The evidence library of one organisation, over the years."""

    def __init__(self, ledger: Ledger, shelf: Shelf, body: Body, *, cards: Mapping[str, Any], first_year: int, seed: int) -> None:
        self._ledger, self._shelf, self._body = ledger, shelf, body
        self._chance = random.Random(f"{seed} {body.code}")
        self._first_year = first_year
        self._cards = cards
        self._held: dict[str, Held] = {}
        self._pins: dict[str, list[tuple[dict[str, Any], Held]]] = {}  # by what they are pinned to

    # What the organisation does.

    def prove(self, life: Life) -> None:
        """Hand in what is due this year, bring up to date what changed, and pin it to the answers that are given."""
        day = life.pen.day
        for name, card in self._cards.items():
            held = self._held.get(name)
            if held is None and life.year.index >= max(card["year"], self._first_year):
                self._held[name] = held = self._hand_in(life, card, day)
                self._pin_all(life, held)
            elif held is not None and life.year.current:
                self._changed(life, held, day)

    def carry(self, last: Life, life: Life) -> None:
        """At the start of a year: the pins of the answers that were carried."""
        for code, answer in life.answers.items():
            for pin, held in self._pins.get(about(last.reference, code), []) if answer["carried"] else []:
                if held.row["withdrawn_on"] is None:
                    self._pin(life, code, held, pin["page"], pin["place"], by=PORTAL, at=life.pen.last)

    def _hand_in(self, life: Life, card: Any, day: date) -> Held:
        by, at = life.manager(), life.pen.on(day)
        covers_from, covers_until = _covers(card, life)
        facts = {
            "title": card["title"], "kind": EvidenceKind[card["kind"]], "proves": card["proves"], "owner": card["owner"],
            "confidentiality": Confidentiality[card.get("confidentiality", "OMBUDSMAN")],
            "covers_from": covers_from, "covers_until": covers_until,
            "review_on": life.pen.day + timedelta(days=card["review_after"]) if "review_after" in card else None,
        }  # fmt: skip
        row = self._ledger.add(
            EvidenceItem, **facts, reference=self._ledger.reference("EV"), organisation_id=self._body.id,
            sort_title=card["title"].casefold(), searched="", received_on=life.pen.day, handed_in_by_id=by.id,
            handed_in_by=by.name, batch=self._ledger.reference("HI"), state=ITEM.first,
        )  # fmt: skip
        held = Held(card, row)
        version = self._version(life, held, at, by, again=False)
        self._say(Event.EVIDENCE_HANDED_IN, held, by=by.acting, at=at, title=row["title"], form=version["form"], content=version["sha256"])
        self._looked_at(life, held, version, by, at)
        return held

    def _version(self, life: Life, held: Held, at: datetime, by: Someone, *, again: bool) -> dict[str, Any]:
        card, form = held.card, FORMS.get(held.card["form"], Form.FILE)
        paper = None
        if form is Form.FILE:
            paper = papers.made(card, organisation=self._body.name, again=again, first=_year_before(life), at=at, chance=self._chance)
        version = self._ledger.add(
            EvidenceVersion, item_id=held.row["id"], item_reference=held.row["reference"], organisation_id=self._body.id,
            number=len(held.versions) + 1, form=form, file_id=self._shelf.lay(paper, at)["id"] if paper else None,
            sha256=paper.sha256 if paper else "", name=paper.name if paper else "",
            link=f"https://www.{self._body.code.lower()[:63]}.example/complaints" if form is Form.LINK else "",
            held_where=whereabouts(card["where"]) if form is Form.HELD else "", note=card["again"]["note"] if again else "",
            received_at=at, received_by_id=by.id, received_by=by.name, used_at=at, state=VERSION.first,
        )  # fmt: skip
        held.versions.append(version)
        held.row["current_number"] = version["number"]
        item: Any = SimpleNamespace(**held.row)
        its: Any = SimpleNamespace(**version)
        held.row["searched"] = searched(item, its)
        return version

    def _looked_at(self, life: Life, held: Held, version: dict[str, Any], by: Someone, at: datetime) -> None:
        """From the scanner that the demonstration does not have, through the look, to what somebody chose."""
        if version["form"] is not Form.FILE:
            _move(version, VersionVerb.RELEASE)
            return
        card, number, at = held.card, version["number"], min(at + LOOKED_AFTER, self._ledger.now)
        _move(version, VersionVerb.PASS)
        self._say(Event.EVIDENCE_SCANNED, held, by=PORTAL, at=at, number=number, outcome=FileState.UNSCANNED)
        found = card.get("found", [])
        version.update(looked_at=at, could_be_read=True, unread_why="")
        counts: dict[str, int] = {}
        for kind, place, excerpt, times in found:
            counts[kind] = counts.get(kind, 0) + times
            self._ledger.add(PersonalFinding, version_id=version["id"], kind=kind, place=place, excerpt=excerpt, times=times)
        self._say(Event.PERSONAL_DATA_LOOKED_FOR, held, by=PORTAL, at=at, number=number, found=counts, could_be_read=True)
        _move(version, VersionVerb.ASK if found else VersionVerb.RELEASE)
        if found:
            self._chosen(life, held, version, by, at)

    def _chosen(self, life: Life, held: Held, version: dict[str, Any], by: Someone, asked_at: datetime) -> None:
        reason = held.card.get("explained") or held.card.get("stopped")
        if reason is None:
            letters.post_choice(self._ledger, held.row, self._body.name, by, asked_at)
            return
        at = life.pen.on(life.pen.day)
        choice = Choice.EXPLAINED if "explained" in held.card else Choice.STOPPED
        version.update(choice=choice, choice_reason=reason, chosen_by_id=by.id, chosen_by=by.name, chosen_at=at)
        if choice is Choice.STOPPED:
            version.update(stopped_why=reason, stopped_at=at)
        _move(version, VersionVerb.EXPLAIN if choice is Choice.EXPLAINED else VersionVerb.STOP)
        self._say(Event.PERSONAL_DATA_DECIDED, held, by=by.acting, at=at, number=version["number"], choice=choice, reason=reason)

    def _changed(self, life: Life, held: Held, day: date) -> None:
        """Last year's evidence this year: replaced, where it was written anew, or withdrawn."""
        by, row = life.manager(), held.row
        if "again" in held.card and len(held.versions) == 1:
            at = life.pen.on(day)
            new = self._version(life, held, at, by, again=True)
            self._say(Event.EVIDENCE_REPLACED, held, by=by.acting, at=at, number=new["number"], content=new["sha256"])
            for pins in self._pins_at(life).values():
                for pin, its in pins:
                    if its is held:
                        pin["version_id"] = new["id"]
                        changes = {"number": [new["number"] - 1, new["number"]]}
                        self._say(Event.PIN_CHANGED, held, _pin(pin), by=by.acting, at=at, to=pin["about"], changes=changes)
            self._looked_at(life, held, new, by, at)
        elif "withdrawn" in held.card and row["withdrawn_on"] is None:
            at = life.pen.on(day)
            withdrawn = SimpleNamespace(state=row["state"])
            ITEM.move(withdrawn, ItemVerb.WITHDRAW)
            row.update(
                state=withdrawn.state, withdrawn_on=life.pen.day, withdrawn_why=held.card["withdrawn"],
                keep_until=add_months(life.pen.day, 12 * current_app.extensions["settings"].evidence_years),
            )  # fmt: skip
            self._say(Event.EVIDENCE_WITHDRAWN, held, by=by.acting, at=at, reason=held.card["withdrawn"])

    # Pins.

    def _pins_at(self, life: Life) -> dict[str, list[tuple[dict[str, Any], Held]]]:
        return {code: self._pins.get(about(life.reference, code), []) for code in life.answers}

    def _pin_all(self, life: Life, held: Held) -> None:
        if held.versions[-1]["state"] is VersionState.STOPPED:
            return
        at = life.pen.on(life.pen.day)
        for place, (page, where) in held.card["pins"].get(life.standard.id, {}).items():
            code = f"{life.standard.id}-{place}"
            if code in life.answers and life.answers[code]["level"] is not None:
                self._pin(life, code, held, page, where, by=life.manager().acting, at=at)

    def _pin(self, life: Life, code: str, held: Held, page: int, where: str, *, by: Acting, at: datetime) -> None:
        to, version = about(life.reference, code), held.versions[-1]
        pin = self._ledger.add(
            Pin, reference=self._ledger.reference("PN"), organisation_id=self._body.id, item_id=held.row["id"],
            item_reference=held.row["reference"], version_id=version["id"], kind=PinKind.EXPECTATION, about=to, page=page,
            place=where, carried=by is PORTAL, pinned_at=at, pinned_by_id=by.id, pinned_by=by.name,
        )  # fmt: skip
        self._pins.setdefault(to, []).append((pin, held))
        self._say(Event.EVIDENCE_PINNED, held, _pin(pin), by=by, at=at, to=to, number=version["number"], page=page, place=where)

    def freeze(self, life: Life, at: datetime) -> Mapping[str, list[Mapping[str, Any]]]:
        """What a signed copy says of the pins of each answer."""
        frozen: dict[str, list[Mapping[str, Any]]] = {}
        for code, pins in self._pins_at(life).items():
            for pin, held in pins:
                pin["frozen_at"] = at
                version = _version_of(pin, held)
                said = Frozen.of(
                    pin["reference"], held.row["reference"], version["number"], version["form"],
                    version["sha256"], version["link"], version["held_where"], pin["page"],
                )  # fmt: skip
                frozen.setdefault(code, []).append(said.facts())
        return frozen

    def pinned(self, life: Life) -> Mapping[str, list[Any]]:
        """What the quality rules read of it."""
        return {
            code: [
                SimpleNamespace(
                    released=_version_of(pin, held)["state"] is VersionState.RELEASED, covers_until=held.row["covers_until"]
                )
                for pin, held in pins
            ]
            for code, pins in self._pins_at(life).items()
        }

    # What a reviewer does.

    def mark(self, life: Life, code: str, view: View, by: Someone, at: datetime) -> None:
        """Marks on what is pinned to an answer, by a reviewer who has given a view of it."""
        for pin, held in self._pins_at(life)[code]:
            if _version_of(pin, held)["state"] is not VersionState.RELEASED or self._chance.random() > MARKED:
                continue
            doubted = view is View.LOWER
            shows = Shows.DOES_NOT if doubted else Shows.SHOWS
            reason = self._chance.choice(file("evidence")["does_not_show"]) if doubted else ""
            self._ledger.add(
                Mark, organisation_id=self._body.id, item_reference=held.row["reference"], pin_id=pin["id"],
                pin_reference=pin["reference"], reviewer_id=by.id, shows=shows, reason=reason, marked_at=at,
            )  # fmt: skip
            self._say(Event.EVIDENCE_MARKED, held, f"{_pin(pin)}/mark", by=by.acting, at=at, to=pin["about"], shows=shows)

    def _say(self, event: Event, held: Held, within: str = "", *, by: Acting, at: datetime, **facts: Any) -> None:
        its = f"evidence {held.row['reference']}" + (f"/{within}" if within else "")
        self._ledger.say(event, self._body.id, its, by=by, at=at, **facts)


def cards_for(body: Body, *, shown: bool) -> dict[str, Any]:
    """What this organisation hands in."""
    return {name: card for name, card in file("evidence")["cards"].items() if _is_for(card, body, shown)}


def _is_for(card: Any, body: Body, shown: bool) -> bool:
    match card["for"]:
        case "all":
            return True
        case "shown":
            return shown and body.kind != practices.KIND
        case codes:
            return body.code in codes


def _covers(card: Any, life: Life) -> tuple[date | None, date | None]:
    """The days that it covers: the year before the one that is assessed, or one that is long over."""
    if "covers" not in card:
        return None, None
    first = add_months(_year_before(life), 0 if card["covers"] == "before" else -24)
    return first, add_months(first, 12) - timedelta(days=1)


def _year_before(life: Life) -> date:
    """The first day of the year before the one that is assessed."""
    return add_months(life.year.starts_on, -12)


def _pin(pin: dict[str, Any]) -> str:
    return f"pin {pin['reference']}"


def _version_of(pin: dict[str, Any], held: Held) -> dict[str, Any]:
    return next(one for one in held.versions if one["id"] == pin["version_id"])


def _move(version: dict[str, Any], verb: VersionVerb) -> None:
    moving = SimpleNamespace(state=version["state"])
    VERSION.move(moving, verb)
    version["state"] = moving.state
