"""UK telephone numbers of mobiles and landlines; not the lines of a public service (03, 08, 09, 111, 999)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.evidence.reading import masking
from portal.evidence.reading.findings import PersonalKind
from portal.evidence.reading.spotting.words import ALONE, Spotted, before, digits, is_a_reference, is_in_an_address

_BETWEEN = r"(?:[ ().-]{0,3}|[ -]?\r?\n[ \t]{0,8})"
_ENDS = r"(?![\w=])(?!-\d)(?![.,:]\d)"
_AT_HOME = re.compile(rf"{ALONE}\(?0(?:{_BETWEEN}\d){{9,10}}{_ENDS}", re.ASCII)
_FROM_ABROAD = re.compile(
    rf"(?<![\w+])(?:\(?\+44\)?|(?<!\d[ .-])0044)[ ./-]{{0,2}}(?:\(?0\)?)?(?:{_BETWEEN}\d){{9,10}}{_ENDS}", re.ASCII
)
_NAME = (
    r"\b(?:tele?(?:phone)?s?|(?:tele)?phones?|mob(?:ile)?s?|cell|(?:contact|daytime|evening|home) (?:no|number)s?)\b"
)
_NAMED = re.compile(rf"{_NAME}|\b(?:call(?:ed)?|ring|rang|fax|text(?:ed)?|whatsapp|t|m)\b", re.IGNORECASE)
# As a spreadsheet keeps it, without its first nought: only under a heading that says what it is.
_NO_NOUGHT = re.compile(rf"{_NAME}[^\d\n|]{{0,20}}(?<![\w.,+-])([127]\d{{8,9}})(?!\w|[.,]\d)", re.IGNORECASE | re.ASCII)
_WEAK_REFERENCE = re.compile(
    r"\b(?:ref|reference|case|claim|policy|account|id|record|index|code|version|sequence)\b[^\w\n]{0,3}"
    r"(?:(?:no|number|id)\b[^\w\n]{0,3})?\Z",
    re.IGNORECASE,
)
_SPACED = re.compile(r"\d+", re.ASCII)
# Areas in which some numbers have nine digits after the nought (Ofcom's numbering plan).
_AREAS = """1204 1208 1254 1276 1297 1298 1363 1364 1384 1386 1404 1420 1460 1461 1480 1488 1524 1527 1562 1566 1606 1629
    1635 1647 1659 1695 1726 1744 1750 1768 1827 1837 1884 1900 1905 1935 1946 1949 1963 1995"""
_SHORT_AREAS = frozenset(_AREAS.split())


def spot(text: str) -> Iterator[Spotted]:
    for match in _FROM_ABROAD.finditer(text):
        after = digits(match.group()).removeprefix("00")[2:].removeprefix("0")
        if _is_a_line(after):
            yield _spotted(match.group(), match.start())
    for match in _AT_HOME.finditer(text):
        number, named = _told(text, match)
        if number is not None and (named or not _is_another_number(text, match.start(), number)):
            yield _spotted(number, match.start())
    for match in _NO_NOUGHT.finditer(text):
        if _is_a_line(match.group(1)):
            yield _spotted(match.group(1), match.start(1))


def _told(text: str, match: re.Match[str]) -> tuple[str | None, bool]:
    """The number that begins here, if its groups and its area are those of a telephone, and whether it is named."""
    named = _NAMED.search(before(text, match.start(), 24)) is not None
    whole = match.group()
    groups = _SPACED.findall(whole)
    figures = "".join(groups)
    if _is_a_line(figures[1:]) and (named or _grouped(figures, groups)):
        return whole, named
    return None, named


def _grouped(figures: str, groups: list[str]) -> bool:
    """Whether the area stands in the first group, as people write it. "01-02-2024 1230" is no telephone number."""
    first = len(groups[0])
    if first == len(figures):
        return True
    if len(groups) > 5 or any(len(group) == 1 for group in groups):
        return False
    if figures[1] == "2":
        return first == 3
    if figures[1] == "7":
        return first in (3, 4, 5)
    return first in ((4,) if figures[2] == "1" or figures[3] == "1" else (5, 6))


def _is_a_line(number: str) -> bool:
    """Of the digits after the nought: whether Ofcom gives out such numbers to people and places."""
    if len(number) == 9:
        return number[:4] in _SHORT_AREAS
    if len(number) != 10 or len(set(number[2:])) == 1:
        return False
    if number[0] == "1":
        return number[1] != "0" and number != "1234567890"
    if number[0] == "2":
        return number[1] in "03489"
    return number[0] == "7" and number[1] in "1345789"


def _is_another_number(text: str, start: int, whole: str) -> bool:
    if is_a_reference(text, start) or is_in_an_address(text, start):
        return True
    return whole.isdecimal() and _WEAK_REFERENCE.search(before(text, start, 40)) is not None


def _spotted(whole: str, start: int) -> Spotted:
    return Spotted(PersonalKind.TELEPHONE, start, start + len(whole), masking.ends(whole, 4, 2))
