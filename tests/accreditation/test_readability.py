"""For what age lessons are written, and how long they take."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from portal import ROOT
from portal.accreditation.courses import readability, reading
from portal.cli import main
from tests.accreditation.a_course import broken

COURSES = sorted(path.name for path in (ROOT / "courses").iterdir() if path.is_dir())


@pytest.mark.parametrize("name", COURSES)
def test_no_lesson_is_written_for_readers_over_fourteen(name: str) -> None:
    found = readability.measured(reading.course(reading.files_of(ROOT / "courses" / name), name))
    assert {one.lesson.slug: one.age for one in found if one.age > readability.OLDEST} == {}


def test_lessons_take_as_long_as_they_say() -> None:
    for name in COURSES:
        found = readability.measured(reading.course(reading.files_of(ROOT / "courses" / name), name))
        assert {one.lesson.slug: one.pace for one in found if abs(one.pace - one.lesson.minutes) > one.lesson.minutes / 5} == {}


def test_long_words_and_long_sentences_make_readers_older() -> None:
    easy = ("Say sorry .", "Ask what they need .", "Write it down .")
    hard = ("Organisational accountability necessitates comprehensive documentation of every individual interaction .",) * 3
    assert readability.reading_age(easy) < readability.OLDEST < readability.reading_age(hard)


def test_what_is_measured_is_what_a_reader_reads() -> None:
    changed = broken("01-first/01-one.md", "Why this matters.", "Why **this** matters. So:\n\n- one thing\n- `two` things")
    said = readability.sentences(reading.course(changed, "T1").modules[0].lessons[0])
    assert said[:4] == ("Why this matters.", "So:", "one thing", "two things")
    assert "See the page about complaints." in said
    assert not any("http" in one or "images" in one for one in said)


def test_the_command_says_it_of_every_lesson(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["course", "read", "C1"])
    assert told.exit_code == 0
    assert "02-first-two-minutes/02-naming-the-impact" in told.output
    assert CliRunner().invoke(main, ["course", "read", "C99", "--folder", str(tmp_path)]).output.startswith("Error: There is no course C99 in")
