"""Forms to import a register file and to begin or stop taking part."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from portal.organisations.kinds import KINDS
from portal.organisations.operations.joining import LONGEST_REASON
from portal.web.forms import PortalForm


class UploadForm(PortalForm):
    file = FileField("Register file", [FileRequired("Choose a file")])
    kind = SelectField(
        "Kind of organisation, if the file does not say",
        choices=[SelectChoice(letters, name) for letters, name in (("", "The file says"), *KINDS.items())],
    )


class ConfirmForm(PortalForm):
    """Nothing is typed: the file is read again."""


class JoinForm(PortalForm):
    """Nothing is typed: pressing the button says it."""


class LeaveForm(PortalForm):
    reason = TextAreaField(
        "Why it stops taking part",
        [
            DataRequired("Enter why it stops taking part"),
            Length(max=LONGEST_REASON, message=f"The reason must be {LONGEST_REASON:,} characters or fewer"),
        ],
    )
