"""Items of QTI 1.2 that are answered by choosing, as they stand in a Common Cartridge or an export of Canvas."""

from __future__ import annotations

import re
import xml.sax
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml.sax
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

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
from portal.accreditation.exchange.lines import LONGEST, TOO_LONG
from portal.kernel import words

NEWER = "It is an item of QTI 2 or 3, which is not read here. Export the questions as QTI 1.2 (Common Cartridge 1.1 to 1.3), and import that."
_ESSAYS = ("essay", "file_upload", "short_answer_essay")
_KINDS = {"multiple_choice", "multiple_response", "multiple_answers", "true_false", ""}
_TRUTHS = {"true": "True", "false": "False"}


@dataclass(frozen=True)
class Found:
    """An item and its identifier, by which an archive that holds it twice is known."""

    ident: str
    item: Item


def read(name: str, data: bytes) -> Iterator[Found]:
    """The items of one file of XML; nothing for XML that holds no questions."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        if b"questestinterop" in data or b"assessmentItem" in data:
            yield Found("", Item(1, name.rpartition("/")[2], None, ("The file is damaged, or holds what no file of questions needs. Export it again.",), name))
        return
    kind = _local(root)
    if kind in ("assessmentItem", "qti-assessment-item"):
        title = titled(root.get("title", ""), root.get("identifier", "")) or "without words"
        yield Found(root.get("identifier", ""), Item(1, title, None, (NEWER,), name))
    if kind != "questestinterop":
        return
    items = [one for one in root.iter() if _local(one) == "item"]
    for line, one in zip(_lines(data), items, strict=True):
        yield Found(one.get("ident", ""), _item(one, line, name))


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


class _Places(xml.sax.ContentHandler):
    """Notes the line on which each item begins."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []
        self.locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:
        self.locator = locator

    def startElement(self, name: str, attrs: Any) -> None:
        if name.rpartition(":")[2] == "item":
            self.lines.append(self.locator.getLineNumber())


def _lines(data: bytes) -> list[int]:
    places = _Places()
    defusedxml.sax.parseString(data, places, forbid_dtd=True)
    return places.lines


def _inside(element: Element, *names: str) -> Iterator[Element]:
    return (one for one in element.iter() if _local(one) in names and one is not element)


def _item(element: Element, line: int, name: str) -> Item:
    notes = Notes()
    title = words.clean_line(element.get("title", ""))
    try:
        draft = fair(_question(element, title, notes), notes)
    except Unreadable as refusal:
        return Item(line, titled(title, element.get("ident", "")) or "without words", None, (refusal.message,), name)
    return Item(line, draft.title, draft, tuple(notes.said), name)


def _question(element: Element, title: str, notes: Notes) -> Draft:
    fields = _metadata(element)
    kind = re.sub(r"^cc\.|\.v\dp\d$|_question$", "", fields.get("question_type") or fields.get("cc_profile") or "")
    presentation = next(_inside(element, "presentation"), None)
    if presentation is None:
        raise Unreadable("It has nothing to show. Leave it out of the export.")
    asked = list(_inside(presentation, "response_lid", "response_str", "response_num", "response_xy", "response_grp"))
    if kind in _ESSAYS or (not asked and kind in _KINDS) or (len(asked) == 1 and kind == "" and _local(asked[0]) == "response_str" and not list(_inside(element, "varequal"))):
        raise Unreadable(ESSAY)
    if kind not in _KINDS or [_local(one) for one in asked] != ["response_lid"]:
        raise Unreadable("It is not answered by choosing from a list, and only such items are read from QTI. Write it anew in our own format.")
    return _chosen(element, presentation, asked[0], title, notes)


def _metadata(element: Element) -> dict[str, str]:
    found = {}
    for one in _inside(element, "qtimetadatafield"):
        label = next((part.text or "" for part in _inside(one, "fieldlabel")), "")
        found[label.strip()] = next((part.text or "" for part in _inside(one, "fieldentry")), "").strip()
    return found


def _chosen(element: Element, presentation: Element, lid: Element, title: str, notes: Notes) -> Draft:
    labels = list(_inside(lid, "response_label"))
    named = {label.get("ident", ""): _words(label, notes) for label in labels}
    if len(named) < len(labels):
        raise Unreadable("Two of its answers have the same identifier, so nobody can say which is right. Correct it where it was made.")
    gains, reasons, lesson = _processing(element, notes)
    several = lid.get("rcardinality", "Single").casefold() == "multiple"
    right = _right(gains, named, notes, several=several)
    inside = {id(one) for one in lid.iter()}
    before = [one for one in _inside(presentation, "mattext") if id(one) not in inside]
    text = "\n\n".join(filter(None, (_prose(one, notes) for one in [*before, *_stem(lid)])))
    truths = sorted(one.casefold() for one in named.values()) == ["false", "true"]
    options = tuple(
        Option(_TRUTHS[text.casefold()] if truths else text, reasons.get(key, ""), right=key in right) for key, text in named.items() if text
    )
    if len(options) < len(named):
        notes.warn("An answer without words was left out.")
    heading = titled(title if title.casefold() not in ("", "question", "untitled") else "", text)
    made = QuestionKind.MANY if several and len(right) > 1 else kind_of(options)
    return Draft(heading, made, text, options, lesson, id=bank.slugged(heading))


def _stem(lid: Element) -> list[Element]:
    """What is asked, where it stands within the response and not before it."""
    material = [one for one in lid if _local(one) == "material"]
    return [text for one in material for text in _inside(one, "mattext")]


def _right(gains: list[tuple[float, list[str]]], named: dict[str, str], notes: Notes, *, several: bool) -> set[str]:
    known = [(gain, [key for key in keys if key in named]) for gain, keys in gains]
    known = [(gain, keys) for gain, keys in known if keys]
    if not known:
        raise Unreadable("Nothing in it says which answer is right. Mark one where it was made, and export it again.")
    if several:
        return {key for _, keys in known for key in keys}
    most = max(gain for gain, _ in known)
    for gain, keys in known:
        if gain < most:
            for key in keys:
                notes.warn(NO_HALF_MARKS.format(named[key]))
    right = {key for gain, keys in known if gain == most for key in keys}
    if len(right) > 1:
        notes.warn("Several of its answers are right, each alone. Here all of them have to be chosen: check what it asks.")
    return right


def _processing(element: Element, notes: Notes) -> tuple[list[tuple[float, list[str]]], dict[str, str], str]:
    """What each condition gives and to which answers; the reasons, by the answer; what is said to everybody."""
    said = {one.get("ident", ""): " ".join(filter(None, (_plain(text, notes) for text in _inside(one, "mattext")))) for one in _inside(element, "itemfeedback")}
    gains: list[tuple[float, list[str]]] = []
    reasons: dict[str, str] = {}
    for condition in _inside(element, "respcondition"):
        keys = list(_named(condition))
        if (gain := sum(_gain(one) for one in _inside(condition, "setvar"))) > 0:
            gains.append((gain, keys))
        links = [one.get("linkrefid", "") for one in _inside(condition, "displayfeedback")]
        if len(keys) == 1:
            told = [said[link] for link in links if link in said and link not in ("correct_fb", "general_fb", "general_incorrect_fb")]
            if told:
                reasons[keys[0]] = " ".join(told)
    lesson = " ".join(said[key] for key in ("general_fb", "correct_fb") if said.get(key))
    return gains, reasons, lesson


def _named(condition: Element) -> Iterator[str]:
    """The answers that a condition asks for; those that it asks against are left out."""
    against = {id(inner) for one in _inside(condition, "not") for inner in one.iter()}
    for one in _inside(condition, "varequal"):
        if id(one) not in against and one.text:
            yield one.text.strip()


def _gain(setvar: Element) -> float:
    """How much is given, whatever the action is called."""
    try:
        return float((setvar.text or "0").replace(",", ".").strip() or 0)
    except ValueError:
        return 0.0


def _words(label: Element, notes: Notes) -> str:
    return " ".join(filter(None, (_plain(one, notes) for one in _inside(label, "mattext"))))


def _text(mattext: Element) -> str:
    text = mattext.text or ""
    if len(text) > LONGEST:
        raise Unreadable(TOO_LONG)
    return text


def _plain(mattext: Element, notes: Notes) -> str:
    text = _text(mattext)
    return hypertext.to_words(text, notes, html=_html(mattext) or hypertext.is_html(text))


def _prose(mattext: Element, notes: Notes) -> str:
    text = _text(mattext)
    return hypertext.to_markdown(text, notes) if _html(mattext) or hypertext.is_html(text) else hypertext.from_plain(text)


def _html(mattext: Element) -> bool:
    return mattext.get("texttype", "").casefold() == "text/html"
