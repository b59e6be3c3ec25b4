"""National Insurance numbers: two letters that are given out, six digits, and a letter from A to D."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.evidence.reading import masking
from portal.evidence.reading.findings import PersonalKind
from portal.evidence.reading.spotting.words import GAP, Spotted, before

# D, F, I, Q, U and V are never used, nor O in the second place; nor some pairs (HMRC, NIM39110).
_FIRST, _SECOND = "A-CEGHJ-PR-TW-Z", "A-CEGHJ-NPR-TW-Z"
_NEVER = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}
_GAP = r"(?:[ .|-]{1,3}|[ -]?\r?\n[ \t]{0,8})?"
_NUMBER = re.compile(
    rf"(?<!\w)([{_FIRST}])({_GAP})([{_SECOND}]){_GAP}\d{_GAP}\d{_GAP}\d{_GAP}\d{_GAP}\d{_GAP}\d{_GAP}([A-D])(?!-?\w)",
    re.IGNORECASE | re.ASCII,
)
_GROUPED = re.compile(rf"[A-Z]{{2}}{GAP}\d\d{GAP}\d\d{GAP}\d\d{GAP}[A-D]", re.IGNORECASE | re.ASCII)
_NAMED = re.compile(r"national\s{1,2}insurance|\bN\.?\s?I\.?(?:\s?n(?:o|umber)?)?\b|\bnino\b", re.IGNORECASE)
# Two-letter words before figures that stand apart: "as 12 34 56 a" is no number.
_WORDS = {"am", "an", "as", "at", "be", "by", "he", "me", "my", "pa", "pp", "re", "we", "no"}


def spot(text: str) -> Iterator[Spotted]:
    for match in _NUMBER.finditer(text):
        whole = match.group()
        letters = match.group(1) + match.group(3)
        if letters.upper() in _NEVER:
            continue
        named = _NAMED.search(before(text, match.start(), 48)) is not None
        if named or _stands_for_itself(text, match.start(), whole, letters):
            kept = masking.ends(whole, 2, 1)
            yield Spotted(PersonalKind.NATIONAL_INSURANCE, match.start(), match.end(), kept)


def _stands_for_itself(text: str, start: int, whole: str, letters: str) -> bool:
    """Without the words "National Insurance": in the usual groups, and neither words nor the tail of a reference."""
    if not _GROUPED.fullmatch(whole) or (start and text[start - 1] in "-/_." and text[start - 2 : start - 1].isalnum()):
        return False
    return len(whole) == 9 or not (letters.lower() in _WORDS and not letters.isupper())
