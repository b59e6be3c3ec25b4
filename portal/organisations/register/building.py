"""Build the register's files again from the open data: python -m portal.organisations.register.building FOLDER."""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from portal.organisations.reading import read
from portal.organisations.register import FOLDER
from portal.organisations.rows import COLUMNS, BodyRow

# The boards took over from the clinical commissioning groups on this day (Health and Care Act 2022).
BOARDS_OPENED_ON = date(2022, 7, 1)


def build(sources: Path, folder: Path = FOLDER) -> dict[str, int]:
    """Write boards.csv, trusts.csv and government.csv into `folder`; the number of bodies in each."""
    trusts = with_history(_rows(sources / "ods-etr-raw.csv"), FOLDER / "history" / "trusts.csv")
    boards = with_regions(_rows(sources / "nhs-icbs.csv"), trusts)
    government = without_closed_names(_rows(sources / "government-bodies.csv"), _rows(FOLDER / "closed-government.csv"))
    files = {"boards.csv": boards, "trusts.csv": trusts, "government.csv": government}
    return {name: _write(folder / name, rows) for name, rows in files.items()}


def with_history(trusts: Iterable[BodyRow], history: Path) -> list[BodyRow]:
    """The trusts with the successors and former names that ODS does not publish in its list."""
    with history.open(encoding="utf-8", newline="") as lines:
        told = {line["code"]: line for line in csv.DictReader(lines)}
    return [
        replace(trust, successor_codes=_parts(line["successor_codes"]), former_names=_parts(line["former_names"]))
        if (line := told.get(trust.code))
        else trust
        for trust in trusts
    ]


def with_regions(boards: Iterable[BodyRow], trusts: Iterable[BodyRow]) -> list[BodyRow]:
    """The boards with the region in which every one of their trusts lies, or none when the trusts disagree."""
    regions: defaultdict[str, set[str]] = defaultdict(set)
    for trust in trusts:
        regions[trust.icb_code].add(trust.region_code)
    return [replace(board, opened_on=BOARDS_OPENED_ON, region_code=_only(regions[board.code])) for board in boards]


def without_closed_names(bodies: Iterable[BodyRow], closed: Iterable[BodyRow]) -> list[BodyRow]:
    """A predecessor that the register holds as a closed body is its successor's history, not its former name."""
    plain = {_plain(body.code) for body in closed}
    return [
        replace(body, former_names=tuple(name for name in body.former_names if _plain(name) not in plain))
        for body in bodies
    ]


def _plain(text: str) -> str:
    return text.casefold().replace("-", " ")


def _only(values: set[str]) -> str:
    return next(iter(values)) if len(values) == 1 else ""


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _rows(path: Path) -> tuple[BodyRow, ...]:
    reading = read(path.read_bytes())
    if reading.faults:
        raise SystemExit("\n".join(f"{path.name} {fault}" for fault in reading.faults))
    return reading.rows


def _write(path: Path, rows: list[BodyRow]) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in sorted(rows, key=lambda row: row.code):
            writer.writerow(_cell(getattr(row, column)) for column in COLUMNS)
    return len(rows)


def _cell(value: str | date | tuple[str, ...] | None) -> str:
    if value is None:
        return ""
    return "|".join(value) if isinstance(value, tuple) else str(value)


if __name__ == "__main__":
    for name, number in build(Path(sys.argv[1])).items():
        print(f"{name}: {number} bodies")
