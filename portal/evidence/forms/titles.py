"""The titles of everything that was handed in together, one field each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.evidence.forms.handing_in import line
from portal.evidence.models import EvidenceItem
from portal.web.fields import VersionField
from portal.web.forms import PortalForm


class TitlesForm(PortalForm):
    """A title and the version that was shown for each piece of evidence, by its reference."""

    def typed(self, item: EvidenceItem) -> tuple[str, int]:
        return self[item.reference].data or "", self[f"{item.reference}-version"].data


def titles_form(items: Iterable[EvidenceItem]) -> TitlesForm:
    """The form for these, filled with the titles they have."""
    fields: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    for item in items:
        fields |= {item.reference: line("title", "Enter a title"), f"{item.reference}-version": VersionField()}
        shown |= {item.reference: item.title, f"{item.reference}-version": item.version}
    made: TitlesForm = type("TitlesOfThese", (TitlesForm,), fields)(data=shown)
    return made
