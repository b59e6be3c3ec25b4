"""An answer as it is chosen or typed. What a page sends says where an answer stood on it, never where it stands in the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from wtforms import Field, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from portal.accreditation import drawing, marking
from portal.accreditation.courses.records import QuestionKind
from portal.accreditation.queries.examining import Asked
from portal.web.fields import ChoiceField, DayField
from portal.web.forms import PortalForm

LONGEST = 100
NOTHING = ("", "Choose")


class AnswerForm(PortalForm):
    """The answer to one question; leaving it empty is allowed until the paper is handed in."""

    asked: Asked

    @property
    def offered(self) -> tuple[int, ...]:
        return drawing.numbers(self.asked.item.offered)

    def show(self, asked: Asked) -> None:
        """Offer what the paper offers."""
        self.asked = asked

    def fill(self, answer: str) -> None:
        """Show what was answered before."""

    def answer(self) -> str:
        """The answer as it is stored."""
        raise NotImplementedError  # each kind of question has a form of its own; abc's metaclass does not go with WTForms'

    def controls(self) -> Iterator[Field]:
        """The fields to answer with, in their order."""
        return (field for field in self if field.name != "csrf_token")


class OneForm(AnswerForm):
    """One of several answers."""

    one = ChoiceField("Choose one answer")

    def show(self, asked: Asked) -> None:
        super().show(asked)
        self.one.offer([(str(shown), asked.question.options[place].text) for shown, place in enumerate(self.offered)])

    def fill(self, answer: str) -> None:
        self.one.data = str(self.offered.index(int(answer))) if answer else None

    def answer(self) -> str:
        return str(self.offered[int(self.one.data)]) if self.one.data else ""


class ManyForm(AnswerForm):
    """Any of several answers."""

    many = SelectMultipleField("Choose all that are right", choices=[], validate_choice=False)

    def show(self, asked: Asked) -> None:
        super().show(asked)
        self.many.choices = [SelectChoice(str(shown), asked.question.options[place].text) for shown, place in enumerate(self.offered)]

    def fill(self, answer: str) -> None:
        self.many.data = [str(self.offered.index(place)) for place in drawing.numbers(answer)]

    def validate_many(self, field: Field) -> None:
        known = {str(choice.value) for choice in field.choices}
        if set(field.data or ()) - known:
            raise ValidationError("Choose from the answers that are offered")

    def answer(self) -> str:
        return drawing.as_text(sorted({self.offered[int(shown)] for shown in self.many.data or ()}))


class NumberForm(AnswerForm):
    """A number in figures."""

    number = StringField("Your answer", [Length(max=LONGEST, message="A number has fewer figures")], description="In figures, for example 12.")

    def fill(self, answer: str) -> None:
        self.number.data = answer

    def validate_number(self, field: Field) -> None:
        if field.data and marking.number(field.data) is None:
            raise ValidationError("Enter a number in figures, for example 12")

    def answer(self) -> str:
        return self.number.data or ""


class ShortForm(AnswerForm):
    """A word or two."""

    short = StringField("Your answer", [Length(max=LONGEST, message=f"Your answer must be {LONGEST} characters or fewer")], description="A word, or a few.")

    def fill(self, answer: str) -> None:
        self.short.data = answer

    def answer(self) -> str:
        return self.short.data or ""


class DateForm(AnswerForm):
    """A day."""

    day = DayField("Your answer", description="For example, 27 3 2027.")

    def fill(self, answer: str) -> None:
        self.day.process(None, date.fromisoformat(answer) if answer else None)

    def answer(self) -> str:
        return self.day.data.isoformat() if self.day.data else ""


class PartsForm(AnswerForm):
    """Something to choose for each of several parts: what goes with it, or its place."""

    parts: int

    def fields(self) -> list[Any]:
        return [self[f"part_{number}"] for number in range(self.parts)]

    def chosen(self) -> Iterator[tuple[int, int]]:
        """Each part that was answered, and what was chosen, both as the page showed them."""
        return ((number, int(field.data)) for number, field in enumerate(self.fields()) if field.data)


class MatchForm(PartsForm):
    """What goes with what. The left-hand sides stand as in the file, the right-hand sides are shuffled."""

    def show(self, asked: Asked) -> None:
        super().show(asked)
        sides = [SelectChoice(*NOTHING), *(SelectChoice(str(shown), asked.question.sides[place]) for shown, place in enumerate(self.offered))]
        for field, option in zip(self.fields(), asked.question.options, strict=True):
            field.choices, field.label.text = sides, option.text

    def fill(self, answer: str) -> None:
        given = marking.pairs(answer)
        for number, field in enumerate(self.fields()):
            field.data = str(self.offered.index(given[number])) if number in given else ""

    def answer(self) -> str:
        return ",".join(f"{number}:{self.offered[shown]}" for number, shown in self.chosen())


class OrderForm(PartsForm):
    """The place of each step."""

    def show(self, asked: Asked) -> None:
        super().show(asked)
        places = [SelectChoice(*NOTHING), *(SelectChoice(str(place), str(place + 1)) for place in range(self.parts))]
        for field, place in zip(self.fields(), self.offered, strict=True):
            field.choices, field.label.text = places, asked.question.options[place].text

    def fill(self, answer: str) -> None:
        given = marking.pairs(answer)
        for field, place in zip(self.fields(), self.offered, strict=True):
            field.data = str(given[place]) if place in given else ""

    def answer(self) -> str:
        return ",".join(sorted(f"{self.offered[number]}:{place}" for number, place in self.chosen()))


_FORMS: dict[QuestionKind, type[AnswerForm]] = {
    QuestionKind.ONE: OneForm,
    QuestionKind.TRUE_FALSE: OneForm,
    QuestionKind.MANY: ManyForm,
    QuestionKind.NUMBER: NumberForm,
    QuestionKind.SHORT: ShortForm,
    QuestionKind.DATE: DateForm,
}


@cache
def _in_parts(form: type[PartsForm], parts: int) -> type[PartsForm]:
    fields: dict[str, Any] = {f"part_{number}": SelectField("", choices=[], default="") for number in range(parts)}
    return type(form.__name__, (form,), {**fields, "parts": parts})


def form_for(asked: Asked) -> AnswerForm:
    """The form for a question of a paper, with what it offers, and with what was answered unless something is sent now."""
    kind, many = asked.question.kind, len(asked.question.options)
    if kind in (QuestionKind.MATCH, QuestionKind.ORDER):
        form: AnswerForm = _in_parts(MatchForm if kind is QuestionKind.MATCH else OrderForm, many)()
    else:
        form = _FORMS[kind]()
    form.show(asked)
    if not form.is_submitted():
        form.fill(asked.item.answer)
    return form
