"""What recommendations are about: their themes, and the expectations that they touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from portal.kernel.db import db
from portal.recommendations.models import Theme, Touched
from portal.recommendations.themes import expectations, themes


@dataclass(frozen=True)
class About:
    """Codes, in the order of the file of themes and of the standards."""

    themes: tuple[str, ...]
    expectations: tuple[str, ...]

    @property
    def theme_titles(self) -> list[str]:
        return [themes()[code].title if code in themes() else code for code in self.themes]

    @property
    def expectation_titles(self) -> list[str]:
        return [f"{code}: {expectations()[code]}" if code in expectations() else code for code in self.expectations]


_ABOUT = sa.union_all(
    sa.select(sa.literal("theme").label("what"), Theme.theme.label("code")).where(
        Theme.recommendation_id.in_(sa.bindparam("ids", expanding=True))
    ),
    sa.select(sa.literal("expectation"), Touched.expectation).where(
        Touched.recommendation_id.in_(sa.bindparam("ids", expanding=True))
    ),
)


def about(*recommendation_ids: int) -> About:
    """What one is about, or several taken together."""
    rows = db.session.execute(_ABOUT, {"ids": list(recommendation_ids)}).all()
    found = {what: {code for kind, code in rows if kind == what} for what in ("theme", "expectation")}
    return About(_in_order(found["theme"], themes()), _in_order(found["expectation"], expectations()))


def _in_order(codes: set[str], known: Iterable[str]) -> tuple[str, ...]:
    """Those that the file has, as it has them; then those that it has no longer."""
    there = [code for code in known if code in codes]
    return (*there, *sorted(codes - set(there)))
