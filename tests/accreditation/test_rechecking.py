"""A result computed again from the export and the course's files alone, by the command as anybody would run it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from portal import cli
from portal.accreditation.courses import reading
from portal.accreditation.lifecycle import AttemptKind, Place
from portal.accreditation.models import Marking, Work
from portal.accreditation.operations import assessing, deciding_appeals, examining
from portal.accreditation.operations.assessing import Marks
from portal.accreditation.queries import exporting, works
from portal.accreditation.rechecking import recheck, recheck_work
from portal.accreditation.settling import Given
from portal.kernel.db import db
from tests.accreditation.a_course import broken, files
from tests.accreditation.assessors import an_appeal, an_assessor, appealed, decided, held
from tests.accreditation.learners import (
    a_paper,
    a_work,
    answered,
    handed_in,
    laid_down,
    levels,
    marked,
    published,
    sitting,
)
from tests.people import Cast

COURSE = reading.course(files(), "T1")


def exported(cast: Cast, wrong: int = 0) -> dict[str, Any]:
    published(cast)
    made: dict[str, Any] = json.loads(json.dumps(exporting.export(handed_in(cast.hal, wrong))))
    return made


def test_what_was_marked_comes_to_the_same(cast: Cast) -> None:
    assert list(recheck(exported(cast, wrong=2), COURSE)) == []


def test_an_open_paper_and_a_pre_test_come_to_the_same(cast: Cast) -> None:
    published(cast)
    at = a_paper(cast.hal, AttemptKind.PRE_TEST)
    assert list(recheck(exporting.export(at), COURSE)) == []
    examining.hand_in(answered(cast.hal, at), by=cast.hal)
    db.session.commit()
    export = exporting.export(sitting(cast.hal, at.attempt))
    assert export["result"]["passed"] is False
    assert list(recheck(export, COURSE)) == []


def test_an_export_does_not_say_whose_it_is(cast: Cast) -> None:
    text = json.dumps(exported(cast))
    assert cast.hal.name not in text
    assert "person" not in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one["result"].update(correct=5), "correct is 5 and comes to 6"),
        (lambda one: one["result"].update(passed=False), "passed is False and comes to True"),
        (lambda one: one["items"][0].update(answer="", answered_at=None), "was marked otherwise than its answer deserves"),
        (lambda one: one["items"][0].update(question="one-99"), "asks what the course does not"),
        (lambda one: one["items"].append(one["items"][0]), "a question stands in it twice"),
        (lambda one: one["items"][0].update(answered_at=one["ended_at"].replace("2026", "2027")), "was answered after the time had run out"),
        (lambda one: one.update(sha256="0" * 64), "are not those of the version that was sat"),
    ],
)
def test_what_was_altered_does_not(cast: Cast, change: Any, says: str) -> None:
    export = exported(cast)
    change(export)
    assert any(says in sentence for sentence in recheck(export, COURSE)), list(recheck(export, COURSE))


def run(*words: str) -> Any:
    return CliRunner().invoke(cli.main, ["attempt", "recheck", *words])


def test_the_command_needs_the_export_and_the_folder_alone(cast: Cast, tmp_path: Path) -> None:
    paper, folder = tmp_path / "paper.json", laid_down(tmp_path / "T1", files())
    paper.write_text(json.dumps(exported(cast)))
    told = run(str(paper), str(folder))
    assert (told.exit_code, told.output) == (0, "1 paper computed again; 0 did not come to the same.\n")
    other = laid_down(tmp_path / "other" / "T1", broken("sources.md", "Nowhere", "Somewhere"))
    told = run(str(paper), str(other))
    assert told.exit_code == 1
    assert "are not those of the version that was sat" in told.output


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"paper": "PA-1", "sha256": "x"}'])
def test_what_is_no_export_is_refused_in_words(tmp_path: Path, text: str) -> None:
    paper, folder = tmp_path / "paper.json", laid_down(tmp_path / "T1", files())
    paper.write_text(text)
    told = run(str(paper), str(folder))
    assert told.exit_code == 1
    assert "as `portal attempt export` prints it" in told.output or "are not those of the version" in told.output


def test_a_course_that_cannot_be_read_is_named(cast: Cast, tmp_path: Path) -> None:
    paper = tmp_path / "paper.json"
    paper.write_text(json.dumps(exported(cast)))
    told = run(str(paper), str(laid_down(tmp_path / "T1", broken("course.yaml", "pass_mark: 80", "pass_mark: none"))))
    assert told.exit_code == 1
    assert "T1/course.yaml" in told.output


def a_marked_work(cast: Cast, *given: Given) -> dict[str, Any]:
    """A work of the small course with these markings, exported."""
    published(cast)
    one = marked(a_work(cast.hal), *given, by=(cast.mark, cast.rosa, cast.owen))
    return written(one)


def written(one: Work) -> dict[str, Any]:
    db.session.expire_all()
    found = works.any_of(one.reference)
    assert found is not None
    made: dict[str, Any] = json.loads(json.dumps(exporting.export_work(found)))
    return made


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ((), "waiting to be marked"),
        ((levels(3, 3),), "waiting to be marked"),
        ((levels(3, 3), levels(2, 3)), "passed"),
        ((levels(1, 2, found=("blame",)), levels(1, 2, found=("blame",))), "not passed"),
        ((levels(4, 4), levels(2, 4)), "waiting for a third assessor"),
        ((levels(3, 3), levels(0, 3), levels(3, 2)), "passed"),
    ],
)
def test_a_work_comes_to_the_same_at_every_step(cast: Cast, given: tuple[Given, ...], state: str) -> None:
    export = a_marked_work(cast, *given)
    assert export["state"] == state
    assert (export["result"] is None) is state.startswith("waiting")
    assert list(recheck_work(export, COURSE)) == []
    for told in (cast.hal.name, cast.mark.name, "Ms Bell", "person"):
        assert told not in json.dumps(export)


@pytest.mark.parametrize("changed", [True, False])
def test_a_work_comes_to_the_same_after_its_appeal(cast: Cast, changed: bool) -> None:
    published(cast)
    vera, noor, lea = (an_assessor(cast, name) for name in ("vera", "noor", "lea"))
    one = decided(cast, vera, noor, levels=(1, 3))
    appeal = an_appeal(cast, one)
    assert list(recheck_work(written(one), COURSE)) == []  # while it waits for a decision
    deciding_appeals.take(appealed(lea, appeal), by=lea)
    db.session.commit()
    found = appealed(lea, appeal)
    taken_by_lea = next(held(lea, marking) for marking in db.session.query(Marking).filter_by(work_id=one.id, place=Place.APPEAL))
    assert found.appeal.id == appeal.id
    marks = Marks({"Answers every point": 3} | ({"Tone": 3} if changed else {}), {}, {}, "Every point is answered.")
    assessing.save(taken_by_lea, marks, version=taken_by_lea.sheet.version, by=lea)
    at = held(lea, taken_by_lea.marking)
    deciding_appeals.decide(at, changed=changed, version=at.sheet.version, by=lea)
    db.session.commit()
    export = written(one)
    assert (export["state"], export["result"]["points"]) == (("passed", 75) if changed else ("not passed", 45))
    assert list(recheck_work(export, COURSE)) == []
    export["appeal"]["outcome"] = "the marks stand" if changed else "the marks were changed"
    assert list(recheck_work(export, COURSE))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one["markings"][0]["levels"].update(Tone=2), "points is 75 and comes to 70"),
        (lambda one: one["result"].update(points=80), "points is 80 and comes to 75"),
        (lambda one: one["result"].update(passed=False), "passed is False and comes to True"),
        (lambda one: one.update(state="not passed"), "it is “not passed” and comes to “passed”"),
        (lambda one: one.update(state="waiting to be marked", result=None), "points is None and comes to 75"),
        (lambda one: one["result"]["levels"].update(Tone=4), "levels is"),
        (lambda one: [said["must_nots"].append("blame") for said in one["markings"]], "must_nots is [] and comes to ['blame']"),
        (lambda one: one["markings"][0]["must_nots"].append("blame"), "2 assessors marked it, and 3 were to before it is settled"),
        (lambda one: one["markings"][0]["must_nots"].append("rudeness"), "the first marking finds what the rubric does not name: rudeness"),
        (lambda one: one["markings"][0]["levels"].update(Tone=0), "2 assessors marked it, and 3 were to"),
        (lambda one: one["markings"].pop(), "1 assessors marked it, and 2 were to"),
        (lambda one: one["markings"].append({**one["markings"][0], "place": "third"}), "3 assessors marked it, and 2 were to"),
        (lambda one: one["markings"].append(one["markings"][0]), "these are not the markings of one work: first, second, first"),
        (lambda one: one["markings"].append({**one["markings"][0], "place": "appeal"}), "these are not the markings of one work: first, second, appeal"),
        (lambda one: one["markings"][1]["levels"].update(Tone=5), "the second marking does not give each criterion a level from 0 to 4"),
        (lambda one: one["markings"][1]["levels"].pop("Tone"), "the second marking does not give each criterion a level"),
        (lambda one: one.update(appeal={"outcome": "the marks stand", "points_before": 50, "passed_before": False}), "the appeal was against 50 points"),
        (lambda one: one.update(appeal={"outcome": "the marks were changed", "points_before": 75, "passed_before": True}), "these are not the markings of one work"),
        (lambda one: one.update(assignment="b-reply"), "the course has no assignment b-reply"),
        (lambda one: one.update(sha256="0" * 64), "are not those of the version that was written for"),
    ],
)
def test_a_falsified_work_is_found(cast: Cast, change: Any, says: str) -> None:
    export = a_marked_work(cast, levels(3, 3), levels(3, 3))
    change(export)
    assert any(says in sentence for sentence in recheck_work(export, COURSE)), list(recheck_work(export, COURSE))


def test_the_command_computes_works_again_too_and_finds_what_was_altered_in_the_database(own_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = own_app.extensions["settings"]
    monkeypatch.setenv("PORTAL_INSTANCE", str(settings.instance))
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database_url)
    cast = Cast.arrive()
    published(cast)
    handed_in(cast.hal)
    one = marked(a_work(cast.hal), levels(3, 3), levels(3, 3), by=(cast.mark, cast.rosa))
    reference, file, folder = one.reference, tmp_path / "work.json", laid_down(tmp_path / "T1", files())
    db.session.remove()
    told = CliRunner().invoke(cli.main, ["attempt", "export", reference.lower()])
    assert told.exit_code == 0, told.output
    file.write_text(told.output)
    told = run(str(file), str(folder))
    assert (told.exit_code, told.output) == (0, "1 work computed again; 0 did not come to the same.\n")
    told = run()
    assert (told.exit_code, told.output) == (0, "1 paper computed again; 0 did not come to the same.\n1 work computed again; 0 did not come to the same.\n")
    db.session.connection().execute(sa.update(Work).values(points=99))  # past everything that keeps a record
    db.session.commit()
    db.session.remove()
    told = run()
    assert told.exit_code == 1
    assert f"{reference}: points is 99 and comes to 75\n" in told.output
    assert "1 work computed again; 1 did not come to the same." in told.output
    told = CliRunner().invoke(cli.main, ["attempt", "export", "WK-2222222"])
    assert "There is no paper WK-2222222, and no work of this reference was handed in." in told.output
