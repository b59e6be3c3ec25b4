"""Read YAML and Markdown content into frozen records, or say in which file and line what is wrong."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

import nh3
import yaml
from markdown_it import MarkdownIt
from markupsafe import Markup
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

R = TypeVar("R", bound="Record")
Place: TypeAlias = tuple[str | int, ...]
Plain: TypeAlias = "str | tuple[Plain, ...] | dict[str, Plain]"
Check: TypeAlias = Callable[[R], Iterable[tuple[Place, str]]]

# The C reader is five times as fast; the pure one says the same where it is missing.
_READER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 20
# They reorder or hide what a reviewer of the file sees on the screen.
INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a content file; lines count from 1, and 0 means the file as a whole."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class ContentError(Exception):
    """Content that cannot be used, with everything that is wrong in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def _whole_number(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value):
        return int(value)
    raise PydanticCustomError("whole_number", "must be a whole number in figures, for example 3")


def _yes_or_no(value: object) -> bool:
    if value in ("yes", "no"):
        return value == "yes"
    raise PydanticCustomError("yes_or_no", "must be yes or no, in small letters")


def _day(value: object) -> date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "must be a date written year-month-day, for example 2026-04-01")


Text = Annotated[str, Field(min_length=1)]
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
YesNo = Annotated[bool, BeforeValidator(_yes_or_no)]
Day = Annotated[date, BeforeValidator(_day)]


class Record(BaseModel):
    """The shape of one mapping in a content file: strict, frozen, and with no names but its own."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", str_strip_whitespace=True, populate_by_name=False
    )


@dataclass
class _Tree:
    """Everything a file says as plain text, the line each part stands on, and what is wrong so far."""

    file: str
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of a part, or of the nearest part around it that exists."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(self, place: Place, message: str, line: int | None = None) -> None:
        at = self.line(place) if line is None else line
        self.faults.append(Fault(self.file, at, _spelt(place), message))


def _spelt(place: Place) -> str:
    """The place as a person counts: the first item of a list is 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in place)


def read(path: Path, model: type[R], *checks: Check[R], root: Path | None = None) -> R:
    """The file as a record; with `root`, faults name the file as seen from there."""
    name = str(path.relative_to(root)) if root else path.name
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ContentError([Fault(name, 0, "", f"cannot be read ({error.strerror})")]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ContentError([Fault(name, line, "", "is not UTF-8 text. Save the file as UTF-8")]) from None
    return parse(text, model, name, *checks)


def parse(text: str, model: type[R], file: str, *checks: Check[R]) -> R:
    """The text as a record, or a ContentError with every fault. Checks run once the shape is right."""
    tree = _Tree(file)
    plain = _read_plain(text, tree)
    if tree.faults:
        raise ContentError(tree.faults)
    try:
        record = model.model_validate(plain)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            # Pydantic counts only the items that are right: a full list with a wrong item is not too short.
            if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
                continue
            tree.fault(detail["loc"], _in_words(detail, model))
        raise ContentError(tree.faults) from None
    for check in checks:
        for place, message in check(record):
            tree.fault(place, message)
    if tree.faults:
        raise ContentError(tree.faults)
    return record


def _read_plain(text: str, tree: _Tree) -> Plain:
    for number, line in enumerate(text.splitlines(), start=1):
        if hidden := INVISIBLE.search(line):
            tree.fault((), f"holds an invisible character (U+{ord(hidden[0]):04X}). Delete it", number)
    try:
        events = list(yaml.parse(text, Loader=_READER))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line_number = mark.line + 1 if mark else text[: getattr(error, "position", 0)].count("\n") + 1
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        tree.fault((), f"is not YAML: {problem}. Look at this line and the one above it", line_number)
        return ""
    documents = [event for event in events if isinstance(event, yaml.DocumentStartEvent)]
    if not documents:
        tree.fault((), "is empty", 1)
        return ""
    for second in documents[1:]:
        tree.fault((), "holds a second document. Remove the line ---", _line(second))
    return _value(iter(events[2:]), tree, ())


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _value(events: Iterator[yaml.Event], tree: _Tree, place: Place, event: yaml.Event | None = None) -> Plain:
    event = event or next(events)
    tree.lines.setdefault(place, _line(event))
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if isinstance(event, yaml.AliasEvent):
        tree.fault(place, f"uses the alias *{anchor}. Write the words out")
        return ""
    if anchor:
        tree.fault(place, f"has the anchor &{anchor}. Take it out")
    if tag not in (None, "!"):
        tree.fault(place, f"has the tag {tag}. Take it out: everything here is text")
    if len(place) > _DEEPEST:
        raise ContentError([Fault(tree.file, _line(event), _spelt(place), "is nested too deeply")])
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, tree, place)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, tree, place)
    return str(event.value) if isinstance(event, yaml.ScalarEvent) else ""


def _sequence(events: Iterator[yaml.Event], tree: _Tree, place: Place) -> tuple[Plain, ...]:
    items: list[Plain] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_value(events, tree, (*place, len(items)), event))
    return tuple(items)


def _mapping(events: Iterator[yaml.Event], tree: _Tree, place: Place) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        line = _line(event)
        key = _value(events, _Tree(tree.file, faults=tree.faults), place, event)
        if not isinstance(key, str):
            tree.fault(place, "has a list or mapping as a name. Names are plain words", line)
            key = ""
        inside = (*place, key)
        if key in found:
            first = tree.lines[inside]
            tree.fault(inside, f"is there twice (first on line {first}). Keep one of them", line)
        tree.lines.setdefault(inside, line)
        found[key] = _value(events, tree, inside)
    return found


_SHAPES: dict[type, str] = {str: "text", tuple: "a list", dict: "names with values"}


def _in_words(detail: ErrorDetails, model: type[Record]) -> str:
    """What pydantic found, said to a person who writes content and does not know Python."""
    kind, place, given = detail["type"], detail["loc"], detail["input"]
    bounds: Mapping[str, Any] = detail.get("ctx", {})
    shape = _SHAPES.get(type(given), "something else")
    match kind:
        case "missing":
            return f"is missing. Add a line “{place[-1]}: …” here"
        case "extra_forbidden":
            return _unknown_name(str(place[-1]), model, place[:-1])
        case "string_type":
            return f"must be text, but is {shape}"
        case "tuple_type":
            return f"must be a list, one item a line beginning with “- ”, but is {shape}"
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"must be names with values, but is {shape}"
        case "string_too_short":
            return "is empty. Write some words, or take the line out if it may be left out"
        case "string_too_long":
            return f"is too long: at most {bounds['max_length']} characters"
        case "too_short":
            return f"has too few items: at least {bounds['min_length']}"
        case "too_long":
            return f"has too many items: at most {bounds['max_length']}"
        case "literal_error":
            return f"is “{given}”, but must be one of {bounds['expected'].replace(chr(39), '')}"
        case "string_pattern_mismatch":
            return f"is “{given}”, which does not have the right form ({bounds['pattern']})"
        case "greater_than_equal":
            return f"is {given}, but must be at least {bounds['ge']}"
        case "less_than_equal":
            return f"is {given}, but must be at most {bounds['le']}"
    return detail["msg"]


def _unknown_name(name: str, model: type[Record], around: Place) -> str:
    inner = _model_at(model, around)
    allowed = sorted(f.alias or n for n, f in inner.model_fields.items()) if inner else []
    near = difflib.get_close_matches(name, allowed, n=1)
    meant = f"Did you mean “{near[0]}”? " if near else ""
    return f"is not a name known here. {meant}Known names: {', '.join(allowed)}"


def _model_at(model: type[Record] | None, place: Place) -> type[Record] | None:
    for step in place:
        if model is None or isinstance(step, int):
            continue
        fields = {f.alias or n: f for n, f in model.model_fields.items()}
        # A step that is not a field is a key of a mapping of records: the record stays the same.
        model = _record_in(fields[step].annotation) if step in fields else model
    return model


def _record_in(annotation: object) -> type[Record] | None:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    inner = (_record_in(part) for part in typing.get_args(annotation))
    return next((found for found in inner if found), None)


@cache
def _markdown_reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


_TAGS = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "a", "blockquote", "code", "pre", "br",
         "hr", "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "td": {"data-label"}}


def markdown(text: str, *, top: int = 2, pictures: Callable[[str], str] | None = None) -> Markup:
    """Markdown as safe HTML: no raw HTML; a first-level heading becomes `<h{top}>`.

    `pictures` gives the address to serve a picture from, for its address in the text; without it there are none.
    Each cell of a table carries the heading of its column, so that a narrow screen can show rows one below the other."""
    tokens = _markdown_reader().parse(text)
    headings: list[str] = []
    column = 0
    for place, token in enumerate(tokens):
        if token.type == "thead_open":
            headings = []
        elif token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            headings.append("".join(inner.content for inner in tokens[place + 1].children or ()))
        elif token.type == "td_open":
            token.attrs = {"data-label": headings[column]} if headings[column] else {}
            column += 1
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{max(2, min(6, int(token.tag[1]) + top - 1))}"
        for inner in token.children or ():
            if pictures and inner.type == "image":
                inner.attrs = {"src": pictures(str(inner.attrs["src"])), "alt": inner.content}
    html = _markdown_reader().renderer.render(tokens, _markdown_reader().options, {})
    # Markup is right here because nh3 has just cleaned what it wraps.
    tags, attributes = (_TAGS | {"img"}, {**_ATTRIBUTES, "img": {"src", "alt"}}) if pictures else (_TAGS, _ATTRIBUTES)
    return Markup(nh3.clean(html, tags=tags, attributes=attributes, url_schemes={"https", "http", "mailto"}))
