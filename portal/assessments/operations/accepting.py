"""Assessments accepted together, but for a random sample that stays for review and that anyone can draw again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal import audit
from portal.assessments import sampling
from portal.assessments.lifecycle import ASSESSMENT, State, Verb
from portal.assessments.queries import queueing
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.policy import Acting, Action, insist

USUAL_PERCENT = 5


@dataclass(frozen=True)
class Choice:
    """Which assessments, and how large a sample of them stays for review."""

    kind: str = ""
    standard: str = ""
    unqueried: bool = True
    percent: int = USUAL_PERCENT


@dataclass(frozen=True)
class Drawing:
    """What a bulk acceptance would do, stated before it is done."""

    seed: str
    references: tuple[str, ...]
    sample: frozenset[str]
    choice: Choice

    @property
    def accepted(self) -> int:
        return len(self.references) - len(self.sample)


def drawing(choice: Choice, *, by: Acting) -> Drawing:
    """The sample drawn from what waits now. What the person has a conflict with is left out."""
    insist(by, Action.ACCEPT_IN_BULK)
    if not 1 <= choice.percent <= 100:
        raise Invalid("percent", "Enter a sample from 1 to 100 per cent")
    waiting = queueing.acceptable(choice.kind, choice.standard, choice.unqueried)
    references = tuple(one.reference for one in waiting if one.organisation_id not in by.conflicts)
    seed = seed_of(references, clock.today())
    sample = sampling.draw(references, sampling.size(len(references), choice.percent), seed)
    return Drawing(seed, references, frozenset(sample), choice)


def seed_of(references: Sequence[str], day: date) -> str:
    """The seed follows from the day and the list, so that nobody can draw again until the sample suits them."""
    return hashlib.sha256("\n".join([day.isoformat(), *sorted(references)]).encode()).hexdigest()[:16]


def accept(drawn: Drawing, *, by: Acting) -> tuple[int, int]:
    """Do what was stated: sampled ones stay for review, the rest are accepted. Gives how many of each.

    What somebody else moved since is passed over, so doing it twice or at once changes nothing more.
    """
    insist(by, Action.ACCEPT_IN_BULK)
    facts = {"sample_of": len(drawn.references), "sample_size": len(drawn.sample), "seed": drawn.seed}
    accepted = sampled = 0
    for assessment in queueing.held(drawn.references):
        insist(by, Action.REVIEW, assessment)
        if assessment.state is not State.SIGNED_OFF or assessment.sampled or assessment.first_reviewer_id is not None:
            continue
        assessment.changed_at = clock.now()
        if assessment.reference in drawn.sample:
            assessment.sampled = True
            sampled += 1
        else:
            ASSESSMENT.move(assessment, Verb.ACCEPT)
            assessment.checked = False
            assessment.reviewed_at = clock.now()
            assessment.reply_due_on = clock.today()  # nothing was found, so there is nothing to reply to
            accepted += 1
        audit.record(Event.ACCEPTED_IN_BULK, assessment, by=by, **facts)
    return accepted, sampled
