"""Who was written to."""

from __future__ import annotations

from portal.kernel.db import db
from portal.outbox import OutgoingLetter


def letters(letter: str) -> list[str]:
    """The addresses to which letters of this sort were posted, in their order."""
    return [row.to_address for row in db.session.query(OutgoingLetter).filter_by(letter=letter).order_by(OutgoingLetter.to_address)]
