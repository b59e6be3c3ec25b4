"""Questions in Aiken: the question, lettered answers, and a line that says which is right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.accreditation.courses.records import Option
from portal.accreditation.exchange import bank, hypertext
from portal.accreditation.exchange.drafts import Draft, Item, Notes, Unreadable, fair, kind_of, titled
from portal.accreditation.exchange.lines import Block, sound
from portal.kernel import words

_OPTION = re.compile(r"^\s*(?P<letter>[A-Z])[.)]\s+(?P<text>.*)$")
ANSWER = re.compile(r"^[ \t]*ANSWER:[ \t]*(?P<letter>[A-Z])[ \t]*$", re.MULTILINE)
_ANSWER_LINE = re.compile(r"^\s*ANSWER\s*:\s*(?P<letter>.*?)\s*$", re.IGNORECASE)


@dataclass
class _Read:
    line: int
    asked: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)
    twice: str = ""


def read(text: str) -> Iterator[Item]:
    """The items of a file, in its order. One ends with its ANSWER, or where the next question begins without one."""
    one: _Read | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        answer, option = _ANSWER_LINE.match(line), _OPTION.match(line)
        if one is None or (one.options and not option and not answer):
            if one is not None:
                yield _item(one, None)
            one = _Read(number)
        one.raw.append(line)
        if answer:
            yield _item(one, answer["letter"])
            one = None
        elif option and one.asked:
            if option["letter"] in one.options:
                one.twice = option["letter"]
            one.options[option["letter"]] = option["text"]
        else:
            one.asked.append(line)
    if one is not None:
        yield _item(one, None)


def _item(one: _Read, letter: str | None) -> Item:
    notes = Notes()
    asked = words.clean(" ".join(one.asked))
    try:
        sound(Block(one.line, "\n".join(one.raw), ""), notes)
        if not one.options:
            raise Unreadable("It has no answers. Write each on a line of its own, as “A. …”.")
        if letter is None:
            raise Unreadable("Nothing says which of its answers is right. Write “ANSWER: A” on the line below them.")
        if letter not in one.options:
            raise Unreadable(f"ANSWER says {words.clean_line(letter)[:20] or 'nothing'}, and there is no such answer. The answers are {words.listing(one.options)}.")
        if one.twice:
            raise Unreadable(f"Two of its answers are called {one.twice}. Give each a letter of its own.")
        options = tuple(Option(words.clean_line(text), "", right=key == letter) for key, text in one.options.items())
        title = titled("", asked)
        draft = fair(Draft(title, kind_of(options), hypertext.from_plain(asked), options, id=bank.slugged(title)), notes)
    except Unreadable as refusal:
        return Item(one.line, titled("", asked) or "without words", None, (refusal.message,))
    return Item(one.line, draft.title, draft, tuple(notes.said))
