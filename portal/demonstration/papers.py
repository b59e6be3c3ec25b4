"""The files of the demonstration's evidence: made from its texts, kept in memory, put away when all else is written."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import xlsxwriter

from portal.demonstration.ledger import Ledger
from portal.files import receiving
from portal.files.models import FileState, StoredFile
from portal.kernel import words
from portal.kernel.working_days import add_months
from portal.web import printing

LABEL = "Invented for the demonstration. Nothing in it is a fact about {organisation}."
KINDS = {"pdf": "pdf", "csv": "text", "xlsx": "xlsx", "txt": "text"}  # by the form on the card, as the recogniser says it


@dataclass(frozen=True)
class Paper:
    """One document as it was handed in."""

    form: str
    name: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Shelf:
    """Every document of the demonstration. Each content is one stored file, whoever handed it in."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._rows: dict[str, dict[str, Any]] = {}
        self._papers: dict[str, Paper] = {}

    def lay(self, paper: Paper, at: datetime) -> dict[str, Any]:
        """The row of its stored file."""
        if paper.sha256 not in self._rows:
            self._papers[paper.sha256] = paper
            self._rows[paper.sha256] = self._ledger.add(
                StoredFile, sha256=paper.sha256, size=len(paper.content), kind=KINDS[paper.form],
                state=FileState.UNSCANNED, received_at=at,
            )  # fmt: skip
        return self._rows[paper.sha256]

    def put_away(self) -> None:
        """The bytes go to where files are stored. Call it within `receiving.clearing()`: what is not committed goes."""
        with tempfile.TemporaryDirectory(prefix="portal-demonstration-") as folder:
            path = Path(folder) / "paper"
            for paper in self._papers.values():
                path.write_bytes(paper.content)
                arrived = receiving.bring(path, paper.name)
                if arrived.unfit or arrived.recognised is None or arrived.recognised.key != KINDS[paper.form]:
                    raise ValueError(f"{paper.name} of the demonstration: {arrived.unfit or arrived.recognised}")


def made(card: Any, *, organisation: str, again: bool, first: date, at: datetime, chance: random.Random) -> Paper:
    """The document of a card, or the version that replaces it; figures are of the twelve months that begin on `first`."""
    form, title, label = card["form"], card["title"].replace(":", ""), LABEL.format(organisation=organisation)
    match form:
        case "pdf":
            content = _pdf(card, organisation, title, label, again, at)
        case "csv":
            content = _csv(card, label, first, chance)
        case "xlsx":
            content = _workbook(card, label, at)
        case "txt":
            content = "\r\n\r\n".join([*card["lines"], label]).encode()
        case _:
            raise ValueError(f"No document is made as {form}.")
    return Paper(form, f"{title} {at:%Y-%m}.{form}", content)


def _pdf(card: Any, organisation: str, title: str, label: str, again: bool, at: datetime) -> bytes:
    pages = card["pages"] + (card["again"]["pages"] if again else [])
    filled = [
        {"heading": page["heading"], "paragraphs": [text.format(organisation=organisation) for text in page["paragraphs"]]}
        for page in pages
    ]
    values = {"title": title, "subject": card["proves"], "about": f"{organisation}. {label}", "pages": filled}
    return printing.pdf("demonstration/paper.typ", values, made_at=at)


def _csv(card: Any, label: str, first: date, chance: random.Random) -> bytes:
    written = io.StringIO(newline="")
    out = csv.writer(written)
    out.writerow(card["columns"])
    for number in range(12):
        month = add_months(first, number)
        received = chance.randint(18, 64)
        rest = [round(received * chance.uniform(*share)) for share in ((0.9, 1), (0.6, 0.95), (0.3, 0.6))]
        out.writerow([f"{words.MONTHS[month.month - 1]} {month.year}", received, *rest])
    out.writerow([label])
    return written.getvalue().encode()


def _workbook(card: Any, label: str, at: datetime) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": at.replace(tzinfo=None, microsecond=0)})
        for name, rows in card["sheets"].items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate([*rows, [label]]):
                sheet.write_row(number, 0, row)
            if name == card["hidden"]:
                sheet.hide()
    return written.getvalue()
