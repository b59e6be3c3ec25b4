"""How many frontline posts there are."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from portal.web.fields import VersionField
from portal.web.forms import PortalForm


class PostsForm(PortalForm):
    posts = IntegerField(
        "How many frontline posts are there?",
        [InputRequired("Enter the number of posts in figures, for example 24"), NumberRange(1, 100_000, "Enter a number of posts from 1 to 100,000")],
        description="Posts whose holders hear, handle or answer complaints, filled or not. Count a post that two people share once.",
    )  # fmt: skip
    version = VersionField()
