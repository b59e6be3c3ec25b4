"""The types of recommendation, read once at start: how long each usually takes, and what shows that it was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from portal.kernel.content import Place, Record, Text, WholeNumber, YesNo, read
from portal.kernel.errors import NotFound

FILE = Path(__file__).parent / "texts" / "types.yaml"


class Line(Record):
    """One line of the checklist. `seen`: the document itself need not be uploaded, for somebody may say that it was seen."""

    text: Annotated[Text, Field(max_length=200)]
    seen: YesNo = False


class Type(Record):
    """One type. `weeks`: from the day it is issued to the day it is usually due."""

    code: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=20)]
    title: Annotated[Text, Field(max_length=60)]
    about: Annotated[Text, Field(max_length=200)]
    weeks: Annotated[WholeNumber, Field(ge=1, le=104)]
    asks_complainant: YesNo
    evidence: Annotated[tuple[Line, ...], Field(min_length=1)]

    def usually_due(self, issued_on: date) -> date:
        return issued_on + timedelta(weeks=self.weeks)


class TypesFile(Record):
    """types.yaml."""

    types: Annotated[tuple[Type, ...], Field(min_length=1)]


def codes_once(file: TypesFile) -> Iterator[tuple[Place, str]]:
    """No two types have one code."""
    for code, times in Counter(one.code for one in file.types).items():
        if times > 1:
            yield ("types",), f"{code} stands here {times} times; each type has a code of its own"


@cache
def types() -> dict[str, Type]:
    """Every type by its code, in the order of the file. Raises ContentError with every fault of it."""
    return {one.code: one for one in read(FILE, TypesFile, codes_once).types}


def type_of(code: str) -> Type:
    """One type, or NotFound."""
    if code not in types():
        raise NotFound(f"There is no type of recommendation {code}.")
    return types()[code]
