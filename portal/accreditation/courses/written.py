"""A Markdown file of a course, taken apart into headings, the `name: value` lines below them, and the text."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from portal.kernel.content import INVISIBLE, Fault

Line = tuple[int, str]  # its number, from 1, and its text

_HEADING = re.compile(r"^(#{1,6})(?P<gap> *)(?P<title>.*?)\s*$")
_ID = re.compile(r"\s*\{#(?P<id>[^}]*)\}$")
_FIELD = re.compile(r"^([a-z][a-z_]*(?: [a-z]+)?):(?: +(.*?))?\s*$")
SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


@dataclass(frozen=True)
class Field:
    value: str
    line: int


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it, up to the next of its level. `line` is the heading's."""

    title: str
    id: str
    line: int
    fields: dict[str, Field]
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.lines).strip()


@dataclass
class Source:
    """One file while it is read: its name for people, its lines, and what was found wrong or doubtful in it so far."""

    name: str
    lines: tuple[Line, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(self.name, line, "", message))

    def warn(self, line: int, message: str) -> None:
        self.warnings.append(Fault(self.name, line, "", message))


def opened(name: str, data: bytes) -> Source:
    """The file called `name` in messages, with what is wrong in its bytes already noted."""
    source = Source(name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        source.fault(data[: error.start].count(b"\n") + 1, "is not UTF-8 text. Save the file as UTF-8")
        return source
    if "\r" in text:
        source.fault(text[: text.index("\r")].count("\n") + 1, "ends its lines in the way of Windows. Save the file with line ends LF")
        return source
    for number, line in enumerate(text.split("\n"), start=1):
        if hidden := INVISIBLE.search(line):
            source.fault(number, f"holds an invisible character (U+{ord(hidden[0]):04X}). Delete it")
        elif not unicodedata.is_normalized("NFC", line):
            source.fault(number, "has an accent as a letter of its own. Type the word anew, so that letter and accent are one")
    source.lines = tuple(enumerate(text.split("\n"), start=1))
    return source


def heading(line: str) -> tuple[int, str] | None:
    """Level and words of a heading, or None."""
    found = _HEADING.match(line)
    return (len(found[1]), found["title"]) if found and (found["gap"] or not found["title"]) else None


def parted(lines: Iterable[Line], level: int) -> tuple[tuple[Line, ...], list[tuple[int, str, tuple[Line, ...]]]]:
    """What stands before the first heading of `level`, and each such heading (line, title) with the lines below it."""
    before: list[Line] = []
    found: list[tuple[int, str, list[Line]]] = []
    for number, text in lines:
        at = heading(text)
        if at and at[0] == level:
            found.append((number, at[1], []))
        else:
            (found[-1][2] if found else before).append((number, text))
    return tuple(before), [(number, title, tuple(below)) for number, title, below in found]


def top(source: Source) -> Section:
    """The file as one section: its heading of the first level, the fields below it, and everything after them."""
    before, found = parted(source.lines, 1)
    for number, text in before:
        if text.strip():
            source.fault(number, "stands before the heading. Begin the file with one line “# …”")
            break
    if not found:
        source.fault(1, "has no heading. Begin the file with one line “# …”")
        return Section("", "", 1, {}, before)
    for number, _, _ in found[1:]:
        source.fault(number, "is a second heading of the first level. Write ## for what belongs to the file's own heading")
    number, title, below = found[0]
    if not title:
        source.fault(number, "has no words. Write what the file is called after the #")
    return section(source, number, title, below)


def section(source: Source, number: int, title: str, below: tuple[Line, ...]) -> Section:
    """A heading's id, its fields, and the text that remains."""
    identified = _ID.search(title)
    fields: dict[str, Field] = {}
    for line, text in below:
        found = _FIELD.match(text)
        if found is None:
            break
        if found[1] in fields:
            source.fault(line, f"“{found[1]}” stands here twice (first on line {fields[found[1]].line}). Keep one of them")
        fields.setdefault(found[1], Field(found[2] or "", line))
    last = max((at.line for at in fields.values()), default=number)
    return Section(_ID.sub("", title), identified["id"] if identified else "", number, fields, tuple(one for one in below if one[0] > last))


def known(source: Source, part: Section, names: Collection[str]) -> None:
    """Note each field that has no business here."""
    for name, at in part.fields.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            meant = f"Did you mean “{near[0]}”? " if near else ""
            source.fault(at.line, f"“{name}” is not a name known here. {meant}Known names: {', '.join(sorted(names))}. "
                                  "Leave an empty line between the names and the text")  # fmt: skip


def needed(source: Source, part: Section, name: str, example: str) -> str:
    """The value of a field, or nothing with its absence noted."""
    at = part.fields.get(name)
    if at is None or not at.value:
        source.fault(at.line if at else part.line, f"“{part.title}” has no {name}. Add a line below its heading: {name}: {example}")
        return ""
    return at.value


def line_of(part: Section, name: str) -> int:
    """Where a field stands, or the heading it is missing from."""
    return part.fields[name].line if name in part.fields else part.line


def whole_number(source: Source, part: Section, name: str, example: str, least: int, most: int) -> int:
    value = needed(source, part, name, example)
    if re.fullmatch(r"\d{1,4}", value) and least <= int(value) <= most:
        return int(value)
    if value:
        source.fault(line_of(part, name), f"“{name}” is “{value}”. Write a whole number from {least} to {most}, for example {name}: {example}")
    return 0


def listed(value: str) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in value.split(","))))


def one_of(source: Source, line: int, what: str, value: str, choices: Collection[str]) -> str:
    """`value` if it is among the choices; nothing, with a note that offers the nearest, if not."""
    if value in choices:
        return value
    near = difflib.get_close_matches(value, choices, n=1)
    meant = f"Did you mean “{near[0]}”? " if near else ""
    source.fault(line, f"{what} “{value}” does not exist. {meant}Known: {', '.join(choices)}")
    return ""


def tests(source: Source, part: Section, outcomes: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Which outcome and which expectations a lesson, a scenario, a task or a criterion is about."""
    outcome = needed(source, part, "outcome", next(iter(outcomes), "its-code"))
    if outcome:
        outcome = one_of(source, line_of(part, "outcome"), "the outcome", outcome, outcomes)
    return outcome, listed(needed(source, part, "expectations", "NHS-2.3, GOV-2.3"))
