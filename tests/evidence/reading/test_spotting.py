"""What the finders take for personal, cell by cell, and how it is masked."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.evidence.reading import PersonalKind
from portal.evidence.reading.spotting import addresses, nhs_numbers, readable, spot
from tests.evidence.reading import variants

FOUND = [
    ("NHS number: 943 476 5919", "NHS number", "943 ••• ••19"),
    ("NHS no 943-476-\n5919", "NHS number", "943-•••- ••19"),
    ("9434765919", "NHS number", "943•••••19"),
    ("CHI number 0101701234", None, ""),
    ("NHS 943 476 5918", None, ""),
    ("0-306-40615-2 in the NHS library", None, ""),
    ("ISBN 4505577104", None, ""),
    ("444 444 4444", None, ""),
    ("+1 450 557 7104", None, ""),
    ("19434765919", None, ""),
    ("9434765919.50", None, ""),
    ("AB123456C", "National Insurance number", "AB••••••C"),
    ("ab 12 34 56 d", "National Insurance number", "ab •• •• •• d"),
    ("as 12 34 56 a", None, ""),
    ("QQ 12 34 56 C", None, ""),
    ("BG123456A", None, ""),
    ("AB123456E", None, ""),
    ("REF-AB123456C", None, ""),
    ("D.O.B 3rd March 1961", "date of birth", "•rd March 19••"),
    ("DOB: 03/03/61", "date of birth", "••/03/••"),
    ("date of birth 1961-03-04", "date of birth", "19••-••-••"),
    ("born before 1 April 1960", None, ""),
    ("The form asks for the date of birth. On 12 March 2024 it changed.", None, ""),
    ("the service was born on 1 April 2013", None, ""),
    ("DOB 31/13/1961", None, ""),
    ("Sort code 20-45-77 account 55779911", "bank details", "20-••-•• ••••••11"),
    ("20-45-77 55779911", "bank details", "20-••-•• ••••••11"),
    ("12-03-24 55779911", None, ""),
    ("GB82 WEST 1234 5698 7654 32", "bank details", "GB•• •••• •••• •••• •••• 32"),
    ("GB83 WEST 1234 5698 7654 32", None, ""),
    ("4111 1111 1111 1111", "bank details", "•••• •••• •••• 1111"),
    ("4111 1111 1111 1112", None, ""),
    ("jane.hollis@northfield.nhs.uk", "email address", "j•••@northfield.nhs.uk"),
    ("complaints@northfield.nhs.uk", None, ""),
    ("northfield.pals@nhs.net", None, ""),
    ("your.name@example.com", None, ""),
    ("07700 900123", "telephone number", "0770• ••••23"),
    ("+44 (0)20 7946 0958", "telephone number", "+44 (0)2• •••• ••58"),
    ("0300 123 4567", None, ""),
    ("0800 1111 111, 0345 123 4567, 111, 999", None, ""),
    ("01-02-2024 1230", None, ""),
    ("Reference 0161 2024 0042", None, ""),
    ("Case 01632960123", None, ""),
    ("phone 01632960123", "telephone number", "0163•••••23"),
]


@pytest.mark.parametrize(("text", "kind", "excerpt"), FOUND, ids=[row[0][:40] for row in FOUND])
def test_what_is_found_and_how_it_is_shown(text: str, kind: str | None, excerpt: str) -> None:
    found = [(one.kind.value, " ".join(one.excerpt.split())) for one in spot(readable(text))]
    assert found == ([(kind, excerpt)] if kind else [])


def test_the_example_of_the_data_dictionary_is_valid_and_each_neighbour_is_not() -> None:
    assert nhs_numbers.is_valid("9434765919")
    assert not any(nhs_numbers.is_valid(f"943476591{last}") for last in range(9))


def test_dates_under_a_heading_are_births_and_those_beside_them_are_not() -> None:
    text = "Name  DOB  Received\nA  03/03/1961  04/05/2024\nB  1/2/1955  05/05/2024\n\n6/6/2024 is the next meeting"
    assert [one.excerpt for one in spot(text)] == ["••/••/19••", "•/•/19••"]


@pytest.mark.parametrize("kind", variants.PHRASES)
def test_an_excerpt_never_shows_the_whole(kind: str) -> None:
    rng = random.Random(7)
    for phrase in variants.PHRASES[kind](rng):
        for one in spot(readable(phrase)):
            whole = readable(phrase)[one.start : one.end]
            shown, figures = (sum(map(str.isalnum, text)) for text in (one.excerpt, whole))
            assert "•" in one.excerpt
            assert shown < figures


@given(st.text(max_size=400))
def test_any_text_can_be_looked_at(text: str) -> None:
    even = readable(text)
    for one in spot(even):
        assert 0 <= one.start < one.end <= len(even)


@given(st.from_regex(r"[A-Za-z0-9._%+-]{1,64}@[a-z0-9-]{1,20}(\.[a-z]{2,8}){1,3}", fullmatch=True))
def test_an_address_is_nobodys_whatever_its_letters(address: str) -> None:
    assert addresses.is_nobodys(address) == addresses.is_nobodys(address.upper())


def test_each_kind_has_words_for_people() -> None:
    assert all(kind.value == kind.value.strip() and not kind.value.isupper() for kind in PersonalKind)
    assert max(len(kind.value) for kind in PersonalKind) <= 60
