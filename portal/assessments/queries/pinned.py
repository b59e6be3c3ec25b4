"""The evidence pinned to an assessment's answers, by expectation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from portal.assessments.queries.places import about
from portal.evidence.queries import pins
from portal.evidence.queries.pins import PinShown


class Answering(Protocol):
    """An assessment, or the head of one."""

    @property
    def organisation_id(self) -> int: ...
    @property
    def reference(self) -> str: ...


def pinned(
    assessment: Answering, expectations: Iterable[str], *, released_only: bool = False
) -> Mapping[str, tuple[PinShown, ...]]:
    """What is pinned to each of these expectations; one statement. The Ombudsman's pages ask for `released_only`."""
    codes = {about(assessment.reference, code): code for code in expectations}
    found = pins.pins_of(assessment.organisation_id, list(codes), released_only=released_only)
    return {codes[one]: shown for one, shown in found.items()}
