"""Whether an answer is right. Values in, values out: from the course's files and what was stored, anybody comes to the same.

How answers are written down: the place of what was chosen in the file, several with commas between ("0,2"); a number or
words as they were typed; a day as 2026-12-31; pairs and steps as place:place ("0:2,1:0")."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.accreditation.courses import dating
from portal.accreditation.courses.questions import bounds
from portal.accreditation.courses.records import CHOSEN, Option, Paper, Question, QuestionKind

_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")


@dataclass(frozen=True)
class Judged:
    """`critical`: the option, by its place, that must never be chosen and was."""

    right: bool
    critical: int | None = None


def judge(question: Question, start: date | None, answer: str) -> Judged:
    """Judge an answer as it was stored; nothing is not right."""
    if not answer:
        return Judged(False)
    if question.kind in CHOSEN:
        chosen = {int(one) for one in answer.split(",")}
        right = {place for place, option in enumerate(question.options) if option.right}
        broken = [place for place in sorted(chosen) if question.options[place].critical]
        return Judged(chosen == right, broken[0] if broken else None)
    if question.kind is QuestionKind.NUMBER:
        return Judged(_in_bounds(question, answer))
    if question.kind is QuestionKind.SHORT:
        return Judged(plain(answer) in {plain(option.text) for option in question.options if option.right})
    if question.kind is QuestionKind.DATE:
        return Judged(question.rule is not None and start is not None and answer == question.rule.of(start).isoformat())
    given = pairs(answer)
    if question.kind is QuestionKind.MATCH:
        return Judged(given == {place: question.sides.index(option.goes_with) for place, option in enumerate(question.options)})
    return Judged(given == {place: place for place in range(len(question.options))})


def foreseen(question: Question, start: date | None, answer: str) -> Option | None:
    """The wrong day or number that was foreseen, if the answer is it; a foreseen day may happen to be the right one, and then is none."""
    if not answer or judge(question, start, answer).right:
        return None
    wrong = [option for option in question.options if not option.right]
    if question.kind is QuestionKind.DATE and start is not None:
        return next((one for one in wrong if (by := dating.rule(one.text)) and by.of(start).isoformat() == answer), None)
    said = number(answer) if question.kind is QuestionKind.NUMBER else None
    return next((one for one in wrong if said is not None and (within := bounds(one.text)) and within[0] <= said <= within[1]), None)


def corrected(sat: Question, now: Question | None) -> Question:
    """The question by whose key an answer is judged again: the corrected one, if what it offers stands in the same places."""
    if now is None or now.kind is not sat.kind:
        return sat
    free = sat.kind in (QuestionKind.NUMBER, QuestionKind.SHORT, QuestionKind.DATE)
    same = sat.options == now.options or [one.text for one in sat.options] == [one.text for one in now.options]
    return now if free or (same and sat.sides == now.sides) else sat


def _in_bounds(question: Question, answer: str) -> bool:
    said = number(answer)
    taken = [bounds(option.text) for option in question.options if option.right]
    return said is not None and any(one is not None and one[0] <= said <= one[1] for one in taken)


def number(text: str) -> float | None:
    """A number as people type it ("1,000", " 3 "), or None."""
    plain_text = text.replace(",", "").replace(" ", "")
    return float(plain_text) if _NUMBER.match(plain_text) and len(plain_text) < 16 else None


def plain(text: str) -> str:
    """Words without what makes no difference: capitals, spaces, full stops at the end."""
    return " ".join(text.casefold().replace("’", "'").split()).rstrip(". ")


def pairs(answer: str) -> dict[int, int]:
    """What stands on each side of the colons of "0:2,1:0"."""
    return {int(left): int(right) for left, _, right in (one.partition(":") for one in answer.split(",") if one)}


@dataclass(frozen=True)
class Result:
    """What a paper came to. It passes with enough right, and nothing that must never be done."""

    right: int
    asked: int
    critical: int
    passed: bool


def result(paper: Paper, judged: Iterable[Judged]) -> Result:
    every = list(judged)
    right, critical = sum(one.right for one in every), sum(one.critical is not None for one in every)
    return Result(right, len(every), critical, enough(right, len(every), paper.pass_mark) and not critical)


def enough(right: int, asked: int, pass_mark: int) -> bool:
    return asked > 0 and right * 100 >= pass_mark * asked


def percent(right: int, asked: int) -> int:
    """Rounded down, so that nobody reads 80% who has less."""
    return math.floor(right * 100 / asked) if asked else 0


KNOWN = 90  # per cent of an outcome's questions in a pre-test with which its lessons may be left out


def known(questions: Mapping[str, Question], judged: Mapping[str, Judged]) -> frozenset[str]:
    """The outcomes that a pre-test shows somebody to know, by their codes. Nothing critical, and nearly everything right."""
    found = set()
    for outcome in {questions[id].outcome for id in judged}:
        of = [judged[id] for id in judged if questions[id].outcome == outcome]
        if enough(sum(one.right for one in of), len(of), KNOWN) and not any(one.critical is not None for one in of):
            found.add(outcome)
    return frozenset(found)
