"""PDF documents: the text of each page, forms, comments, attachments and properties; pages that are only pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from portal.evidence.reading import authors, masking
from portal.evidence.reading.findings import PersonalKind, Unreadable, shortened
from portal.evidence.reading.packages import parse
from portal.evidence.reading.passages import Enclosed, Passage, Reading, Source
from portal.kernel import words

MOST_PAGES = 1000
MOST_ANNOTATIONS = 20_000
DAMAGED = "It is damaged and could not be read. Make the PDF again and hand that in."
PROTECTED = "It is protected by a password. Hand in a copy without one."
_PROPERTIES_UNREAD = "Its properties and comments could not be read, because the file is not quite in order."
# What a note is written in. Of all others the text may be a comment too, but the drawing belongs to the page.
NOTES = {"/Text", "/Caret", "/FileAttachment", "/Sound", "/Movie"}
OF_THE_PAGE = {
    "/FreeText",
    "/Link",
    "/Widget",
    "/Popup",
    "/PrinterMark",
    "/TrapNet",
    "/Watermark",
    "/Redact",
    "/Screen",
}
WHO = {"/Author": "author", "/Company": "company", "/Manager": "manager", "/LastModifiedBy": "last modified by"}
WHO_IN_XMP = {"creator": "author", "Author": "author", "Company": "company", "Manager": "manager", "Owner": "owner"}
_FEW = 25  # characters: a page number or the mark of a scanner, but no page of text


@contextmanager
def opened(source: Source) -> Iterator[pypdfium2.PdfDocument]:
    """The document as it is shown. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as fault:
        raise Unreadable(PROTECTED if "assword" in str(fault) else DAMAGED) from None
    try:
        yield document
    finally:
        document.close()


def look(source: Source, reading: Reading) -> None:
    with opened(source) as document:
        _look_at_pages(document, reading)
        for number in range(min(document.count_attachments(), 100)):
            attachment = document.get_attachment(number)
            name = shortened(attachment.get_name(), 60)
            reading.enclosed.append(Enclosed(f"attached file {number + 1} ({name})", bytes(attachment.get_data())))
        structure = structure_of(source, document)
    try:
        _look_at_properties(structure, reading)
        _look_at_annotations(structure, reading)
    except (MemoryError, Unreadable):
        raise
    except Exception:  # pypdf meets a damaged structure in more ways than it has names for
        reading.unread(_PROPERTIES_UNREAD)


def structure_of(source: Source, document: pypdfium2.PdfDocument) -> PdfReader:
    """The document as it is built. What is encrypted without a password is opened by pdfium, which knows every cipher."""
    try:
        reader = PdfReader(io.BytesIO(source) if isinstance(source, bytes) else str(source))
        if not reader.is_encrypted:
            return reader
        plain = io.BytesIO()
        document.save(plain, flags=pdfium.FPDF_REMOVE_SECURITY)
        plain.seek(0)
        return PdfReader(plain)
    except MemoryError:
        raise
    except Exception:
        raise Unreadable(_PROPERTIES_UNREAD) from None


def _look_at_pages(document: pypdfium2.PdfDocument, reading: Reading) -> None:
    pages, passage = len(document), Passage(reading)
    pictures: list[int] = []
    failed: list[int] = []
    for number in range(1, min(pages, MOST_PAGES) + 1):
        try:
            text, picture = _page(document, number)
        except pypdfium2.PdfiumError:
            failed.append(number)
            continue
        passage.add(f"page {number}", text)
        if picture:
            pictures.append(number)
    passage.done()
    if pages == 0 or len(failed) == pages:
        raise Unreadable(DAMAGED)
    if len(pictures) == pages:
        reading.unread("It is a scanned picture without text, so nothing in it could be read.")
    elif pictures:
        reading.unread(f"{_pages(pictures)} hold a picture without text, which could not be read.")
    if failed:
        reading.unread(f"{_pages(failed)} could not be read.")
    if pages > MOST_PAGES:
        reading.unread(f"Only the first {MOST_PAGES:,} of its {pages:,} pages were read.")


def _page(document: pypdfium2.PdfDocument, number: int) -> tuple[str, bool]:
    """The text of a page, and whether the page is a picture with next to no text."""
    page = document[number - 1]
    try:
        text_page = page.get_textpage()
        text = str(text_page.get_text_range())
        text_page.close()
        picture = len(text.strip()) < _FEW and any(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    finally:
        page.close()
    return text, picture


def _pages(numbers: list[int]) -> str:
    """Pages 2, 3 and 7; only some of them where there are many."""
    if len(numbers) > 8:
        return f"{len(numbers):,} pages, the first of them page {numbers[0]},"
    return ("Pages " if len(numbers) > 1 else "Page ") + words.listing(map(str, numbers))


def _look_at_properties(structure: PdfReader, reading: Reading) -> None:
    properties = structure.trailer.get("/Info", DictionaryObject()).get_object()
    passage = Passage(reading)
    said: set[tuple[str, str]] = set()
    for key, value in properties.items() if isinstance(properties, DictionaryObject) else ():
        text = str(value.get_object()).strip()
        if key in WHO:
            said.add((WHO[key], text))
        elif key not in ("/Producer", "/Creator", "/CreationDate", "/ModDate"):
            passage.add(f"document properties: {shortened(key.lstrip('/').lower(), 40)}", text)
    passage.done()
    for xmp in _xmp_of(structure):
        said |= set(who_in_xmp(xmp, reading))
    for name, text in sorted(said):
        authors.add(reading, name, text)


def _xmp_of(structure: PdfReader) -> Iterator[bytes]:
    root = structure.trailer["/Root"].get_object()
    metadata = root.get("/Metadata") if isinstance(root, DictionaryObject) else None
    stream = metadata.get_object() if metadata is not None else None
    if isinstance(stream, StreamObject):
        yield stream.get_data()


def who_in_xmp(xmp: bytes, reading: Reading | None = None) -> list[tuple[str, str]]:
    """Who is named in the properties that are kept as XML."""
    reader = _Xmp()
    try:
        parse(iter([xmp]), reader)
    except Unreadable as fault:
        if reading is not None:
            reading.unread(str(fault))
    return reader.said


class _Xmp:
    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self._who = ""

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self._who = WHO_IN_XMP.get(tag.rpartition("}")[2], self._who)
        for key, value in attrs.items():
            if key.rpartition("}")[2] in WHO_IN_XMP:
                self.said.append((WHO_IN_XMP[key.rpartition("}")[2]], value.strip()))

    def end(self, tag: str) -> None:
        if tag.rpartition("}")[2] in WHO_IN_XMP:
            self._who = ""

    def data(self, text: str) -> None:
        if self._who and text.strip():
            self.said.append((self._who, text.strip()))


def _look_at_annotations(structure: PdfReader, reading: Reading) -> None:
    left = MOST_ANNOTATIONS
    for number, page in enumerate(structure.pages, start=1):
        if number > MOST_PAGES or left <= 0:
            break
        passage = Passage(reading)
        for annotation in annotations_of(page):
            left -= 1
            _look_at_annotation(annotation, number, passage, reading)
        passage.done()
    if left <= 0:
        reading.unread(f"Only its first {MOST_ANNOTATIONS:,} comments and form fields were read.")


def annotations_of(page: DictionaryObject) -> list[DictionaryObject]:
    listed = page.get("/Annots")
    found: Any = listed.get_object() if listed is not None else None
    each = [one.get_object() for one in found[:MOST_ANNOTATIONS]] if isinstance(found, list) else []
    return [one for one in each if isinstance(one, DictionaryObject)]


def _look_at_annotation(annotation: DictionaryObject, number: int, passage: Passage, reading: Reading) -> None:
    kind = str(annotation.get("/Subtype", ""))
    contents = _text_of(annotation, "/Contents")
    if kind == "/Widget":
        passage.add(f"page {number}, form field", _text_of(annotation, "/V"))
    elif kind == "/Link":
        action = annotation.get("/A")
        target = _text_of(action.get_object(), "/URI") if action is not None else ""
        if target.lower().startswith("mailto:"):
            passage.add(f"page {number}, link", target[7:].partition("?")[0])
    elif kind == "/FreeText":
        passage.add(f"page {number}, text box", contents)
    elif is_a_comment(annotation):
        place = f"page {number}, comment"
        reading.add(PersonalKind.COMMENTS, place, masking.words(contents))
        passage.add(place, contents)


def is_a_comment(annotation: DictionaryObject) -> bool:
    kind = str(annotation.get("/Subtype", ""))
    return kind in NOTES or (kind not in OF_THE_PAGE and bool(_text_of(annotation, "/Contents").strip()))


def _text_of(holder: Any, key: str) -> str:
    """A text of an annotation, or of the field that it is a part of."""
    for _ in range(8):
        if not isinstance(holder, DictionaryObject):
            return ""
        value = holder.get(key)
        if value is not None:
            return str(value.get_object())
        parent = holder.get("/Parent")
        holder = parent.get_object() if parent is not None and key == "/V" else None
    return ""
