"""HTML of other systems as Markdown or as plain words, with nothing in it that runs, and its pictures named."""

from __future__ import annotations

import re
from html import unescape

import nh3
from markdownify import markdownify

from portal.accreditation.exchange.drafts import Notes, Unreadable
from portal.kernel import words

_TAGS = {"p", "div", "br", "ul", "ol", "li", "strong", "b", "em", "i", "a", "code", "pre", "img", "table", "thead", "tbody", "tr", "th", "td",
         "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "span", "sub", "sup"}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}}
_PICTURE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')
_HEADING = re.compile(r"<(/?)h[1-6]\b[^>]*>", re.IGNORECASE)
_QUOTED = re.compile(r"</?blockquote[^>]*>", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"</?(?:p|br|div|span|b|i|em|strong|ul|ol|li|a|img|h[1-6]|table|script|sub|sup|code|pre)\b[^>]{0,2000}>|&(?:[a-z]{2,8}|#\d{2,5});", re.IGNORECASE)
_MARKDOWN_PICTURE = re.compile(r"!\[(?P<alt>[^\]]{0,300})\]\((?P<to>[^)\s]{0,1000})[^)]{0,300}\)")
_LINK = re.compile(r"(?<!!)\[(?P<words>[^\]]{0,300})\]\((?P<to>[^)\s]{0,1000})[^)]{0,300}\)")
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_MOODLE_FILE = re.compile(r"^(@@PLUGINFILE@@|\$IMS-CC-FILEBASE\$|%24IMS-CC-FILEBASE%24)/?")
# What would be read as something else than text in a file of ours, at the beginning of a line.
_TAKEN = re.compile(r"^(?P<gap>\s*)(?P<mark>#{1,6}(?= |$)|>|- *(?=\[[^\]]*\])|- *(?=.*->)|:::)", re.MULTILINE)


def is_html(text: str) -> bool:
    return _LOOKS_LIKE_HTML.search(text) is not None


def to_markdown(html: str, notes: Notes) -> str:
    """HTML as Markdown. Headings become bold, quotations plain, for both mean something else in a bank."""
    clean = nh3.clean(_QUOTED.sub("<p>", html), tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"https", "http"}, link_rel=None)
    clean = _HEADING.sub(lambda found: "</strong></p>" if found[1] else "<p><strong>", clean)
    clean = _PICTURE.sub(lambda found: _named_of(found[0], notes), clean)
    try:
        made = markdownify(clean, heading_style="ATX", bullets="-", escape_misc=False, strip=["sub", "sup"])
    except RecursionError:
        raise Unreadable("Its HTML stands hundreds of layers deep. Take the layout out where it was made, and export it again.") from None
    return from_markdown(words.clean(re.sub(r"\n{3,}", "\n\n", made)), notes)


def from_markdown(text: str, notes: Notes) -> str:
    """Markdown of others as it may stand in a bank of ours."""
    if is_html(text):
        text = unescape(nh3.clean(text, tags=set()))
    without = _MARKDOWN_PICTURE.sub(lambda found: _named(found["to"], found["alt"], notes), text)
    for found in _LINK.finditer(without):
        if not found["to"].startswith("https://"):
            notes.warn(f"The link to “{found['to']}” does not begin with https://. Write the whole address.")
    return guarded(words.clean(without))


def from_plain(text: str) -> str:
    """Plain text as Markdown that shows the same."""
    return guarded(_SPECIAL.sub(r"\\\1", words.clean(text)))


def guarded(text: str) -> str:
    """Text with a backslash before what a bank would take for a question, an answer or a lesson."""
    return _TAKEN.sub(lambda found: f"{found['gap']}\\{found['mark']}", text)


def to_words(text: str, notes: Notes, *, html: bool) -> str:
    """Plain words on one line: what an answer, a reason or a lesson is made of."""
    if html:
        without = _PICTURE.sub(lambda found: _named_of(found[0], notes), nh3.clean(text, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None))
        spaced = re.sub(r"</?(?:p|div|br|li|ul|ol|tr|td|th|h[1-6])\b[^>]*>", " ", without)
        text = unescape(nh3.clean(spaced, tags=set()))
    return words.clean_line(text)


def _named_of(tag: str, notes: Notes) -> str:
    said = {name: unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
    return _named(said.get("src", ""), said.get("alt", ""), notes)


def _named(to: str, alt: str, notes: Notes) -> str:
    """What stands in place of a picture: what it is said to show."""
    name = "one that is written into the text" if to.startswith("data:") else words.clean_line(_MOODLE_FILE.sub("", to))[:120] or "one without a name"
    notes.warn(f"A picture was left out ({name}). Draw it anew, put it into images/, and say in words what it shows.")
    return words.clean_line(alt)
