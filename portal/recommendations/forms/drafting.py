"""What is typed to draft a recommendation, to send it, and to issue or return it."""

from __future__ import annotations

from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from portal.recommendations.models import CASE, NOTE, WORDS
from portal.recommendations.operations.describing import LABELS as ABOUT
from portal.recommendations.operations.drafting import LABELS
from portal.recommendations.themes import themes
from portal.recommendations.types import types
from portal.web.fields import DayField, VersionField
from portal.web.forms import LINE, PortalForm

TOO_LONG = "{} must be {:,} characters or fewer"
SEVERITIES = (
    ("1", "1: annoyance, worry or inconvenience, of short duration"),
    ("2", "2: distress or inconvenience that lasted for some time"),
    ("3", "3: an effect on daily life for weeks or months"),
    ("4", "4: a serious effect, or a loss of a chance of a better outcome"),
    ("5", "5: a severe and lasting effect"),
    ("6", "6: a death that could have been avoided, or the like of it"),
)


def a_text(name: str, missing: str, hint: str = "") -> TextAreaField:
    return TextAreaField(
        LABELS[name], [InputRequired(missing), Length(max=WORDS, message=TOO_LONG.format(LABELS[name], WORDS))], description=hint
    )


class DraftForm(PortalForm):
    """A draft. `version` is that of the draft as it was shown; 0 for a new one."""

    version = VersionField()
    case_reference = StringField(
        LABELS["case_reference"],
        [InputRequired("Enter the case reference"), Length(max=CASE, message=TOO_LONG.format(LABELS["case_reference"], CASE))],
        description="As the case system has it.",
    )
    number = IntegerField(LABELS["number"], [InputRequired("Enter the number within the case")], description="1 for the first one.")
    type = SelectField(LABELS["type"], validate_choice=False)
    severity = SelectField(LABELS["severity"], coerce=int, choices=[SelectChoice(value, text) for value, text in SEVERITIES])
    failing = a_text("failing", "Enter the failing that was found", "What went wrong, in two or three sentences.")
    text = a_text("text", "Enter the recommendation", "Who does what, by when, and how we will know that it was done. One action only.")
    public_text = a_text(
        "public_text", "Enter the public text", "Nothing by which anybody could recognise the person who complained, or a member of staff."
    )
    due_on = DayField(LABELS["due_on"], required=True, missing="Enter the due date", description="For example, 27 3 2027")
    themes = SelectMultipleField(ABOUT["themes"], choices=[], validate_choice=False, description="Choose all that apply, or none.")
    expectations = StringField(
        ABOUT["expectations"], [Length(max=LINE, message=TOO_LONG.format(ABOUT["expectations"], LINE))],
        description="Their codes, for example NHS-1.3, NHS-2.1. Leave it empty if there are none.",
    )  # fmt: skip

    def offer(self) -> None:
        self.type.choices = [SelectChoice(code, f"{one.title}: {one.weeks} weeks, usually") for code, one in types().items()]
        self.themes.choices = [SelectChoice(code, one.title) for code, one in themes().items()]

    def facts(self) -> dict[str, object]:
        said = {name: self[name].data for name in LABELS}
        return said | {"themes": tuple(self.themes.data or ()), "expectations": self.expectations.data or ""}


class NewDraftForm(DraftForm):
    """A new draft, which names its organisation."""

    organisation = StringField(
        "Code of the organisation", [InputRequired("Enter the organisation’s code")],
        description="As on the register: RTX, or home-office. To recommend the same to several, draft it for each of them.",
    )  # fmt: skip


class SendForm(PortalForm):
    """A draft goes to be approved."""

    version = VersionField()
    overruled_why = TextAreaField(
        "Why it is worded so",
        [Optional(), Length(max=NOTE, message=TOO_LONG.format("Why it is worded so", NOTE))],
        description="Needed where the drafting aid has remarks that you leave as they are. Whoever approves it reads this.",
    )


class ReasonForm(PortalForm):
    """Why a draft is returned or discarded."""

    version = VersionField()
    reason = TextAreaField("Why", [InputRequired("Say why"), Length(max=NOTE, message=TOO_LONG.format("The reason", NOTE))])


class IssueForm(PortalForm):
    """The press of the button that issues it."""

    version = VersionField()
