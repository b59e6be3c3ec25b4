"""Imports: all of a file or nothing, the same file twice changes nothing, and history is kept."""

import datetime as dt
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import audit
from portal.audit import Event, Record
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed
from portal.organisations.models import FormerName, Organisation, Succession
from portal.organisations.operations import importing
from portal.organisations.queries import organisation

FILES = Path(__file__).parent / "files"
HEAD = "code,name,kind,region_code,icb_code,parent_code,opened_on,closed_on,successor_codes,former_names\n"


def taken(*lines, source="a file.csv"):
    outcome = importing.import_file((HEAD + "\n".join(lines)).encode(), kind=None, source=source)
    db.session.commit()
    return outcome


def events(code):
    return [told.event for told in reversed(audit.trail(organisation(code).id))]


def practices(count, name="SURGERY"):
    row = '"{code}","{name}","Y63","QHM","","","","","","","19740401","","A","B","","","","","","","","","","","","4",""'
    return "\r\n".join(row.format(code=f"Z{number:05}", name=f"{name} {number}") for number in range(count)).encode()


def count_of(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_new_body_arrives_with_its_history_whatever_the_order_of_lines(cast):
    outcome = taken(
        "r1a,Old Trust,T,Y63,,r9z,2001-04-01,2020-03-31,R9Z,Older Trust|Oldest Trust",
        "R9Z,New Trust,T,Y63,,,2020-04-01,,,",
    )
    assert (len(outcome.added), outcome.changed, outcome.faults) == (2, (), ())
    old, new = organisation("R1A"), organisation("R9Z")
    assert old.parent_id == new.id
    assert old.closed_on == dt.date(2020, 3, 31)
    assert set(db.session.scalars(sa.select(FormerName.name))) == {"Older Trust", "Oldest Trust"}
    (succession,) = db.session.scalars(sa.select(Succession))
    assert (succession.organisation_id, succession.successor_id, succession.on) == (old.id, new.id, old.closed_on)
    assert events("R1A") == [Event.ORGANISATION_ADDED, Event.ORGANISATION_SUCCEEDED]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("ods-etr-raw.csv", None), ("ods-epraccur-raw.csv", None), ("nhs-icbs.csv", None), ("government-bodies.csv", None)],
)
def test_the_same_file_twice_changes_nothing(cast, name, kind):
    data = (FILES / name).read_bytes()
    first = importing.import_file(data, kind=kind, source=name)
    db.session.commit()
    assert first.added
    assert not first.faults
    before = count_of(Record), count_of(Organisation)
    second = importing.import_file(data, kind=kind, source=name)
    db.session.commit()
    assert (second.added, second.changed, second.unchanged) == ((), (), len(first.added) + first.unchanged)
    assert (count_of(Record), count_of(Organisation)) == before


def test_the_shipped_register_is_loaded_once_and_costs_one_statement_from_then_on(cast, queries):
    first = importing.load_shipped()
    db.session.commit()
    assert len(first.added) + first.unchanged == 571
    with queries() as seen:
        second = importing.load_shipped()
        db.session.commit()
    assert (second.added, second.unchanged) == ((), 571)
    assert len(seen) == 1
    assert audit.verify() == []


def test_loading_leaves_alone_what_was_changed_since(cast):
    importing.load_shipped()
    db.session.commit()
    taken("R0A,Manchester by another name,T,Y62,QOP,,2017-10-01,,,")
    importing.load_shipped()
    db.session.commit()
    assert organisation("R0A").name == "Manchester by another name"


def test_a_rename_keeps_the_old_name_even_there_and_back_again(cast):
    for name in ("First", "Second", "First", "Second"):
        outcome = taken(f"R1A,{name} Trust,T,Y63,,,,,,")
    body = organisation("R1A")
    assert (body.name, body.sort_name) == ("Second Trust", "second trust")
    names = db.session.execute(sa.select(FormerName.name, FormerName.until_on)).all()
    assert sorted(names) == [("First Trust", dt.date(2026, 6, 1)), ("Second Trust", dt.date(2026, 6, 1))]
    assert "line 2, R1A: renamed from “First Trust” to “Second Trust”" in outcome.in_words()
    assert events("R1A") == [Event.ORGANISATION_ADDED] + [Event.ORGANISATION_RENAMED] * 3


def test_every_change_is_recorded_and_told(cast):
    taken("R1A,One Trust,T,Y63,QHM,,2001-04-01,,,", "R2A,Two Trust,T,Y63,QHM,,,,,")
    outcome = taken("R1A,One Trust,T,Y60,QHL,R2A,2001-05-01,2026-03-31,R2A,Nought Trust", "R2A,Two Trust,T,Y63,QHM,,,,,")
    assert outcome.unchanged == 1
    assert outcome.changed[0].in_words == (
        "region from Y63 to Y60; integrated care board from QHM to QHL; parent from nothing to R2A; "
        "opening date from 1 April 2001 to 1 May 2001; closed on 31 March 2026; taken over by R2A; formerly Nought Trust"
    )
    assert events("R1A")[1:] == [Event.ORGANISATION_CLOSED, Event.ORGANISATION_SUCCEEDED, Event.ORGANISATION_CHANGED]
    assert taken("R1A,One Trust,T,Y60,QHL,R2A,2001-05-01,2026-03-31,R2A,Nought Trust").changed == ()
    taken("R1A,One Trust,T,Y60,QHL,R2A,2001-05-01,,,")
    assert organisation("R1A").closed_on is None
    assert events("R1A")[-1] is Event.ORGANISATION_REOPENED


def test_a_successor_once_told_is_never_lost(cast):
    taken("R1A,One Trust,T,,,,,2020-01-01,R2A,", "R2A,Two Trust,T,,,,,,,", "R3A,Three Trust,T,,,,,,,")
    line = "R1A,One Trust,T,,,,,2020-01-01,r3a,"
    taken(line)
    assert count_of(Succession) == 2
    assert taken(line).changed == ()


def test_a_bad_line_is_named_and_nothing_is_half_imported(cast):
    before = count_of(Organisation), count_of(Record)
    outcome = taken("R1A,Good Trust,T,,,,,,,", "R2A,,T,,,,,,,", "R3A,Bad Trust,XX,,,,,31/03/2020,,")
    assert [fault.line for fault in outcome.faults] == [3, 4, 4]
    assert (count_of(Organisation), count_of(Record)) == before
    report = outcome.in_words()
    assert "nothing was imported, because 3 things are wrong" in report
    assert "line 3, name: It has no name." in report


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ("R1A,A Trust,T,,,nowhere,,,,", "parent_code", "“nowhere” is neither on the register nor in this file"),
        ("R1A,A Trust,T,,,,,2020-01-01,nobody,", "successor_codes", "“nobody” is neither on the register"),
        ("RYZ,Southfell NHS Trust,T,,,,,2000-01-01,,", "closed_on", "before it opened on 2010-01-01"),
    ],
)
def test_a_line_that_does_not_fit_the_register_is_refused(cast, line, column, why):
    taken("RYZ,Southfell NHS Trust,T,,,,2010-01-01,,,")
    (fault,) = taken("R7X,Fine Trust,T,,,,,,,", line).faults
    assert (fault.line, fault.column) == (3, column)
    assert why in fault.message
    assert organisation("R7X") is None


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04rest", b"\xff\xfec\x00", b"code,name\n\x00", b"nonsense", b'"unclosed'])
def test_what_is_no_register_file_is_refused_in_words(cast, data):
    outcome = importing.import_file(data, kind=None, source="a file")
    assert outcome.faults
    assert outcome.in_words().startswith("a file: nothing was imported")


def test_thousands_of_practices_take_seconds(cast, queries):
    data, began = practices(6618), time.process_time()
    with queries() as seen:
        outcome = importing.import_file(data, kind="G", source="epraccur.csv")
        db.session.commit()
    assert len(outcome.added) == 6618
    assert len(seen) < 100
    assert time.process_time() - began < 20
    assert importing.import_file(data, kind="G", source="epraccur.csv").unchanged == 6618
    renamed = importing.import_file(practices(600, "PRACTICE"), kind="G", source="epraccur.csv")
    db.session.commit()
    assert len(renamed.changed) == 600
    assert "and 550 more changed" in renamed.in_words()
    assert audit.verify() == []


def test_a_preview_changes_nothing(cast):
    outcome = importing.preview((HEAD + "R1A,New Trust,T,,,,,,,").encode(), kind=None, source="x.csv", by=cast.ada)
    assert len(outcome.added) == 1
    assert organisation("R1A") is None


@pytest.mark.parametrize("name", ["owen", "bea", "edwin"])
def test_only_the_keeper_of_the_register_imports(cast, name):
    with pytest.raises(NotAllowed):
        importing.import_file(b"", kind=None, source="x.csv", by=getattr(cast, name))
