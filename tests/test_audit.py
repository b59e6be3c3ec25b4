"""The record: closed vocabulary, guarded commits, chains that name the first record altered by hand."""

import pytest
import sqlalchemy as sa

from portal import audit
from portal.audit import Event, Record
from portal.kernel.db import db


def renamed(body, by):
    old, body.name = body.name, body.name + " renamed"
    audit.record(Event.ORGANISATION_RENAMED, body, by=by, old=old, new=body.name, source="a test")


def test_a_change_without_a_record_stops_the_commit(cast):
    cast.trust.name = "Quietly renamed"
    with pytest.raises(audit.Unrecorded, match="organisation RTX"):
        db.session.commit()


def test_a_bulk_change_without_a_record_stops_the_commit(cast):
    db.session.execute(sa.update(type(cast.trust)).values(region_code="Y99"))
    with pytest.raises(audit.Unrecorded):
        db.session.commit()


def test_a_record_must_carry_exactly_the_facts_of_its_event(cast):
    with pytest.raises(ValueError, match="ORGANISATION_RENAMED carries"):
        audit.record(Event.ORGANISATION_RENAMED, cast.trust, by=cast.ada, old="one")


def test_records_of_one_organisation_are_chained(cast):
    for _ in range(3):
        renamed(cast.trust, cast.ada)
        db.session.commit()
    assert [told.sequence for told in audit.trail(cast.trust.id)] == [3, 2, 1]
    assert audit.verify() == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"facts": '{"new":"x","old":"y","source":"z"}'}, "altered"),
        ({"by_name": "Somebody else"}, "altered"),
        ({"event": "SIGNED_OFF"}, "altered"),
    ],
)
def test_the_first_record_altered_by_hand_is_named(cast, change, why):
    for _ in range(3):
        renamed(cast.trust, cast.ada)
        renamed(cast.other, cast.ada)
        db.session.commit()
    table = Record.__table__
    db.session.execute(
        table.update().where(table.c.organisation_id == cast.trust.id, table.c.sequence == 2).values(**change)
    )
    (fault,) = audit.verify()
    assert (fault.organisation_id, fault.sequence) == (cast.trust.id, 2)
    assert why in fault.why


def test_a_record_taken_out_is_noticed_in_the_middle_and_at_the_end(cast):
    for _ in range(3):
        renamed(cast.trust, cast.ada)
        db.session.commit()
    table = Record.__table__
    db.session.execute(table.delete().where(table.c.organisation_id == cast.trust.id, table.c.sequence == 3))
    assert [(f.sequence, f.why) for f in audit.verify()] == [(3, "the end of the chain is missing")]
    db.session.execute(table.delete().where(table.c.organisation_id == cast.trust.id, table.c.sequence == 1))
    assert [(f.sequence, f.why) for f in audit.verify()] == [(1, "this record is missing")]
