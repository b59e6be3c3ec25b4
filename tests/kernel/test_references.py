"""References: what is typed is read generously, and what is mistyped is noticed."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.kernel.references import LENGTH, SYMBOLS, hashed, new, normalise, secret_token

prefixes = st.text(string.ascii_uppercase, min_size=2, max_size=4)
references = st.builds(new, prefixes)
places = st.integers(0, LENGTH - 1)


def with_body(reference, body):
    return f"{reference.partition('-')[0]}-{body}"


def body_of(reference):
    return reference.partition("-")[2]


def test_a_reference_is_its_prefix_and_seven_symbols():
    prefix, _, body = new("AS").partition("-")
    assert (prefix, len(body)) == ("AS", LENGTH)
    assert set(body) <= set(SYMBOLS)


def test_the_symbols_hold_no_vowel_no_look_alike_and_are_a_prime_number():
    assert not set(SYMBOLS) & set("AEIOU01LVBGSZ")
    assert len(set(SYMBOLS)) == len(SYMBOLS) == 23


@pytest.mark.parametrize("prefix", ["", "A", "as", "A1", "ABCDE", "A-B", "ÉA"])
def test_a_prefix_is_two_to_four_capitals(prefix):
    with pytest.raises(ValueError, match="capital letters"):
        new(prefix)


@given(references)
def test_a_new_reference_is_already_normal(reference):
    assert normalise(reference) == reference


@given(references, st.sampled_from(["-", " ", "", " - ", "\u2013", "\u2014", "\u2011", "\u2212", ".", "_", "\u00a0"]))
def test_case_spaces_and_the_kind_of_dash_do_not_matter(reference, separator):
    prefix, body = reference.split("-")
    assert normalise(f"  {prefix.lower()}{separator}{body.lower()}. ") == reference
    if separator:
        assert normalise(f"{prefix}{separator}{body[:3]}{separator}{body[3:]}") == reference


@given(references)
def test_look_alikes_are_read_as_the_digit_they_resemble(reference):
    typed = body_of(reference).translate(str.maketrans("8652", "BGSZ"))
    assert normalise(with_body(reference, typed)) == reference


@given(references, places, st.sampled_from(string.ascii_uppercase + string.digits))
def test_one_wrong_symbol_never_gives_another_reference(reference, place, wrong):
    body = body_of(reference)
    typed = with_body(reference, body[:place] + wrong + body[place + 1 :])
    assert normalise(typed) in (None, reference)


@given(references, places, places)
def test_two_symbols_that_changed_places_are_noticed(reference, one, other):
    symbols = list(body_of(reference))
    assume(symbols[one] != symbols[other])
    symbols[one], symbols[other] = symbols[other], symbols[one]
    assert normalise(with_body(reference, "".join(symbols))) is None


@given(references, places)
def test_a_missing_or_doubled_symbol_is_noticed(reference, place):
    body = body_of(reference)
    assert normalise(with_body(reference, body[:place] + body[place + 1 :])) is None
    assert normalise(with_body(reference, body[:place] + body[place] + body[place:])) is None


@pytest.mark.parametrize("typed", ["", "-", "AS-", "AS", "1", "AS-22222\x00", "AS-<b>", "\ud800", "٣٣٣٣٣٣"])
def test_what_cannot_be_a_reference_is_none(typed):
    assert normalise(typed) is None


def test_five_megabytes_are_no_reference():
    assert normalise("A" * 5_000_000) is None


@given(st.text())
def test_whatever_is_typed_is_none_or_normal(typed):
    found = normalise(typed)
    assert found is None or normalise(found) == found


def test_secret_tokens_are_long_different_and_safe_in_a_url():
    tokens = {secret_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 43 and set(token) <= set(string.ascii_letters + string.digits + "-_") for token in tokens)


def test_what_is_stored_is_the_hash_and_anything_typed_can_be_hashed():
    assert hashed("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len(hashed("\ud800\x00é")) == 64
