"""Documents that are zip archives of XML: opened within limits, and every XML part read with defused parsers only."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Protocol
from urllib.parse import unquote
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from portal.evidence.reading.findings import Unreadable
from portal.evidence.reading.oldoffice import is_protected
from portal.evidence.reading.passages import Source

MOST_PARTS = 10_000
MOST_UNPACKED = 300_000_000  # bytes of all parts together
LARGEST_KEPT = 60_000_000  # bytes of one part that is held in memory
_CHUNK = 1 << 16

TOO_LARGE = "It unpacks to far more than its size, so it was not read to its end."
_DAMAGED = "It is damaged and could not be read. Open it, save it again and hand it in once more."
_ENTITIES = "It holds XML entities, which are used to attack the programs that read them, so it was not read."
_PROTECTED = "It is protected by a password. Hand in a copy without one."


class Target(Protocol):
    """What an XML part is read by, event by event; names are shortened by `short`."""

    def start(self, tag: str, attrs: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...


@dataclass(frozen=True)
class Relation:
    """A tie from one part to another; `target` is the name of a part, or an address where it is `external`."""

    id: str
    type: str  # the last word of it: comments, header, worksheet
    target: str
    external: bool


class Package:
    """The parts of a zip archive, read no further than the limits."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        entries = archive.infolist()
        if len(entries) > MOST_PARTS:
            raise Unreadable(f"It is an archive of more than {MOST_PARTS:,} parts, so it was not read.")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Unreadable(_PROTECTED)
        self.names = tuple(dict.fromkeys(entry.filename for entry in entries if not entry.is_dir()))
        self._unpacked = 0

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def chunks(self, name: str) -> Iterator[bytes]:
        with self._open(name) as part:
            while chunk := part.read(_CHUNK):
                self._unpacked += len(chunk)
                if self._unpacked > MOST_UNPACKED:
                    raise Unreadable(TOO_LARGE)
                yield chunk

    def read(self, name: str) -> bytes:
        """The whole of a part; only for those that may be held in memory."""
        kept: list[bytes] = []
        size = 0
        for chunk in self.chunks(name):
            size += len(chunk)
            if size > LARGEST_KEPT:
                raise Unreadable(TOO_LARGE)
            kept.append(chunk)
        return b"".join(kept)

    def parse(self, name: str, target: Target) -> None:
        parse(self.chunks(name), target)

    def under(self, folder: str, *endings: str) -> list[str]:
        """The parts of a folder, in the order that people would count them in."""
        found = [name for name in self.names if name.startswith(folder) and name.endswith(endings or ("",))]
        return sorted(found, key=lambda name: (len(name), name))

    def relations(self, name: str) -> list[Relation]:
        """What a part points to; the package itself where `name` is empty."""
        folder, _, file = name.rpartition("/")
        part = f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
        if part not in self:
            return []
        reader = _Relations(folder)
        self.parse(part, reader)
        return reader.found

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with self._archive.open(name) as part:
                yield part
        # Each is what zipfile raises for some broken, cut or unknown member.
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError, ValueError):
            raise Unreadable(_DAMAGED) from None
        except RuntimeError:  # what zipfile says where a password is missing
            raise Unreadable(_PROTECTED) from None


@contextmanager
def opened(source: Source) -> Iterator[Package]:
    """The document at a path, or the bytes of one. Raises Unreadable."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    # Each is what zipfile raises for some file that is no archive, or a broken one.
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise Unreadable(_PROTECTED if is_protected(source) else _DAMAGED) from None
    with archive:
        yield Package(archive)


def parse(chunks: Iterator[bytes], target: Target) -> None:
    """Read XML without entities. Raises Unreadable."""
    parser = DefusedXMLParser(target=target)
    try:
        for chunk in chunks:
            parser.feed(chunk)
        parser.close()
    except DefusedXmlException:
        raise Unreadable(_ENTITIES) from None
    except (ParseError, LookupError, ValueError):
        raise Unreadable(_DAMAGED) from None


_FAMILIES = (
    ("wordprocessingml", "w:"),
    ("spreadsheetml", "x:"),
    ("presentationml", "p:"),
    ("drawingml", "a:"),
    ("markup-compatibility", "mc:"),
    ("officeDocument/2006/math", "m:"),
    ("opendocument:xmlns:", ""),  # replaced below: text:, table:, office:
)
_SHORT: dict[str, str] = {}


def short(tag: str) -> str:
    """w:p for "{…/wordprocessingml/2006/main}p", whichever edition of the format names it; text:p in OpenDocument."""
    known = _SHORT.get(tag)
    if known is None:
        known = _shortened(tag)
        if len(_SHORT) < 5000:
            _SHORT[tag] = known
    return known


def _shortened(tag: str) -> str:
    space, divided, local = tag[1:].partition("}")
    if not divided or not tag.startswith("{"):
        return tag
    if ":opendocument:xmlns:" in space:
        return f"{space.split(':opendocument:xmlns:')[1].partition(':')[0]}:{local}"
    if "purl.org/dc/" in space:
        return f"dc:{local}"
    return next((prefix for name, prefix in _FAMILIES if name in space), "") + local


def attribute(attrs: dict[str, str], local: str) -> str | None:
    """An attribute by its name, whatever its namespace."""
    if local in attrs:
        return attrs[local]
    ending = "}" + local
    return next((value for key, value in attrs.items() if key.endswith(ending)), None)


def is_on(value: str | None) -> bool:
    return value in ("1", "true", "on")


class _Relations:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.found: list[Relation] = []

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if not tag.endswith("Relationship"):
            return
        target, external = attrs.get("Target", ""), attrs.get("TargetMode") == "External"
        if not external:
            target = resolved(self._folder, target)
        kind = attrs.get("Type", "").rpartition("/")[2]
        self.found.append(Relation(attrs.get("Id", ""), kind, target, external))

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...


def resolved(folder: str, target: str) -> str:
    """The name of the part that a relationship of a part in `folder` points to."""
    target = unquote(target.partition("#")[0])
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
