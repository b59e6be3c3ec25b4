"""What may happen to an attempt at a paper, and to a certificate."""

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


class CertificateKind(enum.Enum):
    COURSE = "course"
    AWARD = "award"


class Status(enum.Enum):
    """What was decided about a certificate. That it has ended is no decision: the day says so."""

    IN_FORCE = "in force"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class StatusVerb(enum.Enum):
    SUSPEND = "suspend"
    LIFT = "lift the suspension"
    REVOKE = "revoke"


CERTIFICATE = Lifecycle(
    "the certificate",
    Status.IN_FORCE,
    {
        (Status.IN_FORCE, StatusVerb.SUSPEND): Status.SUSPENDED,
        (Status.SUSPENDED, StatusVerb.LIFT): Status.IN_FORCE,
        (Status.IN_FORCE, StatusVerb.REVOKE): Status.REVOKED,
        (Status.SUSPENDED, StatusVerb.REVOKE): Status.REVOKED,
    },
)
