"""How what was found is shown: enough of it to find it in the document, never the whole of it."""

from __future__ import annotations

import re

_LETTER = re.compile(r"[^\W_]")
_FIGURES = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")


def ends(text: str, first: int, last: int) -> str:
    """`text` with all but the first and last few letters and figures covered; what divides them stays."""
    spots = [match.start() for match in _LETTER.finditer(text)]
    covered = set(spots[first : len(spots) - last] if last else spots[first:])
    return "".join("•" if index in covered else letter for index, letter in enumerate(text))


def address(text: str) -> str:
    """m•••@northfield.nhs.uk: the first letter and the domain."""
    local, _, domain = text.partition("@")
    return f"{local[:1]}•••@{domain}"


def day(text: str) -> str:
    """The month stays where it is a word; every figure is covered but the first of the year."""
    figures = [match.start() for match in _FIGURES.finditer(text)]
    year_first = len(figures) >= 8 and text[:4].isdigit()
    kept = set(figures[:2] if year_first else figures[-4:-2] if len(figures) > 4 else ())
    return "".join("•" if index in set(figures) - kept else letter for index, letter in enumerate(text))


def name(text: str) -> str:
    """M••••••• H•••••: who wrote it is known to those who know the person."""
    return _WORD.sub(lambda word: word.group()[0] + "•" * (len(word.group()) - 1), _FIGURES.sub("•", text))


def words(text: str, longest: int = 32) -> str:
    """The first words of a comment or of a changed text, with figures and what stands before an @ covered."""
    line = " ".join(text[: longest * 4].split())
    line = " ".join(address(word) if "@" in word else word for word in line.split(" "))
    line = _FIGURES.sub("•", line)
    return line if len(line) <= longest else line[: longest - 1].rsplit(" ", 1)[0] + " …"
