"""PDF documents without authors and comments. What is drawn on a page stays: a mark may cover a name."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from portal.evidence.reading.findings import Unreadable
from portal.evidence.reading.pdf import DAMAGED, MOST_PAGES, NOTES, OF_THE_PAGE, WHO, WHO_IN_XMP, opened, structure_of
from portal.evidence.reading.stripping.cutting import Element, Rules, Verdict, cut

logging.getLogger("pypdf").setLevel(logging.ERROR)  # what it mends by itself is of no interest here

_OF_A_COMMENT = ("/Contents", "/RC", "/T", "/Popup", "/Subj")


def strip(path: Path, to: Path) -> None:
    with opened(path) as document:
        structure = structure_of(path, document)
    try:
        _strip(structure, to)
    except (MemoryError, Unreadable):
        raise
    except Exception as fault:  # pypdf meets a damaged structure in more ways than it has names for
        raise Unreadable(DAMAGED) from fault


def _strip(structure: PdfReader, to: Path) -> None:
    if len(structure.pages) > MOST_PAGES:
        raise Unreadable("It has too many pages.")
    writer = PdfWriter(clone_from=structure)
    for page in writer.pages:
        _without_comments(page)
    _anonymous(writer)
    # What nothing points to any more must not lie in the file unseen, nor what earlier revisions of it held.
    writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    with to.open("wb") as file:
        writer.write(file)


def _without_comments(page: DictionaryObject) -> None:
    listed = page.get("/Annots")
    found = listed.get_object() if listed is not None else None
    if not isinstance(found, ArrayObject):
        return
    kept = ArrayObject()
    for one in found:
        annotation = one.get_object()
        if not isinstance(annotation, DictionaryObject):
            continue
        kind = str(annotation.get("/Subtype", ""))
        if kind in NOTES or kind == "/Popup":
            continue
        if kind not in OF_THE_PAGE:
            for key in _OF_A_COMMENT:
                annotation.pop(key, None)
        elif kind == "/FreeText":
            annotation.pop("/T", None)
        kept.append(one)
    page[NameObject("/Annots")] = kept


def _anonymous(writer: PdfWriter) -> None:
    properties: dict[str, Any] = dict(writer.metadata or {})
    writer.metadata = {key: value for key, value in properties.items() if key not in WHO}
    root = writer.root_object
    metadata = root.get("/Metadata")
    stream = metadata.get_object() if metadata is not None else None
    if isinstance(stream, StreamObject):
        try:
            xmp = cut(stream.get_data(), _AnonymousXmp())
        except Unreadable:
            del root["/Metadata"]
        else:
            kept = StreamObject()
            kept.set_data(xmp)
            kept[NameObject("/Type")], kept[NameObject("/Subtype")] = NameObject("/Metadata"), NameObject("/XML")
            root[NameObject("/Metadata")] = writer._add_object(kept)
    for page in writer.pages:
        page.pop("/Metadata", None)
        page.pop("/PieceInfo", None)
    root.pop("/PieceInfo", None)


class _AnonymousXmp(Rules):
    """Without names, and without the history of who saved it where. That it is accessible, it still says."""

    def begin(self, element: Element) -> None:
        local = element.name.rpartition(":")[2].rpartition("}")[2]
        if local in WHO_IN_XMP or local in ("History", "DerivedFrom"):
            element.verdict = Verdict.REMOVE
        names = (key.rpartition("}")[2] for key in element.attrs)
        element.without = tuple(name for name in names if name in WHO_IN_XMP)
