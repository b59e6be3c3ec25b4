"""What is brought to be checked, what a holder shows, and what the Ombudsman decides."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import BooleanField, EmailField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from portal.accreditation.lifecycle import StatusVerb
from portal.kernel.errors import Invalid
from portal.web.fields import ChoiceField
from portal.web.forms import PortalForm

LONGEST_TOKEN = 100_000


class CheckForm(PortalForm):
    """A file or a text; both are optional to the form, and one is needed by the page."""

    file = FileField("The file", description="The PNG, SVG or JWT that you were sent, up to 1 MB.")
    text = TextAreaField(
        "Or the text of the certificate", [Length(max=LONGEST_TOKEN, message="No certificate is as long as this. Copy it again")],
        description="It begins with eyJ. Paste all of it.",
    )  # fmt: skip
    email = EmailField(
        "Whose do you think it is? (optional)", [Length(max=320, message="An address has 320 characters or fewer")],
        description="An address of e-mail. You are told whether the certificate was given to it. Nothing that you enter is kept.",
    )  # fmt: skip

    def brought(self) -> bytes:
        """What is to be checked. Raises Invalid where nothing was brought."""
        content: bytes = self.file.data.read() if self.file.data else b""
        content = content or (self.text.data or "").encode()
        if not content:
            raise Invalid("file", "Choose the file, or paste the text of the certificate")
        return content


class ShowForm(PortalForm):
    version = HiddenField()
    name = BooleanField("My name", description="Without it, the certificate says only that it was given to whoever has your address of e-mail.")
    score = BooleanField("My score in the examination")

    def seen(self) -> int:
        said = self.version.data or ""
        return int(said) if said.isdecimal() and len(said) < 9 else 0


class FindForm(PortalForm):
    reference = StringField("Reference or address of a certificate", [Length(max=300, message="A reference has 10 characters")])


class DecideForm(PortalForm):
    seen = HiddenField()
    what = ChoiceField("What do you decide?", missing="Choose what you decide")
    reason = TextAreaField("Why?", description="Its holder reads this, and so does the auditor. The public does not.")

    def offer(self, verbs: tuple[StatusVerb, ...]) -> None:
        self.what.offer([(verb.name, verb.value.capitalize()) for verb in verbs])

    def verb(self) -> StatusVerb:
        return StatusVerb[str(self.what.data)]

    def number(self) -> int:
        said = self.seen.data or ""
        return int(said) if said.isdecimal() and len(said) < 6 else 0
