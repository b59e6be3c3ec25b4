"""What a reviewer would ask: one set of rules, shown to the organisation before it sends and to the reviewer after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Protocol

from portal.kernel.working_days import add_months

FEWEST_WORDS = 8
OLD_PROOF_MONTHS = 18
LONGEST_ACTION_MONTHS = 12
STANDING = ("policy", "policies", "procedure", "scheme of delegation", "statute", "constitution")


class Answered(Protocol):
    """What the rules read of an answer; rows, pages' records and tests' own all serve."""

    @property
    def expectation(self) -> str: ...
    @property
    def weight(self) -> str: ...
    @property
    def target(self) -> int: ...
    @property
    def level(self) -> int | None: ...
    @property
    def not_applicable_why(self) -> str: ...
    @property
    def claim(self) -> str: ...
    @property
    def proof(self) -> str: ...
    @property
    def proof_link(self) -> str: ...
    @property
    def proof_on(self) -> date | None: ...
    @property
    def gap(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def action_owner(self) -> str: ...
    @property
    def action_due_on(self) -> date | None: ...
    @property
    def last_level(self) -> int | None: ...
    @property
    def reworded(self) -> bool: ...


class Pinned(Protocol):
    """What the rules read of a piece of evidence that is pinned to an answer."""

    @property
    def released(self) -> bool: ...
    @property
    def covers_until(self) -> date | None: ...


@dataclass(frozen=True)
class Among:
    """Everything that stands around one answer: the others, last year's texts, the evidence, and the day."""

    answers: tuple[Answered, ...]
    last_claims: dict[str, str]
    today: date
    pinned: Mapping[str, Sequence[Pinned]] = field(default_factory=dict)  # by expectation

    @cached_property
    def times(self) -> Counter[str]:
        """How often each text was used as a claim."""
        return Counter(plain(one.claim) for one in self.answers if plain(one.claim))

    @cached_property
    def all_leading(self) -> bool:
        levels = [one.level for one in self.answers if one.not_applicable_why == ""]
        return len(levels) > 1 and all(level == 4 for level in levels)

    def sharing(self, answer: Answered) -> list[str]:
        """The other expectations answered in the same words."""
        mine = plain(answer.claim)
        if not mine or self.times[mine] < 2:
            return []
        return [one.expectation for one in self.answers if one is not answer and plain(one.claim) == mine]


@dataclass(frozen=True)
class Query:
    """One thing a reviewer would ask about one answer; `minutes` is what mending it usually takes."""

    code: str
    title: str
    why: str
    expectation: str
    words: str
    field: str
    minutes: int


@dataclass(frozen=True)
class Rule:
    """`asks` gives the words of the question, or None where there is nothing to ask."""

    code: str
    title: str
    why: str
    field: str
    minutes: int
    asks: Callable[[Answered, Among], str | None]

    def query(self, answer: Answered, among: Among) -> Query | None:
        asked = self.asks(answer, among)
        if asked is None:
            return None
        return Query(self.code, self.title, self.why, answer.expectation, asked, self.field, self.minutes)


@lru_cache(maxsize=4096)  # every rule that compares texts asks for the same few again
def plain(text: str) -> str:
    """A text as it is compared: case, punctuation and spacing do not make two texts different."""
    return " ".join("".join(one if one.isalnum() else " " for one in text.casefold()).split())


def _under(answer: Answered) -> bool:
    return answer.level is not None and answer.level < answer.target


def _proofless(answer: Answered, among: Among) -> str | None:
    if answer.level is None or answer.level < 3 or answer.proof.strip() or answer.proof_link.strip():
        return None
    if among.pinned.get(answer.expectation):
        return None
    return f"Level {answer.level} is claimed, but nothing is named that proves it."


def _leap(answer: Answered, among: Among) -> str | None:
    if answer.level is None or answer.last_level is None or answer.level - answer.last_level < 2:
        return None
    return f"Level {answer.last_level} last year, level {answer.level} now. Say what changed."


def _repeated(answer: Answered, among: Among) -> str | None:
    others = among.sharing(answer)
    return f"The same words answer {', '.join(others)}." if others else None


def _unread(answer: Answered, among: Among) -> str | None:
    last = plain(among.last_claims.get(answer.expectation, ""))
    if not answer.reworded or not last or plain(answer.claim) != last:
        return None
    return "The standard’s words changed, but the answer is last year’s, word for word."


def _old(answer: Answered, among: Among) -> str | None:
    if answer.proof_on is None or answer.proof_on >= add_months(among.today, -OLD_PROOF_MONTHS):
        return None
    said = answer.proof.casefold()
    if any(word in said for word in STANDING):
        return None
    return f"The proof is more than {OLD_PROOF_MONTHS} months old."


def _open_link(answer: Answered, among: Among) -> str | None:
    link = answer.proof_link.strip()
    if not link or link.casefold().startswith("https://"):
        return None
    return "The link to the proof does not start with https://."


def _unreleased(answer: Answered, among: Among) -> str | None:
    waiting = sum(not one.released for one in among.pinned.get(answer.expectation, ()))
    if not waiting:
        return None
    # No title: of what was not released the Ombudsman is told no more than that it is there.
    some = "1 piece of evidence pinned here has" if waiting == 1 else f"{waiting} pieces of evidence pinned here have"
    return f"{some} not been released, so a reviewer cannot open {'it' if waiting == 1 else 'them'}."


def _of_long_ago(answer: Answered, among: Among) -> str | None:
    until = [one.covers_until for one in among.pinned.get(answer.expectation, ())]
    ended = [day for day in until if day is not None]
    # What covers no period, such as a policy, is in force until it is replaced.
    if not ended or len(ended) < len(until) or max(ended) >= add_months(among.today, -OLD_PROOF_MONTHS):
        return None
    return f"What the pinned evidence covers ended more than {OLD_PROOF_MONTHS} months ago."


def _planless(answer: Answered, among: Among) -> str | None:
    if not _under(answer) or (answer.gap.strip() and answer.action.strip()):
        return None
    lacking = [name for name, text in (("what falls short", answer.gap), ("what will be done", answer.action)) if not text.strip()]
    return f"Under target, but it does not say {' or '.join(lacking)}."


def _ownerless(answer: Answered, among: Among) -> str | None:
    if not _under(answer) or not answer.action.strip():
        return None
    if not answer.action_owner.strip():
        return "The action has nobody to do it."
    if answer.action_due_on is None:
        return "The action has no date."
    if answer.action_due_on <= among.today:
        return "The action’s date has passed."
    if answer.action_due_on > add_months(among.today, LONGEST_ACTION_MONTHS):
        return f"The action’s date is more than {LONGEST_ACTION_MONTHS} months away."
    return None


def _set_aside(answer: Answered, among: Among) -> str | None:
    if answer.weight != "core" or answer.not_applicable_why == "":
        return None
    return "“Does not apply” is chosen for an expectation that is core for organisations of this kind."


def _short(answer: Answered, among: Among) -> str | None:
    if answer.level is None or len(answer.claim.split()) >= FEWEST_WORDS:
        return None
    return f"What is true here is said in fewer than {FEWEST_WORDS} words."


def _perfect(answer: Answered, among: Among) -> str | None:
    if not among.all_leading or answer is not among.answers[0]:
        return None
    return "Every expectation is at level 4."


@dataclass(frozen=True)
class RuleSet:
    """The rules together, in the order in which a page lists them."""

    rules: tuple[Rule, ...]

    def queries(
        self,
        answers: Iterable[Answered],
        *,
        today: date,
        last_claims: dict[str, str] | None = None,
        pinned: Mapping[str, Sequence[Pinned]] | None = None,
    ) -> tuple[Query, ...]:
        """Everything a reviewer would ask of these answers, by expectation. Answers not given yet are not asked about."""
        everything = tuple(answers)
        among = Among(everything, last_claims or {}, today, pinned or {})
        given = [one for one in everything if one.level is not None or one.not_applicable_why]
        asked = (rule.query(one, among) for one in given for rule in self.rules)
        return tuple(query for query in asked if query is not None)

    def rule(self, code: str) -> Rule:
        """The rule with this code."""
        return next(rule for rule in self.rules if rule.code == code)


def effort(queries: Iterable[Query]) -> int:
    """Minutes that mending these would take."""
    return sum(query.minutes for query in queries)


RULES = RuleSet(
    (
        Rule("no-proof", "Nothing proves the level", "Level 3 means that it is shown, not only done. Without proof a "
             "reviewer cannot agree with it.", "proof", 5, _proofless),
        Rule("level-leap", "Up two levels or more in a year", "Change this fast is possible, and worth reading about. "
             "A reviewer looks for what was done and when.", "claim", 10, _leap),
        Rule("same-text", "The same words answer another expectation", "Each expectation asks something of its own, so "
             "one text rarely answers two.", "claim", 10, _repeated),
        Rule("text-not-read-again", "Last year’s words answer a changed question", "When the standard’s words change, "
             "an answer that stays the same may no longer answer it.", "claim", 10, _unread),
        Rule("old-proof", "Old proof", "Things change in a year and a half. A policy or procedure may be older, as long "
             "as it is still in force.", "proof_on", 10, _old),
        Rule("open-link", "A link that is not secure", "A page that is not served over https can be changed on its way "
             "to the reader, and many networks block it.", "proof_link", 5, _open_link),
        Rule("evidence-not-released", "Evidence that a reviewer cannot open", "Evidence reaches the reviewer once it was "
             "scanned, and once somebody chose what is to be done about personal data in it.", "evidence", 5, _unreleased),
        Rule("old-evidence", "Evidence of a time long past", "Evidence shows how things were in the period that it covers. "
             "A reviewer asks whether it is still so.", "evidence", 10, _of_long_ago),
        Rule("no-plan", "Under target without a gap or an action", "Falling short is no failing, and hiding it is. The "
             "plan is built from the gap and the action.", "gap", 10, _planless),
        Rule("action-open-ended", "An action without an owner or a date within a year", "Actions that belong to nobody, or "
             "lie far ahead, are seldom done.", "action_owner", 5, _ownerless),
        Rule("core-set-aside", "“Does not apply” to a core expectation", "Core expectations apply to nearly every "
             "organisation of the kind, so a reviewer reads the reason closely.", "not_applicable_why", 10, _set_aside),
        Rule("short-claim", "Very short", "A reviewer who has never been there must understand from the answer what "
             "happens in practice.", "claim", 5, _short),
        Rule("all-leading", "Level 4 everywhere", "Leading in everything is rare. A reviewer will read such an assessment "
             "from end to end.", "level", 15, _perfect),
    )
)  # fmt: skip
