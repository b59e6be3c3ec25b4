"""What may happen to a piece of evidence, and to each of its versions on the way from the person to the reviewer."""

from __future__ import annotations

import enum

from portal.kernel.lifecycle import Lifecycle


class ItemState(enum.Enum):
    IN_USE = "in use"
    WITHDRAWN = "withdrawn"


class ItemVerb(enum.Enum):
    WITHDRAW = "withdraw"
    RESTORE = "restore"


class VersionState(enum.Enum):
    RECEIVED = "waiting for the scanner"
    LOOKING = "being looked at for personal data"
    CHOICE = "waiting for a choice"
    STRIPPING = "hidden details are being taken out"
    RELEASED = "released"
    STOPPED = "stopped"
    REFUSED = "malware was found"


class VersionVerb(enum.Enum):
    PASS = "pass on from the scanner"
    ASK = "ask for a choice"
    RELEASE = "release"
    EXPLAIN = "let stay, with a reason"
    STRIP = "take out hidden details"
    STOP = "stop"
    REFUSE = "refuse for malware"


ITEM = Lifecycle(
    "this evidence",
    ItemState.IN_USE,
    {
        (ItemState.IN_USE, ItemVerb.WITHDRAW): ItemState.WITHDRAWN,
        (ItemState.WITHDRAWN, ItemVerb.RESTORE): ItemState.IN_USE,
    },
)

S, V = VersionState, VersionVerb
LIVE = (S.RECEIVED, S.LOOKING, S.CHOICE, S.STRIPPING, S.RELEASED)  # neither stopped nor refused
VERSION = Lifecycle(
    "this version",
    S.RECEIVED,
    {
        (S.RECEIVED, V.PASS): S.LOOKING,
        (S.RECEIVED, V.RELEASE): S.RELEASED,  # a link, or what is held elsewhere: there is nothing to scan
        (S.LOOKING, V.RELEASE): S.RELEASED,
        (S.LOOKING, V.ASK): S.CHOICE,
        (S.CHOICE, V.EXPLAIN): S.RELEASED,
        (S.CHOICE, V.STRIP): S.STRIPPING,
        (S.STRIPPING, V.ASK): S.CHOICE,  # it could not be done
        **{(state, V.STOP): S.STOPPED for state in LIVE},
        **{(state, V.REFUSE): S.REFUSED for state in LIVE},
    },
)
UNDER_WAY = frozenset({S.RECEIVED, S.LOOKING, S.STRIPPING})  # the portal moves it on by itself
UNRELEASED = frozenset({S.RECEIVED, S.LOOKING, S.CHOICE, S.STRIPPING})
