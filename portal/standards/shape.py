"""The shape of the files in texts/, and what must hold in them beyond their shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Annotated, Literal

from pydantic import Field

from portal.kernel.content import Check, Place, Record, Text, WholeNumber, YesNo

Complaint = tuple[Place, str]
LevelNumber = Annotated[WholeNumber, Field(ge=1, le=4)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]


class LevelEntry(Record):
    """What a level is called and what it means in every expectation."""

    name: Text
    meaning: Text


class LevelEntries(Record):
    """The four levels; the names in the file are the figures."""

    one: LevelEntry = Field(alias="1")
    two: LevelEntry = Field(alias="2")
    three: LevelEntry = Field(alias="3")
    four: LevelEntry = Field(alias="4")


class DescriptorEntries(Record):
    """What each of the four levels looks like for one expectation."""

    one: Text = Field(alias="1")
    two: Text = Field(alias="2")
    three: Text = Field(alias="3")
    four: Text = Field(alias="4")


class PillarEntry(Record):
    """One pillar."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{2,5}-\d+$")]
    title: Text


class ExpectationEntry(Record):
    """One expectation as its author wrote it."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{2,5}-\d+\.\d+$")]
    pillar: Text
    title: Annotated[Text, Field(max_length=120)]
    question: Annotated[Text, Field(max_length=250)]
    in_other_words: Annotated[Text, Field(max_length=120)]
    light_wording: Annotated[Text, Field(max_length=200)] | None = None
    guidance: Text
    example_proof: Text
    evidence: Texts
    levels: DescriptorEntries
    core: tuple[Text, ...] = ()
    light: tuple[Text, ...] = ()
    na: tuple[Text, ...] = ()
    targets: dict[str, LevelNumber] = Field(default_factory=dict)
    statutory: Text | None = None
    metric: Text | None = None
    autofill: Literal["recommendations", "family_summary"] | None = None
    principles: tuple[Text, ...] = ()
    my_expectations: tuple[Text, ...] = ()
    source_note: Text | None = None


class StandardEntry(Record):
    """One version of one standard: a whole file."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,5}$")]
    version: Annotated[str, Field(pattern=r"^\d{1,4}\.\d{1,4}$")]
    title: Text
    about: Text
    source_note: Text | None = None
    kinds: Texts
    levels: LevelEntries
    pillars: Annotated[tuple[PillarEntry, ...], Field(min_length=1)]
    expectations: Annotated[tuple[ExpectationEntry, ...], Field(min_length=1)]


class KindEntry(Record):
    """One kind of organisation."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{1,2}$")]
    name: Text
    sector: Literal["nhs", "government", "ombudsman"]
    standard: Text
    small: YesNo
    accredited: Annotated[int, Field(ge=1, le=100)] = 80


class KindsFile(Record):
    """kinds.yaml."""

    kinds: Annotated[tuple[KindEntry, ...], Field(min_length=1)]


class TagsFile(Record):
    """tags.yaml."""

    principles: dict[str, Text]
    my_expectations: dict[str, Text]


def kinds_once(file: KindsFile) -> Iterator[Complaint]:
    """No code stands for two kinds."""
    seen: set[str] = set()
    for number, kind in enumerate(file.kinds):
        if kind.code in seen:
            yield ("kinds", number, "code"), f"“{kind.code}” already stands for another kind. Choose another code"
        seen.add(kind.code)


def named(stem: str) -> Check[StandardEntry]:
    """The file is called after the standard and version in it."""

    def check(entry: StandardEntry) -> Iterator[Complaint]:
        if f"{entry.id}-{entry.version}" != stem:
            yield ("version",), f"the file is {stem}.yaml but holds {entry.id} {entry.version}. Make them agree"

    return check


def codes_fit(entry: StandardEntry) -> Iterator[Complaint]:
    """Codes are used once, and say which standard and pillar they belong to."""
    pillars = Counter(pillar.code for pillar in entry.pillars)
    seen: set[str] = set()
    for number, pillar in enumerate(entry.pillars):
        place: Place = ("pillars", number, "code")
        if pillars[pillar.code] > 1:
            yield place, f"“{pillar.code}” is used {pillars[pillar.code]} times. Give each pillar its own code"
        if not pillar.code.startswith(f"{entry.id}-"):
            yield place, f"“{pillar.code}” does not begin with {entry.id}-. Pillar codes begin with the standard's id"
        if not any(expectation.pillar == pillar.code for expectation in entry.expectations):
            yield place, f"“{pillar.code}” has no expectations. Add one, or take the pillar out"
    for number, expectation in enumerate(entry.expectations):
        code = expectation.code
        if expectation.pillar not in pillars:
            yield (
                ("expectations", number, "pillar"),
                f"“{expectation.pillar}” is not a pillar here. Pillars: {', '.join(pillars)}",
            )
        elif code.rpartition(".")[0] != expectation.pillar:
            yield (
                ("expectations", number, "code"),
                f"“{code}” does not begin with its pillar. Write {expectation.pillar}. and a number",
            )
        if code in seen:
            yield ("expectations", number, "code"), f"“{code}” is used twice. Give each expectation its own code"
        seen.add(code)


def profiles_whole(entry: StandardEntry) -> Iterator[Complaint]:
    """Every kind meets every expectation in exactly one way: core, light or na."""
    for number, expectation in enumerate(entry.expectations):
        place: Place = ("expectations", number)
        listed = Counter((*expectation.core, *expectation.light, *expectation.na))
        for kind in entry.kinds:
            if listed[kind] == 0:
                yield place, f"says nothing about kind {kind}. Add {kind} to core, light or na"
            elif listed[kind] > 1:
                yield place, f"lists kind {kind} {listed[kind]} times. Keep it in one of core, light and na"
        for kind in listed.keys() - set(entry.kinds):
            yield place, f"lists kind {kind}, which is not among the kinds at the top. Add it there, or take it out"
        for kind in expectation.targets:
            if kind not in (*expectation.core, *expectation.light):
                yield (*place, "targets", kind), f"sets a target for {kind}, which is neither core nor light here"
        if expectation.light and expectation.light_wording is None:
            yield place, "has light kinds but no light_wording. Add the shorter question they are asked"


def vocabulary_known(kinds: Collection[str], tags: TagsFile) -> Check[StandardEntry]:
    """Kinds and tags are those of kinds.yaml and tags.yaml."""

    def check(entry: StandardEntry) -> Iterator[Complaint]:
        for number, kind in enumerate(entry.kinds):
            if kind not in kinds:
                yield ("kinds", number), f"“{kind}” is not in kinds.yaml. Add it there, or take it out"
        for number, expectation in enumerate(entry.expectations):
            for name, known in (("principles", tags.principles), ("my_expectations", tags.my_expectations)):
                for position, tag in enumerate(getattr(expectation, name)):
                    if tag not in known:
                        place = ("expectations", number, name, position)
                        yield place, f"“{tag}” is not in tags.yaml. Known: {', '.join(known)}"

    return check
