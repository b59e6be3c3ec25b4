"""Bank details: a sort code beside an account number, an IBAN with its check digits, a card number with its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.evidence.reading import masking
from portal.evidence.reading.findings import PersonalKind
from portal.evidence.reading.spotting.words import ALONE, ENDS, Spotted, before, digits, is_a_reference

_IBAN = re.compile(
    r"(?<![\w/=])[A-Z]{2}\d\d(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?!\w)", re.IGNORECASE | re.ASCII
)
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "BH": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GG": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IM": 22, "IS": 26, "IT": 27, "JE": 22, "KW": 30, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MT": 31, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PT": 25, "RO": 24, "SA": 24, "SE": 24, "SI": 19, "SK": 24,
    "TR": 26, "UA": 29,
}  # fmt: skip
_CARD = re.compile(
    rf"{ALONE}(?:\d{{4}}([ -])\d{{4}}\1\d{{4}}\1\d{{4}}(?:\1\d{{1,3}})?|\d{{4}}([ -])\d{{6}}\2\d{{5}}|\d{{13,19}}){ENDS}",
    re.ASCII,
)
_SORT_CODE = re.compile(r"(?<![\w/=#£])(?<!\d[.,:-])\d\d( ?- ?| |)\d\d\1\d\d(?![\w/]|[.,:-]\d)", re.ASCII)
_SORT_WORDS = re.compile(r"\bsort(?:ing)?[ -]?code\b|\bsort(?=\W{0,3}\d\d)|\bs/c\b", re.IGNORECASE)
_ACCOUNT_WORDS = re.compile(r"\b(?:account|acct?|a/c|bank|payee|bacs|direct debit)\b", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?<![\w/=#£.-])(?:\d{8}|\d{4} \d{4})(?![\w/]|[.,:-]\d)", re.ASCII)
_ACCOUNT_OF_SEVEN = re.compile(
    r"\b(?:account|acct?|a/c)\b[^\d\n]{0,20}(\d{7})(?![\w/]|[.,:-]\d)", re.IGNORECASE | re.ASCII
)
_SEPARATES = re.compile(r"[\s,;:|/]{1,4}\Z")
_AHEAD, _BEHIND = 120, 100


def spot(text: str) -> Iterator[Spotted]:
    for match in _IBAN.finditer(text):
        letters = re.sub(r"[ -]", "", match.group()).upper()
        if _is_iban(letters):
            yield _spotted(match.start(), match.end(), masking.ends(match.group(), 2, 2))
    for match in _CARD.finditer(text):
        if _is_card(digits(match.group())) and not is_a_reference(text, match.start()):
            yield _spotted(match.start(), match.end(), masking.ends(match.group(), 0, 4))
    yield from _accounts(text)


def _accounts(text: str) -> Iterator[Spotted]:
    sort_words = _SORT_WORDS.search(text) is not None
    for match in _SORT_CODE.finditer(text):
        nearby = text[max(0, match.start() - _BEHIND) : match.end() + 40]
        named = sort_words and _SORT_WORDS.search(nearby) is not None
        whole = match.group()
        if not named and ("-" not in match.group(1) or _is_a_date(digits(whole))):
            continue
        account = _account_near(text, match, named)
        if account is not None:
            start, end, number = account
            first, last = min(start, match.start()), max(end, match.end())
            shown = f"{masking.ends(whole, 2, 0)} {masking.ends(number, 0, 2)}"
            yield _spotted(first, last, shown)


def _account_near(text: str, sort_code: re.Match[str], named: bool) -> tuple[int, int, str] | None:
    """The account number that goes with a sort code: behind it or else before it. Without a word that says so, only
    right behind it."""
    ahead = text[sort_code.end() : sort_code.end() + _AHEAD]
    found = _ACCOUNT.search(ahead)
    worded = named or _ACCOUNT_WORDS.search(before(text, sort_code.start(), _BEHIND) + ahead) is not None
    if found and (worded or _SEPARATES.match(ahead[: found.start()])):
        return sort_code.end() + found.start(), sort_code.end() + found.end(), found.group()
    if not worded:
        return None
    seven = _ACCOUNT_OF_SEVEN.search(ahead)
    if seven:
        return sort_code.end() + seven.start(1), sort_code.end() + seven.end(1), seven.group(1)
    behind = before(text, sort_code.start(), _BEHIND)
    offset = sort_code.start() - len(behind)
    found_before = [(offset + one.start(), offset + one.end(), one.group()) for one in _ACCOUNT.finditer(behind)]
    return found_before[-1] if found_before else None


def _is_a_date(figures: str) -> bool:
    return 1 <= int(figures[:2]) <= 31 and 1 <= int(figures[2:4]) <= 12


def _is_iban(letters: str) -> bool:
    if len(letters) != _IBAN_LENGTHS.get(letters[:2], 0):
        return False
    return int("".join(str(int(letter, 36)) for letter in letters[4:] + letters[:4])) % 97 == 1


def _is_card(number: str) -> bool:
    return _is_of_a_card_company(number) and _luhn(number) and len(set(number)) > 1


def _is_of_a_card_company(number: str) -> bool:
    length, first, four = len(number), number[0], int(number[:4])
    if first == "4":
        return length in (13, 16, 19)
    if 5100 <= four <= 5599 or 2221 <= four <= 2720:
        return length == 16
    if four // 100 in (34, 37):
        return length == 15
    if four == 6011 or 6440 <= four <= 6599:
        return length == 16
    return four in (5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763) and 16 <= length <= 19


def _luhn(number: str) -> bool:
    doubled = (int(digit) * 2 for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(two - 9 if two > 9 else two for two in doubled)) % 10 == 0


def _spotted(start: int, end: int, excerpt: str) -> Spotted:
    return Spotted(PersonalKind.BANK_DETAILS, start, end, excerpt)
