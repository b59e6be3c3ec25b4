"""What may happen to a recommendation: to its draft, to the promise made about it, and to the delivery of that promise.

Acceptance and delivery are two lifecycles: that everything is accepted says nothing about what was done. The states are
those of the domain's section 10.2.
"""

from __future__ import annotations

import enum

from portal.kernel.lifecycle import Lifecycle


class DraftState(enum.Enum):
    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting approval"
    ISSUED = "issued"
    DISCARDED = "discarded"


class DraftVerb(enum.Enum):
    SEND = "send for approval"
    RETURN = "return to its author"
    ISSUE = "issue"
    DISCARD = "discard"


class ResponseState(enum.Enum):
    PREPARED = "being prepared"
    WAITING = "waiting for signature"
    SIGNED = "signed"


class ResponseVerb(enum.Enum):
    SEND = "send for signature"
    RETURN = "return"
    SIGN = "sign"


class Ending(enum.Enum):
    """How a recommendation came to its end."""

    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    SPLIT = "split"
    MERGED = "merged"
    SUPERSEDED = "superseded"
    TRANSFERRED = "transferred"


class Replaced(enum.Enum):
    """How an old recommendation goes on as a new one."""

    SPLIT = "split"
    MERGED = "merged"
    SUPERSEDED = "superseded"
    TRANSFERRED = "transferred"


class VerdictKind(enum.Enum):
    """What an officer can find."""

    COMPLIED = "complied"
    IN_SUBSTANCE = "complied in substance"
    MORE_NEEDED = "more needed"
    PARTLY = "partly"
    NOT_COMPLIED = "not complied"
    OVERTAKEN = "overtaken"


class Asked(enum.Enum):
    """What became of a wish for more time."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"


class AskedVerb(enum.Enum):
    GRANT = "grant"
    REFUSE = "refuse"


class PauseKind(enum.Enum):
    """Why the ladder may stand still."""

    PROCEEDINGS = "live proceedings"
    UNREACHABLE = "complainant cannot be reached"
    DISPUTE = "dispute"
    OTHER = "another reason"


class Taken(enum.Enum):
    """What became of a step of the ladder."""

    SENT = "sent by the portal"
    WAITING = "waits for a person"
    TAKEN = "taken"
    ASIDE = "put aside"


class TakenVerb(enum.Enum):
    TAKE = "take"
    PUT_ASIDE = "put aside"


class LastStep(enum.Enum):
    """What the Ombudsman can decide at the top of the ladder."""

    STATEMENT = "a public statement"
    REPORT = "a report to Parliament"
    NEITHER = "neither"


class Said(enum.Enum):
    """What a complainant can say."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Acceptance(enum.Enum):
    AWAITING = "awaiting response"
    ACCEPTED = "accepted"
    IN_PART = "accepted in part"
    NOT_ACCEPTED = "not accepted"
    DISPUTED = "disputed"


class AcceptanceVerb(enum.Enum):
    ACCEPT = "accept"
    ACCEPT_IN_PART = "accept in part"
    REFUSE = "refuse"
    DISPUTE = "dispute"


class Delivery(enum.Enum):
    NOT_DUE = "not due"
    IN_PROGRESS = "in progress"
    SUBMITTED = "evidence submitted"
    MORE_NEEDED = "more information needed"
    ON_TIME = "complied on time"
    LATE = "complied late"
    IN_SUBSTANCE = "complied in substance by other means"
    NOT_COMPLIED = "not complied"
    OVERTAKEN = "closed: overtaken"
    TRANSFERRED = "transferred to successor"


class DeliveryVerb(enum.Enum):
    BEGIN = "begin"
    SUBMIT = "submit evidence"
    ASK_FOR_MORE = "ask for more"
    COMPLY_ON_TIME = "find complied on time"
    COMPLY_LATE = "find complied late"
    COMPLY_IN_SUBSTANCE = "find complied in substance"
    FIND_NOT_COMPLIED = "find not complied"
    OVERTAKE = "close as overtaken"
    TRANSFER = "transfer to a successor"
    REOPEN = "reopen"


D, DV = DraftState, DraftVerb
DRAFTING = Lifecycle(
    "the draft",
    D.DRAFT,
    {
        (D.DRAFT, DV.SEND): D.AWAITING_APPROVAL,
        (D.DRAFT, DV.DISCARD): D.DISCARDED,
        (D.AWAITING_APPROVAL, DV.RETURN): D.DRAFT,
        (D.AWAITING_APPROVAL, DV.ISSUE): D.ISSUED,
        (D.AWAITING_APPROVAL, DV.DISCARD): D.DISCARDED,
    },
)

R, RV = ResponseState, ResponseVerb
RESPONDING = Lifecycle(
    "the answer",
    R.PREPARED,
    {
        (R.PREPARED, RV.SEND): R.WAITING,
        (R.WAITING, RV.RETURN): R.PREPARED,
        (R.WAITING, RV.SIGN): R.SIGNED,
    },
)

ASKING = Lifecycle(
    "the request for more time",
    Asked.WAITING,
    {
        (Asked.WAITING, AskedVerb.GRANT): Asked.GRANTED,
        (Asked.WAITING, AskedVerb.REFUSE): Asked.REFUSED,
    },
)

A, AV = Acceptance, AcceptanceVerb
ACCEPTANCE = Lifecycle(
    "the answer",
    A.AWAITING,
    {
        (A.AWAITING, AV.ACCEPT): A.ACCEPTED,
        (A.AWAITING, AV.ACCEPT_IN_PART): A.IN_PART,
        (A.AWAITING, AV.REFUSE): A.NOT_ACCEPTED,
        (A.AWAITING, AV.DISPUTE): A.DISPUTED,
        # Whoever refused may think better of it; what was promised is not taken back by an answer.
        (A.IN_PART, AV.ACCEPT): A.ACCEPTED,
        (A.NOT_ACCEPTED, AV.ACCEPT): A.ACCEPTED,
        (A.NOT_ACCEPTED, AV.ACCEPT_IN_PART): A.IN_PART,
        (A.DISPUTED, AV.ACCEPT): A.ACCEPTED,
        (A.DISPUTED, AV.ACCEPT_IN_PART): A.IN_PART,
        (A.DISPUTED, AV.REFUSE): A.NOT_ACCEPTED,
    },
    column="acceptance",
)

T, TV = Taken, TakenVerb
CLIMBING = Lifecycle("the step", T.WAITING, {(T.WAITING, TV.TAKE): T.TAKEN, (T.WAITING, TV.PUT_ASIDE): T.ASIDE})

S, V = Delivery, DeliveryVerb
OPEN = (S.NOT_DUE, S.IN_PROGRESS, S.SUBMITTED, S.MORE_NEEDED)
COMPLIED = (S.ON_TIME, S.LATE, S.IN_SUBSTANCE)
ENDED = (*COMPLIED, S.NOT_COMPLIED, S.OVERTAKEN, S.TRANSFERRED)
DELIVERY = Lifecycle(
    "the delivery",
    S.NOT_DUE,
    {
        (S.NOT_DUE, V.BEGIN): S.IN_PROGRESS,
        (S.NOT_DUE, V.SUBMIT): S.SUBMITTED,
        (S.IN_PROGRESS, V.SUBMIT): S.SUBMITTED,
        (S.MORE_NEEDED, V.SUBMIT): S.SUBMITTED,
        # Nobody is found to have complied before they said so, with evidence.
        (S.SUBMITTED, V.ASK_FOR_MORE): S.MORE_NEEDED,
        (S.SUBMITTED, V.COMPLY_ON_TIME): S.ON_TIME,
        (S.SUBMITTED, V.COMPLY_LATE): S.LATE,
        (S.SUBMITTED, V.COMPLY_IN_SUBSTANCE): S.IN_SUBSTANCE,
        **{(state, V.FIND_NOT_COMPLIED): S.NOT_COMPLIED for state in OPEN},
        **{(state, V.OVERTAKE): S.OVERTAKEN for state in OPEN},
        **{(state, V.TRANSFER): S.TRANSFERRED for state in OPEN},
        # What the complainant says later, or a court, may show that it was not done after all; or that it is done now.
        **{(state, V.REOPEN): S.IN_PROGRESS for state in (*COMPLIED, S.NOT_COMPLIED, S.OVERTAKEN)},
    },
    column="delivery",
)
