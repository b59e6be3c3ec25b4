"""Assignments: a task, its case, the rubric it is marked by, and replies that were marked beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from portal.accreditation.courses import prose, written
from portal.accreditation.courses.records import Assignment, Criterion, Marked, Script
from portal.accreditation.courses.shape import AssignmentEntry
from portal.accreditation.courses.written import Line, Source

FIELDS = ("outcome", "expectations", "length", "minutes")
CRITERION_FIELDS = ("outcome", "expectations", "weight")
PARTS = ("The case", "Checklist", "Rubric", "Must not")
SCRIPTS = 5
_LENGTH = re.compile(r"^(\d{2,4}) to (\d{2,4}) words$")
_LEVEL = re.compile(r"^(?P<level>[0-4]): *(?P<text>.*)$")
_LINE = re.compile(r"^- (?P<text>.+)$")
_CODED = re.compile(r"^- (?P<code>[a-z]+(?:-[a-z]+)*): *(?P<text>.+)$")
_MARKED = re.compile(r"^(?P<title>.*?): *(?P<level>[0-4])$")


def assignment(
    source: Source, entry: AssignmentEntry, scripts: Iterable[tuple[str, Source]], outcomes: dict[str, frozenset[str]], pictures: frozenset[str]
) -> Assignment:
    """The file as an assignment with its marked scripts (slug and source of each); what is wrong is noted in its source."""
    whole = written.top(source)
    written.known(source, whole, FIELDS)
    outcome, expectations = written.tests(source, whole, outcomes)
    length = written.needed(source, whole, "length", "700 to 900 words")
    between = _LENGTH.match(length)
    if length and (between is None or int(between[1]) > int(between[2])):
        source.fault(written.line_of(whole, "length"), f"“{length}” is not a length. Write it as length: 700 to 900 words")
    minutes = written.whole_number(source, whole, "minutes", "90", 10, 480)
    before, headings = written.parted(whole.lines, 2)
    parts = {title: (number, below) for number, title, below in headings}
    for number, title, _ in headings:
        written.one_of(source, number, "the part", title, PARTS)
    for title in PARTS:
        if title not in parts:
            source.fault(whole.line, f"has no part “{title}”. Add a heading “## {title}” and write it below")
    for lines, above in ((before, 1), (parts.get("The case", (0, ()))[1], 2)):
        prose.check(source, lines, PurePosixPath("assignments"), pictures, above=above)
    criteria = _rubric(source, parts.get("Rubric", (whole.line, ())), outcomes)
    must_not = dict(_coded(source, parts.get("Must not", (whole.line, ()))[1]))
    checklist = tuple(found["text"] for _, text in parts.get("Checklist", (0, ()))[1] if (found := _LINE.match(text)))
    if "Checklist" in parts and not checklist:
        source.fault(parts["Checklist"][0], "the checklist is empty. Write its lines as “- I have …”")
    marked = tuple(_script(one, slug, criteria, must_not) for slug, one in scripts)
    if len(marked) != SCRIPTS:
        source.fault(whole.line, f"has {len(marked)} marked scripts. Assessors practise on {SCRIPTS}: put them into {entry.file}/")
    return Assignment(
        entry.file, whole.title, outcome, expectations, (int(between[1]), int(between[2])) if between else (0, 0), minutes,
        "\n".join(text for _, text in before).strip(), "\n".join(text for _, text in parts.get("The case", (0, ()))[1]).strip(),
        checklist, criteria, must_not, marked, entry.pass_mark, entry.least_level, entry.assessors,
        entry.third_when_levels_differ_by, entry.resubmissions,
    )  # fmt: skip


def _rubric(source: Source, part: tuple[int, tuple[Line, ...]], outcomes: dict[str, frozenset[str]]) -> tuple[Criterion, ...]:
    number, below = part
    criteria = []
    for heading in written.parted(below, 3)[1]:
        one = written.section(source, *heading)
        written.known(source, one, CRITERION_FIELDS)
        outcome, expectations = written.tests(source, one, outcomes)
        weight = written.whole_number(source, one, "weight", "25", 1, 100)
        levels = {int(found["level"]): found["text"] for _, text in one.lines if (found := _LEVEL.match(text)) and found["text"]}
        missing = [str(level) for level in range(5) if level not in levels]
        if missing:
            source.fault(one.line, f"“{one.title}” does not say what level {missing[0]} looks like. Add a line “{missing[0]}: …”")
        described = (levels.get(0, ""), levels.get(1, ""), levels.get(2, ""), levels.get(3, ""), levels.get(4, ""))
        criteria.append(Criterion(one.title, outcome, expectations, weight, described))
    total = sum(criterion.weight for criterion in criteria)
    if criteria and total != 100:
        source.fault(number, f"the weights make {total}. Change them so that they make 100")
    if not criteria:
        source.fault(number, "the rubric has no criterion. Add one: “### …” with outcome, expectations, weight and the levels 0 to 4")
    return tuple(criteria)


def _coded(source: Source, lines: Iterable[Line]) -> Iterable[tuple[str, str]]:
    for number, text in lines:
        if found := _CODED.match(text):
            yield found["code"], found["text"]
        elif text.strip() and not text.startswith("  "):
            source.fault(number, "must be “- code: what must not be done”, the code in small letters with hyphens")


def _script(source: Source, slug: str, criteria: tuple[Criterion, ...], must_not: dict[str, str]) -> Script:
    whole = written.top(source)
    written.known(source, whole, ())
    before, headings = written.parted(whole.lines, 2)
    parts = {title: (number, below) for number, title, below in headings}
    for number, title, _ in headings:
        written.one_of(source, number, "the part", title, ("Marks", "Must not"))
    if not any(text.strip() for _, text in before):
        source.fault(whole.line, "holds no reply. Write the whole reply below the heading")
    marks: dict[str, Marked] = {}
    for number, title, below in written.parted(parts.get("Marks", (0, ()))[1], 3)[1]:
        found = _MARKED.match(title)
        if found is None:
            source.fault(number, "has no level. Write the criterion, a colon and 0 to 4: “### Tone and plain words: 3”")
            continue
        written.one_of(source, number, "the criterion", found["title"], [criterion.title for criterion in criteria])
        why = "\n".join(text for _, text in below).strip()
        if not why:
            source.fault(number, "does not say why. Quote the words of the reply that show the level")
        marks[found["title"]] = Marked(int(found["level"]), why)
    for criterion in criteria:
        if criterion.title not in marks:
            source.fault(parts.get("Marks", (whole.line, ()))[0], f"is not marked by “{criterion.title}”. Add “### {criterion.title}: …”")
    broken = dict(_coded(source, parts.get("Must not", (0, ()))[1]))
    for code in broken:
        written.one_of(source, parts["Must not"][0], "the must-not", code, must_not)
    return Script(
        slug, "\n".join(text for _, text in before).strip(),
        tuple(marks.get(criterion.title, Marked(0, "")) for criterion in criteria), broken,
    )  # fmt: skip
