"""What is chosen about personal data in a version."""

from __future__ import annotations

from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length, Optional

from portal.evidence.operations.deciding import LONGEST_REASON
from portal.web.fields import ChoiceField
from portal.web.forms import PortalForm

STRIP, EXPLAIN, REPLACE, STOP = "strip", "explain", "replace", "stop"


class ChoiceForm(PortalForm):
    """One of the four ways on, about the version in the address."""

    choice = ChoiceField("What do you want to do?", missing="Choose what is to be done")
    reason = TextAreaField(
        "Why it may stay", [Optional(), Length(max=LONGEST_REASON, message=f"The reason must be {LONGEST_REASON} characters or fewer")]
    )
    declared = BooleanField("I have looked at this file myself")
    stop_reason = TextAreaField(
        "Why it is stopped", [Optional(), Length(max=500, message="Why it is stopped must be 500 characters or fewer")]
    )


class StopForm(PortalForm):
    """Why a version that was released is stopped."""

    reason = TextAreaField(
        "Why it is stopped", [Optional(), Length(max=500, message="Why it is stopped must be 500 characters or fewer")]
    )
