"""What is typed to answer a recommendation, to sign the answer, and to return it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.recommendations.lifecycle import Acceptance
from portal.recommendations.models import WORDS, PromisedStep
from portal.recommendations.operations.answering import OWNER, Promise
from portal.web.fields import ChoiceField, DayField, VersionField
from portal.web.forms import PortalForm

TOO_LONG = "{} must be {:,} characters or fewer"
ANSWERS = (
    (Acceptance.ACCEPTED.value, "We accept it"),
    (Acceptance.IN_PART.value, "We accept it in part"),
    (Acceptance.NOT_ACCEPTED.value, "We do not accept it"),
    (Acceptance.DISPUTED.value, "We dispute what was found"),
)


class AnswerForm(PortalForm):
    """The organisation's answer. `rows` is how many steps there is room for; the fields of each come from `answer_form`."""

    version = VersionField()
    rows = VersionField()
    answer = ChoiceField("Your answer", options=ANSWERS, missing="Choose your answer")
    reasons = TextAreaField(
        "Reasons",
        [Optional(), Length(max=WORDS, message=TOO_LONG.format("The reasons", WORDS))],
        description="Needed unless you accept the whole of it.",
    )
    not_accepted = TextAreaField(
        "What you do not accept, and why",
        [Optional(), Length(max=WORDS, message=TOO_LONG.format("What you do not accept", WORDS))],
        description="Only if you accept it in part.",
    )

    def promises(self) -> list[Promise]:
        return [
            Promise(self[f"what_{row}"].data or "", self[f"owner_{row}"].data or "", self[f"due_{row}"].data)
            for row in range(1, self.rows.data + 1)
        ]

    def fill(self, steps: Sequence[PromisedStep]) -> None:
        """The steps as they stand, for a page that nothing was typed into."""
        for row, step in enumerate(steps, start=1):
            self[f"what_{row}"].process(None, step.what)
            self[f"owner_{row}"].process(None, step.owner)
            self[f"due_{row}"].process(None, step.due_on)


@cache
def answer_form(rows: int) -> type[AnswerForm]:
    """The form with room for so many steps."""
    fields: dict[str, Any] = {}
    for row in range(1, rows + 1):
        fields[f"what_{row}"] = TextAreaField(
            f"Step {row}: what will be done", [Optional(), Length(max=WORDS, message=TOO_LONG.format(f"Step {row}", WORDS))]
        )
        fields[f"owner_{row}"] = StringField(
            f"Step {row}: who does it", [Optional(), Length(max=OWNER, message=TOO_LONG.format(f"Who does step {row}", OWNER))],
            description="A job title, such as head of complaints.",
        )  # fmt: skip
        fields[f"due_{row}"] = DayField(f"Step {row}: by when")
    return type("AnswerForm", (AnswerForm,), fields)


class PressForm(PortalForm):
    """The press of a button, on a page that shows one version."""

    version = VersionField()


class ReturnAnswerForm(PortalForm):
    """The comment with which an answer goes back to be worked on."""

    version = VersionField()
    comment = TextAreaField(
        "What should be looked at again?",
        [InputRequired("Say what should be looked at again"), Length(max=WORDS, message=TOO_LONG.format("The comment", WORDS))],
    )


class SignAnswerForm(PortalForm):
    """The signature of the executive lead."""

    version = VersionField()
    declared = BooleanField("I make this declaration", [InputRequired("Tick the box to make the declaration")])
    code = StringField(
        "Code of your second factor",
        [InputRequired("Enter the code of your second factor"), Length(max=60, message="The code must be 60 characters or fewer")],
        description="The 6 figures that your app shows now, or a recovery code.",
    )
