"""What in a work may say who somebody is: found before it is handed in, because assessors must not know whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.evidence.reading.spotting import readable, spot

SHORTEST_NAME = 3  # letters of a part of a name that are looked for by themselves
MOST = 50
_SPACE = r"\s{1,8}"


@dataclass(frozen=True)
class Identity:
    """Something that may tell who a person is."""

    kind: str
    words: str
    paragraph: int  # as it is counted on the page: empty lines are none


@dataclass(frozen=True)
class Writer:
    """Whoever writes, as they must not be known."""

    name: str
    email: str
    organisations: tuple[str, ...]


def found(text: str, writer: Writer, *, given: Sequence[str] = ()) -> list[Identity]:
    """What was found in `text`, in its order and each once. What stands in the texts that the course gave is invented there."""
    plain = readable(text)
    known = readable("\n".join(given)).casefold()
    spots = [*_of_the_writer(plain, writer), *((one.start, one.kind.value, plain[one.start : one.end]) for one in spot(plain))]
    seen: dict[str, tuple[int, str, str]] = {}
    for one in spots:
        if one[2].casefold() not in known:
            seen.setdefault(one[2].casefold(), one)
    return [Identity(kind, " ".join(words.split()), _paragraph(plain, start)) for start, kind, words in sorted(seen.values())[:MOST]]


def _of_the_writer(text: str, writer: Writer) -> Iterator[tuple[int, str, str]]:
    whole = list(_where(writer.name, text))
    yield from ((start, "your name", words) for start, words in whole)
    for part in writer.name.split():
        if len(part) >= SHORTEST_NAME:  # as names are written, so that "will" is no Will
            yield from (
                (start, "part of your name", words) for start, words in _where(part, text, exactly=True)
                if not any(begin <= start < begin + len(all_of_it) for begin, all_of_it in whole)
            )  # fmt: skip
    yield from ((start, "your email address", words) for start, words in _where(writer.email, text))
    for name in writer.organisations:
        yield from ((start, "your organisation", words) for start, words in _where(name, text))


def _where(name: str, text: str, *, exactly: bool = False) -> Iterator[tuple[int, str]]:
    """Each place of a name, its words with any space between them."""
    parts = [re.escape(part) for part in readable(name).split()]
    if parts:
        wanted = re.compile(r"(?<!\w)" + _SPACE.join(parts) + r"(?!\w)", 0 if exactly else re.IGNORECASE)
        yield from ((match.start(), match.group()) for match in wanted.finditer(text))


def _paragraph(text: str, start: int) -> int:
    return sum(bool(line.strip()) for line in text[:start].split("\n")[:-1]) + 1
