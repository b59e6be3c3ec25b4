"""Checking: each stored file is hashed again once a week; what rotted or vanished is told to the administrators once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import sqlalchemy as sa

from portal import outbox
from portal.files import sweeping
from portal.files.models import Fault
from portal.files.sweeping import Checked
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Membership, Person
from portal.outbox import Letter
from portal.policy import Role

_ADMINISTRATORS = (
    sa.select(Person.email, Person.name)
    .join(Membership, Membership.person_id == Person.id)
    .where(
        Membership.role == Role.ADMINISTRATOR,
        sa.or_(Membership.until_on.is_(None), Membership.until_on >= sa.bindparam("today")),
    )
    .distinct()
    .order_by(Person.email)
)


def check_files(before: datetime | None = None) -> Iterator[Callable[[], int]]:
    """Steps that hash again what was last hashed a week ago, or before the moment named."""
    return sweeping.check(_tell, before=before)


def _tell(damaged: list[Checked]) -> None:
    """One letter a day at most, within the transaction that writes the damage down: a disk that dies takes thousands
    of files with it, and `portal files verify` names them all."""
    today = clock.today()
    facts = {
        "files": [f"{one.sha256} ({one.found.value})" for one in damaged],
        "missing": any(one.found is Fault.MISSING for one in damaged),
    }
    for person in db.session.execute(_ADMINISTRATORS, {"today": today}).all():
        outbox.post(
            Letter.FILE_DAMAGED, to=person.email, name=person.name, about="stored files", period=today, facts=facts
        )
