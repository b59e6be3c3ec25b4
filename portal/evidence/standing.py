"""Where a version stands, in words and with what to do: from its own state, and from whether its file may be seen."""

from __future__ import annotations

from dataclasses import dataclass

from portal.evidence.lifecycle import UNDER_WAY, VersionState
from portal.evidence.models import Form

S = VersionState


@dataclass(frozen=True)
class Standing:
    """What pages say of a version. `opens`: its content may be seen. `moving`: the portal moves it on by itself."""

    words: str
    colour: str
    help: str
    opens: bool
    moving: bool = False


_SAID = {
    S.RECEIVED: ("Waiting for the scanner", "yellow", "It can be opened once the malware scanner has found nothing in it."),
    S.LOOKING: (
        "Being looked at", "yellow",
        "The portal is looking for personal data, such as NHS numbers, before anybody at the Ombudsman can see the file.",
    ),
    S.CHOICE: ("Needs your choice", "orange", "Nobody at the Ombudsman can see this version until you choose what is to be done."),
    S.STRIPPING: ("Hidden details come out", "yellow", "A copy without comments, tracked changes and authors’ names is being made. It becomes a new version."),
    S.RELEASED: ("Released", "green", "Once it is pinned to something that you hand in, the Ombudsman can open it."),
    S.STOPPED: ("Stopped", "red", "Nobody at the Ombudsman can see this version."),
    S.REFUSED: ("Malware found", "red", "Nobody can open this file. Ask whoever looks after your computers to clean it, and hand in the clean file."),
}  # fmt: skip


def standing(state: VersionState, form: Form, *, why_not: str, removed: bool) -> Standing:
    """Where a version stands. `why_not` is why its file cannot be opened, empty where it can (files.serving.why_not)."""
    if removed:
        return Standing("Removed", "grey", "The file was removed at the end of its time. What it was is still on record.", False)
    if form is not Form.FILE and state is S.RELEASED:
        if form is Form.LINK:
            return Standing("Link", "blue", "The portal has not looked at what the link leads to.", True)
        return Standing("Held by you", "blue", "The Ombudsman may ask to inspect it.", False)
    words, colour, help = _SAID[state]
    if state is S.RELEASED and why_not:
        return Standing("Cannot be opened", "yellow", why_not, False)
    return Standing(words, colour, help, opens=form is Form.FILE and not why_not, moving=state in UNDER_WAY)
