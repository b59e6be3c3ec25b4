"""What may happen to an attempt at a paper."""

from __future__ import annotations

import enum

from portal.kernel.lifecycle import Lifecycle


class AttemptKind(enum.Enum):
    EXAMINATION = "examination"
    PRE_TEST = "pre-test"


class AttemptState(enum.Enum):
    OPEN = "open"
    HANDED_IN = "handed in"
    TIMED_OUT = "closed when the time had run out"


class AttemptVerb(enum.Enum):
    HAND_IN = "hand in"
    TIME_OUT = "close when the time has run out"


ATTEMPT = Lifecycle(
    "the paper",
    AttemptState.OPEN,
    {
        (AttemptState.OPEN, AttemptVerb.HAND_IN): AttemptState.HANDED_IN,
        (AttemptState.OPEN, AttemptVerb.TIME_OUT): AttemptState.TIMED_OUT,
    },
)
