"""A file of text as blocks between empty lines, each with the line it begins on and the comment above it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from portal.accreditation.exchange.drafts import Notes, Unreadable
from portal.kernel import words

NOT_UTF8 = re.compile("[\udc80-\udcff]")  # how bytes that are not UTF-8 come out of decoding
LONGEST = 20_000  # characters of an item
_LINE_END = re.compile("\r\n?")

TOO_LONG = f"It is longer than {LONGEST:,} characters, which no question is. Part it, or look for braces that are not closed."


@dataclass(frozen=True)
class Block:
    """`raw` is the text as it came; `text` is cleaned. `line` is that of its first line that is no comment."""

    line: int
    raw: str
    comment: str

    @property
    def text(self) -> str:
        return words.clean(self.raw)


def decoded(data: bytes) -> str:
    """The text of a file. What is not UTF-8 in it is kept for the item to be refused that holds it."""
    return _LINE_END.sub("\n", data.decode("utf-8", "surrogateescape").removeprefix("\ufeff"))


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a file of GIFT; comments and categories stand for nothing by themselves."""
    began, gathered, comment = 0, list[str](), list[str]()
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        plain = line.strip()
        if not plain:
            if gathered:
                yield Block(began, "\n".join(gathered), " ".join(comment))
            gathered, comment = [], []
        elif plain.startswith("//"):
            comment.append(plain)
        elif not plain.startswith("$CATEGORY:"):
            if not gathered:
                began = number
            gathered.append(line)


def sound(block: Block, notes: Notes) -> None:
    """Refuse what is no text, or no question by its length, and say what was mended."""
    if len(block.raw) > LONGEST:
        raise Unreadable(TOO_LONG)
    if NOT_UTF8.search(block.raw):
        raise Unreadable("It holds letters that are not in UTF-8. Save the file as UTF-8, and import it again.")
    if not unicodedata.is_normalized("NFC", block.raw):
        notes.warn("It had accents as letters of their own. They were joined with their letters.")
