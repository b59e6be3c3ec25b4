"""The presses of the buttons that make and end the secret address of a calendar."""

from __future__ import annotations

from portal.web.forms import PortalForm


class CalendarForm(PortalForm):
    """Nothing is typed: the address is made by the portal."""
