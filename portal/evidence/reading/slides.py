"""PowerPoint presentations: slides in their order, hidden ones too, with speaker notes and comments."""

from __future__ import annotations

from portal.evidence.reading import drawing, masking, properties
from portal.evidence.reading.findings import PersonalKind
from portal.evidence.reading.packages import Package, attribute, opened, short
from portal.evidence.reading.passages import Reading, Source

MAIN = "ppt/presentation.xml"


class Order:
    """Reads the presentation part: the slides in their order, by relationship."""

    def __init__(self) -> None:
        self.slides: list[str] = []

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if short(tag) == "p:sldId":
            self.slides.append(next((value for key, value in attrs.items() if key.endswith("}id")), ""))

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...


class Slide(drawing.Drawing):
    """Reads a slide, and whether it is shown."""

    hidden = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if short(tag) == "p:sld" and attrs.get("show") in ("0", "false"):
            self.hidden = True
        super().start(tag, attrs)


def look(source: Source, reading: Reading) -> None:
    with opened(source) as package:
        main = next((tie.target for tie in package.relations("") if tie.type == "officeDocument"), MAIN)
        order, ties = Order(), package.relations(main)
        package.parse(main, order)
        parts = {tie.id: tie.target for tie in ties}
        listed = [parts[slide] for slide in order.slides if slide in parts]
        for number, part in enumerate(listed, start=1):
            _look_at_slide(package, part, reading, f"slide {number}")
        for tie in ties:
            if tie.type == "slideMaster":
                drawing.look_at(package, tie.target, drawing.Drawing(reading, "slide master"), reading)
        properties.look(package, reading)
        drawing.tell_pictures(package, reading)


def _look_at_slide(package: Package, part: str, reading: Reading, place: str) -> None:
    slide = Slide(reading, place)
    drawing.look_at(package, part, slide, reading)
    if slide.hidden:
        reading.add(PersonalKind.HIDDEN_SHEET, place, "hidden slide")
    ties = package.relations(part)
    for tie in ties:
        if tie.type == "notesSlide":
            drawing.look_at(package, tie.target, drawing.Drawing(reading, f"notes of {place}"), reading)
        elif tie.type == "comments" and tie.target in package:
            _look_at_comments(package, tie.target, reading, f"comment at {place}")
    drawing.look_around(package, ties, reading, place)


def _look_at_comments(package: Package, part: str, reading: Reading, place: str) -> None:
    counted = Counted()
    with reading.part():
        package.parse(part, counted)
    for text in counted.texts:
        reading.add(PersonalKind.COMMENTS, place, masking.words(text))
        reading.read(place, text)


class Counted:
    """Reads comments of either kind: those of PowerPoint 2010 (p:cm) and of 2021 (threads, with replies)."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._text: list[str] = []
        self._inside = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self._inside = short(tag) in ("p:text", "a:t")
        if attribute(attrs, "authorId") is not None:
            self._flush()

    def end(self, tag: str) -> None:
        self._inside = False
        if tag.endswith(("}cm", "}reply")):
            self._flush()

    def data(self, text: str) -> None:
        if self._inside:
            self._text.append(text)

    def _flush(self) -> None:
        if self._text:
            self.texts.append("".join(self._text))
            self._text = []
