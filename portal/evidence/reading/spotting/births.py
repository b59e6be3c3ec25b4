"""Dates of birth: a date beside words that say so, or under a heading that does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.evidence.reading import masking
from portal.evidence.reading.findings import PersonalKind
from portal.evidence.reading.spotting.words import Spotted, before

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:(?:19|20)\d\d|'?\d\d)"
_NAMED_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    rf"(?:(?:19|20)\d\d\s?[-/.]\s?{_MONTH}\s?[-/.]\s?{_DAY}"
    rf"|{_DAY}\s?[-/.\\|]\s?{_MONTH}\s?[-/.\\|]\s?{_YEAR}"
    rf"|{_MONTH}/{_DAY}/{_YEAR}"
    rf"|{_DAY}\s?(?:st|nd|rd|th)?\s{{0,2}}(?:day\s)?(?:of\s)?[-/.]?{_NAMED_MONTH}[\s,.'/-]{{0,3}}{_YEAR}"
    rf"|{_NAMED_MONTH}\.?\s{{1,2}}{_DAY}(?:st|nd|rd|th)?,?\s{{1,2}}(?:19|20)\d\d"
    rf"|(?:19|20)\d\d\s{_NAMED_MONTH}\s{_DAY}"
    rf"|{_DAY}\s{_MONTH}\s(?:19|20)\d\d"
    rf"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d)(?!\d)"
)
_BEFORE_A_DATE = r"(?<![\d/.-])"
_HEADING = (
    r"(?:\bd\.o\.b\b\.?|\bd\. o\. b\b\.?|\bd/o/b\b|\bdob(?:\b|(?=\d))|\bdate[\s-]{1,4}of[\s-]{1,4}birth\b|"
    r"\bbirth[ -]?dates?\b)"
)
_KEY = re.compile(rf"(?:{_HEADING}|\bborn\b|\bbirthday\b|\bdate born\b|\bb\.(?=\s?\d))", re.IGNORECASE)
_SPACED_KEY = re.compile(r"\bD O B\b")
_FORWARD = re.compile(rf"(?P<gap>[^\d]{{0,56}}?){_BEFORE_A_DATE}(?P<date>{_DATE})", re.IGNORECASE | re.ASCII)
_BACKWARD = re.compile(
    rf"{_BEFORE_A_DATE}(?P<date>{_DATE})[ \t]{{0,2}}[-(\[,:=]{{0,2}}[ \t]{{0,2}}(?:is the |is |was |as )?\Z",
    re.IGNORECASE | re.ASCII,
)
_FIGURE = re.compile(r"\d")
_ANY_DATE = re.compile(rf"{_BEFORE_A_DATE}{_DATE}", re.IGNORECASE | re.ASCII)
_SENTENCE_ENDS = re.compile(r"[.!?]\s{1,3}(?!the\b)[A-Z]|\n[ \t]{0,9}\n\s{0,9}\S")
# "born before", "date of birth was added to the form on": the date is no one's birth.
_NO_BIRTH = re.compile(
    r"\b(?:before|after|since|between|until|till|earlier|later|on or|from|by)\b(?=[\s\w]{0,12}\Z)|"
    r"\b(?:must|should|required|asked|added|removed|changed|updated|introduced|form|policy|field|column|"
    r"reviewed|agreed|dated|meeting|published|sent|received|letter|records?|not|no longer|missing)\b",
    re.IGNORECASE,
)
_NOT_A_PERSON = re.compile(
    r"\b(?:idea|service|trust|project|programme|scheme|standards?|framework|organisation|team|charity|policy|"
    r"initiative|nhs|group|network|partnership|board|hospital)\W{1,3}(?:was |were )?\Z",
    re.IGNORECASE,
)
_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_NAMES.split(), 1)}
_SENTENCE = re.compile(
    r"[a-z]{3}\.(?:\s|\Z)|\b(?:is|was|were|are|must|should|the|to|if|we|for|by|and|or|please)\b", re.IGNORECASE
)
_LONGEST_HEADING = 160
_LONGEST_ROW = 1000


def spot(text: str, *, in_lines: bool = True) -> Iterator[Spotted]:
    """`in_lines`: dates on the lines under a heading belong to it, as in a table of which only the text is left."""
    covered = 0  # what lies under a heading is read once, however many headings there are
    for key in (*_KEY.finditer(text), *_SPACED_KEY.finditer(text)):
        heading = key.group()[:4].lower() != "born" and not key.group().lower().startswith(("birthday", "b."))
        if in_lines and heading and key.start() >= covered and _is_a_heading(text, key):
            under = list(_under(text, key))
            if under:
                yield from under
                covered = under[-1].end
                continue
        found = _ahead(text, key) or (_behind(text, key) if heading else None)
        if found:
            yield found


def _ahead(text: str, key: re.Match[str]) -> Spotted | None:
    if _FIGURE.search(text, key.end(), key.end() + 90) is None:
        return None
    match = _FORWARD.match(text, key.end(), key.end() + 90)
    if match is None:
        return None
    gap = match.group("gap")
    if _SENTENCE_ENDS.search(gap) or _NO_BIRTH.search(gap):
        return None
    if key.group().lower() == "born" and _NOT_A_PERSON.search(before(text, key.start(), 40)):
        return None
    return _spotted(text, match.start("date"), match.end("date"))


def _behind(text: str, key: re.Match[str]) -> Spotted | None:
    offset = max(0, key.start() - 40)
    if _FIGURE.search(text, offset, key.start()) is None:
        return None
    match = _BACKWARD.search(text[offset : key.start()])
    return None if match is None else _spotted(text, offset + match.start("date"), offset + match.end("date"))


def _is_a_heading(text: str, key: re.Match[str]) -> bool:
    """Whether the words stand on a line of headings: without a date of its own, and no sentence."""
    start = text.rfind("\n", max(0, key.start() - _LONGEST_HEADING), key.start()) + 1
    end = text.find("\n", key.end(), key.end() + _LONGEST_HEADING)
    if end < 0 or (start == 0 and key.start() > _LONGEST_HEADING):
        return False
    line = text[start:end]
    return not (_ANY_DATE.search(line) or _SENTENCE.search(line))


def _under(text: str, key: re.Match[str]) -> Iterator[Spotted]:
    """On each line below, the earliest of its dates, as long as every line has one. One line may lie between: headings
    run over two lines."""
    end = text.find("\n", key.end())
    missed = False
    while 0 <= end < len(text):
        start = end + 1
        end = text.find("\n", start, start + _LONGEST_ROW)
        line_end = end if end >= 0 else min(len(text), start + _LONGEST_ROW)
        dates = list(_ANY_DATE.finditer(text, start, line_end))
        if dates:
            first = min(dates, key=lambda date: _order(date.group()))
            yield _spotted(text, first.start(), first.end())
        elif missed or start > key.end() + 2 * _LONGEST_HEADING or not text[start:line_end].strip():
            return
        missed = not dates


def _order(date: str) -> tuple[int, int]:
    """The year and the month of a date, to tell which of two is the earlier."""
    numbers = [int(number) for number in re.findall(r"\d+", date)]
    if len(numbers) == 1:
        year, month = numbers[0] % 10000, numbers[0] // 10000 % 100
    else:
        year = max(numbers) if max(numbers) > 31 else numbers[-1]
        named = re.search(r"[a-z]{3}(?<!day)", re.sub(r"\d(?:st|nd|rd|th)|of", "", date.lower()))
        month = _MONTHS.get(named.group(), 0) if named else numbers[1]
    return (year + (1900 if year > 30 else 2000) if year < 100 else year), month


def _spotted(text: str, start: int, end: int) -> Spotted:
    return Spotted(PersonalKind.DATE_OF_BIRTH, start, end, masking.day(text[start:end]))
