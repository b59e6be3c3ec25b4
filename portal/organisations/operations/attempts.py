"""Count what may be tried only so often, in the database, so that every process counts together."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from portal.kernel import clock, words
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.organisations.models import Attempts


@dataclass(frozen=True)
class Limit:
    """How often `what` may be tried in one window of time. Windows start on the clock: at 9:00, 10:00 and so on."""

    what: str
    most: int
    every: timedelta


# By network as well, so that a stranger elsewhere cannot use up a person's own requests.
LINKS_FOR_ONE_ADDRESS = Limit("sign-in links, one address and network", 5, timedelta(hours=1))
LINKS_FOR_ONE_ADDRESS_IN_ALL = Limit("sign-in links, one address", 20, timedelta(hours=1))
# A hospital is one network: in deadline week all of its people may ask within the hour.
LINKS_FROM_ONE_NETWORK = Limit("sign-in links, one network", 300, timedelta(hours=1))
CODES = Limit("second factor", 5, timedelta(minutes=15))
# Five a quarter of an hour are 480 a day, each with three chances in a million: too many for a patient thief.
CODES_IN_A_DAY = Limit("second factor, one day", 30, timedelta(days=1))

_TABLE = Attempts.__table__


def count(limit: Limit, who: str) -> None:
    """Count one more attempt; raise TooMany, which says when to try again, once there were more than allowed."""
    start = _window(limit, clock.now())
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Attempts).values(what=limit.what, who=who, window=start, count=1)
    statement = statement.on_conflict_do_update(
        index_elements=["what", "who", "window_start"], set_={"tries": _TABLE.c.tries + 1}
    )
    tried = db.session.scalar(statement.returning(_TABLE.c.tries))
    if tried is not None and tried > limit.most:
        again = words.time(start + limit.every)
        raise TooMany(f"You have tried this {limit.most} times in a short while. You can try again from {again}.")


def network(address: str | None) -> str:
    """Whom an address on the network stands for: one household or office is given 2^64 addresses of IPv6."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))


def forget(limit: Limit, who: str) -> None:
    """Start the count again after a success."""
    db.session.execute(sa.delete(_TABLE).where(_TABLE.c.what == limit.what, _TABLE.c.who == who))


def _window(limit: Limit, moment: datetime) -> datetime:
    length = int(limit.every.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // length * length, UTC)
