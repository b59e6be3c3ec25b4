"""The forms with which an assignment is written, handed in, and its marks are appealed against."""

from __future__ import annotations

from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from portal.accreditation.works import LONGEST_GROUNDS
from portal.kernel import words
from portal.web.fields import VersionField
from portal.web.forms import PortalForm


class WorkForm(PortalForm):
    """`number` is the work and `version` its text, as the page showed them. It may be left empty."""

    number = VersionField()
    version = VersionField()
    text = TextAreaField("Your text")


class HandInForm(PortalForm):
    """`number` and `version` as they were looked through."""

    number = VersionField()
    version = VersionField()
    confirmed = BooleanField("All of these are invented, or say nothing about a real person")


class AppealForm(PortalForm):
    grounds = TextAreaField(
        "Which marks do you think are wrong, and why?",
        [Length(max=LONGEST_GROUNDS, message=f"What you say must be {words.number(LONGEST_GROUNDS)} characters or fewer")],
    )
