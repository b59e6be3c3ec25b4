"""What is typed to report progress."""

from __future__ import annotations

from functools import cache
from typing import Any

from wtforms import BooleanField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from portal.recommendations.models import WORDS
from portal.recommendations.operations.reporting import JOB, LABELS, Seen
from portal.recommendations.types import Type
from portal.web.fields import DayField, VersionField
from portal.web.forms import PortalForm

TOO_LONG = "{} must be {:,} characters or fewer"


class ReportForm(PortalForm):
    """A report. The fields for lines that may be recorded as seen come from `report_form`."""

    version = VersionField()
    lines: tuple[int, ...] = ()
    changed = TextAreaField(
        LABELS["changed"],
        [InputRequired("Say what changed"), Length(max=WORDS, message=TOO_LONG.format(LABELS["changed"], WORDS))],
        description="What was done, and what is different now. No names, and nothing else that tells who a person is.",
    )
    how_we_know = TextAreaField(
        LABELS["how_we_know"],
        [InputRequired("Say how you know"), Length(max=WORDS, message=TOO_LONG.format(LABELS["how_we_know"], WORDS))],
        description="A figure, a check, a document: what would convince somebody who was not there.",
    )
    left_to_do = TextAreaField(
        LABELS["left_to_do"],
        [Optional(), Length(max=WORDS, message=TOO_LONG.format(LABELS["left_to_do"], WORDS))],
        description="Needed unless it is finished.",
    )
    steps_done = SelectMultipleField("Which promised steps are done now?", choices=[], validate_choice=False)
    finished = BooleanField("It is finished: everything that was recommended is done")
    done_on = DayField("The day on which it was done", description="Only if it is finished. For example, 27 3 2026.")
    explained = TextAreaField(
        "Why this has to stay",
        [Optional(), Length(max=WORDS, message=TOO_LONG.format("Why it stays", WORDS))],
        description="Only if something that may tell who a person is was found, and it has to stay.",
    )

    def offer_steps(self, steps: Any) -> None:
        self.steps_done.choices = [SelectChoice(step.reference, step.what) for step in steps]

    def texts(self) -> dict[str, str]:
        """Everything in words, by its field, to be looked into for what tells who a person is."""
        return {name: self[name].data or "" for name in (*LABELS, *(f"seen_by_{line}" for line in self.lines), "explained")}

    def seen(self) -> dict[int, Seen]:
        return {line: Seen(self[f"seen_by_{line}"].data or "", self[f"seen_on_{line}"].data) for line in self.lines}


@cache
def report_form(type: Type) -> type[ReportForm]:
    """The form for a recommendation of this type."""
    lines = tuple(number for number, line in enumerate(type.evidence, start=1) if line.seen)
    fields: dict[str, Any] = {"lines": lines}
    for line in lines:
        fields[f"seen_by_{line}"] = StringField(
            f"Line {line}: who saw the document", [Optional(), Length(max=JOB, message=TOO_LONG.format("Who saw it", JOB))],
            description="A job title, if the document itself is not handed in.",
        )  # fmt: skip
        fields[f"seen_on_{line}"] = DayField(f"Line {line}: the day on which it was seen")
    return _made(fields)


def _made(fields: dict[str, Any]) -> type[ReportForm]:
    return type("ReportForm", (ReportForm,), fields)
