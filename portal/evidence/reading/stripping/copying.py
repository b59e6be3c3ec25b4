"""A copy of an Office package: parts changed or left out, and with them whatever nothing points to any more."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from portal.evidence.reading import properties
from portal.evidence.reading.packages import Package, Relation
from portal.evidence.reading.stripping.cutting import Element, Rules, Verdict, cut

TYPES = "[Content_Types].xml"
_WHO = set(properties.WHO) | {f"a:{name}" for name in properties.WHO}
_PAGES = {"TitlesOfParts", "HeadingPairs"}  # names of sheets, among them those that go
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class Copy:
    """The copy while it is made: what was changed is read from it, the rest from the document."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._changed: dict[str, bytes] = {}
        self._gone: dict[str, set[str]] = {}

    def read(self, name: str) -> bytes:
        return self._changed[name] if name in self._changed else self._package.read(name)

    def cut(self, name: str, rules: Rules) -> None:
        if name in self._package:
            self._changed[name] = cut(self.read(name), rules)

    def ties(self, name: str) -> list[Relation]:
        """What a part still points to."""
        gone = self._gone.get(name, set())
        return [
            tie
            for tie in self._package.relations(name)
            if tie.id not in gone and (tie.external or tie.target in self._package)
        ]

    def untie(self, name: str, unwanted: Callable[[Relation], bool]) -> None:
        """Take out the ties of a part (of the package, where `name` is empty) that are not wanted."""
        gone = {tie.id for tie in self.ties(name) if unwanted(tie)}
        if gone:
            folder, _, file = name.rpartition("/")
            self._gone.setdefault(name, set()).update(gone)
            self.cut(f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels", _Untied(gone))

    def anonymous(self) -> None:
        """Without the properties that say who wrote it, and the picture of its first page as it was."""
        self.untie("", lambda tie: tie.type == "thumbnail")
        for tie in self.ties(""):
            if tie.type in ("core-properties", "extended-properties"):
                self.cut(tie.target, _Anonymous())
            elif tie.type == "custom-properties":
                self.cut(tie.target, _AnonymousCustom())

    def write(self, to: Path) -> None:
        kept = self._reachable()
        names = [name for name in self._package.names if name in kept or self._is_of(name, kept)]
        self._changed[TYPES] = cut(self.read(TYPES), _Typed({f"/{name}" for name in names}))
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                entry = zipfile.ZipInfo(name, _LONG_AGO)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, self.read(name))

    def _reachable(self) -> set[str]:
        seen: set[str] = set()
        waiting = [""]
        while waiting:
            for tie in self.ties(waiting.pop()):
                if not tie.external and tie.target not in seen:
                    seen.add(tie.target)
                    waiting.append(tie.target)
        return seen

    @staticmethod
    def _is_of(name: str, kept: set[str]) -> bool:
        """Whether a part belongs to the package itself, or holds the ties of one that is kept."""
        if name in (TYPES, "_rels/.rels"):
            return True
        folder, _, file = name.rpartition("/")
        of = folder.removesuffix("_rels") + file.removesuffix(".rels")
        return (folder == "_rels" or folder.endswith("/_rels")) and of in kept


class _Untied(Rules):
    def __init__(self, ids: set[str]) -> None:
        self._ids = ids

    def begin(self, element: Element) -> None:
        if element.name.endswith("Relationship") and element.attrs.get("Id") in self._ids:
            element.verdict = Verdict.REMOVE


class _Typed(Rules):
    """The list of types names parts that are there, and no others."""

    def __init__(self, names: set[str]) -> None:
        self._names = {name.lower() for name in names}

    def begin(self, element: Element) -> None:
        if element.name.endswith("Override") and element.attrs.get("PartName", "").lower() not in self._names:
            element.verdict = Verdict.REMOVE


class _Anonymous(Rules):
    def begin(self, element: Element) -> None:
        if element.name in _WHO or element.name in _PAGES:
            element.verdict = Verdict.REMOVE


class _AnonymousCustom(Rules):
    def begin(self, element: Element) -> None:
        if element.name == "property" and properties.names_somebody(element.attrs.get("name", "")):
            element.verdict = Verdict.REMOVE

    def finish(self, element: Element) -> None:
        around = element.above("property")
        if around is not None and "@" in element.text:
            around.verdict = Verdict.REMOVE
