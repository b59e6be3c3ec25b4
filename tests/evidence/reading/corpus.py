"""The planted set: documents of every kind that is read, clean ones full of near misses and others with plants.

Each planted document says what was put in it and where. The order in which phrases and places meet comes from a seeded
generator, so the set is the same in every run; another seed makes another set.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.evidence.reading import making, variants
from tests.evidence.reading.variants import PHRASES, PROSE

CLEAN, PLANTED = 60, 60


@dataclass(frozen=True)
class Plant:
    """What was put in, by the name of its kind, and a part of the place at which it has to be found."""

    kind: str
    place: str
    text: str


@dataclass
class Paper:
    path: Path
    kind: str
    plants: list[Plant] = field(default_factory=list)


def prose(rng: random.Random, count: int) -> list[str]:
    return [rng.choice(PROSE) for _ in range(count)]


# Each way of writing takes lines, and gives the paper and the place of each line.
Writer = Callable[[random.Random, Path, list[str]], tuple[str, list[str]]]


def _as_text(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    making.text(path, "\r\n".join(lines), rng.choice(("utf-8", "utf-8-sig", "utf-16")))
    return "text", [f"line {number}" for number in range(1, len(lines) + 1)]


def _as_windows_text(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    narrow = {0x2009: " ", 0x2011: "-"}  # which Windows writes so
    path.write_bytes("\n".join(lines).translate(narrow).encode("cp1252"))
    return "text", [f"line {number}" for number in range(1, len(lines) + 1)]


def _as_csv(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    rows = [["Line", "What was said", "Handler"]] + [
        [str(number), line, "Team 4"] for number, line in enumerate(lines, 1)
    ]
    making.table_of_values(path, rows, rng.choice(",;\t"))
    return "csv", [f"line {number + 1}, column 2" for number in range(1, len(lines) + 1)]


def _as_word(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    making.docx(
        path, *(making.p(making.split(line, rng.randint(1, 5))) if rng.random() < 0.6 else line for line in lines)
    )
    return "docx", [f"paragraph {number}" for number in range(1, len(lines) + 1)]


def _as_word_table(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    rows = [["No", "Entry"]] + [[str(number), making.p(making.split(line))] for number, line in enumerate(lines, 1)]
    making.docx(path, "A register", making.table(rows))
    return "docx", [f"table 1, row {number + 1}" for number in range(1, len(lines) + 1)]


def _as_excel(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    rows = [["No", "Entry"]] + [[number, line] for number, line in enumerate(lines, 1)]
    making.xlsx(path, {"Contents": [["A register"]], "Complaints": rows})
    return "xlsx", [f"sheet Complaints, cell B{number + 1}" for number in range(1, len(lines) + 1)]


def _as_pdf(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    each = max(1, len(lines) // 3)
    pages = [lines[start : start + each] for start in range(0, len(lines), each)]
    plain = [
        ["".join(one if one.encode("cp1252", "ignore") else " " for one in line) for line in page] for page in pages
    ]
    making.pdf(path, ["\n".join(page) for page in plain])
    return "pdf", [f"page {number // each + 1}" for number in range(len(lines))]


def _as_typeset_pdf(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    each = max(1, len(lines) // 2)
    cells = [f"[{n}], [{_typst(line)}]," for n, line in enumerate(lines, 1)]
    pages = [
        f"#table(columns: (2em, 1fr), {' '.join(cells[start : start + each])})" for start in range(0, len(lines), each)
    ]
    making.pdf_by_typst(path, "\n#pagebreak()\n".join(pages))
    return "pdf", [f"page {number // each + 1}" for number in range(len(lines))]


def _as_narrow_pdf(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    """Set in two narrow columns, which breaks lines within numbers that have spaces."""
    source = "#set page(columns: 3)\n" + "\n\n".join(map(_typst, lines))
    making.pdf_by_typst(path, source)
    return "pdf", ["page 1"] * len(lines)


def _as_slides(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    making.pptx(path, [f"Slide\n{line}" for line in lines])
    return "pptx", [f"slide {number}" for number in range(1, len(lines) + 1)]


def _as_open_text(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    making.odt(path, *lines)
    return "odt", [f"paragraph {number}" for number in range(1, len(lines) + 1)]


def _as_open_sheet(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    making.ods(path, [["No", "Entry"], *([str(number), line] for number, line in enumerate(lines, 1))])
    return "ods", [f"sheet Register, cell B{number + 1}" for number in range(1, len(lines) + 1)]


def _as_mail(rng: random.Random, path: Path, lines: list[str]) -> tuple[str, list[str]]:
    if rng.random() < 0.5:
        rows = "".join(f"<p>{line.replace('<', '&lt;')}</p>" for line in lines)
        making.eml(path, "See the other part.", html=f"<html><style>p {{ margin: 0 }}</style>{rows}</html>")
        return "eml", ["message"] * len(lines)
    making.eml(path, "\n".join(lines))
    return "eml", [f"message, line {number}" for number in range(1, len(lines) + 1)]


def _typst(line: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\#*_`$@<>[]=~/-+'\"" else letter for letter in line)


WRITERS: tuple[Writer, ...] = (
    _as_text, _as_csv, _as_word, _as_word_table, _as_excel, _as_pdf, _as_typeset_pdf, _as_narrow_pdf,
    _as_slides, _as_open_text, _as_open_sheet, _as_mail, _as_windows_text,
)  # fmt: skip


def make(folder: Path, seed: int) -> tuple[list[Paper], list[Paper]]:
    """The clean papers and the planted ones."""
    rng = random.Random(seed)
    clean = [_clean(rng, folder / f"clean-{number}", number) for number in range(CLEAN)]
    planted = list(_planted(rng, folder))
    return clean, planted


def _clean(rng: random.Random, path: Path, number: int) -> Paper:
    lines = prose(rng, 6) + rng.sample(variants.near_misses(rng), 14)
    rng.shuffle(lines)
    kind, _ = WRITERS[number % len(WRITERS)](rng, path, lines)
    return Paper(path, kind)


def _planted(rng: random.Random, folder: Path) -> Iterator[Paper]:
    """Every phrase of every kind once, spread over papers of every kind; then what is not a phrase."""
    waiting = [(kind, phrase) for kind, phrases in PHRASES.items() for phrase in phrases(rng)]
    rng.shuffle(waiting)
    special = list(_special(rng, folder))
    papers = max(1, PLANTED - len(special))
    for number in range(papers):
        mine = waiting[number::papers]
        lines: list[str] = []
        wanted: list[tuple[int, str, str]] = []
        for kind, phrase in mine:
            lines += rng.sample(variants.near_misses(rng), 2) + prose(rng, 1)
            wanted.append((len(lines), kind, phrase))
            lines.append(_in_a_sentence(rng, phrase))
        path = folder / f"planted-{number}"
        paper_kind, places = WRITERS[number % len(WRITERS)](rng, path, lines)
        yield Paper(path, paper_kind, [Plant(kind, places[at], phrase) for at, kind, phrase in wanted])
    yield from special


def _in_a_sentence(rng: random.Random, phrase: str) -> str:
    before, after = rng.choice(
        (("", ""), ("", " as we were told"), ("In the file: ", ""), ("She said ", " and rang off"))
    )
    return f"{before}{phrase}{after}"


def _special(rng: random.Random, folder: Path) -> Iterator[Paper]:
    """What is not found in lines: columns under headings, hidden parts, comments, changes, properties."""

    def path(name: str) -> Path:
        return folder / f"special-{name}"

    number, day = variants.nhs(rng), variants.born(rng)
    pairs = [(variants.nhs(rng), variants.born(rng)) for _ in range(3)]

    def plants(*found: tuple[str, str, str]) -> list[Plant]:
        return [Plant(*one) for one in found]

    at = path("register")
    making.xlsx(at, {"Complaints": [
        ["Ref", "NHS No", "Date of birth", "Received", "Mobile", "Sort code", "Account number"],
        ["C-1", int(number), datetime(day.year, day.month, day.day), datetime(2025, 3, 4), 7700900123, 204577, 55779911],
    ]})  # fmt: skip
    yield Paper(at, "xlsx", plants(
        ("NHS_NUMBER", "cell B2", number), ("DATE_OF_BIRTH", "cell C2", str(day)), ("TELEPHONE", "cell E2", "7700900123"),
        ("BANK_DETAILS", "cell F2", "204577 55779911"),
    ))  # fmt: skip

    at = path("hidden-parts")
    making.xlsx(
        at,
        {"Summary": [["Theme", "Count"], ["Delay", 4], ["Staff", 5]], "Working": [["x", f"NHS {number}"]], "Old": [[1]]},
        hidden=["Working"], very_hidden=["Old"], rows={"Summary": [3]}, columns={"Summary": ["B:B"]},
        comments={"Summary": {"A2": "Ask 07700 900456 about this"}}, author="Margaret Hollis", company="Northfield",
    )  # fmt: skip
    yield Paper(at, "xlsx", plants(
        ("HIDDEN_SHEET", "sheet Working", ""), ("HIDDEN_SHEET", "sheet Old", ""), ("HIDDEN_SHEET", "row 3", ""),
        ("HIDDEN_SHEET", "column B", ""), ("NHS_NUMBER", "sheet Working, cell B1", number),
        ("COMMENTS", "comment at cell A2", ""), ("TELEPHONE", "comment at cell A2", ""), ("METADATA", "author", ""),
        ("METADATA", "company", ""), ("METADATA", "last modified by", ""),
    ))  # fmt: skip

    at = path("table-csv")
    making.table_of_values(
        at, [["ID", "DOB", "NI"], *([str(n), f"{one[1]:%d/%m/%Y}", "AB123456C"] for n, one in enumerate(pairs, 1))]
    )
    yield Paper(at, "csv", plants(
        *(("DATE_OF_BIRTH", f"line {n}, column 2", "") for n in (2, 3, 4)),
        *(("NATIONAL_INSURANCE", f"line {n}, column 3", "") for n in (2, 3, 4)),
    ))  # fmt: skip

    at = path("form")
    making.docx(at, making.table([
        ["Name", "Margaret Hollis"], ["Date of birth", f"{day:%d %B %Y}"], ["NHS number", making.p(making.split(f"{number[:3]} {number[3:6]} {number[6:]}", 2))],
        ["Telephone", "01632 960 321"],
    ]))  # fmt: skip
    yield Paper(at, "docx", plants(
        ("DATE_OF_BIRTH", "row 2", ""), ("NHS_NUMBER", "row 3", number), ("TELEPHONE", "row 4", ""),
    ))  # fmt: skip

    at = path("stories")
    making.docx(
        at, "A report", making.p(making.box(f"NHS {number}")), making.p(making.COMMENTED), "Her date of birth:", f"{day:%d/%m/%Y}",
        header="Mrs Hollis, 07700 900321", footer="AB 12 34 56 D", footnote="m.hollis@sky.com", comment="DOB 3/3/61?",
        link="mailto:okafor.j@gmail.com", author="Margaret Hollis", changed_by="J. Okafor", company="Northfield NHS Trust",
        manager="T. Brennan",
    )  # fmt: skip
    yield Paper(at, "docx", plants(
        ("NHS_NUMBER", "text box", number), ("TELEPHONE", "header", ""), ("NATIONAL_INSURANCE", "footer", ""),
        ("EMAIL_ADDRESS", "footnote", ""), ("COMMENTS", "comment 1", ""), ("DATE_OF_BIRTH", "comment 1", ""),
        ("DATE_OF_BIRTH", "paragraph 4", ""), ("EMAIL_ADDRESS", "link", ""), ("METADATA", "author", ""),
        ("METADATA", "last modified by", ""), ("METADATA", "company", ""), ("METADATA", "manager", ""),
    ))  # fmt: skip

    at = path("changes")
    making.docx(at, "One", making.p("Two ", making.inserted(making.t("three ")), making.deleted(f"NHS {number}")))
    yield Paper(
        at, "docx", plants(*[("TRACKED_CHANGES", "paragraph 2", "")] * 2, ("NHS_NUMBER", "paragraph 2", number))
    )

    at = path("broken-lines")
    making.text(
        at,
        f"The number is NHS {number[:3]} {number[3:6]}\n   {number[6:]} and her mobile is 07700\n900 456, as AB 12 34\n56 C shows.\n",
    )
    yield Paper(
        at,
        "text",
        plants(("NHS_NUMBER", "line 1", number), ("TELEPHONE", "line 2", ""), ("NATIONAL_INSURANCE", "line 3", "")),
    )

    at = path("columns")
    rows = "\n".join(f"{n}  C-{n}  {one[1]:%d/%m/%Y}  0{n}/03/2025" for n, one in enumerate(pairs, 1))
    making.pdf(at, ["Cover", f"No  Ref  Date of birth  Received\n{rows}\n\nEnd of the list"])
    yield Paper(at, "pdf", plants(*(("DATE_OF_BIRTH", "page 2", f"{one[1]}") for one in pairs)))

    at = path("annotated")
    making.pdf(
        at,
        ["A page"],
        info={"Author": "Margaret Hollis", "Title": "Minutes"},
        annotations=making.note(f"Check {number} again"),
    )
    yield Paper(
        at,
        "pdf",
        plants(("COMMENTS", "page 1", ""), ("NHS_NUMBER", "page 1, comment", number), ("METADATA", "author", "")),
    )

    at = path("filled-in")
    making.pdf(
        at,
        ["A form"],
        annotations="<< /Type /Annot /Subtype /Widget /FT /Tx /T (dob) /V (DOB 03/03/1961) /Rect [0 0 9 9] >>",
    )
    yield Paper(at, "pdf", plants(("DATE_OF_BIRTH", "form field", "")))

    at = path("typeset")
    making.pdf_by_typst(at, f"NHS number #h(2em) *{number[:3]}* {number[3:6]} {number[6:]}", author="Margaret Hollis")
    yield Paper(at, "pdf", plants(("NHS_NUMBER", "page 1", number), ("METADATA", "author", "")))

    at = path("slides")
    making.pptx(
        at, ["Open", "Shut"], notes="ring 07700 900654", hidden=2, comment=f"who is {number}?", author="Margaret Hollis"
    )
    yield Paper(at, "pptx", plants(
        ("TELEPHONE", "notes of slide 1", ""), ("HIDDEN_SHEET", "slide 2", ""), ("COMMENTS", "slide 1", ""),
        ("NHS_NUMBER", "comment at slide 1", number), ("METADATA", "author", ""),
    ))  # fmt: skip

    at = path("open-text")
    note = "<text:p>See <office:annotation><dc:creator>Margaret Hollis</dc:creator><text:p>is 07700 900765 hers?</text:p></office:annotation>below</text:p>"
    changed = f"<text:tracked-changes><text:changed-region><text:deletion><text:p>NHS {number}</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    making.odt(at, changed, note, author="Margaret Hollis", header="born 3 May 1958")
    yield Paper(at, "odt", plants(
        ("COMMENTS", "comment", ""), ("TELEPHONE", "comment", ""), ("TRACKED_CHANGES", "document", ""), ("NHS_NUMBER", "paragraph", number),
        ("METADATA", "author", ""), ("DATE_OF_BIRTH", "header", ""),
    ))  # fmt: skip

    at = path("open-sheet")
    making.ods(at, [["NHS number"], [number]], hidden=True)
    yield Paper(at, "ods", plants(("HIDDEN_SHEET", "sheet Register", ""), ("NHS_NUMBER", "cell A2", number)))

    inner = making.docx(folder / "letter.docx", f"NHS number {number}", author="Margaret Hollis")
    at = path("mail")
    making.eml(at, "See attached", sender="Margaret Hollis <m.hollis@sky.com>", subject="Re: AB123456C", attached=inner)
    yield Paper(at, "eml", plants(
        ("EMAIL_ADDRESS", "header From", ""), ("NATIONAL_INSURANCE", "header Subject", ""), ("NHS_NUMBER", "letter.docx", number),
        ("METADATA", "letter.docx", ""),
    ))  # fmt: skip

    book = making.xlsx(folder / "book.xlsx", {"Rows": [["DOB", "Email"], [f"{day:%d/%m/%Y}", "j.okafor@live.com"]]})
    at = path("embedded")
    making.docx(at, "A chart", embedded=book.read_bytes())
    yield Paper(
        at, "docx", plants(("DATE_OF_BIRTH", "embedded document 1", ""), ("EMAIL_ADDRESS", "embedded document 1", ""))
    )
