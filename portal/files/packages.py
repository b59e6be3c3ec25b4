"""New Office and OpenDocument files: zip packages, looked into without ever unpacking one into memory."""

from __future__ import annotations

import re
import struct
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from portal.files import compounds
from portal.files.kinds import (
    A_BOMB,
    A_PROGRAM,
    AS_AN_ARCHIVE,
    AS_PDF,
    DAMAGED,
    NO_MACROS,
    NO_PASSWORD,
    TWO_IN_ONE,
    Unfit,
)
from portal.files.stores import CHUNK

MOST_ENTRIES = 10_000  # of a package and of all that is in it
MOST_BYTES = 400 * 1024 * 1024  # of all of them, unpacked
MOST_TIMES = 150  # larger than packed, of a package that is larger than…
FEW_BYTES = 10 * 1024 * 1024  # …this, unpacked
DEEPEST = 3  # packages within packages
_LONGEST_LIST = 2 * 1024 * 1024  # bytes of the parts that name all others

_END = struct.Struct("<4s4H2LH")
_OFFICE = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": "pptx",
}
_OPEN = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
_MACROS = re.compile(r"(^|/)vbaproject\.bin$|(^|/)vbadata\.xml$|^xl/macrosheets/|^(basic|scripts)/.", re.IGNORECASE)
_MACRO_TYPES = re.compile(r"macroEnabled|vbaProject|ms-excel\.(?:intl)?macrosheet", re.IGNORECASE)
_PROGRAM = re.compile(rb"MZ|\x7fELF")


@dataclass
class _Budget:
    """What may still be unpacked of one file and of everything in it."""

    entries: int = MOST_ENTRIES
    bytes: int = MOST_BYTES

    def spend(self, entries: int, size: int) -> None:
        self.entries -= entries
        self.bytes -= size
        if self.entries < 0 or self.bytes < 0:
            raise Unfit(A_BOMB)


def recognise(path: Path) -> str:
    """`docx`, `xlsx`, `pptx`, `odt`, `ods` or `odp`. Raises Unfit for any other zip, and for what it may not hold."""
    with path.open("rb") as file:
        return _looked_into(file, _Budget(), path.parent, depth=1)


def _looked_into(file: IO[bytes], budget: _Budget, aside: Path, *, depth: int) -> str:
    if depth > DEEPEST:
        raise Unfit(A_BOMB)
    _nothing_around_it(file, budget)
    try:
        with zipfile.ZipFile(file) as package:
            entries = package.infolist()
            _bounded(entries, budget)
            _refused_by_its_list(entries)
            types = _types(package)
            kind = _kind(package, types) if depth == 1 else ""
            _read_through(package, budget, aside, depth=depth)
    except Unfit:
        raise
    except DefusedXmlException as error:
        raise Unfit(A_BOMB) from error
    except Exception as error:  # a damaged one fails in many ways
        if isinstance(error, OSError) and error.errno:
            raise  # the disk's trouble, not the file's
        raise Unfit(DAMAGED) from error
    return kind


def _nothing_around_it(file: IO[bytes], budget: _Budget) -> None:
    """The list of entries must be short enough to read, end the file, and count from its beginning."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - 0xFFFF))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise Unfit(DAMAGED)
    _, _, _, _, entries, listed, offset, comment = _END.unpack_from(tail, at)
    end = size - len(tail) + at
    if entries == 0xFFFF or entries > budget.entries or listed > entries * 1024:
        raise Unfit(A_BOMB)
    if offset + listed != end or end + _END.size + comment != size:
        raise Unfit(TWO_IN_ONE)
    file.seek(0)


def _bounded(entries: list[zipfile.ZipInfo], budget: _Budget) -> None:
    unpacked = sum(one.file_size for one in entries)
    packed = sum(one.compress_size for one in entries)
    budget.spend(len(entries), unpacked)
    if unpacked > FEW_BYTES and unpacked > MOST_TIMES * packed:
        raise Unfit(A_BOMB)


def _refused_by_its_list(entries: list[zipfile.ZipInfo]) -> None:
    if any(one.flag_bits & 0x1 for one in entries):
        raise Unfit(f"It has a password. {NO_PASSWORD}")
    if any(one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for one in entries):
        raise Unfit(DAMAGED)
    if any(_MACROS.search(one.filename) for one in entries):
        raise Unfit("It has macros in it. " + NO_MACROS.format(instead="a .docx, .xlsx, .pptx or OpenDocument file"))


def _kind(package: zipfile.ZipFile, types: dict[str, str] | None) -> str:
    names = set(package.namelist())
    if types is not None:
        return _office(package, types)
    if "mimetype" in names and "META-INF/manifest.xml" in names:
        return _opendocument(package)
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names) or "Index.zip" in names:
        raise Unfit(f"It was made with Pages, Numbers or Keynote, which few others can open. {AS_PDF}")
    raise Unfit(f"It is a ZIP archive. {AS_AN_ARCHIVE}")


def _types(package: zipfile.ZipFile) -> dict[str, str] | None:
    """The type of each part of an Office package, by its name or by its extension; None for another package."""
    if "[Content_Types].xml" not in package.namelist():
        return None
    parts = fromstring(_listed(package, "[Content_Types].xml"))
    types = {one.get("PartName") or "." + one.get("Extension", ""): one.get("ContentType", "") for one in parts}
    if any(_MACRO_TYPES.search(kind) for kind in types.values()):
        raise Unfit("It has macros in it, or may have. " + NO_MACROS.format(instead="a .docx, .xlsx or .pptx file"))
    return {name.casefold(): kind for name, kind in types.items()}


def _office(package: zipfile.ZipFile, types: dict[str, str]) -> str:
    """By the type of the part that the package says is its document."""
    if not types:
        raise Unfit(DAMAGED)
    for link in fromstring(_listed(package, "_rels/.rels")):
        if link.get("Type", "").endswith("/officeDocument"):
            part = "/" + link.get("Target", "").lstrip("/").casefold()
            kind = _OFFICE.get(types.get(part) or types.get("." + part.rpartition(".")[2], ""))
            if kind:
                return kind
    raise Unfit(
        "It is a template, a slide show or another kind of Office file that cannot be handed in. "
        "Save it as a .docx, .xlsx or .pptx file or as a PDF, and hand that in."
    )


def _opendocument(package: zipfile.ZipFile) -> str:
    if b"encryption-data" in _listed(package, "META-INF/manifest.xml"):
        raise Unfit(f"It has a password. {NO_PASSWORD}")
    kind = _OPEN.get(_listed(package, "mimetype").decode("ascii", "replace").strip())
    if kind is None:
        raise Unfit(f"It is a kind of OpenDocument or e-book that cannot be handed in. {AS_PDF}")
    return kind


def _listed(package: zipfile.ZipFile, name: str) -> bytes:
    """A part that names all others, which is short; an entry twice could say one thing to us and another to Office."""
    found = [one for one in package.infolist() if one.filename == name]
    if len(found) != 1 or found[0].file_size > _LONGEST_LIST:
        raise Unfit(DAMAGED)
    return package.read(found[0])


def _read_through(package: zipfile.ZipFile, budget: _Budget, aside: Path, *, depth: int) -> None:
    """Read every entry to its end, so that none is larger than it says, and look into those that are packages too."""
    for entry in package.infolist():
        with package.open(entry) as content:
            head = content.read(len(compounds.MAGIC))
            if _PROGRAM.match(head):
                raise Unfit(f"There is a program in it. {A_PROGRAM}")
            if head.startswith((b"PK\x03\x04", compounds.MAGIC)):
                # On the disk where the file itself stands, under no name: it is gone however this ends.
                with tempfile.TemporaryFile(dir=aside) as copy:
                    copy.write(head)
                    while block := content.read(CHUNK):
                        copy.write(block)
                    copy.seek(0)
                    if head.startswith(compounds.MAGIC):
                        compounds.inside_another(copy)
                    else:
                        _looked_into(copy, budget, aside, depth=depth + 1)
            while content.read(CHUNK):
                pass
