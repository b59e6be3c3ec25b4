"""The shapes of what other systems read and send. Pure: the document is made from these, and the views answer with them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from portal.recommendations.lifecycle import Acceptance, Delivery
from portal.recommendations.models import CASE, WORDS
from portal.recommendations.types import types

MOST_DRAFTS = 100  # of one request
MOST_LINES = 200  # of one answer
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def slug(state: Acceptance | Delivery) -> str:
    """A state as other systems write it; it stays the same however pages put it into words."""
    return state.name.lower().replace("_", "-")


BY_SLUG = {slug(one): one for one in Delivery}


def _moment(text: Any) -> Any:
    """RFC 3339 alone. What is before or after everything that can have happened is brought to its edge."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise ValueError("Write a moment as 2026-06-01T09:30:00Z; a + in it is written %2B in an address")
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper()))
        return min(max(moment, EARLIEST), LATEST)
    except OverflowError:
        return EARLIEST if text < "2" else LATEST


def _figures(text: Any) -> Any:
    if not isinstance(text, str) or not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ValueError("Write a whole number")
    return int(text)


def one_of(values: list[str], about: str) -> Any:
    return Field(json_schema_extra={"enum": list(values)}, description=about)


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,120}$", description="The organisation’s code on the register, such as RTX or home-office")]
Text = Annotated[str, Field(min_length=1, max_length=WORDS)]


class Draft(Shape):
    """One recommendation to be drafted. Two are one where case and number are the same."""

    case_reference: Annotated[str, Field(min_length=1, max_length=CASE)]
    number: Annotated[int, Field(ge=1, le=999, description="Which of the case’s")]
    organisation: Code
    type: Annotated[str, one_of(list(types()), "One of the ten types")]
    severity: Annotated[int, Field(ge=1, le=6)]
    failing: Text
    text: Annotated[Text, Field(description="As the organisation reads it")]
    public_text: Annotated[Text, Field(description="As everybody reads it: nobody can be recognised by it")]
    due_on: Annotated[date, Field(description="A day to come")]


class Drafted(Shape):
    """What became of one draft that was sent. `unchanged`: the same was there already, and nothing was done."""

    case_reference: str
    number: int
    reference: str
    outcome: Literal["new", "unchanged"]


class DraftedList(Shape):
    """One line for each draft that was sent, in its order."""

    drafts: list[Drafted]


class Organisation(Shape):
    code: str
    name: str


class Recommendation(Shape):
    """One recommendation that was issued, as everybody reads it, and which case it is from."""

    reference: str
    case_reference: str
    number: int
    organisation: Organisation
    type: str
    severity: int
    public_text: str
    issued_on: date
    due_on: Annotated[date, Field(description="As it stands after every extension")]
    original_due_on: Annotated[date, Field(description="As it was issued")]
    acceptance: Annotated[str, one_of([slug(one) for one in Acceptance], "What the organisation answered")]
    state: Annotated[str, one_of(list(BY_SLUG), "How far its delivery is")]
    complied_on: date | None
    ended_on: date | None
    updated_at: datetime
    address: Annotated[str, Field(description="Its public page")]


class RecommendationList(Shape):
    """Some of those that were issued, the longest unchanged first. `next` is where the list goes on; null where it ends."""

    recommendations: list[Recommendation]
    next: str | None


class Narrowing(Shape):
    """How a list is narrowed."""

    organisation: Code | None = None
    state: Annotated[
        Literal[tuple(BY_SLUG)],  # type: ignore[valid-type]  # read from the lifecycle at start, where mypy wants them written out
        Field(description="How far the delivery is"),
    ] | None = None  # fmt: skip
    updated_since: Annotated[AwareDatetime, BeforeValidator(_moment), Field(description="Only what was changed at or after this moment")] | None = None
    after: Annotated[str, Field(pattern=r"^[0-9]{1,16}-[0-9]{1,18}$", description="Where the list goes on: follow `next`")] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_LINES, description="How many at a time"), BeforeValidator(_figures)] = 50


class Wrong(Shape):
    """One thing that is wrong, and where in the request."""

    at: Annotated[str, Field(description="A JSON pointer into the body, or the name of a parameter")]
    detail: str


class Problem(Shape):
    """What is wrong and what to do about it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Wrong] | None = None
