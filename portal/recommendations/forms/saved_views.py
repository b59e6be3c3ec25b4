"""Shape and messages of the form that saves a view of the list."""

from __future__ import annotations

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from portal.recommendations.operations.saving_views import LONGEST_NAME
from portal.web.forms import PortalForm


class SaveViewForm(PortalForm):
    """A name for what the list is narrowed to now."""

    narrowed = HiddenField()
    name = StringField(
        "Name of the view",
        [InputRequired("Enter a name for this view"), Length(max=LONGEST_NAME, message=f"The name must be {LONGEST_NAME} characters or fewer")],
        description="For example, Late apologies of trusts. Only you see it.",
    )


class DeleteViewForm(PortalForm):
    """The press of the button that deletes a view."""
