"""PortalForm: CSRF, cleaned text, and the version of the thing as it was shown."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from werkzeug.datastructures import CombinedMultiDict
from wtforms import Field, HiddenField, StringField

from portal.kernel import words
from portal.kernel.errors import Invalid

LINE = 200  # longest single line that a person may type, in characters
TEXT = 4000  # longest free text


def cleaned(value: Any) -> Any:
    return words.clean(value) if isinstance(value, str) else value


class PortalForm(FlaskForm):
    """Shape and messages only. Every text is cleaned before it is judged; rules live in operations."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Only what a form sent. A body of JSON would bring values that are no text, and an empty one would be
            taken for a form that was not sent."""
            if formdata is not _Auto:
                return formdata
            return CombinedMultiDict((request.files, request.form)) if form.is_submitted() else None

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, HiddenField):
                options["filters"] = [cleaned, *unbound_field.kwargs.get("filters", ())]
            return super().bind_field(form, unbound_field, options)

    def refuse(self, refusal: Invalid) -> None:
        """Show an operation's refusal beside the field it belongs to (or above the form if it has none)."""
        field = self._fields.get(refusal.field)
        if field is None:
            self.form_errors.append(refusal.message)
        else:
            field.errors = [*field.errors, refusal.message]

