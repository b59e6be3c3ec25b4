"""What is typed to let another system in."""

from __future__ import annotations

from typing import Any

from wtforms import SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.recommendations.operations.tokens import LONGEST_NAME, SCOPES
from portal.web.fields import ChoiceField, DayField
from portal.web.forms import PortalForm

TOO_LONG = "{} must be {:,} characters or fewer"


class TokenForm(PortalForm):
    """A token for another system."""

    name = StringField(
        "Name of the system",
        [InputRequired("Enter a name for the token"), Length(max=LONGEST_NAME, message=TOO_LONG.format("The name", LONGEST_NAME))],
        description="So that you know it again in the list: Case system, nightly",
    )  # fmt: skip
    scopes = SelectMultipleField(
        "What it may do",
        [InputRequired("Choose what it may do")],
        choices=[SelectChoice(scope, said) for scope, said in SCOPES.items()],
    )
    officer = ChoiceField("The compliance officer in whose name it acts", missing="Choose the officer in whose name it acts")
    ends_on = DayField("The last day on which it works", required=True, missing="Enter the last day", description="A year ahead at most")

    def facts(self) -> dict[str, Any]:
        return {name: self[name].data for name in ("name", "scopes", "officer", "ends_on")}
