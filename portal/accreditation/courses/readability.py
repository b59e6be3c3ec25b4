"""How hard a lesson is to read, and how long it takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import readability

from portal.accreditation.courses.lessons import minutes_to_read
from portal.accreditation.courses.records import Course, Lesson

OLDEST = 14  # the reading age that no lesson should be over
AGE_IN_FIRST_GRADE = 5  # how many years somebody's age is more than the number of the school grade that SMOG counts
_MARKS = re.compile(r"[*_`#>|]")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_APART = re.compile(r"\n\s*\n|\n(?=\s*(?:-|\d+\.)\s)")
_POINT = re.compile(r"^\s*(?:-|\d+\.)\s+")
_SENTENCE_ENDS = re.compile(r"(?<=[.?!:])[”’\"]?\s+")
_TOKEN = re.compile(r"[\w’'-]*\w|[^\w\s]")


@dataclass(frozen=True)
class Measured:
    """`age`: in years, by SMOG, which was made for what patients read. `pace`: minutes at an ordinary pace, the question included."""

    lesson: Lesson
    age: float
    pace: float


def measured(course: Course) -> tuple[Measured, ...]:
    """Every lesson of the course, in its order."""
    return tuple(Measured(one, reading_age(sentences(one)), minutes_to_read(one.words)) for module in course.modules for one in module.lessons)


def sentences(lesson: Lesson) -> tuple[str, ...]:
    """What a reader reads, without what Markdown needs; each point of a list is a sentence of its own."""
    texts = [block.text for block in (*lesson.opening, *(block for page in lesson.pages for block in page.blocks))]
    parts = [_POINT.sub("", _MARKS.sub("", _LINK.sub(r"\1", part))) for text in texts for part in _APART.split(text)]
    return tuple(one for part in parts for one in _SENTENCE_ENDS.split(" ".join(part.split())) if one)


def reading_age(said: Iterable[str]) -> float:
    tokens = "\n".join(" ".join(_TOKEN.findall(one)) for one in said)
    return float(readability.getmeasures(tokens, lang="en")["readability grades"]["SMOGIndex"]) + AGE_IN_FIRST_GRADE


def in_words(course: Course) -> Iterator[str]:
    """The lines of `portal course read`."""
    found = measured(course)
    wide = max(len(one.lesson.slug) for one in found)
    yield f"{course.id}: minutes as stated, minutes at an ordinary pace, reading age"
    for one in found:
        outside = "" if one.age <= OLDEST else f"  over {OLDEST}: shorten sentences, choose shorter words"
        yield f"{one.lesson.slug:<{wide}} {one.lesson.minutes:>3} {one.pace:>5.1f} {one.age:>5.1f}{outside}"
    mean = sum(one.age * one.lesson.words for one in found) / sum(one.lesson.words for one in found)
    yield f"{'all lessons':<{wide}} {sum(one.lesson.minutes for one in found):>3} {sum(one.pace for one in found):>5.1f} {mean:>5.1f}"
