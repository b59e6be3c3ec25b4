"""What is sent to bring questions in, and to carry a draft away."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import TextAreaField
from wtforms.validators import DataRequired

from portal.web.forms import PortalForm


class BringInForm(PortalForm):
    questions = FileField("The file of questions", [FileRequired("Choose the file of questions")])


class DraftForm(PortalForm):
    """The draft, sent back by the page that showed it."""

    draft = TextAreaField("The draft bank", [DataRequired("There is no draft. Bring the file in again")])
