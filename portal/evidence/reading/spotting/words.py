"""What the finders share: text made even, the gaps within numbers, and the words that tell what a number is."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from portal.evidence.reading.findings import PersonalKind


@dataclass(frozen=True)
class Spotted:
    """One thing in a text, from `start` to `end`, with the masked words to show for it."""

    kind: PersonalKind
    start: int
    end: int
    excerpt: str


# A number is written in groups: with one space, point or hyphen between them, or broken over the end of a line.
GAP = r"(?:[ .-]|[ -]?\r?\n[ \t]{0,8})?"
# A number does not begin in the middle of a word, an address of a page, an amount or a longer number.
ALONE = r"(?<![\w/=#£$€&])(?<!\d[.,:-])"
ENDS = r"(?![\w/=])(?![.,:-]\d)"

_EVEN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad\ufffe\x02", "-")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e", "")
    | dict.fromkeys("\u2018\u2019", "'")
    | {"\v": "\n", "\f": "\n", "\u2028": "\n", "\u2029": "\n", "\0": ""}
)
_EVEN_ASCII = str.maketrans({"\v": "\n", "\f": "\n", "\x02": "-", "\0": ""})

_LINE_END = re.compile(r"[ \t]{0,4}\r?\n")
_REFERENCE = re.compile(
    r"\b(?:isbn(?:-1[03])?|issn|doi|invoice|order|purchase|p\.?o|vat|utr|uprn|urn|mpan|mprn|tender|contract|asset|serial|"
    r"barcode|charity|company|licen[cs]e|tracking|ticket|job|batch|cheque|catalogue|part|model|meter|parcel|quote|"
    r"transaction|requisition)\b[^\w\n]{0,3}(?:(?:no|number|ref|reference|registration|id|code)\b[^\w\n]{0,3}){0,2}\Z",
    re.IGNORECASE,
)
_ADDRESS_BROKEN = re.compile(r"[/=?&-]\r?\n\s{0,3}\Z")
_LABEL = re.compile(
    r"\b(?:d[./]?o[./]?b|date of birth|birth ?date|born|birthday|nhs|chi|national insurance|n\.?i\.?(?: no| number)?|nino|"
    r"sort ?code|account|acct?|a/c|iban|card|phone|telephone|tel|mobile|mob|contact (?:no|number))\b",
    re.IGNORECASE,
)


def readable(text: str) -> str:
    """`text` with one kind of space, hyphen and line end, and without what shows nothing."""
    text = text.translate(_EVEN_ASCII) if text.isascii() else unicodedata.normalize("NFKC", text.translate(_EVEN))
    return _LINE_END.sub("\n", text) if "\r" in text or " \n" in text else text


def is_label(text: str) -> bool:
    """Whether a cell of a table says what the cells below it hold, where that matters here."""
    return len(text) <= 40 and text.count(" ") < 6 and not any(map(str.isdigit, text)) and bool(_LABEL.search(text))


def before(text: str, start: int, length: int) -> str:
    return text[max(0, start - length) : start]


def is_in_an_address(text: str, start: int) -> bool:
    """Whether a number at the start of a line goes on with an address of a page from the line before."""
    return _ADDRESS_BROKEN.search(before(text, start, 6)) is not None


def is_a_reference(text: str, start: int) -> bool:
    """Whether the words right before say that this is the number of an order, a book or another thing."""
    return bool(_REFERENCE.search(before(text, start, 40)))


def digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
