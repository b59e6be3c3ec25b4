"""A rubric to mark by: a level and a comment for each criterion, what must not be in a work, and feedback on the whole."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from portal.accreditation.courses.records import Assignment
from portal.accreditation.lifecycle import Bond
from portal.accreditation.models import KeptComment
from portal.accreditation.operations.assessing import LONGEST, Marks
from portal.accreditation.queries.assessing import Held
from portal.kernel import words
from portal.web.fields import ChoiceField, VersionField
from portal.web.forms import LINE, PortalForm

LEVELS = range(5)
NOTHING_KEPT = SelectChoice("", "Choose")


def _at_most(what: str) -> list[Length]:
    return [Length(max=LONGEST, message=f"{what} must be {words.number(LONGEST)} characters or fewer")]


class RubricForm(PortalForm):
    """Levels by criterion, and must-nots that were found. Which there are stands in the assignment."""

    assignment: Assignment

    def show(self, assignment: Assignment) -> None:
        """Offer the levels of the rubric in its words."""
        self.assignment = assignment
        for place, criterion in enumerate(assignment.criteria):
            self[f"level_{place}"].offer([(str(level), f"Level {level}") for level in LEVELS])
            self[f"level_{place}"].label.text = criterion.title
        for place, rule in enumerate(assignment.must_not.values()):
            self[f"found_{place}"].label.text = rule

    def levels(self) -> dict[str, int | None]:
        return {criterion.title: _number(self[f"level_{place}"].data) for place, criterion in enumerate(self.assignment.criteria)}

    def must_nots(self) -> frozenset[str]:
        return frozenset(code for place, code in enumerate(self.assignment.must_not) if self[f"found_{place}"].data)


def _number(chosen: str | None) -> int | None:
    return int(chosen) if chosen else None


class MarkingForm(RubricForm):
    """A draft: everything may be left empty until it is finished."""

    version = VersionField()
    feedback = TextAreaField("Feedback on the whole", _at_most("Feedback"))

    def keep(self, kept: Mapping[str, list[KeptComment]]) -> None:
        """Offer the comments that the assessor keeps, by criterion."""
        for place, criterion in enumerate(self.assignment.criteria):
            self[f"kept_{place}"].choices = [NOTHING_KEPT, *(SelectChoice(str(one.id), one.text) for one in kept.get(criterion.title, ()))]

    def insert(self, place: int) -> None:
        """Write the kept comment that was chosen below what stands there."""
        chosen = self[f"kept_{place}"]
        text = next((choice.label for choice in chosen.choices if choice.value == chosen.data and choice.value), "")
        comment = self[f"comment_{place}"]
        comment.data = "\n".join(filter(None, (comment.data, str(text))))

    def marks(self) -> Marks:
        """What was written, as the operation takes it. The words of a must-not count only where it is ticked."""
        criteria, codes = self.assignment.criteria, self.assignment.must_not
        comments = {criterion.title: self[f"comment_{place}"].data or "" for place, criterion in enumerate(criteria)}
        found = {code: self[f"quote_{place}"].data or "" for place, code in enumerate(codes) if self[f"found_{place}"].data}
        return Marks(self.levels(), comments, found, self.feedback.data or "")


@cache
def _form(base: type[RubricForm], criteria: int, must_nots: int) -> type[RubricForm]:
    fields: dict[str, Any] = {}
    for place in range(criteria):
        fields[f"level_{place}"] = ChoiceField("Level")
        if base is MarkingForm:
            fields[f"comment_{place}"] = TextAreaField("Comment", _at_most("A comment"))
            fields[f"kept_{place}"] = SelectField("Insert a comment that you keep", choices=[NOTHING_KEPT], validate_choice=False)
    for place in range(must_nots):
        fields[f"found_{place}"] = BooleanField("")
        if base is MarkingForm:
            fields[f"quote_{place}"] = TextAreaField("The words that show it", _at_most("The words"))
    return type(base.__name__, (base,), fields)


def practice_form(assignment: Assignment) -> RubricForm:
    form = _form(RubricForm, len(assignment.criteria), len(assignment.must_not))()
    form.show(assignment)
    return form


def marking_form(at: Held) -> MarkingForm:
    """The form of a marking, with what is saved unless something is sent now."""
    kind = _form(MarkingForm, len(at.assignment.criteria), len(at.assignment.must_not))
    data: dict[str, Any] = {"version": at.sheet.version, "feedback": at.sheet.feedback}
    for place, criterion in enumerate(at.assignment.criteria):
        level = at.levels.get(criterion.title)
        data |= {f"level_{place}": None if level is None else str(level), f"comment_{place}": at.comments.get(criterion.title, "")}
    for place, code in enumerate(at.assignment.must_not):
        data |= {f"found_{place}": code in at.must_nots, f"quote_{place}": at.must_nots.get(code, "")}
    form = kind(data=data)
    assert isinstance(form, MarkingForm)
    form.show(at.assignment)
    return form


class FinishForm(PortalForm):
    """A press that finishes what was shown."""

    version = VersionField()


class DecideForm(FinishForm):
    """An appeal is decided."""

    outcome = ChoiceField(
        "What do you decide?", options=[("stands", "The marks stand"), ("changes", "The marks change to the ones above")],
        missing="Choose whether the marks stand or change",
    )  # fmt: skip

    def changed(self) -> bool:
        return self.outcome.data == "changes"


class TieForm(PortalForm):
    """Somebody whose work an assessor does not mark."""

    email = StringField("Their email address", [DataRequired("Enter their email address"), Length(max=LINE)])
    bond = ChoiceField("What are you to each other?", options=[(one.name, one.value.capitalize()) for one in Bond], missing="Choose what you are to each other")
