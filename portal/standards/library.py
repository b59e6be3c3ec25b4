"""Every standard in every version, read once at start, and looked up by id, version, code and kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from portal.kernel.content import Check, ContentError, Fault, R, read
from portal.kernel.errors import NotFound
from portal.standards import lock, shape
from portal.standards.records import Expectation, Kind, Level, Pillar, ProfiledExpectation, Standard, Weight

TEXTS = Path(__file__).parent / "texts"
_USUAL_TARGET = {Weight.CORE: 3, Weight.LIGHT: 2}


@dataclass(frozen=True)
class Library:
    """All that texts/ holds. Versions are ordered oldest first."""

    standards: Mapping[str, tuple[Standard, ...]]
    kinds: Mapping[str, Kind]
    principles: Mapping[str, str]
    my_expectations: Mapping[str, str]

    @classmethod
    def from_folder(cls, folder: Path) -> Library:
        """Read everything, or raise one ContentError with every fault in every file."""
        locked, faults = lock.read(folder)
        kinds_file = _read_or_note(faults, folder / "kinds.yaml", shape.KindsFile, shape.kinds_once)
        tags = _read_or_note(faults, folder / "tags.yaml", shape.TagsFile)
        kinds = {k.code: Kind(**k.model_dump()) for k in kinds_file.kinds} if kinds_file else {}
        checks: list[Check[shape.StandardEntry]] = [shape.codes_fit, shape.profiles_whole]
        # Without its vocabulary every word of a standard would look wrong.
        if kinds_file and tags:
            checks.append(shape.vocabulary_known(kinds, tags))
        found: dict[str, list[Standard]] = {}
        for path in sorted(folder.glob("*-*.yaml")):
            entry = _read_or_note(faults, path, shape.StandardEntry, shape.named(path.stem), *checks)
            if entry is None:
                continue
            standard = _standard(entry, lock.digest(path), published=(entry.id, entry.version) in locked)
            found.setdefault(entry.id, []).append(standard)
        standards = {id: tuple(sorted(them, key=lambda standard: standard.order)) for id, them in sorted(found.items())}
        if not faults:
            faults.extend(_kinds_without_standard(standards, kinds))
        if faults or tags is None:
            raise ContentError(faults)
        return cls(standards, kinds, tags.principles, tags.my_expectations)

    def versions(self, id: str) -> tuple[Standard, ...]:
        """Every published version, oldest first."""
        return tuple(standard for standard in self.standards.get(id, ()) if standard.published)

    def latest(self, id: str) -> Standard:
        """The newest published version, or NotFound."""
        if not (published := self.versions(id)):
            raise NotFound(f"There is no standard {id}.")
        return published[-1]

    def standard(self, id: str, version: str) -> Standard:
        """One version, published or still a draft, or NotFound."""
        for standard in self.standards.get(id, ()):
            if standard.version == version:
                return standard
        raise NotFound(f"There is no standard {id} version {version}.")

    def kind(self, code: str) -> Kind:
        """A kind of organisation, or NotFound."""
        if code not in self.kinds:
            raise NotFound(f"There is no kind of organisation {code}.")
        return self.kinds[code]


def _read_or_note(faults: list[Fault], path: Path, model: type[R], *checks: Check[R]) -> R | None:
    try:
        return read(path, model, *checks)
    except ContentError as error:
        faults.extend(error.faults)
        return None


def _kinds_without_standard(standards: Mapping[str, tuple[Standard, ...]], kinds: Mapping[str, Kind]) -> list[Fault]:
    told = "is assessed against {}, but no version of it, or not the newest, names this kind. Add the kind there"
    return [
        Fault("kinds.yaml", 0, kind.code, told.format(kind.standard))
        for kind in kinds.values()
        if kind.standard not in standards or kind.code not in standards[kind.standard][-1].kinds
    ]


def _standard(entry: shape.StandardEntry, sha256: str, published: bool) -> Standard:
    of = entry.levels
    first, second, third, fourth = (
        Level(number, level.name, level.meaning)
        for number, level in enumerate((of.one, of.two, of.three, of.four), start=1)
    )
    return Standard(
        **entry.model_dump(include={"id", "version", "title", "about", "source_note", "kinds"}),
        levels=(first, second, third, fourth),
        pillars=tuple(Pillar(pillar.code, pillar.title) for pillar in entry.pillars),
        expectations=tuple(_expectation(expectation) for expectation in entry.expectations),
        sha256=sha256,
        published=published,
    )


def _expectation(entry: shape.ExpectationEntry) -> Expectation:
    weights = dict.fromkeys(entry.core, Weight.CORE) | dict.fromkeys(entry.light, Weight.LIGHT)
    usual = {kind: _USUAL_TARGET[weight] for kind, weight in weights.items()}
    of = entry.levels
    return Expectation(
        **entry.model_dump(exclude={"levels", "core", "light", "na", "targets"}),
        levels=(of.one, of.two, of.three, of.four),
        weights=MappingProxyType(weights),
        targets=MappingProxyType(usual | entry.targets),
    )


@cache
def load() -> Library:
    """The library that ships with the portal; read on the first call, the same object afterwards."""
    return Library.from_folder(TEXTS)


def check(folder: Path = TEXTS) -> tuple[Fault, ...]:
    """Everything wrong with the texts; empty when all is well."""
    try:
        Library.from_folder(folder)
    except ContentError as error:
        return error.faults
    return ()


def publish(id: str, version: str, folder: Path = TEXTS) -> Standard:
    """Fix the words of a version for good, by adding its hash to LOCK. Publishing twice changes nothing."""
    standard = Library.from_folder(folder).standard(id, version)
    if not standard.published:
        lock.add(folder, id, version, standard.sha256)
        load.cache_clear()
    return Library.from_folder(folder).standard(id, version)


def standard(id: str, version: str) -> Standard:
    return load().standard(id, version)


def latest(id: str) -> Standard:
    return load().latest(id)


def versions(id: str) -> tuple[Standard, ...]:
    return load().versions(id)


def profile(standard: Standard, kind: str) -> tuple[ProfiledExpectation, ...]:
    return standard.profile(kind)


def expectation(code: str, version: str) -> Expectation:
    """The expectation with this code; the code itself says which standard."""
    return load().standard(code.partition("-")[0], version).expectation(code)


def target(standard: Standard, kind: str, code: str) -> int | None:
    """The level this kind is expected to reach; None where the expectation does not apply to it."""
    if kind not in standard.kinds:
        raise NotFound(f"{standard.title} is not used for organisations of kind {kind}.")
    return standard.expectation(code).targets.get(kind)


def kind(code: str) -> Kind:
    return load().kind(code)
