"""Content is read as it is written, or every fault in it is told with its line and a way out."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from portal.kernel.content import (
    ContentError,
    Day,
    Fault,
    Record,
    Text,
    WholeNumber,
    YesNo,
    markdown,
    parse,
    read,
)


class Lesson(Record):
    title: Annotated[Text, Field(max_length=20)]
    minutes: Annotated[WholeNumber, Field(ge=1, le=90)] = 5


class Course(Record):
    version: Annotated[str, Field(pattern=r"^\d+\.\d+$")]
    title: Text
    lessons: Annotated[tuple[Lesson, ...], Field(min_length=1, max_length=3)]
    open: YesNo = False
    starts: Day | None = None
    level: Literal["first", "second"] = "first"
    numbers: dict[str, WholeNumber] = Field(default_factory=dict)


GOOD = """\
# A comment
version: 1.10
title: "NO: it stays as written"
lessons:
  - title: on
    minutes: 15
  - title: 0o17
open: yes
starts: 2026-04-01
numbers:
  T: 3
"""


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(ContentError) as caught:
        parse(text, Course, "course.yaml")
    return caught.value.faults


def test_text_stays_text_whatever_yaml_would_guess() -> None:
    course = parse(GOOD, Course, "course.yaml")
    assert course.version == "1.10"
    assert [lesson.title for lesson in course.lessons] == ["on", "0o17"]
    assert (course.open, course.starts, course.numbers) == (True, date(2026, 4, 1), {"T": 3})


def test_a_record_cannot_be_changed() -> None:
    course = parse(GOOD, Course, "course.yaml")
    with pytest.raises(ValidationError):
        course.title = "Other"


START = "version: 1.0\ntitle: A\n"
LESSON = "lessons:\n  - title: One\n"

WRONG = [
    (START, 1, "lessons", "is missing. Add a line “lessons: …” here"),
    (START + "lessons: One\n", 3, "lessons", "must be a list, one item a line beginning with “- ”, but is text"),
    (START + "lessons: []\n", 3, "lessons", "has too few items: at least 1"),
    (START + "lessons:\n" + "  - title: x\n" * 4, 3, "lessons", "has too many items: at most 3"),
    (START + "lessons:\n  - One\n", 4, "lessons.1", "must be names with values, but is text"),
    (START + LESSON + "  - minutes: 4\n", 5, "lessons.2.title", "is missing. Add a line “title: …” here"),
    (START + LESSON + "    minutes: ten\n", 5, "lessons.1.minutes", "must be a whole number in figures, for example 3"),
    (START + LESSON + "    minutes: 1.5\n", 5, "lessons.1.minutes", "must be a whole number in figures, for example 3"),
    (START + LESSON + "    minutes: 0\n", 5, "lessons.1.minutes", "is 0, but must be at least 1"),
    (START + LESSON + "    minutes: 91\n", 5, "lessons.1.minutes", "is 91, but must be at most 90"),
    (START + f"lessons:\n  - title: {'x' * 21}\n", 4, "lessons.1.title", "is too long: at most 20 characters"),
    (
        START + LESSON + "    minuts: 3\n",
        5,
        "lessons.1.minuts",
        "is not a name known here. Did you mean “minutes”? Known names: minutes, title",
    ),
    (
        "version: 1.0\ntitle:\n" + LESSON,
        2,
        "title",
        "is empty. Write some words, or take the line out if it may be left out",
    ),
    ("version: 1.0\ntitle: [a]\n" + LESSON, 2, "title", "must be text, but is a list"),
    ("version: one\ntitle: A\n" + LESSON, 1, "version", r"is “one”, which does not have the right form (^\d+\.\d+$)"),
    (START + LESSON + "open: true\n", 5, "open", "must be yes or no, in small letters"),
    (
        START + LESSON + "starts: 1 April\n",
        5,
        "starts",
        "must be a date written year-month-day, for example 2026-04-01",
    ),
    (
        START + LESSON + "starts: 2026-02-30\n",
        5,
        "starts",
        "must be a date written year-month-day, for example 2026-04-01",
    ),
    (START + LESSON + "level: third\n", 5, "level", "is “third”, but must be one of first or second"),
    (START + LESSON + "numbers:\n  T: x\n", 6, "numbers.T", "must be a whole number in figures, for example 3"),
    (START + LESSON + "title: B\n", 5, "title", "is there twice (first on line 2). Keep one of them"),
    ("version: 1.0\ntitle: &a A\n" + LESSON, 2, "title", "has the anchor &a. Take it out"),
    (START + "lessons:\n  - title: *a\n", 4, "lessons.1.title", "uses the alias *a. Write the words out"),
    (
        "version: 1.0\ntitle: !!str A\n" + LESSON,
        2,
        "title",
        "has the tag tag:yaml.org,2002:str. Take it out: everything here is text",
    ),
    (START + LESSON + "? [a]\n: b\n", 5, "", "has a list or mapping as a name. Names are plain words"),
    (START + LESSON + "---\na: b\n", 5, "", "holds a second document. Remove the line ---"),
    ("# nothing\n", 1, "", "is empty"),
    ("version: 1.0\ntitle: a\u202eb\n" + LESSON, 2, "", "holds an invisible character (U+202E). Delete it"),
    ("- a\n", 1, "", "must be names with values, but is a list"),
]


@pytest.mark.parametrize(("text", "line", "path", "message"), WRONG)
def test_a_fault_says_where_it_is_and_what_to_write(text: str, line: int, path: str, message: str) -> None:
    assert faults(text) == (Fault("course.yaml", line, path, message),)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: b: c\n", 1), ("title: A\n  open: yes\n", 2), ("title: [a\n", 2), ("title: \x00\n", 1), ("a: {\n", 2)],
)
def test_what_is_not_yaml_is_told_with_its_line(text: str, line: int) -> None:
    (fault,) = faults(text)
    assert fault.line == line
    assert fault.message.startswith("is not YAML: ")


GUIDE = Path(__file__).parents[2] / "docs" / "writing-standards.md"


@pytest.mark.parametrize("message", [row[3] for row in WRONG])
def test_every_fault_is_explained_to_authors(message: str) -> None:
    # In the guide … stands for the words that depend on the case.
    rows = re.findall(r"^\| `(.+?)` \|", GUIDE.read_text("utf-8"), re.MULTILINE)
    patterns = [".+".join(re.escape(part) for part in row.split("…")) for row in rows]
    assert any(re.fullmatch(pattern, message) for pattern in patterns)


def test_every_fault_is_told_at_once_in_order() -> None:
    told = faults("titel: A\nversion: 1\nlessons:\n  - title: One\n    minutes: ten\n  - minutes: 3\n")
    assert [(fault.line, fault.path) for fault in told] == [
        (1, "titel"),
        (1, "title"),
        (2, "version"),
        (5, "lessons.1.minutes"),
        (6, "lessons.2.title"),
    ]


def test_a_fault_reads_as_editors_understand_it() -> None:
    assert str(Fault("a.yaml", 3, "title", "is empty")) == "a.yaml:3: title: is empty"
    assert str(Fault("a.yaml", 0, "", "is missing")) == "a.yaml: is missing"


def test_a_check_points_into_the_file() -> None:
    with pytest.raises(ContentError) as caught:
        parse(GOOD, Course, "course.yaml", lambda course: [(("lessons", 1, "title"), "is dull")])
    assert str(caught.value) == "course.yaml:7: lessons.2.title: is dull"


def test_a_file_is_named_from_the_folder_the_reader_knows(tmp_path: Path) -> None:
    (tmp_path / "listening").mkdir()
    path = tmp_path / "listening" / "course.yaml"
    path.write_text(GOOD)
    assert read(path, Course, root=tmp_path).version == "1.10"
    path.write_bytes(b"version: 1.0\ntitle: caf\xe9\n")
    with pytest.raises(ContentError, match=r"^listening/course.yaml:2: is not UTF-8 text"):
        read(path, Course, root=tmp_path)
    with pytest.raises(ContentError, match=r"^absent.yaml: cannot be read"):
        read(tmp_path / "absent.yaml", Course)


def test_deep_nesting_is_refused_rather_than_crashing() -> None:
    (fault,) = faults("title: " + "[" * 3000 + "]" * 3000 + "\n")
    assert fault.message == "is nested too deeply"


def test_markdown_becomes_html() -> None:
    assert markdown("# One\n\ntwo *three* [four](https://example.org/)\n") == (
        '<h2>One</h2>\n<p>two <em>three</em> <a href="https://example.org/" rel="noopener noreferrer">four</a></p>\n'
    )
    assert '<td data-label="a">1</td>\n<td data-label="&quot;b">2</td>' in markdown('| a | "b |\n|---|---|\n| 1 | 2 |\n')
    assert '<td>1</td>\n<td data-label="b &amp; c">2</td>' in markdown("| | **b &amp; c** |\n|---|---|\n| 1 | 2 |\n")
    assert markdown("# One", top=3) == "<h3>One</h3>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "![a](https://example.org/track.png)",
        '<a href="https://example.org" onclick="x()">a</a>',
        "<style>p{}</style>",
    ],
)
def test_markdown_lets_nothing_active_through(text: str) -> None:
    html = str(markdown(text))
    for active in ("<script", "<img", "<style", 'href="javascript', '<a href="https://example.org" onclick'):
        assert active not in html
