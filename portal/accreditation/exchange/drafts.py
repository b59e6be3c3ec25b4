"""What is read from a file of questions: each item imported, imported with a warning, or refused, and the line it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from portal.accreditation.courses.questions import FEWEST_PARTS, MOST_PARTS
from portal.accreditation.courses.records import Option, QuestionKind
from portal.kernel import words

LONGEST_TITLE = 80


@dataclass(frozen=True)
class Draft:
    """A question that lacks what only an author of ours can say. `text` is Markdown, everything else plain words.

    `outcome`, `expectations` and `difficulty` are empty unless the file comes from a course of ours."""

    title: str
    kind: QuestionKind
    text: str
    options: tuple[Option, ...]
    lesson: str = ""
    strays: tuple[str, ...] = ()
    id: str = ""
    outcome: str = ""
    expectations: tuple[str, ...] = ()
    difficulty: str = ""


@dataclass(frozen=True)
class Item:
    """One item of a file. Without a draft it was refused, and `notes` say why; with one they are warnings."""

    line: int
    title: str
    draft: Draft | None
    notes: tuple[str, ...] = ()
    file: str = ""  # within an archive

    @property
    def what_became(self) -> str:
        if self.draft is None:
            return "refused"
        return "imported with a warning" if self.notes else "imported"

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.file else f"line {self.line}"
        return f"{where}: “{self.title}” {self.what_became}" + (f": {' '.join(self.notes)}" if self.notes else "")


@dataclass(frozen=True)
class Report:
    """Every item of a file, in its order. `twice`: items that an archive holds a second time, read once."""

    format: str
    items: tuple[Item, ...]
    twice: int = 0

    @property
    def drafts(self) -> list[Draft]:
        return [one.draft for one in self.items if one.draft]

    @property
    def warned(self) -> list[Item]:
        return [one for one in self.items if one.draft and one.notes]

    @property
    def refused(self) -> list[Item]:
        return [one for one in self.items if one.draft is None]

    @property
    def noted(self) -> list[Item]:
        """What somebody has to look at."""
        return [one for one in self.items if one.notes]

    def counted(self) -> str:
        many = f"{words.count(len(self.items), 'item', 'items')} in the file".capitalize()
        return f"{many} ({self.format}): {words.number(len(self.drafts))} imported, {words.number(len(self.warned))} of them with a warning, and {words.number(len(self.refused))} refused."

    def in_words(self) -> Iterator[str]:
        yield from map(str, self.noted)
        if self.twice:
            yield f"{words.count(self.twice, 'item stands', 'items stand')} in the file twice and {'was' if self.twice == 1 else 'were'} read once."
        yield self.counted()


@dataclass
class Notes:
    """What is noted while one item is read."""

    said: list[str] = field(default_factory=list)

    def warn(self, note: str) -> None:
        if note not in self.said:
            self.said.append(note)


class Unreadable(Exception):
    """An item that cannot become a question of ours; `message` says why, and what to do instead."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


ESSAY = "It asks for an essay, which needs somebody to mark it. Write it as an assignment."
NO_HALF_MARKS = "“{}” gives part of the marks. There are no half marks here, so it counts as wrong."


def titled(title: str, text: str) -> str:
    """A title of one line; where there is none, the first words of the question."""
    plain = words.clean_line(title) or words.clean_line(text.replace("*", "").replace("\\", ""))
    return plain if len(plain) <= LONGEST_TITLE else plain[:LONGEST_TITLE].rpartition(" ")[0] + " …"


def fair(draft: Draft, notes: Notes) -> Draft:
    """The draft, with a warning for what it can be seen to lack beside what every draft does."""
    right = [one for one in draft.options if one.right]
    if draft.kind is QuestionKind.MATCH:
        if not FEWEST_PARTS <= len(draft.options) <= MOST_PARTS:
            notes.warn(f"It has {words.count(len(draft.options), 'pair', 'pairs')}. A question here has {FEWEST_PARTS} to {MOST_PARTS}.")
    elif not right:
        raise Unreadable("No answer in it is right. Mark one, and import it again.")
    elif draft.kind is QuestionKind.ONE and len(draft.options) < 3:
        notes.warn("It offers fewer than three answers. Add one that a half-informed colleague would choose.")
    elif draft.kind is QuestionKind.MANY and len(right) == len(draft.options):
        notes.warn("Every answer in it is right. Add one that is wrong.")
    told = [one.text.casefold() for one in draft.options]
    if len(set(told)) < len(told):
        notes.warn("Two of its answers say the same. Change one of them.")
    if not draft.text:
        raise Unreadable("It asks nothing: there are answers and no question. Write the question above them.")
    return draft


def apart(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items, each draft with an id that no other has."""
    found: list[Item] = []
    used: set[str] = set()
    following: dict[str, int] = {}
    for one in items:
        if one.draft is not None:
            wanted = base = one.draft.id
            while wanted in used:
                following[base] = following.get(base, 1) + 1
                wanted = f"{base}-{following[base]}"
            used.add(wanted)
            one = replace(one, draft=replace(one.draft, id=wanted))
        found.append(one)
    return tuple(found)


def kind_of(options: Iterable[Option]) -> QuestionKind:
    """The kind of a question that is answered by choosing, as our own files tell it."""
    every = tuple(options)
    if sorted(one.text for one in every) == ["False", "True"]:
        return QuestionKind.TRUE_FALSE
    return QuestionKind.MANY if sum(one.right for one in every) > 1 else QuestionKind.ONE
