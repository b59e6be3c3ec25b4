"""The forms with which somebody goes on in a course."""

from __future__ import annotations

from datetime import datetime

from wtforms import Field, HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from portal.accreditation.courses.records import Part, Question, QuestionKind
from portal.kernel import clock
from portal.web.fields import ChoiceField
from portal.web.forms import PortalForm


class GoOnForm(PortalForm):
    """A press that goes on."""


class ShownForm(PortalForm):
    """A page that says when it was shown, so that the time spent on it is known."""

    shown_at = HiddenField()

    def show(self) -> None:
        self.shown_at.data = clock.now().isoformat()

    def when_shown(self) -> datetime | None:
        """The moment that the form brought back; None for none, or for what no page of ours would say."""
        try:
            moment = datetime.fromisoformat((self.shown_at.data or "")[:40])
        except ValueError:
            return None
        return moment if moment.tzinfo else None


class CheckForm(ShownForm):
    """The question at the end of a lesson, answered with one choice or with several."""

    one = ChoiceField("Your answer")
    many = SelectMultipleField("Your answers", choices=[], validate_choice=False)

    def offer(self, question: Question) -> None:
        self.several = question.kind is QuestionKind.MANY
        offered = [(str(number), option.text) for number, option in enumerate(question.options)]
        self.one.offer(offered)
        self.many.choices = [SelectChoice(*one) for one in offered]

    @property
    def asked(self) -> Field:
        return self.many if self.several else self.one

    def chosen(self) -> list[int]:
        """The numbers of what was chosen; what is no number is left for the operation to find missing."""
        said = self.many.data or [] if self.several else filter(None, [self.one.data])
        return [int(one) for one in said if one.isdecimal() and len(one) < 4]


class ChooseForm(PortalForm):
    """What to say or do next in a scenario; `step` is the one that the page showed."""

    step = HiddenField()
    choice = ChoiceField("What do you say or do?")

    def offer(self, part: Part) -> None:
        self.choice.offer([(str(number), one.text) for number, one in enumerate(part.choices)])

    def at_step(self) -> int:
        said = self.step.data or ""
        return int(said) if said.isdecimal() and len(said) < 4 else 0

    def chosen(self) -> int | None:
        said = self.choice.data or ""
        return int(said) if said.isdecimal() and len(said) < 4 else None
