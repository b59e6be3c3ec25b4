"""A bank of ours in GIFT. A comment above each question says in tags what GIFT has no place for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from portal.accreditation.courses.questions import bounds
from portal.accreditation.courses.records import Course, Option, Question, QuestionKind

_SPECIAL = re.compile(r"([\\~=#{}:])")
NOT_SAID = frozenset({QuestionKind.DATE, QuestionKind.ORDER})  # what GIFT cannot say


def written(course: Course) -> str:
    """Every question of a course that GIFT can say, by topic; what it cannot is named in a comment."""
    lines = [f"// {course.id} {'.'.join(map(str, course.version))}: {' '.join(course.title.split())}", ""]
    for topic in course.topics:
        lines += [f"$CATEGORY: {course.id}/{_one_line(topic.title)}", ""]
        for one in course.questions.values():
            if one.topic == topic.file:
                lines += [*question(one), ""]
    return "\n".join(lines)


def question(one: Question) -> Iterator[str]:
    """The lines of one question."""
    if one.kind in NOT_SAID:
        yield f"// [id:{one.id}] left out: GIFT has no questions of the kind “{one.kind.value}”"
        return
    tags = [f"outcome:{one.outcome}", *(f"expectation:{code}" for code in one.expectations), f"difficulty:{one.difficulty}"]
    tags += [f"critical:{number}" for number, option in enumerate(one.options, start=1) if option.critical]
    yield f"// [id:{one.id}] {' '.join(f'[tag:{tag}]' for tag in tags)}"
    general = f"\n\t####{_said(one.lesson)}" if one.lesson else ""
    yield f"::{_said(one.title)}::[markdown]{_said(one.text)}{{{_ANSWERS[one.kind](one)}{general}}}"


def _said(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")


def _one_line(text: str) -> str:
    return " ".join(text.replace("/", "//").split())


def _feedback(option: Option) -> str:
    return f"#{_said(option.reason)}" if option.reason else ""


def _one(question: Question) -> str:
    return "".join(f"\n\t{'=' if option.right else '~'}{_said(option.text)}{_feedback(option)}" for option in question.options)


def _many(question: Question) -> str:
    gain = 100 / sum(option.right for option in question.options)
    weight = f"{gain:.5f}".rstrip("0").rstrip(".")
    return "".join(f"\n\t~%{weight if option.right else -100}%{_said(option.text)}{_feedback(option)}" for option in question.options)


def _truth(question: Question) -> str:
    right = next(option for option in question.options if option.right)
    wrong = next(option for option in question.options if not option.right)
    return f"{right.text.upper()}#{_said(wrong.reason)}#{_said(right.reason)}"


def _number(question: Question) -> str:
    return "#" + "".join(f"\n\t={'' if option.right else '%0%'}{_figures(option.text)}{_feedback(option)}" for option in question.options)


def _figures(text: str) -> str:
    between = bounds(text)
    assert between is not None  # a bank with anything else is not published
    low, _, high = text.partition(" to ")
    return f"{low}..{high}" if high else low


def _short(question: Question) -> str:
    return "".join(f"\n\t={'' if option.right else '%0%'}{_said(option.text)}{_feedback(option)}" for option in question.options)


def _match(question: Question) -> str:
    # Reasons are left out: Moodle would take them for a part of the answer.
    told = "".join(f"\n\t={_said(option.text)} -> {_said(option.goes_with)}" for option in question.options)
    return told + "".join(f"\n\t= -> {_said(side)}" for side in question.strays)


_ANSWERS: dict[QuestionKind, Callable[[Question], str]] = {
    QuestionKind.ONE: _one,
    QuestionKind.MANY: _many,
    QuestionKind.TRUE_FALSE: _truth,
    QuestionKind.NUMBER: _number,
    QuestionKind.SHORT: _short,
    QuestionKind.MATCH: _match,
}
