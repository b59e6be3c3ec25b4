"""Excel workbooks without authors, comments and what was hidden. Formulas that rested on it stay as their values."""

from __future__ import annotations

import re
from pathlib import Path

from portal.evidence.reading.cells import number_of
from portal.evidence.reading.findings import Unreadable
from portal.evidence.reading.packages import opened
from portal.evidence.reading.stripping.copying import Copy
from portal.evidence.reading.stripping.sheets import (
    RANGE,
    Gone,
    Hidden,
    Listed,
    Shapes,
    Sheet,
    Uncached,
    Unrecorded,
    Used,
)
from portal.evidence.reading.workbook import MAIN, Listing

_GOES = {"person", "revisionHeaders", "usernames", "calcChain"}


def strip(path: Path, to: Path) -> None:
    with opened(path) as package:
        main = next((tie.target for tie in package.relations("") if tie.type == "officeDocument"), MAIN)
        listing = Listing()
        package.parse(main, listing)
        copy, parts = Copy(package), {tie.id: tie.target for tie in package.relations(main)}
        gone = Gone()
        kept: list[str] = []
        removed: set[str] = set()
        for position, listed in enumerate(listing.sheets):
            if listed.hidden:
                gone.sheets.append(listed.name)
                gone.positions.add(position)
                removed.add(listed.relation)
            elif listed.relation in parts:
                kept.append(parts[listed.relation])
        if not kept:
            raise Unreadable("It has no sheet that is not hidden.")
        hidden = {part: Hidden(_headings_of_tables(copy, part)) for part in kept}
        for part in kept:
            package.parse(part, hidden[part])
        gone.anything = bool(removed) or any(one.found for one in hidden.values())
        copy.untie(main, lambda tie: tie.type in _GOES or tie.id in removed)
        _unpivot(copy, main, kept, gone)
        copy.cut(main, Listed(gone, removed))
        used: set[int] = set()
        for part in kept:
            sheet = Sheet(gone, hidden[part], used)
            _without_comments(copy, part, sheet)
            copy.cut(part, sheet)
        for tie in copy.ties(main):
            if tie.type == "sharedStrings" and gone.anything:
                copy.cut(tie.target, Used(used))
        copy.anonymous()
        copy.write(to)


def _without_comments(copy: Copy, part: str, sheet: Sheet) -> None:
    commented = any(tie.type in ("comments", "threadedComment") for tie in copy.ties(part))
    copy.untie(part, lambda tie: tie.type in ("comments", "threadedComment"))
    if not commented:
        return
    for tie in copy.ties(part):
        if tie.type == "vmlDrawing":
            shapes = Shapes()
            try:
                copy.cut(tie.target, shapes)
            except Unreadable:  # some programs write it as HTML: the boxes of comments, and nothing else
                shapes.left = 0
            if not shapes.left:
                sheet.untied.add(tie.id)
    copy.untie(part, lambda tie: tie.id in sheet.untied)


def _headings_of_tables(copy: Copy, part: str) -> list[tuple[int, int, int]]:
    """Row, first and last column of the headings of tables: a table without one of its headings is damaged."""
    found = []
    for tie in copy.ties(part):
        if tie.type == "table":
            match = re.search(rb"<(?:\w+:)?table\b[^>]*?\sref=[\"']([A-Z0-9:$]+)[\"']", copy.read(tie.target))
            area = RANGE.fullmatch(match.group(1).decode()) if match else None
            if area:
                found.append((int(area[2]), number_of(area[1]), number_of(area[3] or area[1])))
    return found


def _unpivot(copy: Copy, main: str, kept: list[str], gone: Gone) -> None:
    """Caches of pivot tables hold whole sheets. Those no remaining sheet uses go, and of the others the records do."""
    if not gone.anything:
        return
    used = {
        cache.target
        for part in kept
        for pivot in copy.ties(part)
        if pivot.type == "pivotTable"
        for cache in copy.ties(pivot.target)
        if cache.type == "pivotCacheDefinition"
    }
    caches = {tie.target: tie.id for tie in copy.ties(main) if tie.type == "pivotCacheDefinition"}
    unused = {identity for target, identity in caches.items() if target not in used}
    copy.untie(main, lambda tie: tie.id in unused)
    copy.cut(main, Uncached(unused))
    for target in used:
        copy.untie(target, lambda tie: tie.type == "pivotCacheRecords")
        copy.cut(target, Unrecorded())
