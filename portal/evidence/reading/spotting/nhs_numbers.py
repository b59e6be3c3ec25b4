"""NHS numbers: ten digits of which the last is a check digit, written 3-3-4, in one, or in ten boxes of a form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.evidence.reading import masking
from portal.evidence.reading.findings import PersonalKind
from portal.evidence.reading.spotting.words import (
    ALONE,
    ENDS,
    GAP,
    Spotted,
    before,
    digits,
    is_a_reference,
    is_in_an_address,
)

_NUMBER = re.compile(rf"(?:{ALONE}|(?<=\b[Nn][Oo]))\d{{3}}{GAP}\d{{3}}{GAP}\d{{4}}{ENDS}", re.ASCII)
# However it is grouped: only where the words before it say what it is.
_IN_BOXES = re.compile(rf"{ALONE}\d(?:(?:[ .|-]{{0,3}}|\n)\d){{9}}(?![ |]{{1,3}}\d\b){ENDS}", re.ASCII)
_NAMED = re.compile(r"\bN\.?H\.?S\b|\bCHI\b|\bH ?& ?C\b|\bHealth and Care n", re.IGNORECASE)
# Right behind its name it may begin after anything: NHSNo=4505577104.
_BEHIND_NAME = re.compile(
    rf"\bNHS[ _-]?(?:no|num|number)[^\w\n]{{0,3}}(\d{{3}}{GAP}\d{{3}}{GAP}\d{{4}})(?!\w)", re.IGNORECASE
)
_ABROAD = re.compile(r"\+\d{1,3}[ -]?\(?\Z", re.ASCII)
# The first digits that are given out in England and Wales, and 9, which is what examples and tests of systems use.
# ISBNs of ten digits have the same check digit; they begin with 0 or 1.
_GIVEN_OUT = "4679"


def spot(text: str) -> Iterator[Spotted]:
    named_anywhere = _NAMED.search(text) is not None
    for match in _NUMBER.finditer(text):
        number = digits(match.group())
        if is_valid(number) and not is_another_number(text, match.start()):
            named = named_anywhere and _is_named(text, match.start())
            if named or (number[0] in _GIVEN_OUT and not _ABROAD.search(before(text, match.start(), 6))):
                yield _spotted(match.group(), match.start())
    for match in _BEHIND_NAME.finditer(text):
        if is_valid(digits(match.group(1))):
            yield _spotted(match.group(1), match.start(1))
    if named_anywhere:
        for match in _IN_BOXES.finditer(text):
            another = is_another_number(text, match.start())
            if is_valid(digits(match.group())) and not another and _is_named(text, match.start()):
                yield _spotted(match.group(), match.start())


def is_another_number(text: str, start: int) -> bool:
    return is_a_reference(text, start) or is_in_an_address(text, start)


def is_valid(number: str) -> bool:
    """Modulus 11, as the NHS Data Dictionary sets it out. The same digit ten times is a placeholder."""
    if len(number) != 10 or len(set(number)) == 1:
        return False
    remainder = 11 - sum(int(digit) * (10 - index) for index, digit in enumerate(number[:9])) % 11
    return remainder != 10 and remainder % 11 == int(number[9])


def _is_named(text: str, start: int) -> bool:
    return _NAMED.search(before(text, start, 48)) is not None


def _spotted(whole: str, start: int) -> Spotted:
    return Spotted(PersonalKind.NHS_NUMBER, start, start + len(whole), masking.ends(whole, 3, 2))
