"""Old Office files and Outlook e-mail: compound files, told apart by the streams in them."""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import olefile

from portal.files.kinds import AS_PDF, DAMAGED, NO_MACROS, NO_PASSWORD, Unfit

MAGIC = olefile.MAGIC
_LOOKED_AT = 8 * 1024 * 1024  # bytes of a stream, in which what we look for comes early

logging.getLogger("olefile").setLevel(logging.ERROR)


def recognise(path: Path) -> str:
    """`doc`, `xls`, `ppt` or `msg`. Raises Unfit for what is locked, has macros, or is something else."""
    return _looked_into(path)


def inside_another(file: IO[bytes]) -> None:
    """Raises Unfit for macros or a password in a compound file that another file holds, whatever else it is."""
    _looked_into(file, known=False)


def _looked_into(file: Path | IO[bytes], *, known: bool = True) -> str:
    try:
        with olefile.OleFileIO(file) as ole:
            return _recognised(ole, known=known)
    except Unfit:
        raise
    except Exception as error:  # a damaged one fails in many ways
        raise Unfit(DAMAGED) from error


def _recognised(ole: olefile.OleFileIO, *, known: bool) -> str:
    paths = [[part.casefold() for part in path] for path in ole.listdir(streams=True, storages=True)]
    top = {path[0] for path in paths}
    if top & {"encryptedpackage", "encryptedsummary"}:
        raise Unfit(f"It has a password. {NO_PASSWORD}")
    if any(part in {"vba", "_vba_project", "_vba_project_cur", "macros"} for path in paths for part in path):
        raise Unfit("It has macros in it. " + NO_MACROS.format(instead="a .docx, .xlsx or .pptx file"))
    if "worddocument" in top:
        return _doc(ole)
    if top & {"workbook", "book"}:
        return _xls(ole, "workbook" if "workbook" in top else "book")
    if "powerpoint document" in top:
        return _ppt(ole)
    if "__properties_version1.0" in top:
        return "msg"
    if known:
        raise Unfit(f"It is an old kind of file, or an installer, that cannot be handed in. {AS_PDF}")
    return ""


def _beginning(ole: olefile.OleFileIO, stream: str, most: int) -> bytes:
    """The first `most` bytes of a stream, without the rest, which may be nearly as large as the file."""
    entry = ole.direntries[ole._find(stream)]
    if entry.size < ole.minisectorcutoff:
        return bytes(ole.openstream(stream).read(most))
    read, sector = bytearray(), entry.isectStart
    while len(read) < min(most, entry.size):
        read += ole.getsect(sector)
        sector = ole.fat[sector]
    return bytes(read[:most])


def _doc(ole: olefile.OleFileIO) -> str:
    flags = _beginning(ole, "WordDocument", 12)[10:12]
    if len(flags) < 2:
        raise Unfit(DAMAGED)
    if flags[1] & 0x01:  # fEncrypted, [MS-DOC] 2.5.2
        raise Unfit(f"It has a password. {NO_PASSWORD}")
    return "doc"


def _xls(ole: olefile.OleFileIO, stream: str) -> str:
    for kind, content in _records(_beginning(ole, stream, _LOOKED_AT)):
        if kind == 0x2F:  # FilePass, [MS-XLS] 2.4.117
            raise Unfit(f"It has a password. {NO_PASSWORD}")
        if kind == 0x85 and len(content) > 5 and content[5] == 1:  # BoundSheet8 of a macro sheet, [MS-XLS] 2.4.28
            raise Unfit("It has macros in it. " + NO_MACROS.format(instead="an .xlsx file"))
    return "xls"


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of the workbook's globals, which come first and end with the first EOF."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == 0x0A:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _ppt(ole: olefile.OleFileIO) -> str:
    if ole.exists("Current User") and _beginning(ole, "Current User", 16)[12:16] == b"\xdf\xc4\xd1\xf3":
        raise Unfit(f"It has a password. {NO_PASSWORD}")  # headerToken, [MS-PPT] 2.3.2
    stream = _beginning(ole, "PowerPoint Document", _LOOKED_AT)
    at = stream.find(b"\x0f\x00\xff\x03")  # RT_VbaInfo, [MS-PPT] 2.4.10, with one RT_VbaInfoAtom in it
    while at >= 0:
        if (
            stream[at + 10 : at + 16] == b"\x00\x04\x0c\x00\x00\x00"
            and stream[at + 20 : at + 24] == b"\x01\x00\x00\x00"
        ):
            raise Unfit("It has macros in it. " + NO_MACROS.format(instead="a .pptx file"))
        at = stream.find(b"\x0f\x00\xff\x03", at + 1)
    return "ppt"
