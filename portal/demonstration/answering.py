"""How learners of the demonstration answer: by what they know, and by how hard and how telling each question is."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta

from portal.accreditation.courses import dating
from portal.accreditation.courses.questions import bounds
from portal.accreditation.courses.records import CHOSEN, Course, Option, Question, QuestionKind

HARDNESS = {1: -2.3, 2: -1.75, 3: -1.15}  # of the difficulty that its author gave it; an ability of 0 is somebody in the middle
UNLIKE = 0.45  # by how much questions of one difficulty differ
GUESSED = {QuestionKind.ONE: 0.2, QuestionKind.TRUE_FALSE: 0.45, QuestionKind.MANY: 0.08}  # with nothing known
TELLING, SPREAD = 1.45, 0.25  # of questions, in the middle and apart
FORBIDDEN = 0.1  # how often, of wrong answers, the one that must never be given where there is one
WEAK = 0.62  # how many are right in the weak question, whatever they know
WRONG_WORDS = ("I am not sure", "Follow the policy", "Write it down", "Ask the manager")


@dataclass(frozen=True)
class Trait:
    """How one question behaves. `drawn_to`: how much each of its answers draws those who do not know."""

    hardness: float
    telling: float
    guessed: float
    drawn_to: tuple[float, ...]

    def likely(self, ability: float) -> float:
        """How likely somebody is to be right."""
        return self.guessed + (1 - self.guessed) / (1 + math.exp(-self.telling * (ability - self.hardness)))


class Bank:
    """The questions of a course as people meet them. One of them, of middling difficulty, tells nothing of who knows more."""

    def __init__(self, course: Course, chance: random.Random) -> None:
        self._chance = chance
        self._traits = {id: self._trait(course.questions[id]) for id in sorted(course.questions)}
        self.weak = chance.choice([id for id in self._traits if course.questions[id].kind is QuestionKind.ONE and course.questions[id].difficulty == 2])

    def _trait(self, question: Question) -> Trait:
        chance = self._chance
        return Trait(
            HARDNESS[question.difficulty] + chance.gauss(0, UNLIKE), TELLING * chance.lognormvariate(0, SPREAD),
            GUESSED.get(question.kind, 0.02), tuple(chance.random() + 0.1 for _ in question.options),
        )  # fmt: skip

    def answer(self, question: Question, start: date | None, ability: float) -> str:
        """What somebody of this ability answers, as it is stored."""
        likely = WEAK if question.id == self.weak else self._traits[question.id].likely(ability)
        return right(question, start) if self._chance.random() < likely else self._wrong(question, start)

    def _wrong(self, question: Question, start: date | None) -> str:
        chance = self._chance
        if question.kind in CHOSEN:
            return self._chosen_wrongly(question)
        if question.kind is QuestionKind.NUMBER:
            low, high = next(found for option in question.options if option.right and (found := bounds(option.text)))
            return f"{round(chance.choice((low - 1, high + 1, high * 2 + 1, high + 10)))}"
        if question.kind is QuestionKind.SHORT:
            return next((option.text for option in question.options if not option.right), chance.choice(WRONG_WORDS))
        if question.kind is QuestionKind.DATE:
            return self._day_wrongly(question, start)
        return self._parts_wrongly(question)

    def _chosen_wrongly(self, question: Question) -> str:
        chance = self._chance
        wrong = [place for place, option in enumerate(question.options) if not option.right]
        forbidden = [place for place in wrong if question.options[place].critical]
        if forbidden and chance.random() < FORBIDDEN:
            one = chance.choice(forbidden)
        else:
            drawn_to = self._traits[question.id].drawn_to
            wrong = [place for place in wrong if place not in forbidden] or wrong
            [one] = chance.choices(wrong, [drawn_to[place] for place in wrong])
        if question.kind is not QuestionKind.MANY:
            return f"{one}"
        kept = [place for place, option in enumerate(question.options) if option.right]
        if len(kept) > 1 and one not in forbidden and chance.random() < 0.6:  # most leave one out that is right
            kept.remove(chance.choice(kept))
            return ",".join(map(str, kept))
        return ",".join(map(str, sorted({*kept, one})))

    def _day_wrongly(self, question: Question, start: date | None) -> str:
        assert start is not None
        assert question.rule is not None
        key = question.rule.of(start)
        foreseen = [found.of(start) for option in question.options if (found := dating.rule(option.text))]
        others = [day for day in (*foreseen, key - timedelta(days=1), key + timedelta(days=1)) if day != key]
        return self._chance.choice(others).isoformat()

    def _parts_wrongly(self, question: Question) -> str:
        """Two of the parts changed for each other."""
        given = _parts(question)
        one, other = self._chance.sample(range(len(given)), 2)
        given[one], given[other] = given[other], given[one]
        if given == _parts(question):  # both go with the same
            given[one] = next(side for side in range(len(question.sides)) if side != given[one])
        return _in_words(given)


def right(question: Question, start: date | None) -> str:
    """The right answer, as it is stored."""
    if question.kind in CHOSEN:
        return ",".join(str(place) for place, option in enumerate(question.options) if option.right)
    if question.kind is QuestionKind.DATE:
        assert start is not None
        assert question.rule is not None
        return question.rule.of(start).isoformat()
    if question.kind is QuestionKind.NUMBER:
        return _number(next(option for option in question.options if option.right))
    if question.kind is QuestionKind.SHORT:
        return next(option.text for option in question.options if option.right)
    return _in_words(_parts(question))


def _number(option: Option) -> str:
    found = bounds(option.text)
    assert found is not None
    return f"{found[0]:g}"


def _parts(question: Question) -> list[int]:
    """What goes with each part, as the key says."""
    if question.kind is QuestionKind.MATCH:
        return [question.sides.index(option.goes_with) for option in question.options]
    return list(range(len(question.options)))


def _in_words(given: list[int]) -> str:
    return ",".join(f"{place}:{with_it}" for place, with_it in enumerate(given))
