"""Bytes to lines of cells: encodings, characters that must not come in, and where each line begins."""

import codecs
import csv
import io
import re

from portal.organisations.rows import Fault

# Marks that turn the direction of text or cannot be seen; they hide what a name really says.
_UNSEEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

Line = tuple[int, list[str]]


def decoded(file_bytes: bytes) -> tuple[str, list[str], list[Fault]]:
    """The text, what to tell about how it was read, and why it cannot be read."""
    if file_bytes.startswith(b"PK\x03\x04"):
        return "", [], [Fault(0, "", "This is a spreadsheet. Save it as “CSV UTF-8” and import that file.")]
    if file_bytes.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "", [], [Fault(0, "", "This file is in UTF-16. Save it as “CSV UTF-8” and import that file.")]
    notes: list[str] = []
    try:
        text = file_bytes.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = file_bytes.decode("cp1252")
        except UnicodeDecodeError as wrong:
            line = file_bytes.count(b"\n", 0, wrong.start) + 1
            return "", [], [Fault(line, "", "This line cannot be read as text. Save the file as “CSV UTF-8”.")]
        notes.append(
            "The file is not UTF-8 and was read as Windows-1252. Check names with accents or curly apostrophes."
        )
    text, unseen = _UNSEEN.subn("", text)
    if unseen:
        marks = "1 mark" if unseen == 1 else f"{unseen:,} marks"
        notes.append(f"{marks} that cannot be seen, such as right-to-left marks, were left out.")
    return text, notes, _controls(text)


def _controls(text: str) -> list[Fault]:
    faults: list[Fault] = []
    line = 1
    start = 0
    for found in CONTROL.finditer(text):
        line += text.count("\n", start, found.start())
        start = found.start()
        if faults and faults[-1].line == line:
            continue
        faults.append(Fault(line, "", f"There is {named_control(found[0])} on this line. Delete it and import the file again."))
    return faults


def named_control(character: str) -> str:
    """What a character is called that shows nothing and must not come in."""
    return "a null character" if character == "\x00" else f"the control character U+{ord(character):04X}"


def lines(text: str) -> tuple[list[Line], list[Fault]]:
    """Each line that is not blank, with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""))
    found: list[Line] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                found.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error:
        message = "A cell that begins here is far too long. Look for a quotation mark that is never closed."
        return found, [Fault(begins, "", message)]
    return found, []
