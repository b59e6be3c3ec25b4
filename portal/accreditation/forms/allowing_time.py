"""How much more time somebody is given in papers."""

from __future__ import annotations

from portal.accreditation.operations.allowing_time import CHOICES
from portal.web.fields import ChoiceField
from portal.web.forms import PortalForm

_WORDS = {0: "None", 25: "A quarter more", 50: "Half as much again", 100: "Twice the time"}


class AllowTimeForm(PortalForm):
    """More time, in parts of the time that everybody has."""

    extra = ChoiceField(
        "How much more time?", options=[(str(choice), _WORDS[choice]) for choice in CHOICES], missing="Choose how much more time",
        description="You need not say why, and should not: the reason is theirs.",
    )  # fmt: skip
