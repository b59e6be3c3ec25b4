"""The properties of an Office document: author, last modified by, company, manager, and those an office adds."""

from __future__ import annotations

import re

from portal.evidence.reading import authors
from portal.evidence.reading.packages import Package, short
from portal.evidence.reading.passages import Passage, Reading

CORE, EXTENDED, CUSTOM = "docProps/core.xml", "docProps/app.xml", "docProps/custom.xml"
WHO = {
    "dc:creator": "author",
    "lastModifiedBy": "last modified by",
    "Manager": "manager",
    "Company": "company",
}
_READ = {"dc:title": "title", "dc:subject": "subject", "dc:description": "comments", "keywords": "keywords"}
_NAMES_SOMEBODY = re.compile(
    r"author|owner|manager|editor|checked|approved|_by\b|\bby$|user|person|contact", re.IGNORECASE
)


def names_somebody(name: str) -> bool:
    """Whether a property that an office added is about a person, by the name they gave it."""
    return _NAMES_SOMEBODY.search(name) is not None


class Properties:
    """Reads one part of properties: `values` by the name of the element, or by the name an office gave it."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._name: str | None = None
        self._text: list[str] = []

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = short(tag)
        if name == "property":
            self._name = attrs.get("name", "")
        self._text = []

    def end(self, tag: str) -> None:
        name = short(tag)
        text = "".join(self._text).strip()
        if text and len(self.values) < 500:
            self.values[self._name if self._name is not None else name.removeprefix("a:")] = text
        self._text = []
        if name == "property":
            self._name = None

    def data(self, text: str) -> None:
        self._text.append(text)


def look(package: Package, reading: Reading) -> None:
    """What the properties say, and whatever personal data stands in the others of them."""
    types = {relation.type: relation.target for relation in package.relations("")}
    core = types.get("core-properties", CORE)
    extended = types.get("extended-properties", EXTENDED)
    passage = Passage(reading)
    for part in (core, extended):
        for name, text in _values(package, part, reading).items():
            if name in WHO:
                authors.add(reading, WHO[name], text)
            elif name in _READ:
                passage.add(f"document properties: {_READ[name]}", text)
    for name, text in _values(package, types.get("custom-properties", CUSTOM), reading).items():
        if names_somebody(name):
            authors.add(reading, name, text)
        passage.add(f"document properties: {name}", text)
    passage.done()


def _values(package: Package, part: str, reading: Reading) -> dict[str, str]:
    found = Properties()
    if part in package:
        with reading.part():
            package.parse(part, found)
    return found.values
