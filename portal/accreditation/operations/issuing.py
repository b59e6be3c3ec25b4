"""From the stored row to what is signed. Nothing else is ever signed: no page takes a credential to sign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import current_app

from portal.accreditation import posts
from portal.accreditation.credentials import building, statuses, tokens
from portal.accreditation.credentials.checking import Checked, Outcome, Trusted, check
from portal.accreditation.credentials.keys import KeyRing
from portal.accreditation.models import Certificate, PublishedFigure
from portal.accreditation.queries import certificates as queries
from portal.accreditation.queries import posts as figures
from portal.config import Settings
from portal.kernel import clock
from portal.kernel.errors import Step, WrongState

UNREGISTERED = "Register: it is signed by this portal, but no certificate of this number was ever given."


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def address() -> str:
    return _settings().address


def ring() -> KeyRing:
    return KeyRing(_settings().instance / "keys")


def token(one: Certificate) -> str:
    """The credential of a certificate, signed with the key in use now."""
    made = building.credential(queries.given(one), address())
    if there := list(building.strange(made)):
        raise RuntimeError(f"A credential would be signed with members that none may have: {there}.")
    return tokens.signed(made, ring().signer(), address=address())


def status_list(list_number: int) -> str | None:
    """A status list as it is now, signed as of the start of this day, so that it lasts at least until the end of the next."""
    places = queries.places(list_number)
    if places is None:
        return None
    packed = _packed(address(), list_number, tuple(sorted(places)), clock.start_of_day(clock.today()))
    return tokens.signed(packed, ring().signer(), address=address())


@lru_cache(maxsize=8)
def _packed(where: str, list_number: int, places: tuple[int, ...], since: datetime) -> Mapping[str, Any]:
    """The same places on the same day are the same list, so that it is packed once."""
    return statuses.credential(where, list_number, places, since)


def statement(one: PublishedFigure) -> str:
    """The figure of a month as it was published, signed. One that was changed since is not."""
    says = posts.statement(address(), one.before, one.code, one.month, figures.said(one), one.published_at, one.published_by)
    if says["sha256"] != one.sha256:
        raise WrongState(
            f"The figure for {one.month:%B %Y} is not as it was published, so it is not signed.",
            next_steps=[Step("Read what was published", f"/organisations/{one.code}/accredited")],
        )
    return tokens.sealed(says, ring().signer(), address=address())


def trusted() -> Trusted:
    """This portal, as its own checker sees it: the same addresses that everybody else reads."""
    return Trusted(address(), ring().key, _listed)


def _listed(where: str) -> str | None:
    number = where.rpartition("/")[2]
    return status_list(int(number)) if number.isdecimal() and int(number[:6]) > 0 else None


def checked(given: str) -> Checked:
    """A credential that somebody brings."""
    found = check(given, trusted(), clock.now())
    if found.outcome in (Outcome.UNKNOWN, Outcome.ALTERED) or not found.says:
        return found
    if queries.by_uuid(str(found.says["id"]).rpartition("/")[2]) is None:
        return Checked(Outcome.UNKNOWN, UNREGISTERED)
    return found
