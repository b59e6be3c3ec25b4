"""Words: each phrase as a table, and what must hold of any text that is cleaned."""

import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.kernel import words

typed_texts = st.text(st.characters() | st.sampled_from("\r\n\t \x00\x85\u2028\u202e\u2066\u200f\u200b\u00a0e\u0301"))


@pytest.mark.parametrize(
    ("size", "written"),
    [(0, "no bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1 KB"), (1001, "2 KB"), (999_999, "1000 KB"),
     (1_000_000, "1 MB"), (3_400_001, "3.5 MB"), (52_428_800, "52.5 MB")],
)  # fmt: skip
def test_the_size_of_a_file_is_rounded_up(size, written):
    assert words.file_size(size) == written


def test_days_are_written_in_full_without_ordinals():
    assert words.day(date(2026, 6, 4)) == "4 June 2026"
    assert words.weekday(date(2026, 6, 4)) == "Thursday 4 June 2026"


def test_a_period_says_which_of_its_days_are_known():
    first, last = date(2025, 4, 1), date(2026, 3, 31)
    assert words.days_from_to(first, last) == "1 April 2025 to 31 March 2026"
    assert words.days_from_to(first, None) == "from 1 April 2025"
    assert words.days_from_to(None, last) == "up to 31 March 2026"
    assert words.days_from_to(None, None) == ""


def test_a_moment_is_written_as_its_day_in_london():
    late = datetime(2026, 6, 4, 23, 30, tzinfo=UTC)
    assert words.day(late) == "5 June 2026"
    assert words.weekday(late) == "Friday 5 June 2026"


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 6, 4, 14, 5, tzinfo=UTC), "4 June 2026 at 3:05pm"),
        (datetime(2026, 1, 4, 15, 0, tzinfo=UTC), "4 January 2026 at 3pm"),
        (datetime(2026, 1, 4, 9, 30, tzinfo=UTC), "4 January 2026 at 9:30am"),
        (datetime(2026, 1, 4, 12, 0, tzinfo=UTC), "4 January 2026 at midday"),
        (datetime(2026, 1, 4, 0, 0, tzinfo=UTC), "4 January 2026 at midnight"),
        (datetime(2026, 1, 4, 0, 7, tzinfo=UTC), "4 January 2026 at 12:07am"),
        (datetime(2026, 1, 4, 12, 7, tzinfo=UTC), "4 January 2026 at 12:07pm"),
        (datetime(2026, 6, 3, 23, 0, tzinfo=UTC), "4 June 2026 at midnight"),
    ],
)
def test_moments_are_told_on_a_12_hour_clock_in_london(moment, written):
    assert words.moment(moment) == written


@pytest.mark.parametrize(
    ("value", "written"), [(0, "no answers"), (1, "1 answer"), (2, "2 answers"), (1234, "1,234 answers")]
)
def test_counts_agree_with_what_they_count(value, written):
    assert words.count(value, "answer", "answers") == written


@pytest.mark.parametrize(("value", "written"), [(0, "0"), (999, "999"), (1234, "1,234"), (10_000_000, "10,000,000")])
def test_numbers_have_commas_from_a_thousand(value, written):
    assert words.number(value) == written


@pytest.mark.parametrize(
    ("items", "joining", "written"),
    [
        ([], "and", ""),
        (["a"], "and", "a"),
        (["a", "b"], "and", "a and b"),
        (["a", "b", "c"], "or", "a, b or c"),
    ],
)
def test_lists_have_no_comma_before_the_last(items, joining, written):
    assert words.listing(items, joining) == written
    assert words.listing(iter(items), joining) == written


@pytest.mark.parametrize(
    ("days", "left"),
    [
        (0, "due today"),
        (1, "due tomorrow"),
        (3, "due in 3 days"),
        (1000, "due in 1,000 days"),
        (-1, "1 day overdue"),
        (-2, "2 days overdue"),
    ],
)
def test_days_left(days, left):
    assert words.remaining(days) == left


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("pay\u202eecnahc\u202c \u2066now\u2069", "payecnahc now"),
        ("\u200fright\u200e \u061cleft", "right left"),
        ("  both ends \t\n\n", "both ends"),
        ("line one  \t\n    indented \u00a0\n\n\nend", "line one\n    indented\n\n\nend"),
        ("cafe\u0301", "caf\u00e9"),
        ("e\x00\u0301", "\u00e9"),
        ("\u200b\ufeff\u2060 \u00ad\u200d", ""),
        ("half \ud83d a pair", "half  a pair"),
        ("a\tb", "a\tb"),
        ("\U0001f469\u200d\u2695\ufe0f", "\U0001f469\u200d\u2695\ufe0f"),
        ("Ysbyty Gwynedd’s “promise” – £5", "Ysbyty Gwynedd’s “promise” – £5"),
    ],
)
def test_typed_text_is_cleaned(typed, kept):
    assert words.clean(typed) == kept


def test_a_field_of_one_line_holds_one_line():
    assert words.clean_line(" St\r\nMary’s \t\u00a0 Hospital\x00 ") == "St Mary’s Hospital"


def test_five_megabytes_of_spaces_take_no_longer_than_any_other_text():
    assert words.clean("a" + " \t" * 2_500_000 + "b\u202e" + " " * 5_000_000).endswith("b")


@given(typed_texts)
@example("\x00 \u0301 \r\u2028 \u0344")
def test_cleaning_twice_changes_nothing_more(typed):
    for cleaned, again in ((words.clean(typed), words.clean), (words.clean_line(typed), words.clean_line)):
        assert again(cleaned) == cleaned


@given(typed_texts)
def test_clean_text_can_be_stored_and_hides_nothing(typed):
    cleaned = words.clean(typed)
    cleaned.encode("utf-8")
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in cleaned)
    assert not any(unicodedata.bidirectional(letter) in BIDIRECTIONAL_MARKS for letter in cleaned)
    assert all(line == line.rstrip() for line in cleaned.split("\n"))


BIDIRECTIONAL_MARKS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
