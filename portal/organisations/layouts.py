"""The shapes that register files come in: how each is recognised and where it keeps each fact."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from portal.organisations.kinds import KINDS
from portal.organisations.remit import OMBUDSMAN_CODE, OMBUDSMAN_NAME, OMBUDSMAN_SLUG, government_kind, name_from_slug
from portal.organisations.rows import COLUMNS, Fault, Shape
from portal.organisations.texts import Line

Facts = dict[str, str]

# Positions, counted from nought, in the files that ODS publishes without a header; etr and epraccur share them.
_ODS = {"code": 0, "name": 1, "region_code": 2, "icb_code": 3, "opened_on": 10, "closed_on": 11}
_STATUS, _SETTING = 12, 25
_GP_SETTING = "4"
_ODS_WIDTHS = range(24, 33)
_GOVUK_COLUMNS = frozenset({"slug", "name", "format"})


class LeftOut(StrEnum):
    """Why a line that is well formed is not a body for this register; written to follow a count."""

    OUTSIDE_REMIT = "outside the Ombudsman’s remit left out."
    NOT_A_PRACTICE = "left out because their prescribing setting is not 4, a GP practice."
    NOT_OPEN_YET = "left out because their status is D (dormant) or P (proposed)."


@dataclass(frozen=True)
class Layout:
    """One file's shape: its lines without the header, and how to find the facts in a line's cells."""

    shape: Shape
    lines: list[Line]
    width: int
    facts: Callable[[list[str]], Facts | LeftOut]
    says: frozenset[str]
    names_in_capitals: bool
    notes: tuple[str, ...] = ()

    def called(self, column: str) -> str:
        """What the person who made the file calls a column."""
        if self.shape in (Shape.ODS_TRUSTS, Shape.ODS_PRACTICES) and column in _ODS:
            return f"column {_ODS[column] + 1} ({column})"
        if self.shape is Shape.ODS_LIST and column == "code":
            return "ods_code"
        if self.shape is Shape.GOVUK and column == "code":
            return "slug"
        return column

    def status_says_closed(self, facts: Facts) -> bool:
        return facts.get("status", "").strip() == "C"


def recognised(found: list[Line], kind: str | None) -> Layout | Fault:
    """The layout of a file, from its first line."""
    line, first = found[0]
    header = [cell.strip().lower() for cell in first]
    if "name" in header and not {"code", "ods_code", "slug"}.isdisjoint(header):
        return _with_header(line, header, found[1:], kind)
    if len(first) in _ODS_WIDTHS and _looks_like_ods(first):
        return _raw_ods(found, kind)
    columns = "1 column" if len(first) == 1 else f"{len(first)} columns"
    message = (
        f"This is not a register file: its first line has {columns} and no header that is known. Import an ODS file as "
        f"published (27 columns, no header), or a CSV whose first line is {','.join(COLUMNS)}."
    )
    return Fault(line, "", message)


def _looks_like_ods(cells: list[str]) -> bool:
    dates = [cells[place].strip() for place in (10, 11)]
    return cells[0].strip().isalnum() and all(not text or (text.isdigit() and len(text) == 8) for text in dates)


def _raw_ods(found: list[Line], kind: str | None) -> Layout:
    width = len(found[0][1])
    practices = any(_cell(cells, _STATUS) or _cell(cells, _SETTING) for _, cells in found)
    shape = Shape.ODS_PRACTICES if practices else Shape.ODS_TRUSTS

    def facts(cells: list[str]) -> Facts | LeftOut:
        taken = {column: cells[place] for column, place in _ODS.items()}
        if practices:
            taken["status"] = _cell(cells, _STATUS)
            if taken["status"] in ("D", "P"):
                return LeftOut.NOT_OPEN_YET
            if not kind and _cell(cells, _SETTING) != _GP_SETTING:
                return LeftOut.NOT_A_PRACTICE
        taken["kind"] = kind or ("G" if practices else _trust(taken["name"]))
        return taken

    return Layout(shape, found, width, facts, frozenset({*_ODS, "kind"}), names_in_capitals=True)


def _cell(cells: list[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _trust(name: str) -> str:
    """etr lists trusts only, and each says so in its name; other ODS lists of this shape need to be told their kind."""
    return "T" if "TRUST" in name.upper().split() else ""


def _with_header(line: int, header: list[str], rest: list[Line], kind: str | None) -> Layout | Fault:
    twice = next((column for column in header if column and header.count(column) > 1), None)
    if twice is not None:
        return Fault(line, twice, f"The header names “{twice}” twice. Keep one of the two columns.")
    places = {column: place for place, column in enumerate(header) if column}
    if "slug" in places and places.keys() >= _GOVUK_COLUMNS:
        return _govuk(places, len(header), rest)
    ods = "ods_code" in places
    if "code" not in places and not ods:
        return Fault(line, "slug", "A file of GOV.UK bodies needs the columns slug, name and format.")
    places["code"] = places.pop("ods_code") if ods else places["code"]
    known = {column: place for column, place in places.items() if column in COLUMNS}
    ignored = sorted(places.keys() - known.keys())
    notes = (f"Columns that were not read: {', '.join(ignored)}.",) if ignored else ()

    def facts(cells: list[str]) -> Facts:
        taken = {column: cells[place] for column, place in known.items()}
        if not taken.get("kind", "").strip():
            taken["kind"] = kind or (_kind_of_listed(taken) if ods else "")
        return taken

    shape = Shape.ODS_LIST if ods else Shape.OURS
    return Layout(shape, rest, len(header), facts, frozenset(known) | {"kind"}, ods, notes)


def _kind_of_listed(facts: Facts) -> str:
    """Trusts and integrated care boards carry their kind at the end of their name; other bodies must be told."""
    name = facts["name"].strip().upper()
    if name.endswith("INTEGRATED CARE BOARD"):
        return "I"
    return _trust(name)


def _govuk(places: dict[str, int], width: int, rest: list[Line]) -> Layout:
    def column(cells: list[str], called: str) -> str:
        return _cell(cells, places[called]) if called in places else ""

    def slugs(cells: list[str], called: str) -> tuple[str, ...]:
        return tuple(part for part in column(cells, called).split("|") if part)

    def kind_of(cells: list[str]) -> str | None:
        return government_kind(column(cells, "format"), column(cells, "slug"), slugs(cells, "parent_slugs"))

    listed = {column(cells, "slug") for _, cells in rest}
    within = {column(cells, "slug") for _, cells in rest if kind_of(cells) in KINDS}

    def facts(cells: list[str]) -> Facts | LeftOut:
        slug, kind = column(cells, "slug"), kind_of(cells)
        if slug and kind is None:
            return LeftOut.OUTSIDE_REMIT
        if slug == OMBUDSMAN_SLUG:
            return {"code": OMBUDSMAN_CODE, "name": OMBUDSMAN_NAME, "kind": kind or ""}
        parents = [parent for parent in slugs(cells, "parent_slugs") if parent in within and parent != slug]
        names = [name_from_slug(former) for former in slugs(cells, "supersedes_slugs") if former not in listed]
        return {
            "code": slug,
            "name": column(cells, "name"),
            "kind": kind or "",
            "parent_code": parents[0] if parents else "",
            "former_names": "|".join(names),
        }

    says = frozenset({"code", "name", "kind", "parent_code", "former_names"})
    return Layout(Shape.GOVUK, rest, width, facts, says, names_in_capitals=False)
