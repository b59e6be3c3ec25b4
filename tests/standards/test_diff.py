"""The difference between two versions, and which answers it sends back for another look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.standards import library
from portal.standards.diff import Change, difference, marked, reworded
from portal.standards.records import Standard, Weight


@pytest.fixture
def nhs() -> Standard:
    return library.standard("NHS", "1.0")


def test_a_version_does_not_differ_from_itself(nhs: Standard) -> None:
    assert {change.change for change in difference(nhs, nhs)} == {Change.UNCHANGED}


@pytest.mark.parametrize(
    ("id", "codes"),
    [
        ("NHS", {"NHS-1.4", "NHS-2.3", "NHS-2.6", "NHS-3.4", "NHS-4.4"}),
        ("GOV", {"GOV-1.5", "GOV-1.7", "GOV-2.6", "GOV-4.2", "GOV-4.4"}),
    ],
)
def test_carry_forward_knows_what_was_reworded(id: str, codes: set[str]) -> None:
    assert reworded(id, "0.9", "1.0") == codes


@pytest.mark.parametrize("field", ["title", "question", "light_wording", "guidance"])
def test_each_text_an_answer_is_given_to_counts(nhs: Standard, field: str) -> None:
    first = replace(nhs.expectations[0], **{field: "Other words"})
    changed = difference(nhs, replace(nhs, expectations=(first, *nhs.expectations[1:])))[0]
    assert changed.change is Change.REWORDED
    assert [f.field for f in changed.fields] == [field]


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_each_level_counts(nhs: Standard, level: int) -> None:
    words = [*nhs.expectations[0].levels]
    words[level - 1] = "Other words"
    first = replace(nhs.expectations[0], levels=tuple(words))
    changed = difference(nhs, replace(nhs, expectations=(first, *nhs.expectations[1:])))[0]
    assert [(f.field, f.label) for f in changed.fields] == [(f"level_{level}", f"Level {level}")]


def test_hints_and_examples_may_improve_without_sending_answers_back(nhs: Standard) -> None:
    first = replace(nhs.expectations[0], evidence=("other",), example_proof="Other", in_other_words="Other")
    assert difference(nhs, replace(nhs, expectations=(first, *nhs.expectations[1:])))[0].change is Change.UNCHANGED


def test_a_target_may_change_while_the_words_stay(nhs: Standard) -> None:
    first = nhs.expectations[0]
    moved = replace(first, targets={**first.targets, "T": 4})
    changed = difference(nhs, replace(nhs, expectations=(moved, *nhs.expectations[1:])))[0]
    assert changed.change is Change.RETARGETED
    assert [(t.kind, t.old, t.new) for t in changed.targets] == [("T", 3, 4)]


def test_a_kind_moved_from_light_to_core_is_shown() -> None:
    changes = difference(library.standard("NHS", "0.9"), library.standard("NHS", "1.0"))
    (moved,) = next(change for change in changes if change.code == "NHS-4.4").targets
    assert (moved.kind, moved.old_weight, moved.new_weight) == ("P", Weight.LIGHT, Weight.CORE)


def test_added_and_removed_expectations_are_told(nhs: Standard) -> None:
    shorter = replace(nhs, expectations=nhs.expectations[1:])
    assert difference(shorter, nhs)[0].change is Change.ADDED
    gone = difference(nhs, shorter)[-1]
    assert (gone.code, gone.change, gone.title) == ("NHS-1.1", Change.REMOVED, nhs.expectations[0].title)


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("", "", ()),
        ("same words", "same words", (("same", "same words"),)),
        ("", "new", (("added", "new"),)),
        ("gone", "", (("removed", "gone"),)),
        (
            "within three days and",
            "within two days and",
            (("same", "within"), ("removed", " three"), ("added", " two"), ("same", " days and")),
        ),
    ],
)
def test_words_are_marked(old: str, new: str, pieces: tuple[tuple[str, str], ...]) -> None:
    assert marked(old, new) == pieces


def test_the_marked_words_give_back_both_texts() -> None:
    for change in difference(library.standard("NHS", "0.9"), library.standard("NHS", "1.0")):
        for field in change.fields:
            assert "".join(text for kind, text in field.words if kind != "removed") == field.new
            assert "".join(text for kind, text in field.words if kind != "added") == field.old
