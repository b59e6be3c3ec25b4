"""Every course and every award checked together, as `portal course check` tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.accreditation.courses import reading, shape
from portal.accreditation.courses.records import Award
from portal.kernel import words
from portal.kernel.content import ContentError, Fault, read

AWARDS = "awards.yaml"


@dataclass(frozen=True)
class Found:
    """What was read, what is wrong in it, and what its authors may want to look at."""

    courses: tuple[str, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]

    def in_words(self) -> Iterator[str]:
        yield from map(str, self.faults)
        yield from (f"warning: {one}" for one in self.warnings)
        if self.faults:
            yield f"{words.count(len(self.faults), 'thing has', 'things have')} to be mended before this can be published."
        else:
            many = len(self.courses) != 1
            yield f"{words.listing(self.courses) or 'Nothing'} can be published." if many else f"{self.courses[0]} can be published."


def check(folder: Path, names: Collection[str] = ()) -> Found:
    """Check the courses in `folder` that are named, or all of them and the awards."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    chosen = sorted(names) if names else sorted(path.name for path in folder.iterdir() if path.is_dir())
    for name in chosen:
        if not (folder / name).is_dir():
            faults.append(Fault(name, 0, "", f"there is no such course. Courses: {', '.join(sorted(path.name for path in folder.iterdir() if path.is_dir()))}"))
            continue
        try:
            found = reading.checked(reading.files_of(folder / name), name)
        except ContentError as error:
            faults.extend(error.faults)
            continue
        faults.extend(found.faults)
        warnings.extend(found.warnings)
    if not names:
        try:
            there = awards(folder)
        except ContentError as error:
            faults.extend(error.faults)
        else:
            warnings.extend(_unwritten(there, chosen))
    return Found(tuple(chosen), tuple(sorted(set(faults))), tuple(sorted(set(warnings))))


def awards(folder: Path) -> tuple[Award, ...]:
    """The awards of awards.yaml, or a ContentError with everything that is wrong in it."""
    found: dict[str, Award] = {}
    for one in read(folder / AWARDS, shape.AwardsFile, shape.awards_fit).awards:
        inner = [course for code in one.awards for course in found[code].needs]
        found[one.code] = Award(**one.model_dump(), needs=tuple(dict.fromkeys((*inner, *one.courses))))
    return tuple(found.values())


def _unwritten(there: tuple[Award, ...], written: Collection[str]) -> Iterator[Fault]:
    for award in there:
        missing = [course for course in award.needs if course not in written]
        if missing:
            yield Fault(AWARDS, 0, award.code, f"needs {words.listing(missing)}, which nobody has written yet: it cannot be earned")
