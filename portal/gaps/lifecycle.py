"""What may happen to a planned action."""

from __future__ import annotations

import enum

from portal.kernel.lifecycle import Lifecycle


class ActionState(enum.Enum):
    PLANNED = "planned"
    UNDER_WAY = "under way"
    FINISHED = "finished"
    DROPPED = "dropped"


class ActionVerb(enum.Enum):
    BEGIN = "begin"
    FINISH = "finish"
    TAKE_UP_AGAIN = "take up again"
    DROP = "drop"


S, V = ActionState, ActionVerb
ACTION = Lifecycle(
    "the action",
    S.PLANNED,
    {
        (S.PLANNED, V.BEGIN): S.UNDER_WAY,
        (S.PLANNED, V.FINISH): S.FINISHED,
        (S.PLANNED, V.DROP): S.DROPPED,
        (S.UNDER_WAY, V.FINISH): S.FINISHED,
        (S.UNDER_WAY, V.DROP): S.DROPPED,
        (S.FINISHED, V.TAKE_UP_AGAIN): S.UNDER_WAY,
        (S.DROPPED, V.TAKE_UP_AGAIN): S.UNDER_WAY,
    },
)

OPEN = frozenset({S.PLANNED, S.UNDER_WAY})
