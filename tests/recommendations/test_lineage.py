"""Where a recommendation came from and where it went, over all generations."""

from __future__ import annotations

from typing import Any

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.recommendations.lifecycle import Replaced
from portal.recommendations.models import Succession
from portal.recommendations.queries.lineage import lineage
from tests import builders
from tests.people import Cast
from tests.recommendations.replaced import (
    WHY,
    merged,
    split,
    superseded,
    withdrawn,
)


def test_old_pages_say_where_it_went_and_new_ones_where_it_came_from(cast: Cast, app: Any) -> None:
    first, second = builders.an_issued_recommendation(cast), builders.an_issued_recommendation(cast, number=2)
    a, b = split(cast, first)
    new = merged(cast, b, second)
    text = app.jinja_env.get_template("recommendations/_lineage.html")
    old, now = (" ".join(text.render(one=one, lineage=lineage(one)).split()) for one in (first, new))
    assert f'{first.reference} was split into <a class="govuk-link" href="/recommendations/{a.reference}">{a.reference}</a> and' in old
    assert "This recommendation has ended. It goes on as" in old
    assert f"were merged into {new.reference} on 1 June 2026. {WHY}" in now
    assert "stands with" in now
    assert "The Ombudsman withdrew this recommendation on 1 June 2026." in text.render(one=withdrawn(cast, a), lineage=lineage(a))
    alone = builders.an_issued_recommendation(cast, number=9)
    assert not text.render(one=alone, lineage=lineage(alone)).strip()


def test_the_family_is_told_over_all_generations_in_one_statement(cast: Cast, queries: Any) -> None:
    first, second = builders.an_issued_recommendation(cast), builders.an_issued_recommendation(cast, number=2)
    a, b = split(cast, first)
    assert a.id
    with queries() as few:
        lineage(a)
    c = merged(cast, b, second)
    d = superseded(cast, c)
    assert first.id
    with queries() as many:
        of_first = lineage(first)
    assert len(few) == len(many) == 1
    assert [kin.reference for kin in of_first.now] == [a.reference, d.reference]
    assert [(turn.how, [old.reference for old in turn.olds], [new.reference for new in turn.news]) for turn in of_first.later] == [
        (Replaced.SPLIT, [first.reference], [a.reference, b.reference]),
        (Replaced.MERGED, [b.reference, second.reference], [c.reference]),
        (Replaced.SUPERSEDED, [c.reference], [d.reference]),
    ]
    of_last = lineage(d)
    assert [turn.how for turn in of_last.earlier] == [Replaced.SPLIT, Replaced.MERGED, Replaced.SUPERSEDED]
    assert [kin.reference for kin in of_last.before] == [c.reference]
    assert not of_last.later


def test_a_circle_of_successions_ends(cast: Cast) -> None:
    one, two, cora = builders.an_issued_recommendation(cast), builders.an_issued_recommendation(cast, number=2), cast.cora
    for old, new in ((one, two), (two, one)):
        db.session.add(Succession(old_id=old.id, new_id=new.id, recommendation_reference=old.reference, organisation_id=cast.trust.id,
                                  how=Replaced.SUPERSEDED, reason="a test", at=clock.now(), by="a test"))  # fmt: skip
        audit.record(Event.RECOMMENDATION_SUPERSEDED, old, by=cora, into=[new.reference], reason="a test")
    db.session.commit()
    assert {turn.how for turn in lineage(one).later} == {Replaced.SUPERSEDED}
    assert lineage(one).now == ()
