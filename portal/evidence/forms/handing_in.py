"""What is typed when something is handed in, described or replaced."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.evidence.describing import DESCRIPTION, LABELS, LONGEST
from portal.evidence.models import Confidentiality, EvidenceItem, EvidenceKind, Form
from portal.kernel import words
from portal.web.fields import ChoiceField, DayField, VersionField
from portal.web.forms import PortalForm

FORMS = (
    (Form.FILE.value, "Files"),
    (Form.LINK.value, "A link"),
    (Form.HELD.value, "Held by us, and may be inspected"),
)


def one_line(value: Any) -> Any:
    return words.clean_line(value) if isinstance(value, str) else value


def line(name: str, missing: str = "", **rest: Any) -> StringField:
    """A field of one line, called and limited as describing.py says."""
    needed = [InputRequired(missing)] if missing else [Optional()]
    too_long = Length(max=LONGEST[name], message=f"{LABELS[name]} must be {LONGEST[name]} characters or fewer")
    return StringField(LABELS[name], [*needed, too_long], filters=[one_line], **rest)


def capitalised(choices: Iterable[enum.Enum]) -> list[tuple[str, str]]:
    return [(one.value, one.value[:1].upper() + one.value[1:]) for one in choices]


class BroughtForm(PortalForm):
    """Files, a link, or where it is held. It stands first, as on the page: faults are listed in the order of the fields."""

    form = ChoiceField("How do you hand it in?", options=FORMS, missing="Choose how you hand it in")
    files = MultipleFileField("Files")
    link = line("link")
    held_where = line("held_where")
    title = line("title")

    def shape(self) -> Form:
        return Form(self.form.data)


class DescribedForm(PortalForm):
    """What an organisation says of its evidence."""

    kind = ChoiceField(
        LABELS["kind"], options=[("", "Choose one"), *capitalised(EvidenceKind)], missing="Choose what sort of evidence it is"
    )
    proves = line(
        "proves", "Enter what it proves, in one sentence",
        description="For example: every complainant is told how to reach the Ombudsman. Do not name people.",
    )  # fmt: skip
    owner = line("owner", "Enter the job title of whoever keeps it up to date", description="A job title, not a name.")
    covers_from = DayField(LABELS["covers_from"])
    covers_until = DayField(LABELS["covers_until"])
    confidentiality = ChoiceField(
        LABELS["confidentiality"], options=capitalised(Confidentiality), missing="Choose who may know of it"
    )
    review_on = DayField(LABELS["review_on"])

    def described(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        typed: dict[str, Any] = {name: self[name].data for name in DESCRIPTION if name in self}
        return {
            **typed,
            "kind": EvidenceKind(self.kind.data),
            "confidentiality": Confidentiality(self.confidentiality.data),
        }


class HandInForm(BroughtForm, DescribedForm):
    """What is brought, and what is said of all of it."""


class DescriptionForm(DescribedForm):
    """The description of something that is in the library, changed."""

    version = VersionField()
    title = line("title", "Enter a title")

    @classmethod
    def of(cls, item: EvidenceItem) -> DescriptionForm:
        """The form as it is first shown."""
        shown = {name: getattr(item, name) for name in DESCRIPTION}
        return cls(data=shown | {"kind": item.kind.value, "confidentiality": item.confidentiality.value, "version": item.version})


class ReplaceForm(PortalForm):
    """Another file, link or place in place of the one in use. `number` is the version in use as it was shown."""

    number = VersionField()
    form = ChoiceField("How do you hand it in?", options=FORMS, missing="Choose how you hand it in")
    files = MultipleFileField("File")
    link = line("link")
    held_where = line("held_where")
    note = TextAreaField(
        "What is different",
        [Optional(), Length(max=500, message="What is different must be 500 characters or fewer")],
        description="For example: approved by the board in May. It stands beside the version.",
    )
    move_pins = BooleanField("Pin the new version wherever the old one is pinned and can still be changed")


class ReasonForm(PortalForm):
    """Why something is withdrawn or held, with the version of it that was shown."""

    version = VersionField()
    reason = TextAreaField(
        "Why", [InputRequired("Say why"), Length(max=500, message="The reason must be 500 characters or fewer")]
    )


class VersionForm(PortalForm):
    """A press of a button, with the version of what was shown."""

    version = VersionField()
