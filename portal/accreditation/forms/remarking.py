"""Why papers are marked again, and whether a pass stands that the marking would not give."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from portal.accreditation.operations.remarking import LONGEST_REASON
from portal.web.fields import ChoiceField
from portal.web.forms import PortalForm


class RemarkForm(PortalForm):
    because = StringField(
        "What was wrong?", [DataRequired("Say in one line what was wrong"), Length(max=500, message="What was wrong must be 500 characters or fewer")],
        description="In one line. Those whose papers come to something else read it.",
    )  # fmt: skip


class DecisionForm(PortalForm):
    stands = ChoiceField("Does the pass stand?", options=[("yes", "Yes, it stands"), ("no", "No, it does not stand")], missing="Choose whether the pass stands")
    reason = TextAreaField(
        "Why?", [DataRequired("Say why, for the person whose paper it is"), Length(max=LONGEST_REASON, message=f"Why must be {LONGEST_REASON} characters or fewer")],
        description="If it does not stand, the person reads this.",
    )  # fmt: skip
