"""The ten types are whole, and a fault in the file is named with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from portal.kernel.content import ContentError, read
from portal.kernel.errors import NotFound
from portal.recommendations import types
from portal.recommendations.types import FILE, TypesFile


def test_there_are_the_ten_of_the_domain() -> None:
    assert list(types.types()) == [
        "apology", "explanation", "payment", "personal-action", "action-plan", "policy", "training", "review", "sharing", "assurance",
    ]  # fmt: skip


def test_each_says_what_shows_that_it_was_done() -> None:
    for one in types.types().values():
        assert 2 <= len(one.evidence) <= 4
        assert len({line.text for line in one.evidence}) == len(one.evidence)
        assert all(line.text.endswith(".") for line in one.evidence)


def test_usual_days_follow_the_domain() -> None:
    issued_on = date(2026, 6, 1)
    weeks = {code: (one.usually_due(issued_on) - issued_on).days / 7 for code, one in types.types().items()}
    assert (weeks["apology"], weeks["payment"], weeks["personal-action"], weeks["action-plan"]) == (4, 4, 8, 12)


def test_the_complainant_is_asked_about_what_reaches_them() -> None:
    assert {code for code, one in types.types().items() if one.asks_complainant} == {"apology", "explanation", "payment", "personal-action"}


def test_what_may_hold_names_or_bank_details_may_be_recorded_as_seen() -> None:
    for code in ("apology", "explanation", "payment", "personal-action"):
        assert any(line.seen for line in types.type_of(code).evidence)


def test_a_type_that_does_not_exist() -> None:
    with pytest.raises(NotFound, match="no type of recommendation fine"):
        types.type_of("fine")


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("- code: payment", "- code: apology", "apology stands here 2 times"),
        ("weeks: 52", "weeks: 105", "105"),
        ("weeks: 52", "weeks: soon", "whole number"),
        ("asks_complainant: no", "asks_complainant: never", "yes or no"),
        ("    seen: true", "    shown: yes", "shown"),
        ("title: Training", "title: ''", "title"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    text = FILE.read_text("utf-8").replace("    seen: yes", "    seen: true")
    assert was in text
    path = tmp_path / "types.yaml"
    path.write_text(text.replace(was, becomes, 1).replace("    seen: true", "    seen: yes"), "utf-8")
    with pytest.raises(ContentError, match=says):
        read(path, TypesFile, types.codes_once)
