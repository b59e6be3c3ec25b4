"""How a paper is drawn: so many questions of each outcome, unseen ones first, their answers shuffled. A seed decides all of it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from portal.accreditation.courses.records import CHOSEN, Course, Question, QuestionKind


@dataclass(frozen=True)
class Issued:
    """A question of a paper. `offered`: its answers, right-hand sides or steps by their place in the file, as they are shown."""

    question: Question
    offered: tuple[int, ...]
    start: date | None


def draw(course: Course, seed: int, seen: Mapping[str, int], exposed: Mapping[str, int]) -> list[Issued]:
    """A paper. `seen`: how often this person was issued each question; `exposed`: how often others were lately.

    Of each outcome those come first that the person has seen least, among these those that others have."""
    chance = random.Random(seed)
    chosen: list[Question] = []
    for outcome in course.outcomes:
        bank = sorted((one for one in course.questions.values() if one.outcome == outcome.code), key=lambda one: one.id)
        chance.shuffle(bank)
        bank.sort(key=lambda one: (seen.get(one.id, 0), exposed.get(one.id, 0)))
        chosen += bank[: course.paper.questions_per_outcome]
    chance.shuffle(chosen)
    return [Issued(one, _offered(one, chance), _start(one, chance)) for one in chosen]


def _offered(question: Question, chance: random.Random) -> tuple[int, ...]:
    if question.kind is QuestionKind.TRUE_FALSE:
        return tuple(sorted(range(2), key=lambda place: question.options[place].text != "True"))
    if question.kind in CHOSEN or question.kind is QuestionKind.ORDER:
        many = len(question.options)
    elif question.kind is QuestionKind.MATCH:
        many = len(question.sides)
    else:
        return ()
    places = list(range(many))
    chance.shuffle(places)
    if question.kind is QuestionKind.ORDER and places == list(range(many)):
        places.reverse()  # the right order would give itself away
    return tuple(places)


def _start(question: Question, chance: random.Random) -> date | None:
    if question.between is None:
        return None
    first, last = question.between
    return first + timedelta(days=chance.randrange((last - first).days + 1))


def numbers(text: str) -> tuple[int, ...]:
    """What `as_text` wrote."""
    return tuple(int(one) for one in text.split(",") if one)


def as_text(places: Iterable[int]) -> str:
    return ",".join(map(str, places))
