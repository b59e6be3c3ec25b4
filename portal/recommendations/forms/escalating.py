"""What an officer types at a step of the ladder: the letter and whom it goes to, the decision at the top, or why it is put aside."""

from __future__ import annotations

from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from portal.organisations import addresses
from portal.recommendations.lifecycle import LastStep
from portal.recommendations.models import NOTE, WORDS
from portal.web.fields import ChoiceField, VersionField
from portal.web.forms import LINE, PortalForm

TOO_LONG = "{} must be {:,} characters or fewer"
DECISIONS = tuple((one.value, one.value.capitalize()) for one in LastStep)


def an_address(_form: PortalForm, field: Any) -> None:
    """Fold what was typed, or say what an address looks like."""
    folded = addresses.folded(field.data)
    if folded is None:
        raise ValidationError(addresses.FORMAT)
    field.data = folded


class LetterForm(PortalForm):
    """The letter as it is to go."""

    version = VersionField()
    name = StringField("Name", [Optional(), Length(max=LINE, message=TOO_LONG.format("The name", LINE))])
    address = StringField("Email address", [Optional(), an_address])
    text = TextAreaField("The letter", [InputRequired("Enter the letter"), Length(max=WORDS, message=TOO_LONG.format("The letter", WORDS))])


class DecisionForm(PortalForm):
    """The decision at the top of the ladder."""

    version = VersionField()
    decision = ChoiceField("What the Ombudsman decides on", options=DECISIONS, missing="Choose what the Ombudsman decides on")
    text = TextAreaField("Reasons", [InputRequired("Enter the reasons"), Length(max=WORDS, message=TOO_LONG.format("The reasons", WORDS))])


class AsideForm(PortalForm):
    """Why nothing is done at this step."""

    version = VersionField()
    reason = TextAreaField("Why", [InputRequired("Enter the reason"), Length(max=NOTE, message=TOO_LONG.format("The reason", NOTE))])
