"""What may happen to an assessment, from opening to publication."""

from __future__ import annotations

import enum

from portal.kernel.lifecycle import Lifecycle


class State(enum.Enum):
    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    READY_FOR_SIGN_OFF = "ready for sign-off"
    SIGNED_OFF = "signed off"
    UNDER_REVIEW = "under review"
    CLARIFICATION_REQUESTED = "clarification requested"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    NOT_SUBMITTED = "not submitted"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Verb(enum.Enum):
    START = "start"
    SEND = "send for sign-off"
    RETURN = "return"
    SIGN = "sign"
    CLAIM = "begin the review"
    RELEASE = "give up the review"
    ASK = "ask a question"
    CLARIFY = "answer the last question"
    CONCLUDE = "share the draft finding"
    ACCEPT = "accept without a review of its own"
    PUBLISH = "publish"
    REOPEN = "reopen"
    CLOSE = "close as not submitted"
    EXTEND = "give more time"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"


OPEN = (State.NOT_STARTED, State.IN_PROGRESS, State.READY_FOR_SIGN_OFF)  # not handed in, and still may be
_SIGNED = (State.SIGNED_OFF, State.UNDER_REVIEW, State.CLARIFICATION_REQUESTED, State.REVIEWED)

ASSESSMENT = Lifecycle(
    "the assessment",
    State.NOT_STARTED,
    {
        (State.NOT_STARTED, Verb.START): State.IN_PROGRESS,
        (State.IN_PROGRESS, Verb.SEND): State.READY_FOR_SIGN_OFF,
        (State.READY_FOR_SIGN_OFF, Verb.RETURN): State.IN_PROGRESS,
        (State.READY_FOR_SIGN_OFF, Verb.SIGN): State.SIGNED_OFF,
        (State.SIGNED_OFF, Verb.CLAIM): State.UNDER_REVIEW,
        (State.SIGNED_OFF, Verb.ACCEPT): State.REVIEWED,
        (State.UNDER_REVIEW, Verb.RELEASE): State.SIGNED_OFF,
        (State.UNDER_REVIEW, Verb.ASK): State.CLARIFICATION_REQUESTED,
        (State.CLARIFICATION_REQUESTED, Verb.ASK): State.CLARIFICATION_REQUESTED,
        (State.CLARIFICATION_REQUESTED, Verb.CLARIFY): State.UNDER_REVIEW,
        (State.UNDER_REVIEW, Verb.CONCLUDE): State.REVIEWED,
        (State.REVIEWED, Verb.PUBLISH): State.PUBLISHED,
        **{(state, Verb.REOPEN): State.IN_PROGRESS for state in _SIGNED},
        **{(state, Verb.CLOSE): State.NOT_SUBMITTED for state in OPEN},
        (State.NOT_SUBMITTED, Verb.EXTEND): State.IN_PROGRESS,
        **{(state, Verb.WITHDRAW): State.WITHDRAWN for state in (*OPEN, State.SIGNED_OFF)},
        **{(state, Verb.SUPERSEDE): State.SUPERSEDED for state in (*OPEN, State.NOT_SUBMITTED)},
    },
)

EDITABLE = frozenset({State.IN_PROGRESS})
HANDED_IN = frozenset({*_SIGNED, State.PUBLISHED})
