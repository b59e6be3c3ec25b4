"""A result computed again from the export and the course's files alone, by the command as anybody would run it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from portal import cli
from portal.accreditation.courses import reading
from portal.accreditation.lifecycle import AttemptKind
from portal.accreditation.operations import examining
from portal.accreditation.queries import exporting
from portal.accreditation.rechecking import recheck
from portal.kernel.db import db
from tests.accreditation.a_course import broken, files
from tests.accreditation.learners import a_paper, answered, handed_in, laid_down, published, sitting
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
