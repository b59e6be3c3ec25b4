"""A zip of questions, opened within limits: what is in it is read in memory and never written anywhere."""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from portal.kernel.errors import Invalid

MOST_ENTRIES = 5_000
MOST_BYTES = 60_000_000  # of all that is in it, unpacked
MOST_OF_ONE = 10_000_000  # of one file of questions
MOST_TIMES = 150  # larger than packed
SMALL = 1_000_000  # what is smaller may be packed as tightly as it likes
# What zipfile and the ways of packing that it knows raise for bytes that are not what their list says; RuntimeError also for a way
# of packing that it does not know, ValueError also for a name in no known letters.
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError, ValueError)
_SAFELY = "Export the questions again, and import that file as it comes."


def questions(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every file of XML in an archive, by its name. Raises Invalid for an archive that is damaged, or made to do harm."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _refused_by_its_list(entries)
            for entry in entries:
                if entry.filename.casefold().endswith((".xml", ".qti", ".xml.qti")) and not entry.is_dir():
                    if entry.file_size > MOST_OF_ONE:
                        raise Invalid("questions", f"{_name(entry)} in the archive is larger than {MOST_OF_ONE // 1_000_000} MB. Export fewer questions at a time.")
                    yield _name(entry), archive.read(entry)
    except _DAMAGED:
        raise Invalid("questions", f"The archive is damaged, or only a part of it arrived. {_SAFELY}") from None


def _refused_by_its_list(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_BYTES:
        raise Invalid("questions", f"The archive holds more than {MOST_ENTRIES:,} files or {MOST_BYTES // 1_000_000} MB. Export the questions alone, without the files of the course.")
    for one in entries:
        if one.file_size > SMALL and one.file_size > MOST_TIMES * max(one.compress_size, 1):
            raise Invalid("questions", f"Unpacked, {_name(one)} would be very much larger than it is, as files are that are made to do harm. {_SAFELY}")
        if one.flag_bits & 0x1:
            raise Invalid("questions", "The archive has a password. Export the questions without one.")
        if stat.S_ISLNK(one.external_attr >> 16):
            raise Invalid("questions", f"{_name(one)} in the archive is a link to another place. {_SAFELY}")
        # orig_filename is the name before zipfile makes it pleasant.
        path = PurePosixPath(one.orig_filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in one.orig_filename or "\x00" in one.orig_filename:
            raise Invalid("questions", f"The archive holds a name that leads out of it ({_name(one)}). {_SAFELY}")


def _name(entry: zipfile.ZipInfo) -> str:
    return "".join(letter for letter in entry.filename if letter.isprintable())[:120]
