"""What a complainant is asked, and what officers note about them."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.recommendations.lifecycle import Said
from portal.recommendations.models import NOTE, WORDS
from portal.web.fields import ChoiceField, VersionField
from portal.web.forms import PortalForm

ANSWERS = ((Said.YES.value, "Yes"), (Said.PARTLY.value, "Partly"), (Said.NO.value, "No"))


class YourViewForm(PortalForm):
    """Three plain questions."""

    arrived = ChoiceField("Did it arrive?", options=ANSWERS, missing="Say whether it arrived")
    matches = ChoiceField("Does it match what was recommended?", options=ANSWERS, missing="Say whether it matches")
    said = TextAreaField(
        "Is there anything that you want to tell us? (optional)",
        [Optional(), Length(max=WORDS, message="What you tell us must be 4,000 characters or fewer")],
    )


class AddressForm(PortalForm):
    """Where the complainant can be asked once."""

    version = VersionField()
    address = StringField(
        "Email address of the complainant",
        [Optional(), Length(max=320, message="The address must be 320 characters or fewer")],
        description="It is used for one letter and then forgotten. Leave it empty to forget it now.",
    )


class SettleForm(PortalForm):
    """How what the complainant said was settled."""

    version = VersionField()
    why = TextAreaField(
        "How was it settled?",
        [InputRequired("Say how it was settled"), Length(max=NOTE, message="How it was settled must be 2,000 characters or fewer")],
    )
