"""Shape and messages of the forms about planned actions."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.web.fields import DayField, VersionField
from portal.web.forms import LINE, TEXT, PortalForm

TOO_LONG = "{} must be {} characters or fewer"


class ActionForm(PortalForm):
    """What will be done, by whom and by when."""

    version = VersionField()
    what = TextAreaField(
        "What will be done",
        [InputRequired("Enter what will be done"), Length(max=TEXT, message=TOO_LONG.format("What will be done", TEXT))],
    )
    owner = StringField(
        "Who will do it",
        [
            InputRequired("Enter the job title of the person who will do it"),
            Length(max=LINE, message=TOO_LONG.format("The job title", LINE)),
        ],
        description="A job title, not a name: the plan is published.",
    )
    due_on = DayField("To be done by", required=True, missing="Enter the day it is to be done by", description="For example, 27 3 2027")


class ActionChangeForm(ActionForm):
    """The same, and how far it has come."""

    progress = TextAreaField(
        "How far it has come",
        [Optional(), Length(max=TEXT, message=TOO_LONG.format("How far it has come", TEXT))],
        description="What has changed, how you know, and what is left. Do not name patients or complainants.",
    )


class MoveForm(PortalForm):
    """A note on why an action moves on."""

    version = VersionField()
    note = TextAreaField("Note", [Optional(), Length(max=TEXT, message=TOO_LONG.format("The note", TEXT))])
