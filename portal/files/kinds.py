"""The kinds of files that may be kept: an allow-list. What is not on it is refused."""

from __future__ import annotations

from dataclasses import dataclass


class Unfit(Exception):
    """A file that cannot be kept; `message` says what is wrong and what to do instead."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Recognised:
    """A kind of file. `viewable` says that browsers show it by themselves; `also` are endings that its names may have
    beside the usual one."""

    key: str
    words: str
    mimetype: str
    extension: str
    viewable: bool = False
    also: tuple[str, ...] = ()


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
KINDS = {
    kind.key: kind
    for kind in (
        Recognised("pdf", "PDF", "application/pdf", "pdf", viewable=True),
        Recognised("docx", "Word document", f"{_OFFICE}wordprocessingml.document", "docx"),
        Recognised("xlsx", "Excel workbook", f"{_OFFICE}spreadsheetml.sheet", "xlsx"),
        Recognised("pptx", "PowerPoint presentation", f"{_OFFICE}presentationml.presentation", "pptx"),
        Recognised("doc", "Word 97–2003 document", "application/msword", "doc"),
        Recognised("xls", "Excel 97–2003 workbook", "application/vnd.ms-excel", "xls"),
        Recognised("ppt", "PowerPoint 97–2003 presentation", "application/vnd.ms-powerpoint", "ppt", also=("pps",)),
        Recognised("odt", "OpenDocument text", f"{_OPEN}text", "odt"),
        Recognised("ods", "OpenDocument spreadsheet", f"{_OPEN}spreadsheet", "ods"),
        Recognised("odp", "OpenDocument presentation", f"{_OPEN}presentation", "odp"),
        Recognised("png", "PNG image", "image/png", "png", viewable=True),
        Recognised("jpeg", "JPEG image", "image/jpeg", "jpg", viewable=True, also=("jpeg",)),
        Recognised("gif", "GIF image", "image/gif", "gif", viewable=True),
        Recognised("webp", "WebP image", "image/webp", "webp", viewable=True),
        Recognised("tiff", "TIFF image", "image/tiff", "tiff", also=("tif",)),
        Recognised("csv", "table of values", "text/csv", "csv", also=("tsv", "txt")),
        Recognised("text", "plain text", "text/plain", "txt", viewable=True, also=("csv", "tsv", "md", "log")),
        Recognised("eml", "e-mail", "message/rfc822", "eml"),
        Recognised("msg", "Outlook e-mail", "application/vnd.ms-outlook", "msg"),
    )
}

AS_PDF = "Save it as a PDF and hand that in."
AS_AN_ARCHIVE = "Unpack it, and hand in the files that are in it."
NO_PASSWORD = "It can be neither read nor scanned for malware. Save it without a password and hand that in."
NO_MACROS = "Macros are programs, and cannot be handed in. Save it without macros, as {instead}, and hand that in."
A_PROGRAM = "Programs cannot be handed in, whatever their name says. If a document was meant, hand in that document."
DAMAGED = "It is damaged, or only a part of it arrived. Open it, save it again, and hand that in."
TWO_IN_ONE = "It is two kinds of file in one, which is a way of hiding things. Open it, save or print it again as a PDF, and hand that in."
A_BOMB = "Unpacked, it would be very much larger than it is, as files are that are made to do harm. " + AS_PDF
UNKNOWN = (
    "It is not a kind of file that can be handed in. Those are PDF, Word, Excel, PowerPoint, OpenDocument, images (PNG, JPEG, GIF, "
    "WebP, TIFF), tables of values (CSV), plain text and e-mail. Save it as one of these and hand that in."
)
