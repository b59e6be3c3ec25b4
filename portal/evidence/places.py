"""What evidence can be pinned to. Whoever owns such a place registers how it is found; evidence knows its reference as text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from portal.evidence.models import PinKind
from portal.kernel.errors import NotFound
from portal.policy import Acting, Action, may


@dataclass(frozen=True)
class Place:
    """One thing that evidence may be pinned to, as its owner tells of it when asked.

    `editable`: pins may be added and taken away now. `handed_in`: it stands in something that the Ombudsman has been
    given, so its pins are the Ombudsman's to read. `to_change`: what somebody must be allowed to do there in order to pin.
    """

    kind: PinKind
    about: str  # "AS-7K2HDX4/NHS-1.3"
    organisation_id: int
    words: str  # "NHS-1.3 Complaints are welcomed, 2025-26"
    href: str
    editable: bool
    to_change: Action
    handed_in: bool = False
    assigned_to_id: int | None = None  # a contributor pins only to what was assigned to them
    why_not: str = ""  # where it is not editable: what to tell people

    def may_pin(self, person: Acting) -> bool:
        """Whether this person may ever pin here."""
        return may(person, Action.PIN_EVIDENCE, self) and may(person, self.to_change, self)


class Places(Protocol):
    """How one kind of place is found, written by the domain that owns it."""

    kind: PinKind
    prefix: str  # what the references of these places begin with, "AS-"
    heading: str  # "Expectations of your assessments"

    def found(self, abouts: Collection[str], *, held: bool = False) -> Mapping[str, Place]:
        """The places with these references, in one statement; those that do not exist are left out.

        `held`: whether they may be changed stays as it is until the transaction ends.
        """

    def offered(self, organisation_id: int) -> Iterable[Place]:
        """The places of an organisation to which evidence may be pinned now, in their order."""


_REGISTERED: dict[PinKind, Places] = {}


def register(places: Places) -> None:
    """Say how one kind of place is found; called by its owner when the application is put together."""
    _REGISTERED[places.kind] = places


def registered() -> tuple[Places, ...]:
    return tuple(_REGISTERED.values())


def found(abouts: Iterable[str], *, held: bool = False) -> dict[str, Place]:
    """The places with these references, one statement for each kind of them."""
    asked = set(abouts)
    gathered: dict[str, Place] = {}
    for one in registered():
        own = sorted(about for about in asked if about.startswith(one.prefix))
        if own:
            gathered.update(one.found(own, held=held))
    return gathered


def find(about: str) -> Place | None:
    """The place with this reference."""
    return found([about]).get(about)


def hold(place: Place) -> Place:
    """The place as it is now, and stays until the transaction ends: nobody signs it meanwhile. Raises NotFound if it is gone."""
    held = found([place.about], held=True).get(place.about)
    if held is None:
        raise NotFound()
    return held


def offered(organisation_id: int, person: Acting) -> list[tuple[str, list[Place]]]:
    """Where this person may pin something now: (heading, places), the kinds without any left out."""
    each = [(one.heading, [place for place in one.offered(organisation_id) if place.may_pin(person)]) for one in registered()]
    return [(heading, places) for heading, places in each if places]
