"""Where a version stands, in words and with what to do: from its own state, and from whether its file may be seen."""

from __future__ import annotations

from dataclasses import dataclass

from portal.evidence.lifecycle import LIVE, UNDER_WAY, VersionState
from portal.evidence.models import Form
from portal.files import serving
from portal.files.models import Fault, FileState, StoredFile

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


def standing(state: VersionState, form: Form, file: StoredFile | None, *, removed: bool) -> Standing:
    """Where a version stands: with its file, where it has one that was not removed."""
    if removed:
        return Standing("Removed", "grey", "The file was removed at the end of its time. What it was is still on record.", False)
    if form is not Form.FILE and state is S.RELEASED:
        if form is Form.LINK:
            return Standing("Link", "blue", "The portal has not looked at what the link leads to.", True)
        return Standing("Held by you", "blue", "The Ombudsman may ask to inspect it.", False)
    why_not = serving.why_not(file) if file is not None else ""
    unscanned = file is not None and file.state is FileState.UNSCANNED
    if file is not None and file.fault is not Fault.NONE and state in LIVE:
        return Standing("Cannot be opened", "yellow", why_not, False)
    words, colour, help = _SAID[state]
    if state is S.RELEASED and why_not:
        return Standing("Not scanned" if unscanned else "Cannot be opened", "yellow", why_not, False)
    if state is S.RELEASED and unscanned:
        help = f"{help} No malware scanner has looked at it: none is set up here."
    return Standing(words, colour, help, opens=form is Form.FILE and not why_not, moving=state in UNDER_WAY)
