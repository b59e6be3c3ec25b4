"""What an organisation of the demonstration keeps in its library, pinned to the lines of a recommendation's checklist."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from portal.audit import Event
from portal.demonstration.matters import Matter
from portal.demonstration.texts import file
from portal.evidence.lifecycle import ITEM, VERSION, VersionVerb
from portal.evidence.models import Confidentiality, EvidenceItem, EvidenceKind, EvidenceVersion, Form, Pin, PinKind
from portal.evidence.operations.handing_in import searched
from portal.kernel import words
from portal.recommendations.queries import places


def show(matter: Matter) -> list[dict[str, Any]]:
    """Hand in one paper, held where it may be inspected, and pin it to every line that nobody may record as seen.

    Before a body took part it had no library, and sent us copies.
    """
    by = matter.manager()
    if by.id is None:
        return []
    at, card = matter.now(), file("promises")["papers"][matter.type.code]
    item = _handed_in(matter, card, at)
    pins = []
    for number, line in enumerate(matter.type.evidence, start=1):
        if line.seen:
            continue
        to = places.about(matter.row["reference"], number)
        pin = matter.ledger.add(
            Pin, reference=matter.ledger.reference("PN"), organisation_id=matter.place.id, item_id=item["id"],
            item_reference=item["reference"], version_id=item["version_id"], kind=PinKind.CHECKLIST, about=to, pinned_at=at,
            pinned_by_id=by.id, pinned_by=by.name,
        )  # fmt: skip
        about = f"evidence {item['reference']}/pin {pin['reference']}"
        matter.ledger.say(Event.EVIDENCE_PINNED, matter.place.id, about, by=by, at=at, to=to, number=1, page=0, place="")
        pins.append(pin)
    return pins


def _handed_in(matter: Matter, card: dict[str, str], at: datetime) -> dict[str, Any]:
    by, ledger = matter.manager(), matter.ledger
    title = f"{card['title']}, {words.day(matter.day)} ({matter.case.reference})"
    item = ledger.add(
        EvidenceItem, reference=ledger.reference("EV"), organisation_id=matter.place.id, title=title, sort_title=title.casefold(),
        searched="", kind=EvidenceKind[card["kind"]], proves=card["proves"], owner=matter.place.owner,
        confidentiality=Confidentiality.OMBUDSMAN, received_on=matter.day, handed_in_by_id=by.id, handed_in_by=by.name,
        batch=ledger.reference("HI"), state=ITEM.first,
    )  # fmt: skip
    version = ledger.add(
        EvidenceVersion, item_id=item["id"], item_reference=item["reference"], organisation_id=matter.place.id, number=1, form=Form.HELD,
        held_where=card["where"], received_at=at, received_by_id=by.id, received_by=by.name, used_at=at, state=VERSION.first,
    )  # fmt: skip
    version["state"] = VERSION.move(SimpleNamespace(state=version["state"]), VersionVerb.RELEASE)
    proof: Any = SimpleNamespace(**item)
    its: Any = SimpleNamespace(**version)
    item["searched"] = searched(proof, its)
    ledger.say(Event.EVIDENCE_HANDED_IN, matter.place.id, f"evidence {item['reference']}", by=by, at=at, title=title, form=Form.HELD,
               content="")  # fmt: skip
    return {**item, "version_id": version["id"]}
