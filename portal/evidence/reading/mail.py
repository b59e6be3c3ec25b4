"""E-mails: who wrote to whom, what they wrote, and the documents they attached."""

from __future__ import annotations

import email
import email.errors
import email.policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

from portal.evidence.reading.findings import Unreadable, shortened
from portal.evidence.reading.passages import Enclosed, Passage, Reading, Source

_HEADERS = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Resent-From", "Resent-To", "Delivered-To")
_LARGEST = 60_000_000
_MOST_PARTS = 500
_BLOCKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote"}
_UNSEEN = {"style", "script", "head"}


def look(source: Source, reading: Reading) -> None:
    """Attachments are handed back to be looked into; those of an attached e-mail are not."""
    message = email.message_from_bytes(_content(source), policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise Unreadable("It is no e-mail that can be read here. Save it as a PDF and hand that in.")
    _look_at_headers(message, reading)
    for number, part in enumerate(message.walk()):
        if number == _MOST_PARTS:
            reading.unread(f"Only its first {_MOST_PARTS} parts were read.")
            return
        _look_at_part(part, message, reading)


def _look_at_headers(message: EmailMessage, reading: Reading) -> None:
    passage = Passage(reading)
    for name in _HEADERS:
        for index in range(min(len(message.get_all(name, [])), 20)):
            passage.add(f"header {name}", _header(message, name, index))
    passage.done()


def _header(message: EmailMessage, name: str, index: int) -> str:
    try:
        return str(message.get_all(name, [])[index])
    except (ValueError, IndexError, AttributeError, TypeError, email.errors.MessageError):
        return ""  # a header that breaks the rules: its raw text was tried already


def _look_at_part(part: EmailMessage, message: EmailMessage, reading: Reading) -> None:
    if part.is_multipart():
        if part is not message and part.get_content_type() == "message/rfc822":
            for inner in part.get_payload():
                if isinstance(inner, EmailMessage):
                    _look_at_headers(inner, reading.within("attached e-mail"))
        return
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return
    name = part.get_filename()
    kind = part.get_content_type()
    if name is None and kind in ("text/plain", "text/html"):
        text = _decoded(content, part.get_content_charset())
        text = text_of(text) if kind == "text/html" else text
        passage = Passage(reading)
        for number, line in enumerate(text.splitlines(), start=1):
            passage.add(f"message, line {number}" if kind == "text/plain" else "message", line)
        passage.done()
        return
    if part.get_content_disposition() == "inline" and kind.startswith("image/"):
        return  # a logo in a signature
    count = len(reading.enclosed) + 1
    reading.enclosed.append(
        Enclosed(shortened(f"attachment {count} ({name})" if name else f"attachment {count}", 80), content)
    )


def _decoded(content: bytes, charset: str | None) -> str:
    try:
        return content.decode(charset or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def text_of(html: str) -> str:
    """What a reader sees of HTML, with addresses that its links write to."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return "".join(parser.pieces)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag == "td":
            self.pieces.append(" | ")
        elif tag == "a":
            self.pieces += [
                f" {value[7:]} " for name, value in attrs if name == "href" and (value or "")[:7] == "mailto:" and value
            ]

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN and self._unseen:
            self._unseen -= 1
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data)


def _content(source: Source) -> bytes:
    if isinstance(source, bytes):
        return source
    with Path(source).open("rb") as file:
        return file.read(_LARGEST)
