"""Nobody marks whom they should not, whatever the organisation looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.accreditation.impartial import Assessor, Bar, Writer, bar

ME = Assessor(1, {10, 20}, conflicts={30}, tied={5})


@pytest.mark.parametrize(
    ("writer", "colleagues", "marked", "expected"),
    [
        (Writer(1, {90}), True, False, Bar.OWN),
        (Writer(5, {90}), True, False, Bar.TIED),
        (Writer(2, {10}), False, False, Bar.COLLEAGUE),
        (Writer(2, {10}), True, False, None),
        (Writer(2, {90, 30}), True, False, Bar.CONFLICTED),
        (Writer(2, {90}), True, True, Bar.MARKED),
        (Writer(2, {90}), False, False, None),
        (Writer(2, set()), False, False, None),  # who acts for nobody any more
        (Writer(1, {10, 30}), False, True, Bar.OWN),  # the nearest reason is said
    ],
)
def test_what_keeps_an_assessor_from_a_work(writer: Writer, colleagues: bool, marked: bool, expected: Bar | None) -> None:
    assert bar(ME, writer, colleagues=colleagues, marked=marked) is expected


@dataclass(frozen=True)
class Office:
    """People, where they work, who manages whom, and who declared a conflict with what."""

    bodies: Mapping[int, frozenset[int]]
    manager: Mapping[int, int]
    conflicts: Mapping[int, frozenset[int]]

    def tied(self, person: int) -> frozenset[int]:
        theirs = {self.manager[person]} if person in self.manager else set()
        return frozenset(theirs | {one for one, over in self.manager.items() if over == person})

    def assessor(self, person: int) -> Assessor:
        return Assessor(person, self.bodies[person], self.conflicts.get(person, frozenset()), self.tied(person))

    def writer(self, person: int) -> Writer:
        return Writer(person, self.bodies[person])


_ids, _codes = some.integers(0, 7), some.frozensets(some.integers(100, 104), max_size=3)
offices = some.builds(
    Office,
    some.fixed_dictionaries(dict.fromkeys(range(8), _codes)),
    some.dictionaries(_ids, _ids),
    some.dictionaries(_ids, _codes),
)


@given(offices, some.booleans(), some.sets(some.tuples(_ids, _ids)))
def test_in_any_organisation_whoever_is_let_in_is_free_of_every_tie(office: Office, colleagues: bool, marked: set[tuple[int, int]]) -> None:
    for person in office.bodies:
        for of in office.bodies:
            found = bar(office.assessor(person), office.writer(of), colleagues=colleagues, marked=(person, of) in marked)
            theirs = office.bodies[of]
            forbidden = (
                person == of
                or office.manager.get(person) == of
                or office.manager.get(of) == person
                or bool(office.conflicts.get(person, frozenset()) & theirs)
                or (person, of) in marked
                or (not colleagues and bool(office.bodies[person] & theirs))
            )
            assert (found is not None) == forbidden
