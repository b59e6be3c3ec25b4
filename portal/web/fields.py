"""The fields WTForms lacks: a day in three parts, a level, and the version of what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError


class DayField(Field):
    """A day typed as day, month, year in three boxes named <name>-day, <name>-month, <name>-year.

    `data` is a date or None; `day`, `month`, `year` are what was typed, for showing again. `missing` is said when a
    required day is left empty; without it, "Enter the" and the label.
    """

    def __init__(
        self, label: str = "", validators: Sequence[Any] = (), *, required: bool = False, missing: str = "", **rest: Any
    ) -> None:
        super().__init__(label, validators, **rest)
        self.required = required
        noun = f"{self.label.text[:1].lower()}{self.label.text[1:]}".removeprefix("the ")
        self.missing = missing or f"Enter the {noun}"
        self.day = self.month = self.year = ""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors = []
        self.data = data if isinstance(data, date) else None
        if self.data is not None:
            self.day, self.month, self.year = str(self.data.day), str(self.data.month), str(self.data.year)
        if formdata is not None and any(f"{self.name}-{part}" in formdata for part in ("day", "month", "year")):
            self.day, self.month, self.year = (
                formdata.get(f"{self.name}-{part}", "").strip() for part in ("day", "month", "year")
            )
            self.data = None
            if any((self.day, self.month, self.year)):
                try:
                    self.data = date(int(self.year), int(self.month), int(self.day))
                except (ValueError, OverflowError):
                    self.process_errors.append(f"{self.label.text} must be a real date, like 27 3 2026")

    def pre_validate(self, form: Any) -> None:
        if self.required and self.data is None and not self.process_errors:
            raise ValidationError(self.missing)
        if self.data is not None and not 1990 <= self.data.year <= 2100:
            raise ValidationError(f"{self.label.text} must have a year between 1990 and 2100")


class ChoiceField(RadioField):
    """Radios over the members of an enum or any (value, label) pairs; `data` is the value or None.

    `unknown` is said when something else than an offered choice arrives; `missing` when nothing does
    (None: it may be left blank).
    """

    def __init__(
        self, label: str = "", *, options: Sequence[tuple[str, str]] = (), missing: str | None = None, **rest: Any
    ) -> None:
        self.missing = missing
        choices = [SelectChoice(value, text) for value, text in options]
        super().__init__(label, choices=choices, validate_choice=False, **rest)

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        self.choices = [SelectChoice(value, text) for value, text in options]

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = valuelist[0] if valuelist and valuelist[0] else None

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            if self.missing:
                raise ValidationError(self.missing)
            return
        if self.data not in {str(choice.value) for choice in self.choices or ()}:
            raise ValidationError(f"Choose one of the answers offered for “{self.label.text}”")


class VersionField(HiddenField):
    """The version of the thing as it was shown; `data` is a whole number, -1 where it was tampered with."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = int(text) if text.isdecimal() and len(text) < 10 else -1
