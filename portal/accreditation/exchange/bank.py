"""Drafts as a file in our own format: what only an author can say is left for the checker to ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from portal.accreditation.courses.records import CHOSEN, Option, QuestionKind
from portal.accreditation.exchange.drafts import Draft

_TYPED = {QuestionKind.NUMBER: "number", QuestionKind.SHORT: "short", QuestionKind.MATCH: "match"}
TITLE = "A draft bank"


def written(drafts: Iterable[Draft], title: str = TITLE) -> str:
    """The drafts as one file of a bank. Outcome, expectations, difficulty, reasons and lessons that nobody gave are
    missing in it, so that no course with it is published until an author has written them."""
    return f"# {title}\n\n" + "\n".join(map(_question, drafts))


def _question(draft: Draft) -> str:
    return "\n".join([*_head(draft), "", draft.text, "", *_answers(draft), *(["", f"> {draft.lesson}"] if draft.lesson else []), ""])


def _head(draft: Draft) -> Iterator[str]:
    yield f"## {draft.title} {{#{draft.id}}}"
    yield f"outcome: {draft.outcome}".rstrip()
    yield f"expectations: {', '.join(draft.expectations)}".rstrip()
    yield f"difficulty: {draft.difficulty}".rstrip()
    if draft.kind in _TYPED:
        yield f"type: {_TYPED[draft.kind]}"


def _answers(draft: Draft) -> Iterator[str]:
    for option in draft.options:
        yield _answer(draft.kind, option)
        if option.reason:
            yield f"  : {option.reason}"
    for side in draft.strays:
        yield f"- -> {side}"


def _answer(kind: QuestionKind, option: Option) -> str:
    if kind is QuestionKind.MATCH:
        return f"- {option.text} -> {option.goes_with}"
    critical = "  (critical)" if option.critical and kind in CHOSEN else ""
    return f"- [{'x' if option.right else ' '}] {option.text}{critical}"


def slugged(title: str) -> str:
    """An id made of the first words of a title."""
    return as_id(" ".join(re.findall(r"[a-z0-9]+", title.casefold())[:6]))[:50].rstrip("-")


def as_id(said: str) -> str:
    """An id that was given, with nothing in it but what an id may have."""
    return "-".join(re.findall(r"[a-z0-9]+", said.casefold()))[:60].rstrip("-") or "question"
