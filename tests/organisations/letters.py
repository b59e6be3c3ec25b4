"""What the outbox holds, read as the sending job reads it."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from portal.kernel.db import db
from portal.outbox import Letter, OutgoingLetter


def letters(letter: Letter, to: str | None = None) -> list[dict[str, Any]]:
    """The facts of every letter of this sort, oldest first."""
    wanted = sa.select(OutgoingLetter).where(OutgoingLetter.letter == letter.name).order_by(OutgoingLetter.id)
    if to is not None:
        wanted = wanted.where(OutgoingLetter.to_address == to)
    return [{**json.loads(one.facts), "to": one.to_address} for one in db.session.scalars(wanted)]


def link_for(email: str) -> str:
    """The address of the newest sign-in link sent to `email`."""
    return "/sign-in/" + letters(Letter.SIGN_IN_LINK, email)[-1]["token"]
