"""A standard as the rest of the portal knows it: frozen, ordered, with a profile for each kind of organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from portal.kernel.errors import NotFound


class Weight(StrEnum):
    """How fully a kind of organisation is asked about an expectation."""

    CORE = "core"
    LIGHT = "light"


@dataclass(frozen=True)
class Level:
    """One of the four levels: what is true and shown, never effort."""

    number: int
    name: str
    meaning: str


@dataclass(frozen=True)
class Pillar:
    """One part of a standard."""

    code: str
    title: str


@dataclass(frozen=True)
class Expectation:
    """One thing a good organisation can show; `levels[0]` describes level 1."""

    code: str
    pillar: str
    title: str
    question: str
    in_other_words: str
    light_wording: str | None
    guidance: str
    example_proof: str
    evidence: tuple[str, ...]
    levels: tuple[str, str, str, str]
    weights: Mapping[str, Weight] = field(hash=False)
    targets: Mapping[str, int] = field(hash=False)
    statutory: str | None
    metric: str | None
    autofill: str | None
    principles: tuple[str, ...]
    my_expectations: tuple[str, ...]
    source_note: str | None

    def descriptor(self, level: int) -> str:
        """What a level looks like here."""
        if not 1 <= level <= 4:
            raise NotFound(f"There is no level {level}.")
        return self.levels[level - 1]


@dataclass(frozen=True)
class ProfiledExpectation:
    """An expectation as one kind of organisation meets it."""

    expectation: Expectation
    weight: Weight
    target: int

    @property
    def code(self) -> str:
        return self.expectation.code

    @property
    def question(self) -> str:
        """The question as this kind is asked it: shorter in a light profile."""
        shorter = self.expectation.light_wording if self.weight is Weight.LIGHT else None
        return shorter or self.expectation.question

    @property
    def core(self) -> bool:
        return self.weight is Weight.CORE

    @property
    def statutory(self) -> bool:
        return self.expectation.statutory is not None


@dataclass(frozen=True)
class Standard:
    """One version of one standard. `published` means that its words can no longer change."""

    id: str
    version: str
    title: str
    about: str
    source_note: str | None
    kinds: tuple[str, ...]
    levels: tuple[Level, Level, Level, Level]
    pillars: tuple[Pillar, ...]
    expectations: tuple[Expectation, ...]
    sha256: str
    published: bool

    @cached_property
    def _by_code(self) -> Mapping[str, Expectation]:
        return {expectation.code: expectation for expectation in self.expectations}

    @cached_property
    def _profiles(self) -> Mapping[str, tuple[ProfiledExpectation, ...]]:
        return {
            kind: tuple(
                ProfiledExpectation(e, e.weights[kind], e.targets[kind]) for e in self.expectations if kind in e.weights
            )
            for kind in self.kinds
        }

    def expectation(self, code: str) -> Expectation:
        """The expectation with this code, or NotFound."""
        if code not in self._by_code:
            raise NotFound(f"{self.title} version {self.version} has no expectation {code}.")
        return self._by_code[code]

    @property
    def order(self) -> tuple[int, ...]:
        """Versions are text; 1.10 comes after 1.9."""
        return tuple(int(part) for part in self.version.split("."))

    def has(self, code: str) -> bool:
        """Whether this version holds the expectation."""
        return code in self._by_code

    def pillar(self, code: str) -> Pillar:
        """The pillar with this code, or NotFound."""
        for pillar in self.pillars:
            if pillar.code == code:
                return pillar
        raise NotFound(f"{self.title} version {self.version} has no pillar {code}.")

    def within(self, pillar: str) -> tuple[Expectation, ...]:
        """The expectations of one pillar, in order."""
        return tuple(expectation for expectation in self.expectations if expectation.pillar == pillar)

    def profile(self, kind: str) -> tuple[ProfiledExpectation, ...]:
        """What this kind of organisation is asked, in order; what does not apply to it is left out."""
        if kind not in self._profiles:
            raise NotFound(f"{self.title} is not used for organisations of kind {kind}.")
        return self._profiles[kind]


@dataclass(frozen=True)
class Kind:
    """A kind of organisation; a small one has the later closing date and one person may sign for it."""

    code: str
    name: str
    sector: str
    standard: str
    small: bool
    accredited: int  # per cent of its frontline posts that are to be accredited
