"""What a recommendation is about is set with its draft, and goes with it where it goes on as another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from portal.kernel import words
from portal.kernel.db import db
from portal.kernel.errors import Invalid
from portal.recommendations.models import Theme, Touched
from portal.recommendations.queries.about import About
from portal.recommendations.themes import expectations, themes, typed_codes

LABELS = {"themes": "Themes", "expectations": "Expectations of the standards that it touches"}
MOST = 20  # expectations of one recommendation: whoever names more names none


def checked(chosen: Iterable[str], typed: str | Iterable[str]) -> About:
    """The codes as they may be stored, or Invalid."""
    picked, codes = set(chosen), typed_codes(typed)
    if not picked <= themes().keys():
        raise Invalid("themes", "Choose from the themes offered")
    unknown = [code for code in codes if code not in expectations()]
    if unknown:
        raise Invalid(
            "expectations", f"No standard has an expectation {words.listing([one[:20] for one in unknown[:5]], 'or')}. Enter codes like NHS-1.3"
        )
    if len(codes) > MOST:
        raise Invalid("expectations", f"Enter {MOST} expectations or fewer: those that it is about")
    return About(tuple(code for code in themes() if code in picked), tuple(code for code in expectations() if code in codes))


def differences(old: About, new: About) -> dict[str, list[Any]]:
    """What the record of a change tells."""
    pairs = {"themes": (old.themes, new.themes), "expectations": (old.expectations, new.expectations)}
    return {name: [list(before), list(after)] for name, (before, after) in pairs.items() if before != after}


def store(recommendation_id: int, new: About, old: About | None = None) -> None:
    """Make what is stored what was said. `old`: what is stored now, of one that is not new."""
    old = old or About((), ())
    for row_type, column, before, after in (
        (Theme, "theme", old.themes, new.themes),
        (Touched, "expectation", old.expectations, new.expectations),
    ):
        table = row_type.__table__
        gone = [code for code in before if code not in after]
        come = [{"recommendation_id": recommendation_id, column: code} for code in after if code not in before]
        if gone:
            db.session.execute(sa.delete(table).where(table.c.recommendation_id == recommendation_id, table.c[column].in_(gone)))
        if come:
            db.session.execute(sa.insert(table), come)
