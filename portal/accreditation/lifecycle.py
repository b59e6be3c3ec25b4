"""What may happen to an attempt at a paper, to a work and an appeal against its marks, and to a certificate."""

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


class WorkState(enum.Enum):
    WRITING = "being written"
    HANDED_IN = "waiting to be marked"
    DIFFERING = "waiting for a third assessor"
    PASSED = "passed"
    NOT_PASSED = "not passed"


class WorkVerb(enum.Enum):
    HAND_IN = "hand in"
    ASK_A_THIRD = "ask a third assessor"
    PASS = "pass"
    FAIL = "not pass"
    PASS_ON_APPEAL = "pass on appeal"


WORK = Lifecycle(
    "the work",
    WorkState.WRITING,
    {
        (WorkState.WRITING, WorkVerb.HAND_IN): WorkState.HANDED_IN,
        (WorkState.HANDED_IN, WorkVerb.ASK_A_THIRD): WorkState.DIFFERING,
        (WorkState.HANDED_IN, WorkVerb.PASS): WorkState.PASSED,
        (WorkState.HANDED_IN, WorkVerb.FAIL): WorkState.NOT_PASSED,
        (WorkState.DIFFERING, WorkVerb.PASS): WorkState.PASSED,
        (WorkState.DIFFERING, WorkVerb.FAIL): WorkState.NOT_PASSED,
        (WorkState.NOT_PASSED, WorkVerb.PASS_ON_APPEAL): WorkState.PASSED,
    },
)


class AppealState(enum.Enum):
    ASKED = "waiting for a decision"
    STANDS = "the marks stand"
    CHANGED = "the marks were changed"


class AppealVerb(enum.Enum):
    LET_STAND = "let the marks stand"
    CHANGE = "change the marks"


APPEAL = Lifecycle(
    "the appeal",
    AppealState.ASKED,
    {
        (AppealState.ASKED, AppealVerb.LET_STAND): AppealState.STANDS,
        (AppealState.ASKED, AppealVerb.CHANGE): AppealState.CHANGED,
    },
)


class Place(enum.Enum):
    """What a marking of a work is for. A hidden repeat counts for nobody but its assessor; one on appeal is the last word."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    REPEAT = "hidden repeat"
    APPEAL = "appeal"


class Bond(enum.Enum):
    """What an assessor is to somebody whose work they therefore do not mark."""

    MANAGES = "I manage them"
    MANAGED_BY = "they manage me"
    CLOSE = "we are close"
