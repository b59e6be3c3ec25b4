"""A workbook is chosen to be uploaded; and where texts collide, which of them to save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_wtf.file import FileField, FileRequired

from portal.assessments.operations.returning import THEIRS, YOURS, Choices
from portal.assessments.workbooks.comparing import Compared, Verdict
from portal.web.fields import ChoiceField, VersionField
from portal.web.forms import PortalForm

OPTIONS = [(THEIRS, "Keep what is saved on the portal"), (YOURS, "Save mine, from the workbook")]


class UploadForm(PortalForm):
    workbook = FileField("The workbook that you filled in", [FileRequired("Choose the workbook that you filled in")])


class SaveForm(PortalForm):
    """A press, with a choice for each change that collides: `choose-<expectation>-<unit>`, and `seen-<expectation>`, the
    version that the answer had on the page."""


def choose(expectation: str, unit: str) -> str:
    return f"choose-{expectation}-{unit}"


def choices_of(form: Mapping[str, str]) -> Choices:
    """What was chosen, of whatever was sent."""
    chosen, seen = {}, {}
    for name, value in form.items():
        what, _, rest = name.partition("-")
        if what == "choose":
            expectation, _, unit = rest.rpartition("-")
            chosen[expectation, unit] = value
        elif what == "seen" and value.isdecimal() and len(value) < 10:
            seen[rest] = int(value)
    return Choices(chosen, seen)


def choosing(lines: Iterable[Compared], choices: Choices) -> SaveForm:
    """The form of the page: the choices made already still stand where the answer is the one they were made of."""
    fields: dict[str, ChoiceField | VersionField] = {}
    shown: dict[str, object] = {}
    for line in lines:
        if line.verdict is not Verdict.CONFLICTING:
            continue
        fields[f"seen-{line.expectation}"] = VersionField()
        shown[f"seen-{line.expectation}"] = line.version
        for change in line.changes:
            name = choose(line.expectation, change.unit)
            fields[name] = ChoiceField(f"{line.expectation}, {change.label}: which is to be saved?", options=OPTIONS)
            made = choices.of(line, change.unit)
            shown[name] = made if made in (YOURS, THEIRS) else None
    form: SaveForm = type("ThisSaveForm", (SaveForm,), fields)(formdata=None, data=shown)
    return form
