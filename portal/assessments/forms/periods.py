"""Setting a period, changing its days, and asking for or deciding about more time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from portal.assessments.deadlines import Days
from portal.web.fields import ChoiceField, DayField, VersionField
from portal.web.forms import TEXT, PortalForm

_REASON_LENGTH = Length(max=TEXT, message=f"The reason must be {TEXT:,} characters or fewer")


class WorkingDaysField(IntegerField):
    """From 1 to 60 working days, in figures."""

    data: Any

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else None

    def pre_validate(self, form: Any) -> None:
        if self.data is None or not 1 <= self.data <= 60:
            raise ValidationError("Enter a number of working days from 1 to 60")


def _reason(label: str, missing: str) -> TextAreaField:
    return TextAreaField(label, validators=[InputRequired(missing), _REASON_LENGTH])


class NewPeriodForm(PortalForm):
    start = StringField(
        "Year in which the period starts",
        description="For example, 2026 for 1 April 2026 to 31 March 2027",
        validators=[InputRequired("Enter the year in which the period starts"), Length(max=4, message="Enter a year of 4 figures")],
    )
    reply_working_days = WorkingDaysField("Working days to reply to a draft finding", default=10)
    clarification_working_days = WorkingDaysField("Working days to answer a reviewer’s question", default=10)

    def validate_start(self, field: StringField) -> None:
        if not (field.data.isascii() and field.data.isdigit() and 2000 <= int(field.data) <= 2099):
            raise ValidationError("Enter a year from 2000 to 2099, like 2026")


class PeriodForm(PortalForm):
    version = VersionField()
    reply_working_days = WorkingDaysField("Working days to reply to a draft finding")
    clarification_working_days = WorkingDaysField("Working days to answer a reviewer’s question")


class WindowForm(PortalForm):
    version = VersionField()
    opens_on = DayField("Day it opens", required=True)
    due_on = DayField("Day to hand in by", required=True)
    closes_on = DayField("Closing day", required=True)
    standard_version = ChoiceField("Version of the standard", missing="Choose a version of the standard")

    @property
    def days(self) -> Days:
        """The three days, once the form is known to hold them."""
        return Days(*(cast(date, field.data) for field in (self.opens_on, self.due_on, self.closes_on)))

    def offer(self, versions: Sequence[str]) -> None:
        self.standard_version.offer([(version, f"Version {version}") for version in versions])


class AskForm(PortalForm):
    until = DayField("New day to hand in by", required=True)
    reason = _reason("Why you need more time", "Say why you need more time")


class DecideForm(PortalForm):
    answer = ChoiceField(
        "Your answer",
        options=[("grant", "Give more time"), ("refuse", "Do not give more time")],
        missing="Choose whether to give more time",
    )
    until = DayField("New day to hand in by")
    reason = _reason("Reason for your answer", "Say why, so that the organisation understands the answer")


class GiveForm(PortalForm):
    until = DayField("New day to hand in by", required=True)
    reason = _reason("Why you give more time", "Say why you give more time")
