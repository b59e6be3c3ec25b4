"""Questions: a bank's file of them, and the one that ends a lesson."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from portal.accreditation.courses import dating, written
from portal.accreditation.courses.records import CHOSEN, Option, Question, QuestionKind
from portal.accreditation.courses.written import Section, Source

_OPTION = re.compile(r"^- \[(?P<mark>[^\]]*)\] *(?P<text>.*)$")
_PAIR = re.compile(r"^- *(?P<left>.*?) *-> *(?P<right>.*)$")
_STEP = re.compile(r"^(?P<number>\d{1,2})\. +(?P<text>.*)$")
_REASON = re.compile(r"^\s+:\s*(?P<text>.*)$")
_CRITICAL = re.compile(r"\s*\(critical\)$")
_CATCH_ALL = re.compile(r"^(all|none|both|neither|any) of (the )?(above|these|them)\b", re.IGNORECASE)
_SHOUTED = re.compile(r"\b(NOT|EXCEPT|NEVER)\b")
_RANGE = re.compile(r"^(?P<low>-?\d+(?:\.\d+)?) to (?P<high>-?\d+(?:\.\d+)?)$")
_FIGURE = re.compile(r"^-?\d+(?:\.\d+)?$")
_TRUTHS = ("True", "False")
TYPES = ("number", "short", "date", "match", "order")
FIELDS = ("outcome", "expectations", "difficulty", "type", "start", "rule")
FEWEST_PARTS, MOST_PARTS = 3, 8  # of a match or an order


@dataclass
class _Answer:
    """An answer while its lines are read."""

    line: int
    text: str
    mark: str | None = None  # between the brackets
    right_side: str = ""
    reason: list[str] = field(default_factory=list)

    @property
    def critical(self) -> bool:
        return _CRITICAL.search(self.text) is not None

    def option(self, right: bool) -> Option:
        return Option(
            _CRITICAL.sub("", self.text), " ".join(self.reason), right=right, critical=self.critical, goes_with=self.right_side
        )


@dataclass
class _Read:
    """The body of a question, in its three parts."""

    text: list[str] = field(default_factory=list)
    answers: list[_Answer] = field(default_factory=list)
    lesson: list[str] = field(default_factory=list)


def bank(source: Source, topic: str, outcomes: dict[str, frozenset[str]]) -> list[Question]:
    """Every question of a topic's file. `outcomes`: their codes, with the expectations that each names."""
    whole = written.top(source)
    written.known(source, whole, ())
    before, parts = written.parted(whole.lines, 2)
    for number, text in before:
        if text.strip():
            source.fault(number, "stands before the first question. Begin each question with a line “## … {#its-id}”")
            break
    if not parts:
        source.fault(whole.line, "holds no question. Add one, or take the topic out of course.yaml")
    return [question(source, written.section(source, *part), topic, outcomes) for part in parts]


def question(source: Source, part: Section, topic: str, outcomes: dict[str, frozenset[str]]) -> Question:
    """One question of a bank, with everything wrong in it noted."""
    written.known(source, part, FIELDS)
    if not part.id:
        source.fault(part.line, f"“{part.title}” has no id. Add one after the heading, for example {{#{_slugged(part.title)}}}")
    elif not written.SLUG.match(part.id):
        source.fault(part.line, f"the id “{part.id}” must be small letters, figures and hyphens, for example {_slugged(part.id)}")
    outcome, expectations = written.tests(source, part, outcomes)
    for code in expectations:
        if outcome and code not in outcomes[outcome]:
            source.fault(written.line_of(part, "expectations"), f"{code} is not among the expectations of the outcome {outcome}. "
                                                                 f"Those are {', '.join(sorted(outcomes[outcome]))}")  # fmt: skip
    difficulty = written.whole_number(source, part, "difficulty", "2", 1, 3)
    return _made(source, part, topic, outcome, expectations, difficulty)


def check_of_lesson(source: Source, part: Section, outcome: str, expectations: tuple[str, ...]) -> Question:
    """The question that ends a lesson: without an id, and only of the kinds that are chosen from."""
    made = _made(source, part, "", outcome, expectations, 1)
    if made.kind not in CHOSEN:
        source.fault(part.line, "a lesson ends with a question that is answered by choosing. Put the others into the bank")
    return made


def _made(source: Source, part: Section, topic: str, outcome: str, expectations: tuple[str, ...], difficulty: int) -> Question:
    named = part.fields["type"].value if "type" in part.fields else ""
    if named:
        named = written.one_of(source, written.line_of(part, "type"), "the type", named, TYPES)
    read = _body(source, part, named)
    kind = QuestionKind(named) if named else _kind_by_options(read.answers)
    between, rule = _date(source, part, read) if kind is QuestionKind.DATE else (None, None)
    if kind is not QuestionKind.DATE:
        for name in ("start", "rule"):
            if name in part.fields:
                source.fault(part.fields[name].line, f"“{name}” belongs to questions about a date. Add “type: date”, or take the line out")
    options, strays = _CHECKS[kind](source, part, read)
    for answer in read.answers:
        _fair(source, answer, kind, strays)
    if not "".join(read.text).strip():
        source.fault(part.line, f"“{part.title}” asks nothing. Write the question below the names, after an empty line")
    if not read.lesson:
        source.fault(part.line, f"“{part.title}” does not say what it teaches. Add a line at its end: > …")
    if found := _SHOUTED.search("\n".join(read.text)):
        source.warn(part.line, f"hangs on the word {found[0]}, which people read over. Ask the other way round")
    return Question(
        part.id, part.title, topic, kind, outcome, expectations, difficulty, "\n".join(read.text).strip(), options,
        " ".join(read.lesson), strays, between, rule, part.line,
    )  # fmt: skip


def _body(source: Source, part: Section, named: str) -> _Read:
    """The lines of a question sorted into what is asked, the answers, and what it teaches."""
    read = _Read()
    into: _Answer | None = None
    for number, text in part.lines:
        answer = _answer(number, text, named)
        reason = _REASON.match(text) if into else None
        if answer is not None:
            if read.lesson:
                source.fault(number, "is an answer below what the question teaches. Move the line “> …” to the end")
            read.answers.append(answer)
            into = answer
        elif into and reason:
            into.reason.append(reason["text"].strip())
        elif text.startswith(">"):
            read.lesson.append(text.lstrip("> ").strip())
            into = None
        elif not text.strip():
            if not read.answers:
                read.text.append("")
        elif into and text.startswith("  "):
            if into.reason:
                into.reason.append(text.strip())
            else:
                into.text = f"{into.text} {text.strip()}"
        elif read.answers or read.lesson:
            source.fault(number, "stands after the answers. Move it above them, indent it if it belongs to a reason, or begin it with >")
        else:
            read.text.append(text)
    return read


def _answer(number: int, text: str, named: str) -> _Answer | None:
    if named == "match":
        pair = _PAIR.match(text)
        return _Answer(number, pair["left"].strip(), right_side=pair["right"].strip()) if pair else None
    if named == "order":
        step = _STEP.match(text)
        return _Answer(number, step["text"].strip(), mark=step["number"]) if step else None
    option = _OPTION.match(text)
    return _Answer(number, option["text"].strip(), mark=option["mark"].strip()) if option else None


def _kind_by_options(answers: list[_Answer]) -> QuestionKind:
    if sorted(answer.text for answer in answers) == sorted(_TRUTHS):
        return QuestionKind.TRUE_FALSE
    return QuestionKind.MANY if sum(answer.mark == "x" for answer in answers) > 1 else QuestionKind.ONE


def _fair(source: Source, answer: _Answer, kind: QuestionKind, strays: tuple[str, ...]) -> None:
    """What every answer must have, whatever the kind."""
    is_stray = kind is QuestionKind.MATCH and not answer.text
    if not " ".join(answer.reason).strip() and not is_stray:
        source.fault(answer.line, "has no reason. Add a line below it, indented: “  : …”")
    if not answer.text and not is_stray:
        source.fault(answer.line, "is an answer without words")
    if kind in CHOSEN and answer.mark not in ("x", ""):
        source.fault(answer.line, f"begins with [{answer.mark}]. Write [x] if it is right and [ ] if it is wrong")
    if _CATCH_ALL.match(answer.text):
        source.fault(answer.line, f"“{answer.text}” tells who reads cleverly, not who knows. Write out what you mean, or take it out")
    if answer.critical and (answer.mark == "x" or kind not in CHOSEN):
        source.fault(answer.line, "is marked (critical), which only a wrong answer to be chosen can be")


def _marked(source: Source, part: Section, read: _Read) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    """The answers of a question that is answered by choosing, with the right ones marked."""
    answers = read.answers
    if not answers:
        source.fault(part.line, f"“{part.title}” has no answers under it. Write them as “- [x] …” and “- [ ] …”. "
                                "Did you leave an empty line between the names and the question?")  # fmt: skip
        return (), ()
    right = [answer for answer in answers if answer.mark == "x"]
    if not right:
        source.fault(answers[0].line, "none of the answers is marked right. Put [x] in front of at least one")
    if len(answers) - len(right) < 1:
        source.fault(answers[0].line, "every answer is marked right. Leave [ ] in front of those that are wrong")
    kind = _kind_by_options(answers)
    if kind is QuestionKind.ONE and 0 < len(answers) < 3:
        source.fault(answers[0].line, "offers fewer than three answers. Add one that a half-informed colleague would choose")
    _once(source, answers, lambda answer: answer.text)
    return tuple(answer.option(answer.mark == "x") for answer in answers), ()


def _once(source: Source, answers: list[_Answer], by: Callable[[_Answer], str]) -> None:
    seen: dict[str, int] = {}
    for answer in answers:
        key = _CRITICAL.sub("", by(answer)).casefold().strip(" .")
        if key and key in seen:
            source.fault(answer.line, f"says the same as the answer on line {seen[key]}. Change one of them")
        seen.setdefault(key, answer.line)


def _accepted(source: Source, part: Section, read: _Read) -> list[_Answer]:
    right = [answer for answer in read.answers if answer.mark == "x"]
    if not right:
        source.fault(part.line, f"“{part.title}” has no answer that is right. Add one: “- [x] …”")
    return right


def _numbers(source: Source, part: Section, read: _Read) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    _accepted(source, part, read)
    for answer in read.answers:
        if bounds(answer.text) is None:
            source.fault(answer.line, f"“{answer.text}” is not a number. Write it in figures, or as a range: “19 to 21”")
    _once(source, read.answers, lambda answer: answer.text)
    return tuple(answer.option(answer.mark == "x") for answer in read.answers), ()


def bounds(text: str) -> tuple[float, float] | None:
    """The lowest and highest number that "20" or "19 to 21" takes, or None."""
    if found := _RANGE.match(text):
        low, high = float(found["low"]), float(found["high"])
        return (low, high) if low <= high else None
    return (float(text), float(text)) if _FIGURE.match(text) else None


def _short(source: Source, part: Section, read: _Read) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    _accepted(source, part, read)
    _once(source, read.answers, lambda answer: answer.text)
    return tuple(answer.option(answer.mark == "x") for answer in read.answers), ()


def _date(source: Source, part: Section, read: _Read) -> tuple[tuple[date, date] | None, dating.DateRule | None]:
    start = written.needed(source, part, "start", "2026-12-01 to 2027-05-31")
    between = dating.days(start)
    if start and between is None:
        source.fault(written.line_of(part, "start"), f"“{start}” is not a day, or two with “to” between them. "
                                                      "For example start: 2026-12-01 to 2027-05-31")  # fmt: skip
    said = written.needed(source, part, "rule", "3 working days after {start}")
    rule = dating.rule(said)
    if said and rule is None:
        source.fault(written.line_of(part, "rule"), f"“{said}” is not a rule. Write a number, then days, working days or months, "
                                                     "then after {start} or before {start}")  # fmt: skip
    if dating.START not in "\n".join(read.text):
        source.fault(part.line, f"“{part.title}” never says when the time begins. Write {{start}} where the day belongs")
    return between, rule


def _dates(source: Source, part: Section, read: _Read) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    for answer in read.answers:
        if answer.mark == "x":
            source.fault(answer.line, "marks a day as right, which the rule does. Only wrong days that can be foreseen stand here")
        elif dating.rule(answer.text) is None:
            source.fault(answer.line, f"“{answer.text}” is not a rule. Write a number, then days, working days or months, "
                                      "then after {start} or before {start}")  # fmt: skip
    return tuple(answer.option(False) for answer in read.answers), ()


def _pairs(source: Source, part: Section, read: _Read) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    pairs = [answer for answer in read.answers if answer.text]
    _some_parts(source, part, pairs, "pairs")
    for answer in read.answers:
        if not answer.right_side:
            source.fault(answer.line, "is half a pair. Write what goes with it after ->")
    _once(source, pairs, lambda answer: answer.text)
    sides = {answer.right_side for answer in pairs}
    strays = tuple(answer.right_side for answer in read.answers if not answer.text)
    for answer in read.answers:
        if not answer.text and answer.right_side in sides:
            source.fault(answer.line, f"“{answer.right_side}” already goes with something. A further side fits nothing")
    return tuple(answer.option(True) for answer in pairs), strays


def _steps(source: Source, part: Section, read: _Read) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    _some_parts(source, part, read.answers, "steps")
    for position, answer in enumerate(read.answers, start=1):
        if answer.mark != str(position):
            source.fault(answer.line, f"is numbered {answer.mark} and stands in place {position}. Number the steps 1, 2, 3 in the right order")
    _once(source, read.answers, lambda answer: answer.text)
    return tuple(answer.option(True) for answer in read.answers), ()


def _some_parts(source: Source, part: Section, answers: list[_Answer], what: str) -> None:
    if not FEWEST_PARTS <= len(answers) <= MOST_PARTS:
        source.fault(part.line, f"“{part.title}” has {len(answers)} {what}. Write {FEWEST_PARTS} to {MOST_PARTS}")


_CHECKS: dict[QuestionKind, Callable[[Source, Section, _Read], tuple[tuple[Option, ...], tuple[str, ...]]]] = {
    QuestionKind.ONE: _marked,
    QuestionKind.MANY: _marked,
    QuestionKind.TRUE_FALSE: _marked,
    QuestionKind.NUMBER: _numbers,
    QuestionKind.SHORT: _short,
    QuestionKind.DATE: _dates,
    QuestionKind.MATCH: _pairs,
    QuestionKind.ORDER: _steps,
}


def _slugged(title: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", title.casefold())[:5]) or "its-id"


def longest_is_right(questions: Iterator[Question] | list[Question]) -> tuple[int, int]:
    """Of the questions with one right answer: how many have it as the longest of all, and how many there are."""
    ones = [one for one in questions if one.kind is QuestionKind.ONE and one.options]
    given_away = sum(max(one.options, key=lambda option: len(option.text)).right for one in ones)
    return given_away, len(ones)


