"""Questions in GIFT, as Moodle documents it. An item is what stands between two empty lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from portal.accreditation.courses.records import Option, QuestionKind
from portal.accreditation.exchange import bank, hypertext
from portal.accreditation.exchange.drafts import (
    ESSAY,
    NO_HALF_MARKS,
    Draft,
    Item,
    Notes,
    Unreadable,
    fair,
    kind_of,
    titled,
)
from portal.accreditation.exchange.lines import LONGEST, Block, blocks, sound
from portal.kernel import words

ESCAPED = "\\~=#{}:n"
_ESCAPE = re.compile(r"\\([\\~=#{}:n])")
_MASKED = {letter: chr(number) for number, letter in enumerate(ESCAPED, start=1)}
_SHOWN = {mask: "\n" if letter == "n" else letter for letter, mask in _MASKED.items()}
_MASK = re.compile(f"[{''.join(_SHOWN)}]")
_FORMAT = re.compile(r"^\s*\[(html|markdown|plain|moodle)\]\s*", re.IGNORECASE)
_TITLE = re.compile(r"^\s*::(?P<title>.*?)::\s*", re.DOTALL)
_TRUTH = re.compile(r"^(?P<truth>T|TRUE|F|FALSE)\s*(?:#(?P<wrong>[^#]*))?(?:#(?P<right>[^#]*))?$", re.IGNORECASE | re.DOTALL)
_PART = re.compile(r"(?P<mark>[=~])(?P<rest>[^=~]*)")
_WEIGHT = re.compile(r"^\s*%(?P<weight>-?\d+(?:[.,]\d+)?)%(?P<rest>.*)$", re.DOTALL)
_FIGURE = r"-?\d+(?:[.,]\d+)?"
_BETWEEN = re.compile(rf"^({_FIGURE})\.\.({_FIGURE})$")
_WITHIN = re.compile(rf"^({_FIGURE}):({_FIGURE})$")
_ABOUT = re.compile(r"\[(?P<what>id|tag):(?P<value>[^\]]+)\]")
GAP = "…"
_FULL = Decimal(100)
_ROUNDED = Decimal(1)  # three times 33.333 is as good as 100


@dataclass(frozen=True)
class _Part:
    """One answer: its mark, how much of the marks it gives, its words, and what is said to whoever gives it."""

    mark: str
    weight: Decimal | None
    text: str
    feedback: str

    @property
    def whole(self) -> bool:
        return self.weight == _FULL if self.weight is not None else self.mark == "="


def read(text: str) -> Iterator[Item]:
    """The items of a file, in its order. Comments and categories are no items."""
    for block in blocks(text):
        yield _item(block)


def _item(block: Block) -> Item:
    notes = Notes()
    masked = _ESCAPE.sub(lambda found: _MASKED[found[1]], block.text[:LONGEST])
    try:
        sound(block, notes)
        draft = fair(_question(masked, block, notes), notes)
    except Unreadable as refusal:
        return Item(block.line, titled("", _shown(masked.split("{")[0])) or "without words", None, (refusal.message,))
    return Item(block.line, draft.title, draft, tuple(notes.said))


def _shown(masked: str) -> str:
    return _MASK.sub(lambda found: _SHOWN[found[0]], masked)


def _question(masked: str, block: Block, notes: Notes) -> Draft:
    rest, form = _formatted(masked, "moodle")
    named = _TITLE.match(rest)
    if named:
        rest = rest[named.end() :]
    rest, form = _formatted(rest, form)
    before, answers, after = _braces(rest)
    asked = _shown(before).rstrip()
    if after.strip():
        tail = _shown(after).lstrip()
        asked = f"{asked} {GAP}{'' if tail[:1] in '.,;:!?' else ' '}{tail}".lstrip()
    text = _prose(asked, form, notes)
    body, _, general = answers.partition("####")
    title = titled(_plain(named["title"], form, notes) if named else "", text)
    draft = replace(
        _answered(body.strip(), title, text, form, notes), lesson=_plain(general, form, notes), id=bank.slugged(title)
    )
    return _told_apart(draft, block.comment)


def _formatted(text: str, form: str) -> tuple[str, str]:
    found = _FORMAT.match(text)
    return (text[found.end() :], found[1].casefold()) if found else (text, form)


def _braces(text: str) -> tuple[str, str, str]:
    before, opened, rest = text.partition("{")
    if not opened:
        if "}" in text:
            raise Unreadable("Its answers are closed with } and never opened. Take out an empty line above it, or write { before the answers.")
        raise Unreadable("It has no answers in { }. There is often an empty line inside the question above it: take that line out.")
    inside, closed, after = rest.partition("}")
    if not closed or "{" in inside:
        raise Unreadable("Its answers are opened with { and never closed. Write } after them, and take out empty lines between.")
    if "{" in after or "}" in after:
        raise Unreadable("It has more braces than one pair. Write \\{ and \\} for those that are only text, and part two questions with an empty line.")
    return before, inside, after


def _prose(text: str, form: str, notes: Notes) -> str:
    if form == "html" or (form == "moodle" and hypertext.is_html(text)):
        return hypertext.to_markdown(text, notes)
    return hypertext.from_markdown(text, notes) if form == "markdown" else hypertext.from_plain(text)


def _plain(masked: str, form: str, notes: Notes) -> str:
    rest, form = _formatted(masked, form)
    text = _shown(rest)
    return hypertext.to_words(text, notes, html=form == "html" or (form != "plain" and hypertext.is_html(text)))


def _answered(body: str, title: str, text: str, form: str, notes: Notes) -> Draft:
    if not body:
        raise Unreadable(ESSAY)
    if body.startswith("#"):
        return _number(body[1:].strip(), title, text, form, notes)
    truth = _TRUTH.match(body)
    if truth:
        return Draft(title, QuestionKind.TRUE_FALSE, text, _truths(truth, form, notes))
    parts = list(_parts(body, form, notes))
    if all(one.mark == "=" and "->" in one.text for one in parts):
        return _pairs(parts, title, text)
    if all(one.mark == "=" for one in parts):
        return Draft(title, QuestionKind.SHORT, text, tuple(_wordings(parts, notes)))
    options = tuple(_choices(parts, notes))
    return Draft(title, kind_of(options), text, options)


def _truths(found: re.Match[str], form: str, notes: Notes) -> tuple[Option, ...]:
    """The first feedback is for whoever is wrong, the second for whoever is right."""
    true = found["truth"].upper().startswith("T")
    wrong, right = (_plain(found[name] or "", form, notes) for name in ("wrong", "right"))
    return (Option("True", right if true else wrong, right=true), Option("False", wrong if true else right, right=not true))


def _parts(body: str, form: str, notes: Notes) -> Iterator[_Part]:
    if body[0] not in "=~":
        raise Unreadable("Its answers begin with neither = nor ~. Write = before each that is right, and ~ before each that is wrong.")
    for found in _PART.finditer(body):
        rest = found["rest"]
        weighed = _WEIGHT.match(rest)
        weight = Decimal(weighed["weight"].replace(",", ".")) if weighed else None
        answer, _, feedback = (weighed["rest"] if weighed else rest).partition("#")
        yield _Part(found["mark"], weight, _plain(answer, form, notes), _plain(feedback, form, notes))


def _choices(parts: list[_Part], notes: Notes) -> Iterator[Option]:
    """With a = one answer is to be chosen. Without any, every answer that gives marks is."""
    one = any(part.mark == "=" for part in parts)
    if sum(part.mark == "=" for part in parts) > 1:
        notes.warn("Several of its answers are right, each alone. Here all of them have to be chosen: check what it asks.")
    gains = sum((part.weight for part in parts if part.weight is not None and part.weight > 0), Decimal(0))
    if not one and abs(gains - _FULL) > _ROUNDED:
        notes.warn(f"Its weights make {_figure(gains)} and not 100. Here every answer that gives marks has to be chosen: check which are right.")
    for part in parts:
        if not part.text:
            notes.warn("An answer without words was left out.")
            continue
        right = part.whole if one else part.weight is not None and part.weight > 0
        if one and not right and part.weight is not None and part.weight > 0:
            notes.warn(NO_HALF_MARKS.format(part.text))
        yield Option(part.text, part.feedback, right=right)


def _wordings(parts: list[_Part], notes: Notes) -> Iterator[Option]:
    for part in parts:
        if "*" in part.text:
            notes.warn(f"“{part.text}” stands for more than one wording and was left out. Write out each wording that is right.")
        elif part.text:
            if part.weight is not None and 0 < part.weight < _FULL:
                notes.warn(NO_HALF_MARKS.format(part.text))
            yield Option(part.text, part.feedback, right=part.whole)


def _pairs(parts: list[_Part], title: str, text: str) -> Draft:
    pairs, strays = [], []
    for part in parts:
        left, _, right = (words.clean_line(one) for one in part.text.partition("->"))
        if not right:
            raise Unreadable("A pair in it is half a pair. Write what goes with it after ->.")
        if left:
            pairs.append(Option(left, part.feedback, right=True, goes_with=right))
        else:
            strays.append(right)
    return Draft(title, QuestionKind.MATCH, text, tuple(pairs), strays=tuple(strays))


def _number(body: str, title: str, text: str, form: str, notes: Notes) -> Draft:
    parts = _parts(body if body[:1] in ("=", "~") else f"={body}", form, notes)
    options = []
    for part in parts:
        if part.text in ("", "*"):
            notes.warn("What is said to every other number was left out: write down the wrong numbers that can be foreseen.")
            continue
        if part.weight is not None and 0 < part.weight < _FULL:
            notes.warn(NO_HALF_MARKS.format(part.text))
        options.append(Option(_numbers(part.text), part.feedback, right=part.whole))
    return Draft(title, QuestionKind.NUMBER, text, tuple(options))


def _numbers(text: str) -> str:
    """A number or a range of GIFT as ours are written."""
    said = text.replace(" ", "")
    between, within = _BETWEEN.match(said), _WITHIN.match(said)
    try:
        if between:
            low, high = _decimal(between[1]), _decimal(between[2])
        elif within:
            middle, by = _decimal(within[1]), abs(_decimal(within[2]))
            low, high = middle - by, middle + by
        else:
            low = high = _decimal(said)
    except InvalidOperation:
        low = high = Decimal("NaN")
    if not low.is_finite() or not high.is_finite() or low > high:
        raise Unreadable(f"“{text}” is not a number. Write it in figures, as 20, 20:1 or 19..21.")
    return _figure(low) if low == high else f"{_figure(low)} to {_figure(high)}"


def _decimal(text: str) -> Decimal:
    number = Decimal(text.replace(",", "."))
    if abs(number.adjusted()) > 15:
        raise InvalidOperation
    return number


def _figure(number: Decimal) -> str:
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _told_apart(draft: Draft, comment: str) -> Draft:
    """What the comment above a question says of it, in the way of Moodle: its id, and tags such as ours."""
    ids, tags = list[str](), list[str]()
    for found in _ABOUT.finditer(comment):
        (ids if found["what"] == "id" else tags).append(found["value"].strip())
    ours: dict[str, list[str]] = {}
    for name, _, value in (tag.partition(":") for tag in tags):
        ours.setdefault(name, []).append(value)
    never = {int(one) for one in ours.get("critical", ()) if one.isdecimal() and len(one) < 3}
    return replace(
        draft,
        id=bank.as_id(ids[0]) if ids else draft.id,
        outcome=bank.as_id(ours["outcome"][0]) if "outcome" in ours else "",
        expectations=tuple(one for one in ours.get("expectation", ()) if re.fullmatch(r"[A-Z]{2,6}-\d{1,2}(\.\d{1,2})?", one)),
        difficulty=next((one for one in ours.get("difficulty", ()) if one in ("1", "2", "3")), ""),
        options=tuple(replace(one, critical=number in never and not one.right) for number, one in enumerate(draft.options, start=1)),
    )
