"""Shape and messages of what an officer decides about a recommendation, and of a request for more time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.organisations.queries.recipients import Recipient
from portal.recommendations.forms.drafting import TOO_LONG
from portal.recommendations.lifecycle import PauseKind, VerdictKind
from portal.recommendations.models import NOTE
from portal.recommendations.operations.contacting import WAYS
from portal.web.fields import ChoiceField, DayField, VersionField
from portal.web.forms import PortalForm

KINDS = {
    VerdictKind.COMPLIED: ("Complied", "It was done as recommended. Whether on time or late is told by the day."),
    VerdictKind.IN_SUBSTANCE: ("Complied in substance", "What was recommended is reached by other means."),
    VerdictKind.MORE_NEEDED: ("More is needed", "The evidence does not show it yet. Say what is missing, and by when it is to come."),
    VerdictKind.PARTLY: ("Partly", "Some of the steps are done, and the rest is to come."),
    VerdictKind.NOT_COMPLIED: ("Not complied", "It was not done, and will not be. This closes it."),
    VerdictKind.OVERTAKEN: ("Overtaken", "Events made it meaningless: it can be closed, though it was not done."),
}
READ_BY = "The organisation reads this. Do not name the person who complained, or a member of staff."


def a_note(label: str, missing: str = "", hint: str = "", *, named: str = "") -> TextAreaField:
    needed = InputRequired(missing) if missing else Optional()
    return TextAreaField(label, [needed, Length(max=NOTE, message=TOO_LONG.format(named or label, NOTE))], description=hint)


class CountField(StringField):
    """A whole number in figures, or nothing; `data` is the number, None, or -1 for what is neither."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = (int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else -1) if typed else None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ""


class VerdictForm(PortalForm):
    """A verdict. What does not belong to the chosen kind is not read."""

    version = VersionField()
    kind = ChoiceField("What does the evidence show?", missing="Choose what the evidence shows")
    complied_on = DayField(
        "Day on which it was done", description="As the evidence shows it, not the day of the report. For example, 27 3 2026"
    )
    steps_done = CountField("Steps that are done")
    steps_of = CountField("Steps in all")
    due_on = DayField("More is due by", description="The day on which evidence is next to come. For example, 27 3 2027")
    complainant_why = a_note(
        "How what the complainant said was settled", hint="The complainant says that it did not happen. Only the Ombudsman reads this.",
        named="How what the complainant said was settled",
    )  # fmt: skip
    reason = a_note("Reason", "Give the reason", f"What the evidence shows, and what it does not. {READ_BY}")
    effect = a_note("What became better by it", hint=f"If it is known. {READ_BY}")

    def offer(self, kinds: Iterable[VerdictKind]) -> None:
        self.kind.offer([(kind.value, KINDS[kind][0]) for kind in kinds])

    def facts(self) -> dict[str, Any]:
        days = {name: self[name].data for name in ("complied_on", "due_on", "steps_done", "steps_of")}
        texts = {name: self[name].data or "" for name in ("reason", "effect", "complainant_why")}
        return {"kind": VerdictKind(self.kind.data), **days, **texts}


class ReopenForm(PortalForm):
    version = VersionField()
    reason = a_note("Why", "Say why", READ_BY, named="The reason")
    next_evidence_on = DayField("Evidence is due by", required=True, missing="Enter the day by which evidence is to come")


class AskForm(PortalForm):
    """An organisation asks for more time."""

    version = VersionField()
    until = DayField("New due date", required=True, missing="Enter the new due date", description="For example, 27 3 2027")
    reason = a_note(
        "Why you need more time", "Say why you need more time",
        "What happened, and what you will have done by then. Do not name the person who complained.", named="The reason",
    )  # fmt: skip


class GiveForm(PortalForm):
    """An officer gives more time that nobody asked for."""

    version = VersionField()
    until = DayField("New due date", required=True, missing="Enter the new due date", description="For example, 27 3 2027")
    reason = a_note("Why", "Say why", READ_BY, named="The reason")


class RequestForm(PortalForm):
    """An officer answers a request for more time."""

    version = VersionField()
    answer = ChoiceField(
        "Your answer", options=[("grant", "Give more time"), ("refuse", "Refuse")], missing="Choose whether to give more time"
    )
    until = DayField("New due date", description="The day they ask for, unless you choose another. It is not read where you refuse.")
    reason = a_note("Why", "Say why", READ_BY, named="The reason")


class PauseForm(PortalForm):
    version = VersionField()
    kind = ChoiceField(
        "Why may the reminders stand still?", options=[(kind.value, kind.value.capitalize()) for kind in PauseKind],
        missing="Choose why the reminders may stand still",
    )  # fmt: skip
    until = DayField("Until", required=True, missing="Enter the day until which it is paused", description="For example, 27 3 2027")
    reason = a_note("In a sentence or two", "Say why", READ_BY, named="The reason")


class ResumeForm(PortalForm):
    version = VersionField()
    reason = a_note("Why it goes on", "Say why", READ_BY, named="The reason")


class ContactForm(PortalForm):
    """A call, a letter, a meeting. Nothing is overwritten by it, so it carries no version."""

    how = ChoiceField(
        "How were you in contact?", options=[(way, way.capitalize()) for way in WAYS], missing="Choose how you were in contact"
    )
    on = DayField("Day", required=True, missing="Enter the day")
    what = a_note(
        "What was said", "Write down what was said", "With whom (their role), and what was agreed. Only the Ombudsman reads this."
    )


class HandOverForm(PortalForm):
    version = VersionField()
    officer = ChoiceField("Who looks after it from now on?", missing="Choose an officer")

    def offer(self, officers: Iterable[Recipient]) -> None:
        self.officer.offer([(officer.email, officer.name) for officer in officers])
