"""Take elements out of XML by cutting their bytes: whatever is not cut stays as it was, to the letter."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from portal.evidence.reading.findings import Unreadable
from portal.evidence.reading.packages import short

_TAG = re.compile(rb"<[^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*>")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_NOT_POSSIBLE = "It is built in a way that nothing can be taken out of."


class Verdict(enum.Enum):
    """What becomes of an element."""

    KEEP = "stays"
    REMOVE = "goes, with all that is in it"
    UNWRAP = "goes, and what is in it stays"
    EMPTY = "stays, and what is in it goes"


@dataclass(eq=False)
class Element:
    """An element and where its bytes are."""

    name: str
    attrs: dict[str, str]
    parent: Element | None
    start: int
    tag_end: int
    is_empty: bool
    verdict: Verdict = Verdict.KEEP
    text: str = ""
    end_start: int = 0
    end: int = 0
    loses_start: bool = False  # joined to what is before it, or to what is behind it
    loses_end: bool = False
    without: tuple[str, ...] = ()  # attributes that are taken out of its tag
    instead: dict[str, str] = field(default_factory=dict)  # attributes that get another value
    notes: dict[str, int] = field(default_factory=dict)

    def above(self, *names: str) -> Element | None:
        """The nearest element around this one that is called so."""
        one = self.parent
        while one is not None and one.name not in names:
            one = one.parent
        return one

    def goes(self) -> bool:
        return self.verdict is Verdict.REMOVE or (self.parent is not None and self.parent.takes_along())

    def takes_along(self) -> bool:
        return self.verdict in (Verdict.REMOVE, Verdict.EMPTY) or (
            self.parent is not None and self.parent.takes_along()
        )


class Rules:
    """What to take out. An element gets its verdict when it begins, or when it or one around it ends."""

    def begin(self, element: Element) -> None: ...

    def finish(self, element: Element) -> None: ...


def cut(content: bytes, rules: Rules) -> bytes:
    """`content` without what the rules take out. Raises Unreadable."""
    content = _in_utf8(content)
    target = _Cutting(content, rules)
    parser = DefusedXMLParser(target=target)
    target.expat = parser.parser
    try:
        parser.feed(content)
        parser.close()
    except (DefusedXmlException, ParseError, LookupError, ValueError):
        raise Unreadable(_NOT_POSSIBLE) from None
    return target.result()


class _Cutting:
    def __init__(self, content: bytes, rules: Rules) -> None:
        self._content = content
        self._rules = rules
        self._open: list[Element] = []
        self._changed: list[Element] = []
        self.expat: Any = None

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        index = self._index()
        match = _TAG.match(self._content, index)
        if match is None:
            raise ValueError("no tag where one begins")
        is_empty = self._content[match.end() - 2 : match.end()] == b"/>"
        parent = self._open[-1] if self._open else None
        element = Element(short(tag), attrs, parent, index, match.end(), is_empty)
        self._open.append(element)
        self._rules.begin(element)

    def end(self, tag: str) -> None:
        element = self._open.pop()
        element.end_start = element.tag_end if element.is_empty else self._index()
        element.end = element.tag_end if element.is_empty else self._content.index(b">", element.end_start) + 1
        self._rules.finish(element)
        self._changed.append(element)

    def data(self, text: str) -> None:
        if self._open and len(self._open[-1].text) < 10_000:
            self._open[-1].text += text

    def result(self) -> bytes:
        edits: list[tuple[int, int, bytes]] = []
        for one in self._changed:
            if one.verdict is Verdict.REMOVE:
                edits.append((one.start, one.end, b""))
                continue
            if one.verdict is Verdict.UNWRAP or one.loses_start:
                edits.append((one.start, one.tag_end, b""))
            elif one.without or one.instead:
                edits.append((one.start, one.tag_end, self._retagged(one)))
            if one.verdict is Verdict.UNWRAP or one.loses_end:
                edits.append((one.end_start, one.end, b""))
            if one.verdict is Verdict.EMPTY:
                edits.append((one.tag_end, one.end_start, b""))
        kept: list[bytes] = []
        position = 0
        for start, end, instead in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
            if start >= position:  # else it lies within something that is cut already
                kept += [self._content[position:start], instead]
                position = max(position, end)
        return b"".join([*kept, self._content[position:]])

    def _retagged(self, element: Element) -> bytes:
        tag = self._content[element.start : element.tag_end]
        for name in (*element.without, *element.instead):
            value = element.instead.get(name)
            written = b"" if value is None else f' {name}="{value}"'.encode()
            tag = re.sub(rb"\s(?:[\w.-]+:)?%b\s*=\s*(?:\"[^\"]*\"|'[^']*')" % name.encode(), lambda _: written, tag)  # noqa: B023  # re.sub calls it at once, within this turn of the loop
        return tag

    def _index(self) -> int:
        return int(self.expat.CurrentByteIndex)


def _in_utf8(content: bytes) -> bytes:
    """The same document in UTF-8 and without a mark, so that places in it are counted in one way."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
        content = _DECLARATION.sub('<?xml version="1.0" encoding="UTF-8"?>', text).encode()
    return content.removeprefix(b"\xef\xbb\xbf")
