"""Lessons: a few pages of one idea each, and a question at the end that nobody marks."""

from __future__ import annotations

from pathlib import PurePosixPath

from portal.accreditation.courses import prose, written
from portal.accreditation.courses.questions import check_of_lesson
from portal.accreditation.courses.records import Lesson, Page
from portal.accreditation.courses.written import Source

FIELDS = ("minutes", "outcome", "expectations")
CHECK = "Check yourself"
FEWEST_MINUTES, MOST_MINUTES = 5, 10
WORDS_A_MINUTE = 180  # of somebody who reads to learn
MINUTES_TO_CHECK = 1


def lesson(source: Source, slug: str, outcomes: dict[str, frozenset[str]], pictures: frozenset[str]) -> Lesson:
    """The file as a lesson, with everything wrong in it noted. `slug`: its path in the course, without ".md"."""
    whole = written.top(source)
    written.known(source, whole, FIELDS)
    minutes = written.whole_number(source, whole, "minutes", "6", FEWEST_MINUTES, MOST_MINUTES)
    outcome, expectations = written.tests(source, whole, outcomes)
    folder = PurePosixPath(slug).parent
    before, parts = written.parted(whole.lines, 2)
    prose.check(source, before, folder, pictures, above=1)
    opening = prose.blocks(source, before)
    last = parts.pop() if parts and parts[-1][1] == CHECK else None
    pages = []
    for number, title, below in parts:
        if title == CHECK:
            source.fault(number, f"“{CHECK}” is the last heading of a lesson. Move what follows above it")
        prose.check(source, below, folder, pictures, above=2)
        pages.append(Page(title, prose.blocks(source, below)))
        if not pages[-1].blocks:
            source.fault(number, "is a page with nothing on it. Write its idea, or take the heading out")
    if len(pages) < 2:
        source.fault(whole.line, "has fewer than two pages. Begin each with a heading of the second level, one idea a page")
    if last is None:
        source.fault(source.lines[-1][0] if source.lines else 1, f"does not end with a question. Add “## {CHECK}” and one question below it")
    check = check_of_lesson(source, written.section(source, *last), outcome, expectations) if last else None
    text = "\n".join(block.text for block in (*opening, *(block for page in pages for block in page.blocks)))
    return Lesson(slug, whole.title, minutes, outcome, expectations, opening, tuple(pages), check, prose.words(text))


def minutes_to_read(words: int) -> float:
    """How long somebody who reads to learn needs for a lesson of so many words, its question included."""
    return words / WORDS_A_MINUTE + MINUTES_TO_CHECK
