"""What a look into a document finds, and the gathering that keeps it short enough to be read by a person."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass

from portal.kernel import words

LONGEST_PLACE = 200
LONGEST_EXCERPT = 100
MOST_PLACES = 40  # of one kind in one document; what is over is counted in one line
MOST_WHYS = 5


class PersonalKind(enum.Enum):
    """What may say too much about a person. The value is what people read."""

    NHS_NUMBER = "NHS number"
    NATIONAL_INSURANCE = "National Insurance number"
    DATE_OF_BIRTH = "date of birth"
    BANK_DETAILS = "bank details"
    EMAIL_ADDRESS = "email address"
    TELEPHONE = "telephone number"
    TRACKED_CHANGES = "tracked changes"
    HIDDEN_SHEET = "hidden sheet, row, column or slide"
    COMMENTS = "comments"
    METADATA = "author or other properties"


@dataclass(frozen=True)
class Found:
    """Something personal at one place. The excerpt is masked: enough to find it by, never the whole of it."""

    kind: PersonalKind
    place: str
    excerpt: str
    count: int = 1


@dataclass(frozen=True)
class Look:
    """What was found, and whether all of the document could be read; `why` says what could not, in plain words."""

    found: tuple[Found, ...]
    readable: bool
    why: str = ""


class Unreadable(Exception):
    """A document, or a part of it, cannot be read; the message says why, to the person who handed it in."""


class Gathering:
    """What has been found so far, and what could not be read."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[PersonalKind, str, str]] = Counter()
        self._places: Counter[PersonalKind] = Counter()
        self._over: Counter[PersonalKind] = Counter()
        self._whys: list[str] = []

    def add(self, kind: PersonalKind, place: str, excerpt: str, count: int = 1) -> None:
        key = (kind, shortened(place, LONGEST_PLACE), shortened(excerpt, LONGEST_EXCERPT))
        if key not in self._counts:
            if self._places[kind] == MOST_PLACES:
                self._over[kind] += count
                return
            self._places[kind] += 1
        self._counts[key] += count

    def unread(self, why: str) -> None:
        """Something could not be read. The same reason is said once."""
        if why not in self._whys and len(self._whys) < MOST_WHYS:
            self._whys.append(why)

    def settled(self) -> Look:
        found = [Found(*key, count) for key, count in self._counts.items()]
        found += [Found(kind, "further places", "", count) for kind, count in self._over.items()]
        order = list(PersonalKind)
        found.sort(key=lambda one: order.index(one.kind))  # stable: in the order of the document within a kind
        return Look(tuple(found), not self._whys, " ".join(self._whys))


def shortened(text: str, longest: int) -> str:
    """`text` on one line, without characters that hide or turn things, and no longer than `longest`."""
    line = words.clean_line(text[: longest * 4])
    return line if len(line) <= longest else line[: longest - 1] + "…"
