"""Forms to invite, change and take off the people who act for an organisation, and to change one's own name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from portal.kernel import words
from portal.organisations.forms.signing_in import an_address
from portal.policy import Role
from portal.web.fields import ChoiceField, DayField, VersionField
from portal.web.forms import LINE, PortalForm


def one_line(value: Any) -> Any:
    return words.clean_line(value) if isinstance(value, str) else value


def line(label: str, missing: str | None = None, **rest: Any) -> StringField:
    """A field of one line; `missing` is said where nothing is typed."""
    needed = [DataRequired(missing)] if missing else []
    too_long = Length(max=LINE, message=f"{label} must be {LINE} characters or fewer")
    return StringField(label, [*needed, too_long], filters=[one_line], **rest)


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


class InviteForm(PortalForm):
    name = line("Full name", "Enter their full name")
    email = StringField("Email address", [DataRequired("Enter their email address"), an_address])
    job_title = line("Job title")
    role = SelectMultipleField(
        "What they will do", [DataRequired("Choose at least one role")], choices=[], validate_choice=False
    )

    def offer(self, roles: Sequence[Role]) -> None:
        self.role.choices = [SelectChoice(role.name, capitalised(role.value)) for role in roles]

    def validate_role(self, field: SelectMultipleField) -> None:
        if not set(field.data or ()) <= {choice.value for choice in field.choices}:
            raise ValidationError("Choose from the roles offered")

    def chosen(self) -> list[Role]:
        return [Role[name] for name in dict.fromkeys(self.role.data or ())]


class RoleForm(PortalForm):
    role = ChoiceField("New role", missing="Choose a role")


class EndForm(PortalForm):
    scope = ChoiceField("What ends", missing="Choose what ends")
    reason = line("Reason", "Enter a reason")


class DeputyForm(PortalForm):
    """A colleague, or the name and address of somebody to invite."""

    deputy = ChoiceField("Who stands in", missing="Choose who stands in")
    name = line("Full name")
    email = StringField("Email address", [Optional(), an_address])
    until_on = DayField("Last day", required=True)


class ReasonForm(PortalForm):
    reason = line("Reason", "Enter a reason")


class NameForm(PortalForm):
    name = line("Your name", "Enter your name")
    version = VersionField()


class ConflictForm(PortalForm):
    organisation = ChoiceField("Organisation", missing="Choose an organisation")
    reason = TextAreaField(
        "Why you should not review it",
        [
            DataRequired("Enter why you should not review it"),
            Length(max=1000, message="The reason must be 1,000 characters or fewer"),
        ],
    )
