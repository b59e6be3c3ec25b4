"""What reviewers type: views, questions, ratings and reasons; and what organisations answer them."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from portal.assessments.models import Reliability, View
from portal.evidence.models import Shows
from portal.kernel import words
from portal.web.fields import ChoiceField, DayField, VersionField
from portal.web.forms import LINE, TEXT, PortalForm


def _text(label: str, missing: str | None = None, *, noun: str) -> TextAreaField:
    longest = Length(max=TEXT, message=f"{noun} must be {words.number(TEXT)} characters or fewer")
    return TextAreaField(label, validators=[*([InputRequired(missing)] if missing else []), longest])


class ViewForm(PortalForm):
    """A reviewer's view of one expectation. Each choice has its key on the keyboard."""

    version = VersionField()
    view = ChoiceField("Your view of the level", missing="Choose your view of the level")
    level = ChoiceField("The level that you find", options=[(str(one), f"Level {one}") for one in range(1, 5)])
    reason = _text("Your reason", noun="Your reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = {View.AGREE: "Agree", View.LOWER: "Lower", View.HIGHER: "Higher", View.CANNOT_TELL: "Cannot tell"}
        self.view.choices = [
            SelectChoice(view.value, text, render_kw={"data-shortcut": text[0].lower()}) for view, text in said.items()
        ]

    @property
    def chosen(self) -> View:
        return View(self.view.data)

    @property
    def level_found(self) -> int | None:
        return int(self.level.data) if self.level.data else None


class QuestionForm(PortalForm):
    question = _text("Your question", "Write your question", noun="Your question")
    due_on = DayField("Answer needed by")


class ReasonForm(PortalForm):
    reason = _text("Why", "Say why", noun="The reason")


class RestForm(PortalForm):
    reason = StringField(
        "Your reason for all of them",
        validators=[Length(max=LINE, message=f"The reason must be {LINE} characters or fewer")],
    )


class ReliabilityForm(PortalForm):
    version = VersionField()
    reliability = ChoiceField(
        "How far can the self-assessment be relied on?",
        options=[(one.value, one.value.capitalize()) for one in Reliability],
        missing="Choose high, moderate or low",
    )
    reason = _text("Why", "Say why you rate the reliability so", noun="The reason")


class ReplyForm(PortalForm):
    text = _text("Your reply", noun="Your reply")
    nothing_to_add = BooleanField("We have read the draft finding and have nothing to add")


class AnswerForm(PortalForm):
    answer = _text("Your answer", "Write your answer", noun="Your answer")


class PlanForm(PortalForm):
    decision = ChoiceField(
        "Do you agree the plan?",
        options=[("agree", "Yes, agree the plan"), ("return", "No, return it to the organisation")],
        missing="Choose whether you agree the plan",
    )
    reason = _text("If you return it: what has to change?", noun="The reason")


class ReopenForm(PortalForm):
    reason = _text("Why the assessment is reopened", "Say why the assessment is reopened", noun="The reason")
    until = DayField("To be handed in again by", required=True, missing="Enter the day it is to be handed in again by")


class ShareOutForm(PortalForm):
    number = IntegerField(
        "How many reviews to share out",
        default=20,
        validators=[InputRequired("Enter how many reviews to share out"), NumberRange(1, 200, "Enter a number from 1 to 200")],
    )


class BulkForm(PortalForm):
    """Which assessments are accepted together; read from the address, so that looking changes nothing."""

    class Meta(PortalForm.Meta):
        csrf = False

    kind = SelectField("Kind of organisation")
    standard = SelectField("Standard")
    unqueried = BooleanField("Only those about which the rules ask nothing", default=True)
    percent = IntegerField("Random sample, per cent", default=5, validators=[NumberRange(1, 100, "Enter a sample from 1 to 100 per cent")])


class ConfirmBulkForm(PortalForm):
    kind = HiddenField()
    standard = HiddenField()
    unqueried = HiddenField()
    percent = HiddenField()
    seed = HiddenField()


class PublishTogetherForm(PortalForm):
    """The references that the page listed, so that nothing is published that nobody was shown."""

    references = HiddenField(validators=[Length(max=8000, message="Look at the list again and publish from there")])


class LoneButton(PortalForm):
    """A form that is a button and nothing more."""


class MarkForm(PortalForm):
    """What a pinned place shows. Each choice has its key on the keyboard."""

    version = VersionField()
    shows = ChoiceField("Does it show what is claimed?", missing="Choose what it shows")
    reason = _text("Why", noun="The reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = {Shows.SHOWS: "y", Shows.DOES_NOT: "d", Shows.CANNOT_OPEN: "o"}
        self.shows.choices = [
            SelectChoice(one.value, one.value.capitalize(), render_kw={"data-shortcut": key}) for one, key in keys.items()
        ]
