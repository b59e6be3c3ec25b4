"""What a governing body should know of an assessment, in words: one page, the same on the web and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from portal.assessments import summary
from portal.assessments.lifecycle import HANDED_IN, State
from portal.kernel import words
from portal.standards.records import Standard
from portal.standards.scoring import MEETING_LEVEL, Outcome, PillarCounts


class Answered(summary.Answered, Protocol):
    """What is read of an answer."""

    @property
    def given(self) -> bool: ...
    @property
    def confirmed(self) -> bool: ...
    @property
    def gap(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def action_owner(self) -> str: ...
    @property
    def action_due_on(self) -> date | None: ...


class Facts(Protocol):
    """The assessment itself, its last signature, and what was published of it."""

    @property
    def organisation(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def state(self) -> State: ...
    @property
    def due_on(self) -> date: ...
    @property
    def late(self) -> bool: ...
    @property
    def signatory(self) -> str: ...
    @property
    def signed_off_at(self) -> datetime | None: ...
    @property
    def governing_body_response(self) -> str: ...
    @property
    def sha256(self) -> str | None: ...
    @property
    def published_on(self) -> date | None: ...
    @property
    def published(self) -> dict[str, Any] | None: ...


class Planned(Protocol):
    """An action of the improvement plan."""

    @property
    def reference(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def due_on(self) -> date: ...
    @property
    def open(self) -> bool: ...


class Gap(Protocol):
    """A gap of the register with its actions."""

    @property
    def reference(self) -> str: ...
    @property
    def expectation(self) -> str: ...
    @property
    def level(self) -> int | None: ...
    @property
    def target(self) -> int | None: ...
    @property
    def opened_on(self) -> date: ...
    @property
    def closed_on(self) -> date | None: ...
    @property
    def actions(self) -> Sequence[Planned]: ...


@dataclass(frozen=True)
class Named:
    """An expectation with what is said of it."""

    code: str
    title: str
    said: str


@dataclass(frozen=True)
class PillarRow:
    """A pillar: how many of its expectations stand at each level, and how many reach their targets."""

    title: str
    at: tuple[int, int, int, int]
    does_not_apply: int
    not_answered: int
    reach: str


@dataclass(frozen=True)
class ToDo:
    """An action, planned or proposed."""

    what: str
    who: str
    when: str
    overdue: bool = False


@dataclass(frozen=True)
class ShortOf:
    """Something that falls short, and what is done about it; `reference` where it is on the register of gaps."""

    code: str
    title: str
    said: str
    actions: tuple[ToDo, ...]
    text: str = ""
    reference: str = ""


@dataclass(frozen=True)
class ForTheBoard:
    """Everything on the page. All of it is text and numbers."""

    organisation: str
    standard: str
    period: str
    reference: str
    standing: str
    made: str
    answered: str
    outcome: str
    meaning: str
    about_outcome: str
    levels: tuple[str, ...]
    pillars: tuple[PillarRow, ...]
    compared: str
    went: tuple[Named, ...]
    weakest: tuple[Named, ...]
    proposed: tuple[ShortOf, ...]
    gaps: tuple[ShortOf, ...]
    about_gaps: str
    signed: tuple[tuple[str, str], ...]
    published: tuple[tuple[str, str], ...]
    differs: tuple[Named, ...]


def told(facts: Facts, answers: Sequence[Answered], gaps: Sequence[Gap], standard: Standard, *, now: datetime, today: date) -> ForTheBoard:
    """The page of an assessment as it stands now. Only answers that were given count; of the others their number is told."""
    given = [one for one in answers if one.given]
    come_to = summary.of(given, standard)
    theirs = [one for one in gaps if not one.expectation or standard.has(one.expectation)]
    return ForTheBoard(
        organisation=facts.organisation,
        standard=standard.title,
        period=facts.period,
        reference=facts.reference,
        standing=_standing(facts),
        made=words.moment(now),
        answered=_answered(answers, given),
        outcome=_outcome(facts, come_to.outcome.label, given),
        meaning=come_to.outcome.meaning if given and not facts.published else "",
        about_outcome=_about_outcome(facts, come_to, given),
        levels=tuple(f"{level.number} {level.name}" for level in standard.levels),
        pillars=_pillars(come_to.pillars, answers, standard),
        compared=_compared(come_to, given),
        went=(*(_moved("Down", one) for one in come_to.down), *(_moved("Up", one) for one in come_to.up)),
        weakest=tuple(Named(one.code, one.title, f"Level {one.level}, target {one.target}") for one in come_to.weakest),
        proposed=() if facts.state in HANDED_IN else _proposed(given, standard),
        gaps=tuple(_gap(one, standard, today) for one in theirs),
        about_gaps=_about_gaps(theirs, today),
        signed=_signed(facts),
        published=_published(facts),
        differs=_differs(facts),
    )


def _standing(facts: Facts) -> str:
    if facts.state is State.PUBLISHED:
        return "It is signed and reviewed, and the finding is published."
    if facts.state in HANDED_IN:
        return f"It is signed and handed in, and “{facts.state.value}”."
    due = f" It is to be handed in by {words.day(facts.due_on)}." if facts.state is not State.NOT_SUBMITTED else ""
    return f"This is a draft: the assessment is “{facts.state.value}”, and nobody has signed it.{due}"


def _answered(answers: Sequence[Answered], given: Sequence[Answered]) -> str:
    if len(given) == len(answers):
        return f"All {len(answers)} expectations are answered."
    waiting = sum(not one.confirmed for one in answers)
    number = f"{len(given)} of {len(answers)}" if given else f"None of {len(answers)}"
    verb = "are" if len(given) > 1 else "is"
    confirm = f" In {waiting}, last year’s answer waits to be confirmed." if waiting else ""
    return f"{number} expectations {verb} answered so far{', and only these count here' if given else ''}.{confirm}"


def _outcome(facts: Facts, label: str, given: Sequence[Answered]) -> str:
    if facts.published:
        return str(facts.published["outcome_label"])
    return label if given else "Nothing is answered yet"


def _about_outcome(facts: Facts, come_to: summary.Summary, given: Sequence[Answered]) -> str:
    if facts.published:
        return "This is the outcome as the Ombudsman published it. The levels below are your own, as they were signed."
    if not given:
        return ""
    below = f"{words.count(come_to.below, 'expectation is', 'expectations are')} below target.".capitalize() if come_to.below else (
        "Every expectation that is answered is at its target or above."
    )
    plan = (
        f" With a plan that the Ombudsman agrees, the outcome is “{come_to.with_plan.label}”."
        if come_to.with_plan is not come_to.outcome and come_to.with_plan is Outcome.APPROACHING
        else ""
    )
    return f"{below}{plan} This is what your own answers come to; a reviewer may find otherwise."


def _pillars(
    counted: Sequence[tuple[str, PillarCounts]], answers: Sequence[Answered], standard: Standard
) -> tuple[PillarRow, ...]:
    """Every pillar that is asked about, also where nothing in it is answered yet."""
    known = {one.pillar: one for _, one in counted}
    rows = []
    for pillar in standard.pillars:
        within = [one for one in answers if standard.expectation(one.expectation).pillar == pillar.code]
        if not within:
            continue
        counts = known.get(pillar.code, PillarCounts(pillar.code, (0, 0, 0, 0), 0, 0))
        rows.append(
            PillarRow(
                pillar.title,
                counts.at,
                counts.not_applicable,
                sum(not one.given for one in within),
                f"{counts.applicable - counts.below_target} of {counts.applicable}" if counts.applicable else "–",
            )
        )
    return tuple(rows)


def _compared(come_to: summary.Summary, given: Sequence[Answered]) -> str:
    if not (come_to.up or come_to.down or come_to.same):
        return "There is no level of last year to compare with." if given else ""
    return (
        f"{words.count(len(come_to.up), 'level', 'levels').capitalize()} went up, {words.number(len(come_to.down))} went down and "
        f"{words.number(come_to.same)} stayed the same."
    )


def _moved(way: str, line: summary.Line) -> Named:
    return Named(line.code, line.title, f"{way} from level {line.last_level} to level {line.level}")


def _proposed(given: Sequence[Answered], standard: Standard) -> tuple[ShortOf, ...]:
    """What falls short in these answers, and what is proposed; it goes on the register when the assessment is signed."""
    found = []
    for one in given:
        if one.level is None or one.level >= one.target:
            continue
        expectation = standard.expectation(one.expectation)
        law = " This is a duty in law." if expectation.statutory and one.level < MEETING_LEVEL else ""
        when = f"by {words.day(one.action_due_on)}" if one.action_due_on else "no day is set"
        actions = (ToDo(one.action, one.action_owner or "nobody is named", when),) if one.action else ()
        said = f"Level {one.level}, target {one.target}.{law}"
        found.append(ShortOf(one.expectation, expectation.title, said, actions, one.gap))
    return tuple(found)


def _gap(one: Gap, standard: Standard, today: date) -> ShortOf:
    title = standard.expectation(one.expectation).title if one.expectation else "An assessment was not handed in"
    level = f"Level {one.level}, target {one.target}. " if one.level is not None else ""
    state = f"Closed on {words.day(one.closed_on)}." if one.closed_on else f"Open since {words.day(one.opened_on)}."
    actions = tuple(
        ToDo(action.what, action.owner, f"by {words.day(action.due_on)}", action.due_on < today) for action in one.actions if action.open
    )
    return ShortOf(one.expectation, title, level + state, actions, reference=one.reference)


def _about_gaps(gaps: Sequence[Gap], today: date) -> str:
    open_gaps = sum(one.closed_on is None for one in gaps)
    actions = [action for one in gaps for action in one.actions if action.open]
    overdue = sum(action.due_on < today for action in actions)
    return (
        f"{words.count(open_gaps, 'gap is', 'gaps are').capitalize()} open on the register, with "
        f"{words.count(len(actions), 'action', 'actions')} planned or under way"
        + (f", of which {words.count(overdue, 'is', 'are')} overdue." if overdue else ".")
    )


def _signed(facts: Facts) -> tuple[tuple[str, str], ...]:
    if not facts.signatory or facts.signed_off_at is None:
        return ()
    rows = [
        ("Signed", words.moment(facts.signed_off_at)),
        ("By", facts.signatory),
        ("On time", f"No, it was due on {words.day(facts.due_on)}" if facts.late else "Yes"),
        ("Your response", facts.governing_body_response),
        ("Receipt (SHA-256)", facts.sha256 or ""),
    ]
    return tuple((label, text) for label, text in rows if text)


def _published(facts: Facts) -> tuple[tuple[str, str], ...]:
    if facts.published is None or facts.published_on is None:
        return ()
    checked = "Yes" if facts.published["checked"] else "No, it was accepted without a review of its own"
    return (
        ("Published", words.day(facts.published_on)),
        ("Outcome", str(facts.published["outcome_label"])),
        ("Checked by a reviewer", checked),
    )


def _differs(facts: Facts) -> tuple[Named, ...]:
    """Where the published finding is not the level that was signed."""
    return tuple(
        Named(one["code"], one["title"], f"You said {_level(one['own'])}; the finding is {_level(one['found'])}")
        for one in (facts.published or {}).get("expectations", ())
        if one["own"] != one["found"]
    )


def _level(number: int | None) -> str:
    return "that it does not apply" if number is None else f"level {number}"
