"""A few reviewers of the demonstration declared a conflict of interest, and keep out of those organisations."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

from portal.audit import Event
from portal.demonstration.bodies import Body
from portal.demonstration.featured import FATES
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Team
from portal.demonstration.texts import file
from portal.demonstration.years import Pen
from portal.organisations.models import Conflict
from portal.organisations.remit import OMBUDSMAN_CODE
from portal.policy import Role


def declared(ledger: Ledger, team: Team, taking_part: Sequence[Body], chance: random.Random) -> Mapping[int, frozenset[int]]:
    """The organisations that each reviewer keeps out of."""
    kept: dict[int, set[int]] = defaultdict(set)
    reviewers = team.all(Role.STANDARDS_REVIEWER)
    others = [body for body in taking_part if body.code not in FATES and body.code != OMBUDSMAN_CODE]
    for card, body in zip(file("reviewers")["conflicts"], chance.sample(others, len(file("reviewers")["conflicts"])), strict=True):
        who = chance.choice(reviewers)
        at = Pen(chance, ledger.now).on(max(body.joined_on, who.since_on))
        row = ledger.add(
            Conflict, reference=ledger.reference("CF"), person_id=who.id, organisation_id=body.id,
            reason=card["declaration"], declared_on=max(body.joined_on, who.since_on),
        )  # fmt: skip
        ledger.say(Event.CONFLICT_DECLARED, body.id, f"conflict {row['reference']}", by=who.acting, at=at, organisation=body.name)
        kept[who.id].add(body.id)
    return {who: frozenset(ids) for who, ids in kept.items()}
