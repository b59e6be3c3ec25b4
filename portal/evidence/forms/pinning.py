"""Where a piece of evidence proves something: the page, and the place on it in words."""

from __future__ import annotations

from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from portal.evidence.forms.handing_in import one_line
from portal.evidence.models import PLACE
from portal.evidence.operations.pinning import LAST_PAGE
from portal.web.fields import ChoiceField, VersionField
from portal.web.forms import PortalForm


class PageField(StringField):
    """The number of a page; empty, or 0, where none is named."""

    def _value(self) -> str:
        return str(self.data) if self.data not in (None, 0, "0") else ""

    @property
    def number(self) -> int:
        return int(self.data) if self.data else 0

    def pre_validate(self, form: Any) -> None:
        if self.data and not (str(self.data).isdecimal() and 0 <= int(self.data) <= LAST_PAGE):
            raise ValidationError("Enter the page as a number, like 4")


class PinForm(PortalForm):
    """The page and the place."""

    page = PageField("Page", description="The number of the page in the file, counted from 1. Leave it empty for the whole.")
    where = StringField(
        "Place on the page",
        [Optional(), Length(max=PLACE, message=f"The place on the page must be {PLACE} characters or fewer")],
        filters=[one_line],
        description="For example: second paragraph, or the table of response times",
    )


class PinItemForm(PinForm):
    """From a piece of evidence: to which places it is pinned."""

    abouts = SelectMultipleField("What it proves", choices=[], validate_choice=False)

    def validate_abouts(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError("Choose at least one thing that it proves")


class PinHereForm(PinForm):
    """From a place: which piece of evidence is pinned there."""

    item = ChoiceField("Evidence", missing="Choose the evidence")


class PinChangeForm(PinForm):
    """A pin, changed: another page, place or version."""

    version = VersionField()
    number = SelectField("Version", choices=[], validate_choice=False)

    def offer(self, numbers: list[tuple[int, str]]) -> None:
        self.number.choices = [SelectChoice(str(number), words) for number, words in numbers]

    @property
    def chosen(self) -> int:
        text = self.number.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else 0
