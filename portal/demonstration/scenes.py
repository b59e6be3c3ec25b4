"""What of this year is arranged, so that whoever looks finds something in each place where recommendations wait for somebody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from portal.demonstration.fortunes import NEVER, Fortune
from portal.recommendations.lifecycle import Acceptance, PauseKind, ResponseState, Said, VerdictKind

A, K = Acceptance, VerdictKind
LETTERS = ("apology", "payment", "explanation")
PLANS = ("action-plan",)
SLOW = ("policy", "training", "review")
ANY = (*LETTERS, *PLANS, *SLOW)
NOT_YET = 400  # days after the due day: it is not done, and nobody has given it up


@dataclass(frozen=True)
class Scene:
    """A recommendation that stands here today. `due_in`: days from today, the first and the last; negative if it is late."""

    name: str
    times: int
    types: tuple[str, ...]
    due_in: tuple[int, int]
    fortune: Fortune
    issued_ago: int = 0  # days; 0: as long as its type usually takes
    done_ago: int = 0  # days since it was done, of what is with the Ombudsman


_OPEN = Fortune(answer_after=8, late=NOT_YET, verdict_after=90)


def _open(**more: Any) -> Fortune:
    return replace(_OPEN, **more)


_HEARD = {"heard_every": 9}
SCENES = (
    Scene("due this week", 8, LETTERS, (1, 6), _open()),
    Scene("due this week, and begun", 5, LETTERS, (1, 6), _open(**_HEARD)),
    Scene("plan due this week", 3, PLANS, (1, 6), _open(heard_every=25)),
    Scene("up to 14 days late", 8, ANY, (-13, -2), _open(**_HEARD, silent_after=2, logged=2)),
    Scene("15 to 29 days late", 5, ANY, (-28, -16), _open(silent_after=0, logged=2)),
    Scene("30 to 59 days late", 4, ANY, (-56, -33), _open(**_HEARD, silent_after=2, logged=3)),
    Scene("60 to 89 days late", 3, ANY, (-86, -63), _open(silent_after=0, logged=3)),
    Scene("90 days late or more", 4, ANY, (-190, -96), _open(heard_every=40, silent_after=1, logged=4)),
    Scene("awaiting us", 12, ANY, (-4, 18), _open(**_HEARD), done_ago=6),
    Scene("awaiting us for long", 4, ANY, (-20, 2), _open(**_HEARD), done_ago=27),
    Scene("the complainant says yes", 4, LETTERS, (-6, 6), _open(said=Said.YES), done_ago=13),
    Scene("the complainant says no", 4, LETTERS, (-6, 6), _open(said=Said.NO), done_ago=13),
    Scene("more needed", 7, ANY, (-20, 3), _open(verdict_after=6, findings=(K.MORE_NEEDED, K.COMPLIED), more_after=120), done_ago=17),
    Scene("done in part", 3, (*PLANS, *SLOW), (-20, 3), _open(verdict_after=6, findings=(K.PARTLY, K.COMPLIED), more_after=120), done_ago=17),
    Scene("stalled", 8, SLOW, (5, 40), _open(silent_after=0)),
    Scene("stalled after a first report", 3, SLOW, (-30, 4), _open(heard_every=40, silent_after=1)),
    Scene("no answer yet", 8, ANY, (10, 60), _open(answer_after=NEVER), issued_ago=9),
    Scene("the answer is late", 5, ANY, (-14, 40), _open(answer_after=NEVER), issued_ago=41),
    Scene("the answer is being prepared", 3, ANY, (8, 50), _open(leaves=ResponseState.PREPARED), issued_ago=14),
    Scene("the answer waits for a signature", 4, ANY, (8, 50), _open(leaves=ResponseState.WAITING), issued_ago=16),
    Scene("accepted in part", 3, ANY, (5, 30), _open(answer=A.IN_PART), issued_ago=40),
    Scene("refused", 2, ("payment", *SLOW), (-40, 20), _open(answer=A.NOT_ACCEPTED, given_up_after=NEVER), issued_ago=70),
    Scene("disputed", 2, ("payment", *PLANS), (-30, 20), _open(answer=A.DISPUTED, given_up_after=NEVER), issued_ago=60),
    Scene("more time asked for", 5, LETTERS, (3, 8), _open(asks_time=True, time_decided_after=60)),
    Scene("level 3 waits for a person", 3, ANY, (-36, -32), _open(silent_after=0, leaves_step=3, logged=2)),
    Scene("level 4 waits for a person", 2, ANY, (-67, -62), _open(silent_after=0, leaves_step=4, logged=3)),
    Scene("level 5 waits for a person", 2, ANY, (-110, -92), _open(silent_after=0, leaves_step=5, logged=4)),
    *(Scene(f"paused: {kind.value}", 2, LETTERS, (-12, 4), _open(pause=kind, pause_days=150)) for kind in PauseKind),
)  # fmt: skip
BY_NAME = {one.name: one for one in SCENES}

# What whoever a visitor can be first finds; the rest of the scenes is dealt to others.
MANAGER = ("no answer yet", "due this week", "more needed")
FEATURED = {
    "R0A": (*MANAGER, "up to 14 days late", "awaiting us", "more time asked for", "done in part", "the answer is being prepared"),
    "RR8": ("the answer waits for a signature", "15 to 29 days late", "plan due this week", "the complainant says no"),
    "small-business-commissioner": ("no answer yet", "due this week"),
    "B81109": ("no answer yet", "due this week, and begun"),
    "hm-revenue-customs": (*MANAGER, "30 to 59 days late", "level 3 waits for a person", "stalled"),
    "environment-agency": ("no answer yet", "due this week", "stalled"),
    "driver-and-vehicle-licensing-agency": (*MANAGER, "accepted in part"),
}
