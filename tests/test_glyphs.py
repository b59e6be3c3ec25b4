"""Printed pages hold only signs that a font has; what none has is named, and nothing is left out unseen."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.glyphs import BREAK, JOINERS, signs_of, with_signs
from portal.web.printing import FONTS

FOLDER = Path(__file__).resolve().parent.parent / "print" / "fonts"
REGULAR, BOLD, DEJAVU = (signs_of(FOLDER / name) for name in FONTS)
BOTH = (REGULAR & BOLD, DEJAVU)


def test_the_fonts_have_what_they_are_here_for() -> None:
    assert set("Aaé ŵŷ £€–—‘’“”…•✓") - {"✓"} <= REGULAR & BOLD
    assert set("שלום مرحبا 😀 ✓ Ж Ω") <= DEJAVU
    assert not {"🩺", "ह", "日"} & (REGULAR | DEJAVU)
    assert "\uffff" not in REGULAR | DEJAVU
    assert len(REGULAR) > 1000
    assert len(DEJAVU) > 5000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Plain, ŵell: # $x$ \\ *b* [a](b)", None),
        ("two\nlines\tand a tab", None),
        ("😀 שלום مرحبا", None),
        ("a 🩺 b", "a [stethoscope] b"),
        ("👩\u200d👩\u200d👧", "[woman][woman][girl]"),
        ("❤\ufe0f", "❤"),
        ("हिन्दी में लिखा", "[Devanagari text]"),
        ("日本語 and more", "[CJK text] and more"),
        ("🇬🇧", "[regional indicator symbol letter g][regional indicator symbol letter b]"),
        ("nul\x00 \ue000 \u202eturned\U000e0001", "nul  turned"),
        ("e\u0301", None),
        ("", None),
    ],
)
def test_text_is_written_with_the_signs_there_are(text: str, told: str | None) -> None:
    assert with_signs(text, BOTH) == (text if told is None else told)


def test_a_word_that_is_wider_than_a_page_may_be_broken() -> None:
    assert with_signs("x" * 100 + " y", BOTH).replace(BREAK, "") == "x" * 100 + " y"
    assert max(map(len, with_signs("x" * 100, BOTH).split(BREAK))) == 40
    assert BREAK not in with_signs("x" * 40 + " " + "y" * 40, BOTH)
    assert BREAK not in with_signs("Receipt " + "ab" * 32, BOTH), "a receipt is copied letter for letter"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_whatever_is_typed_only_signs_that_exist_are_left(text: str) -> None:
    told = with_signs(text, BOTH)
    assert all(one in REGULAR & BOLD or one in DEJAVU or one in JOINERS or one in "\n\t" or one == BREAK for one in told)


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Cf"]), max_size=39))
def test_what_can_be_written_is_left_as_it_is(text: str) -> None:
    assert with_signs(text, BOTH) == text
    assert unicodedata.normalize("NFC", text) == text
