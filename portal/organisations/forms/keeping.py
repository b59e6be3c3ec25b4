"""Forms by which the keeper of the register corrects an entry, names a successor, and covers or releases a branch."""

from __future__ import annotations

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from portal.organisations.kinds import KINDS
from portal.organisations.operations.correcting import LONGEST_NAME
from portal.web.fields import ChoiceField, DayField, VersionField
from portal.web.forms import PortalForm

LETTERS = {name: letters for letters, name in KINDS.items()}


class CorrectForm(PortalForm):
    version = VersionField()
    name = StringField(
        "Name",
        [
            DataRequired("Enter the name of the organisation"),
            Length(max=LONGEST_NAME, message=f"The name must be {LONGEST_NAME} characters or fewer"),
        ],
    )
    # The words rather than the letters, so that a collision shows both texts in words.
    kind = SelectField("Kind of organisation", choices=[SelectChoice(name, name) for name in LETTERS])
    parent = StringField(
        "Code of the organisation that it is part of",
        [Length(max=120, message="The code must be 120 characters or fewer")],
    )


class SuccessorForm(PortalForm):
    successor = ChoiceField("Organisation that took over", missing="Choose the organisation that took over")
    on = DayField("The last day", required=True)


class BranchForm(PortalForm):
    branch = ChoiceField("Branch", missing="Choose the branch")
    since = DayField("The first day", required=True)


class ReleaseForm(PortalForm):
    until = DayField("The last day", required=True)
