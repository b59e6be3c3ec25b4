"""Who wrote a document, as its properties tell: a person or a body, or only the program that saved it."""

from __future__ import annotations

import re

from portal.evidence.reading import masking
from portal.evidence.reading.findings import PersonalKind
from portal.evidence.reading.passages import Reading

# What programs write where nobody's name is known.
_NOBODY = """admin administrator anonymous author default guest n/a none owner unknown user user1"""
_PROGRAM = re.compile(
    r"\b(?:microsoft|windows user|office user|openpyxl|xlsxwriter|python-(?:docx|pptx)|libreoffice|openoffice|typst|"
    r"apache poi|google (?:docs|sheets|slides)|adobe|acrobat|quartz|ghostscript|pandoc|aspose|crystal reports|"
    r"sap businessobjects|power ?bi|tableau|oracle reports|phantompdf|nitro|latex|pdftex|wkhtmltopdf|weasyprint)\b",
    re.IGNORECASE,
)


def add(reading: Reading, name: str, text: str) -> None:
    """Say that the property called `name` holds `text`, if that is more than the name of a program."""
    if is_somebody(text):
        reading.add(PersonalKind.METADATA, f"document properties: {name}", masking.name(text))


def is_somebody(text: str) -> bool:
    line = " ".join(text.split()).lower()
    return any(map(str.isalpha, line)) and line not in _NOBODY.split() and not _PROGRAM.search(line)
