"""What is typed on the page of an expectation, and to whom expectations are given."""

from __future__ import annotations

from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length

from portal.assessments.fields import LABELS, LONGEST
from portal.kernel import words
from portal.web.fields import ChoiceField, DayField, VersionField
from portal.web.forms import PortalForm

DOES_NOT_APPLY = "na"


def _at_most(name: str) -> list[Length]:
    message = f"{LABELS[name]} must be {words.number(LONGEST[name])} characters or fewer"
    return [Length(max=LONGEST[name], message=message)]


class AnswerForm(PortalForm):
    """A draft: everything may be left empty."""

    version = VersionField()
    level = ChoiceField(LABELS["level"])
    not_applicable_why = TextAreaField(LABELS["not_applicable_why"], _at_most("not_applicable_why"))
    claim = TextAreaField(LABELS["claim"], _at_most("claim"))
    proof = TextAreaField(LABELS["proof"], _at_most("proof"))
    proof_link = StringField(LABELS["proof_link"], _at_most("proof_link"))
    proof_on = DayField(LABELS["proof_on"])
    gap = TextAreaField(LABELS["gap"], _at_most("gap"))
    action = TextAreaField(LABELS["action"], _at_most("action"))
    action_owner = StringField(LABELS["action_owner"], _at_most("action_owner"))
    action_due_on = DayField(LABELS["action_due_on"])

    @classmethod
    def of(cls, one: Any) -> AnswerForm:
        """The form as it is first shown."""
        shown = {name: getattr(one, name) for name in LABELS}
        if one.level is not None:
            shown["level"] = str(one.level)
        elif one.not_applicable_why:
            shown["level"] = DOES_NOT_APPLY
        return cls(formdata=None, data={**shown, "version": one.version})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.offer([("1", "Level 1"), ("2", "Level 2"), ("3", "Level 3"), ("4", "Level 4"), (DOES_NOT_APPLY, "It does not apply to us")])

    @property
    def aside_without_reason(self) -> bool:
        return self.level.data == DOES_NOT_APPLY and not self.not_applicable_why.data

    def typed(self) -> dict[str, Any]:
        """What was typed, as the operation takes it."""
        chosen = self.level.data
        fields = {name: self[name].data for name in LABELS}
        texts = {name: fields[name] or "" for name in LONGEST}
        return {**fields, **texts, "level": int(chosen) if chosen and chosen != DOES_NOT_APPLY else None}


class AssignForm(PortalForm):
    """Expectations by their codes, and the colleague who is to answer them; an empty choice takes them back."""

    expectations = SelectMultipleField("Expectations", validate_choice=False)
    person = SelectField("Who should answer", validate_choice=False)

    @property
    def person_id(self) -> int | None:
        chosen = self.person.data or ""
        # 0 is nobody's: what is no number of a person must not be taken for "nobody", which takes expectations back.
        return None if not chosen else int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0
