"""What is sent to import cases."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired

from portal.web.forms import PortalForm


class UploadCasesForm(PortalForm):
    cases = FileField("The file of cases", [FileRequired("Choose the file of cases")])


class TakeInForm(PortalForm):
    """The press of the button that takes a file in: what it would do is judged again then, so it needs no version."""
