"""What is typed to sign an assessment, to return it, and to withdraw it."""

from __future__ import annotations

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.web.fields import DayField, VersionField
from portal.web.forms import TEXT, PortalForm

_SHORT_ENOUGH = "{} must be 4,000 characters or fewer"


class SignForm(PortalForm):
    """The signature."""

    version = VersionField()
    governing_body_response = TextAreaField(
        "Response of your governing body (optional)",
        [Optional(), Length(max=TEXT, message=_SHORT_ENOUGH.format("The response of your governing body"))],
        description="It is published beside the assessment.",
    )
    board_on = DayField(
        "Day of the board’s meeting (optional)",
        description="Only if you sign subject to your board. For example, 27 6 2026.",
    )
    declared = BooleanField("I make this declaration", [InputRequired("Tick the box to make the declaration")])
    alone = BooleanField("I make this declaration too")
    code = StringField(
        "Code of your second factor",
        [InputRequired("Enter the code of your second factor"), Length(max=60, message="The code must be 60 characters or fewer")],
        description="The 6 figures that your app shows now, or a recovery code.",
    )


class ReturnForm(PortalForm):
    """The comment with which it goes back."""

    version = VersionField()
    comment = TextAreaField(
        "What should be looked at again?",
        [
            InputRequired("Say what should be looked at again"),
            Length(max=TEXT, message=_SHORT_ENOUGH.format("What should be looked at again")),
        ],
        description="The complaints manager sees it at the top of the assessment.",
    )


class WithdrawForm(PortalForm):
    """Why it is withdrawn."""

    version = VersionField()
    reason = TextAreaField(
        "Why is it withdrawn?",
        [InputRequired("Say why the assessment is withdrawn"), Length(max=TEXT, message=_SHORT_ENOUGH.format("The reason"))],
    )
