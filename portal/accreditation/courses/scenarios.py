"""Scenarios: a conversation in parts, in which what is chosen leads on, until an ending explains."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from portal.accreditation.courses import prose, written
from portal.accreditation.courses.records import Choice, Part, Scenario
from portal.accreditation.courses.written import Line, Source

FIELDS = ("outcome", "expectations", "setting", "minutes", "start")
SETTINGS = ("nhs", "government")
_ENDING = re.compile(r"\s*\(ending\)$")
_CHOICE = re.compile(r"^(?P<text>.+?)\s*\((?P<points>\+\d|0|critical)\)\s*->\s*(?P<to>\S+)$")
_VIEW = re.compile(r"^\s+: *(?:(?P<whose>complainant|colleague): *)?(?P<text>.*)$")
FEWEST_CHOICES = 2


def scenario(source: Source, slug: str, pass_mark: int, outcomes: dict[str, frozenset[str]], pictures: frozenset[str]) -> Scenario:
    """The file as a scenario, with everything wrong in it noted."""
    whole = written.top(source)
    written.known(source, whole, FIELDS)
    outcome, expectations = written.tests(source, whole, outcomes)
    setting = written.needed(source, whole, "setting", SETTINGS[0])
    if setting:
        setting = written.one_of(source, written.line_of(whole, "setting"), "the setting", setting, SETTINGS)
    minutes = written.whole_number(source, whole, "minutes", "8", 2, 30)
    start = written.needed(source, whole, "start", "its-first-part")
    before, headings = written.parted(whole.lines, 2)
    prose.check(source, before, PurePosixPath("scenarios"), pictures, above=1)
    parts: dict[str, Part] = {}
    places: dict[str, int] = {}
    for number, title, below in headings:
        name = _ENDING.sub("", title)
        if not written.SLUG.match(name):
            source.fault(number, f"“{name}” must be small letters, figures and hyphens, for choices lead to it by this name")
        if name in parts:
            source.fault(number, f"the part “{name}” stands here twice (first on line {places[name]}). Give one another name")
            continue
        places[name] = number
        parts[name] = _part(source, number, name, _ENDING.search(title) is not None, below, pictures)
    if start:
        written.one_of(source, written.line_of(whole, "start"), "the part", start, parts)
    opening = "\n".join(text for _, text in before).strip()
    best = _walked(source, start, parts, places)
    return Scenario(slug, whole.title, outcome, expectations, setting, minutes, opening, start, parts, best, pass_mark)


def _part(source: Source, number: int, name: str, ending: bool, below: tuple[Line, ...], pictures: frozenset[str]) -> Part:
    text, items = _items(below)
    prose.check(source, [line for line in below if not line[1].startswith((" ", "- "))], PurePosixPath("scenarios"), pictures, above=2)
    if not text:
        source.fault(number, f"the part “{name}” says nothing. Write what happens" + (", and why it ended so" if ending else ""))
    if ending and items:
        source.fault(items[0][0], f"“{name}” is an ending and offers a choice. Take (ending) out of its heading, or take the choice out")
    if not ending and not items:
        source.fault(number, f"“{name}” offers no choice. Add some, or write “## {name} (ending)”")
    if 0 < len(items) < FEWEST_CHOICES:
        source.fault(items[0][0], f"“{name}” offers one choice only, which is none. Add another")
    return Part(name, text, tuple(filter(None, (_choice(source, *item) for item in items))))


def _items(below: tuple[Line, ...]) -> tuple[str, list[tuple[int, str, list[Line]]]]:
    """The text of a part, and each choice with its line and the views below it."""
    text: list[str] = []
    items: list[tuple[int, str, list[Line]]] = []
    for number, line in below:
        if line.startswith("- "):
            items.append((number, line[2:].strip(), []))
        elif items and line.startswith(" ") and (_VIEW.match(line) or items[-1][2]):
            items[-1][2].append((number, line))
        elif items and line.startswith(" "):
            at, said, views = items[-1]
            items[-1] = (at, f"{said} {line.strip()}", views)
        elif not items or line.strip():
            text.append(line)
    return "\n".join(text).strip(), items


def _choice(source: Source, number: int, said: str, below: list[Line]) -> Choice | None:
    found = _CHOICE.match(said)
    if found is None:
        source.fault(number, "is not a choice. End it with its points and where it leads: “(+2) -> name-of-a-part”, with (+1), (0) or (critical)")
        return None
    views: dict[str, str] = {}
    last = ""
    for line, text in below:
        view = _VIEW.match(text)
        if view and view["whose"]:
            last = view["whose"]
            views[last] = view["text"].strip()
        elif last:
            views[last] = f"{views[last]} {text.strip().removeprefix(':').strip()}"
        else:
            source.fault(line, "does not say whose view it is. Begin it with “  : complainant: ” or “  : colleague: ”")
    for whose in ("complainant", "colleague"):
        if not views.get(whose):
            source.fault(number, f"does not say what the {whose} thinks then. Add a line below it: “  : {whose}: …”")
    points = found["points"]
    return Choice(
        found["text"], int(points) if points != "critical" else 0, points == "critical", found["to"],
        views.get("complainant", ""), views.get("colleague", ""),
    )  # fmt: skip


def _walked(source: Source, start: str, parts: Mapping[str, Part], places: Mapping[str, int]) -> int:
    """The points of the best path. Notes what leads nowhere, what nothing leads to, and what goes round in a circle."""
    for name, part in parts.items():
        for choice in part.choices:
            written.one_of(source, places[name], f"a choice of “{name}” leads to the part", choice.leads_to, parts)
    if start not in parts:
        return 0
    best: dict[str, int] = {}
    in_circle: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> int:
        if name in path:
            if name not in in_circle:
                in_circle.add(name)
                source.fault(places[name], f"the choices go round in a circle: {' -> '.join((*path[path.index(name):], name))}. "
                                            "Let one of them lead on, so that it ends")  # fmt: skip
            return 0
        if name not in best:
            part = parts[name]
            best[name] = max(
                (choice.points + walk(choice.leads_to, (*path, name)) for choice in part.choices if choice.leads_to in parts and not choice.critical),
                default=0,
            )
        return best[name]

    most = walk(start, ())
    reached, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(choice.leads_to for choice in parts[name].choices if choice.leads_to in parts)
    for name in parts:
        if name not in reached:
            source.fault(places[name], f"no choice leads to “{name}”. Let one lead there, or take the part out")
    if most == 0:
        source.fault(places[start], "no path has any points. Mark the better choices with (+1) or (+2)")
    return most
