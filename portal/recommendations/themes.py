"""The themes of recommendations, read once at start; and the expectation codes that somebody typed, read and looked up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from portal.kernel.content import Place, Record, Text, read
from portal.standards import library

FILE = Path(__file__).parent / "texts" / "themes.yaml"


class Theme(Record):
    """One theme: what a recommendation is about."""

    code: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=30)]
    title: Annotated[Text, Field(max_length=60)]
    about: Annotated[Text, Field(max_length=200)]


class ThemesFile(Record):
    """themes.yaml."""

    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]


def codes_once(file: ThemesFile) -> Iterator[tuple[Place, str]]:
    """No two themes have one code."""
    for code, times in Counter(one.code for one in file.themes).items():
        if times > 1:
            yield ("themes",), f"{code} stands here {times} times; each theme has a code of its own"


@cache
def themes() -> dict[str, Theme]:
    """Every theme by its code, in the order of the file. Raises ContentError with every fault of it."""
    return {one.code: one for one in read(FILE, ThemesFile, codes_once).themes}


@cache
def expectations() -> dict[str, str]:
    """The title of every expectation of every published standard, by its code; the newest version has the say."""
    published = (one for of_one in library.load().standards.values() for one in of_one if one.published)
    return {expectation.code: expectation.title for standard in published for expectation in standard.expectations}


def typed_codes(typed: str | Iterable[str]) -> tuple[str, ...]:
    """The codes in what was typed ("nhs-1.3, NHS-2.1"), in capitals, each once, as they came."""
    said = typed if isinstance(typed, str) else " ".join(typed)
    return tuple(dict.fromkeys(code.upper() for code in re.split(r"[\s,;]+", said) if code))
