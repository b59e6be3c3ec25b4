"""What is typed to reword what was issued, and to let it go on as another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wtforms import FieldList, FormField, IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from portal.kernel import words
from portal.kernel.errors import Invalid
from portal.organisations.models import Organisation
from portal.recommendations.forms.drafting import SEVERITIES, TOO_LONG, a_text
from portal.recommendations.models import NOTE, PromisedStep
from portal.recommendations.operations.drafting import LABELS
from portal.recommendations.operations.replacing import MOST_PARTS
from portal.recommendations.operations.succeeding import SAYS
from portal.recommendations.queries.lineage import Offered
from portal.recommendations.types import types
from portal.web.fields import ChoiceField, DayField, VersionField
from portal.web.forms import PortalForm

PUBLIC_HINT = "Nothing by which anybody could recognise the person who complained, or a member of staff."


def a_reason() -> TextAreaField:
    return TextAreaField(
        "Why", [InputRequired("Say why"), Length(max=NOTE, message=TOO_LONG.format("The reason", NOTE))],
        description="Everybody can read it, so do not name the person who complained, or a member of staff.",
    )  # fmt: skip


def offered_types() -> list[SelectChoice]:
    return [SelectChoice(code, f"{one.title}: {one.weeks} weeks, usually") for code, one in types().items()]


class RewordForm(PortalForm):
    """Other words for what was issued."""

    version = VersionField()
    text = a_text("text", "Enter the recommendation", "Who does what, by when, and how we will know that it was done. One action only.")
    public_text = a_text("public_text", "Enter the public text", PUBLIC_HINT)
    reason = a_reason()


class SupersedeForm(RewordForm):
    """Another in its place."""

    type = SelectField(LABELS["type"], validate_choice=False)
    severity = SelectField(LABELS["severity"], coerce=int, choices=[SelectChoice(value, text) for value, text in SEVERITIES])
    failing = a_text("failing", "Enter the failing that was found", "What went wrong, in two or three sentences.")
    due_on = DayField(LABELS["due_on"], required=True, missing="Enter the due date", description="For example, 27 3 2027")

    def offer(self) -> None:
        self.type.choices = offered_types()

    def facts(self) -> dict[str, Any]:
        return {name: self[name].data for name in SAYS}


class MergeForm(SupersedeForm):
    """One in the place of several. Each other one is chosen as the reference and the version that were shown."""

    others = SelectMultipleField("Merge it with", [InputRequired("Choose at least one other recommendation")], choices=[], validate_choice=False)

    def offer_others(self, others: Iterable[Offered]) -> None:
        self.offer()
        self.others.choices = [
            SelectChoice(f"{one.reference}.{one.version}", f"{one.reference}, case {one.case_reference} ({one.number})") for one in others
        ]

    def chosen(self) -> dict[str, int]:
        """The version of each chosen one as it was shown, by reference."""
        pairs = (words.clean_line(value).partition(".") for value in self.others.data or ())
        return {reference: int(version) if version.isdecimal() and len(version) < 10 else -1 for reference, _, version in pairs}


class PartForm(PortalForm):
    """One part of what is split."""

    class Meta(PortalForm.Meta):
        csrf = False  # the form around it has the token

    type = SelectField(LABELS["type"], validate_choice=False)
    text = a_text("text", "Enter the recommendation", "One action only.")
    public_text = a_text("public_text", "Enter the public text", PUBLIC_HINT)
    due_on = DayField(LABELS["due_on"], required=True, missing="Enter the due date", description="For example, 27 3 2027")


class Parts(FieldList):
    """The parts that were sent. WTForms takes every figure for a number, and some are none ("²"), or have no end."""

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.type = "FieldList"  # as templates/govuk.html knows it

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for key in formdata:
            at = key.removeprefix(f"{prefix}-").partition("-")[0] if key.startswith(f"{prefix}-") else ""
            if at.isascii() and at.isdecimal() and len(at) < 4:
                yield int(at)


class SplitForm(PortalForm):
    """Two or more in its place."""

    version = VersionField()
    parts = Parts(FormField(PartForm), min_entries=2, max_entries=MOST_PARTS)
    reason = a_reason()

    def offer(self) -> None:
        for part in self.parts:
            part.form.type.choices = offered_types()

    def said(self) -> list[dict[str, Any]]:
        return [{name: part.form[name].data for name in ("type", "text", "public_text", "due_on")} for part in self.parts]

    def add(self) -> None:
        if len(self.parts) < MOST_PARTS:
            self.parts.append_entry()

    def leave_out(self, at: str) -> None:
        """Without the part in this place, if two are left."""
        if at.isdecimal() and len(at) < 4 and int(at) < len(self.parts) > 2:
            del self.parts.entries[int(at)]

    def refuse(self, refusal: Invalid) -> None:
        _, _, rest = refusal.field.partition("parts-")
        at, _, name = rest.partition("-")
        if not name:
            super().refuse(refusal)
            return
        field = self.parts[int(at)].form[name]
        field.errors = [*field.errors, refusal.message]
        self.parts.errors = [part.errors for part in self.parts]


class WithdrawForm(PortalForm):
    """Nothing in its place."""

    version = VersionField()
    reason = a_reason()


class TransferForm(PortalForm):
    """To whoever took over."""

    version = VersionField()
    successor = ChoiceField("Which organisation is it for now?", missing="Choose the organisation")
    due_on = DayField(LABELS["due_on"], required=True, missing="Enter the due date", description="For example, 27 3 2027")
    reason = a_reason()

    def offer(self, heirs: Sequence[Organisation]) -> None:
        self.successor.offer([(one.code, f"{one.name} ({one.code})") for one in heirs])


class OrderForm(PortalForm):
    """The steps in another order: a box for the place of each, whose name is the step's reference; see `order_form`."""

    version = VersionField()

    def order(self) -> list[str]:
        """The references by the places that were typed; two in one place stay as they stood."""
        steps = [field for field in self if isinstance(field, IntegerField)]
        return [field.name for field in sorted(steps, key=lambda field: field.data)]


def order_form(steps: Sequence[PromisedStep]) -> type[OrderForm]:
    """The form with a box for each of these."""
    needed = [InputRequired("Enter a place for each step"), NumberRange(1, 999, "A place must be a number from 1 to 999")]
    fields = {step.reference: IntegerField(step.what, needed, description=f"{step.owner}, by {words.day(step.due_on)}") for step in steps}
    return type("OrderForm", (OrderForm,), fields)
