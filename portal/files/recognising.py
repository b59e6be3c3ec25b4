"""What a file is, by its content and never by its name; whatever is not on the list is refused in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class Unfit(Exception):
    """A file that cannot be kept; `message` says what is wrong and what to do instead."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Recognised:
    """A kind of file that may be kept. `viewable` says that browsers show it by themselves."""

    key: str
    words: str
    mimetype: str
    extension: str
    viewable: bool = False


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
        Recognised("ppt", "PowerPoint 97–2003 presentation", "application/vnd.ms-powerpoint", "ppt"),
        Recognised("odt", "OpenDocument text", f"{_OPEN}text", "odt"),
        Recognised("ods", "OpenDocument spreadsheet", f"{_OPEN}spreadsheet", "ods"),
        Recognised("odp", "OpenDocument presentation", f"{_OPEN}presentation", "odp"),
        Recognised("png", "PNG image", "image/png", "png", viewable=True),
        Recognised("jpeg", "JPEG image", "image/jpeg", "jpg", viewable=True),
        Recognised("gif", "GIF image", "image/gif", "gif", viewable=True),
        Recognised("webp", "WebP image", "image/webp", "webp", viewable=True),
        Recognised("tiff", "TIFF image", "image/tiff", "tiff"),
        Recognised("csv", "CSV table", "text/csv", "csv"),
        Recognised("text", "plain text", "text/plain", "txt", viewable=True),
        Recognised("eml", "e-mail", "message/rfc822", "eml"),
        Recognised("msg", "Outlook e-mail", "application/vnd.ms-outlook", "msg"),
    )
}


def recognise(path: Path, name: str) -> Recognised:
    """What the file at `path` is. `name` only tells a table of values from other plain text. Raises Unfit."""
    with path.open("rb") as file:
        head = file.read(4096)
    for magic, key in ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg")):
        if head.startswith(magic):
            return KINDS[key]
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Unfit("This kind of file cannot be handed in. Save it as a PDF and hand that in.") from None
    return KINDS["csv" if name.lower().endswith(".csv") else "text"]
