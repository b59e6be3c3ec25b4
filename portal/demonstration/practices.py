"""The GP practices of the demonstration: some with one person who does everything, and one that answers for branches."""

from __future__ import annotations

import csv
from pathlib import Path

from portal.demonstration.fates import Fate
from portal.organisations.operations import importing

FILE = Path(__file__).parent / "practices.csv"
SOURCE = "the practices of the demonstration"
KIND = "G"

# In each of these one person manages complaints and signs; where the assessment of this year stands.
OF_ONE_PERSON = {
    "B81109": Fate.NEARLY,
    "C81035": Fate.SIGNED,
    "C82040": Fate.PUBLISHED,
    "C87018": Fate.HALF_WAY,
}
GROUP = "F83042"
BRANCHES = ("F83050", "F83633", "G85102")


def answering() -> frozenset[str]:
    """The codes of those that answer for themselves."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file)) - frozenset(BRANCHES)


def register() -> None:
    """Put them on the register; those that are there already stay as they are."""
    outcome = importing.import_file(FILE.read_bytes(), kind=KIND, source=SOURCE)
    if outcome.faults:
        raise ValueError(f"{FILE.name}: {'; '.join(map(str, outcome.faults))}")
