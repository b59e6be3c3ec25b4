"""Forms to sign in and to keep a second factor."""

from __future__ import annotations

from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from portal.organisations import addresses
from portal.web.forms import LINE, PortalForm


def an_address(_form: PortalForm, field: StringField) -> None:
    """Fold what was typed, or say what an address looks like."""
    folded = addresses.folded(field.data)
    if folded is None:
        raise ValidationError(addresses.FORMAT)
    field.data = folded


class SignInForm(PortalForm):
    email = StringField("Email address", [DataRequired(addresses.FORMAT), an_address])
    next = HiddenField()


class CodeForm(PortalForm):
    code = StringField("Code", [DataRequired("Enter a code"), Length(max=LINE, message="That code is too long")])
    next = HiddenField()


class SetUpForm(PortalForm):
    """`current` is asked for only where there is a second factor already."""

    current = StringField("Code of the second factor you have now", [Length(max=LINE, message="That code is too long")])
    code = StringField(
        "Code from your app",
        [DataRequired("Enter the 6 figures your app shows"), Length(max=LINE, message="That code is too long")],
    )
    next = HiddenField()
