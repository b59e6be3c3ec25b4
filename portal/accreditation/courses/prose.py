"""Prose with boxes: what a lesson's pages are made of, and what would make anybody stumble in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from portal.accreditation.courses.records import BOXES, Block
from portal.accreditation.courses.written import Line, Source, heading

_FENCE = re.compile(r"^:::\s*(?P<kind>[a-z-]*)\s*$")
_HTML = re.compile(r"</?[a-zA-Z][^>]*>|<!--")
_PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<to>[^)\s]*)(?P<title>\s+\"[^\"]*\")?\)")
_LINK = re.compile(r"(?<!!)\[(?P<words>[^\]]*)\]\((?P<to>[^)\s]*)[^)]*\)")
_SAYS_NOTHING = frozenset({"here", "click here", "this", "link", "read more", "more", "this link", "this page"})
_WORD = re.compile(r"[\w’'-]*\w")


def blocks(source: Source, lines: Iterable[Line]) -> tuple[Block, ...]:
    """The lines as prose and boxes; what is wrong with the boxes is noted."""
    found: list[Block] = []
    began: list[int] = []
    kind, opened_on, gathered = "", 0, list[str]()

    def close() -> None:
        if text := "\n".join(gathered).strip():
            found.append(Block(kind, text))
            began.append(opened_on)
        gathered.clear()

    for number, text in lines:
        fence = _FENCE.match(text)
        if fence is None:
            gathered.append(text)
        elif fence["kind"]:
            if kind:
                source.fault(number, f"opens a box within the box of line {opened_on}. Close that one first with a line “:::”")
            elif fence["kind"] not in BOXES:
                source.fault(number, f"“{fence['kind']}” is not a box. Boxes: {', '.join(BOXES)}")
            close()
            kind, opened_on = fence["kind"], number
        else:
            if not kind:
                source.fault(number, "closes a box that was not opened. Open it with a line such as “::: exchange”")
            elif not any(gathered):
                source.fault(opened_on, "opens a box with nothing in it. Write in it, or take it out")
            close()
            kind = ""
    if kind:
        source.fault(opened_on, "opens a box that is never closed. Add a line “:::” after it")
    close()
    for one, following, line in zip(found, [*found[1:], None][: len(found)], began, strict=True):
        if one.kind == "poor" and (following is None or following.kind != "good"):
            source.fault(line, "opens a box “poor” that has no “good” after it. Put what would be good straight after it")
    return tuple(found)


def check(source: Source, lines: Iterable[Line], folder: PurePosixPath, pictures: frozenset[str], *, above: int) -> None:
    """Note what a reader would stumble over. `above`: the level of the heading that the lines stand under.

    `folder` is the file's own, and `pictures` every picture of the course, both as seen from the course."""
    level = above
    for number, text in lines:
        if at := heading(text):
            if at[0] <= above:
                source.fault(number, f"is a heading of level {at[0]} within one of level {above}. Use level {above + 1}")
            elif at[0] > level + 1:
                source.fault(number, f"heading jumps from level {level} to level {at[0]}. Use level {level + 1}")
            level = max(at[0], above)
        if found := _HTML.search(text):
            source.fault(number, f"holds HTML ({found[0]}). Say it in Markdown")
        for picture in _PICTURE.finditer(text):
            _picture(source, number, picture, folder, pictures)
        for link in _LINK.finditer(text):
            _link(source, number, link)


def _picture(source: Source, number: int, found: re.Match[str], folder: PurePosixPath, pictures: frozenset[str]) -> None:
    to = found["to"]
    if not found["alt"].strip() and (found["title"] or "").strip() != '"decorative"':
        source.fault(number, f"the picture {PurePosixPath(to).name} has no description. Write ![what it shows]({to}), or ![]({to} \"decorative\")")
    if (path := picture_path(folder, to)) not in pictures:
        near = f" There is {', '.join(sorted(pictures))}." if pictures else ""
        source.fault(number, f"the picture {path or to} does not exist. Put it into images/ as SVG or PNG.{near}")


def picture_path(folder: PurePosixPath, to: str) -> str:
    """A picture's address in a text as a path within the course; nothing if it leads out of it."""
    parts: list[str] = list(folder.parts)
    for step in PurePosixPath(to).parts:
        if step != "..":
            parts.append(step)
        elif parts:
            parts.pop()
        else:
            return ""
    return "/".join(parts)


def _link(source: Source, number: int, found: re.Match[str]) -> None:
    if not found["to"].startswith("https://"):
        source.fault(number, f"the link to “{found['to']}” does not begin with https://. Write the whole address")
    if found["words"].strip().casefold().rstrip(".") in _SAYS_NOTHING or not found["words"].strip():
        source.fault(number, f"the link “{found['words']}” does not say where it leads. Use the name of the page")


def words(text: str) -> int:
    return len(_WORD.findall(text))
