"""Book 3: who must be told. Letters are rows of the same transaction as the fact they tell of; a job sends them."""

from __future__ import annotations

import enum
import json
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.db import Model, Moment, insert_unless_there, one_of, primary_key


class Letter(enum.Enum):
    """Every letter the portal can send; its text is templates/letters/<name in lower case>.txt, subject first."""

    def __init__(self, words: str, secret: bool = False, forgets: bool = False) -> None:
        self.words = words
        self.secret = secret  # its facts are wiped once it is sent
        self.forgets = forgets  # and so is the address that it went to

    SIGN_IN_LINK = "a link to sign in", True
    INVITATION = "an invitation to act for an organisation", True
    DEPUTY_NAMED = "you are somebody's deputy"
    ROLE_ENDED = "your role has ended"
    SECOND_FACTOR_CHANGED = "your second factor changed"
    PERIOD_OPENED = "the assessment is open"
    DIGEST = "what waits for you, once a day at most"
    ANSWERS_ASSIGNED = "expectations were assigned to you"
    READY_FOR_SIGN_OFF = "an assessment waits for your signature"
    RETURNED = "the assessment came back from the executive lead"
    SIGNED_OFF = "the assessment was signed and handed in"
    NOT_SUBMITTED = "the assessment was not handed in"
    EXTENSION_ASKED = "an organisation asks for more time"
    EXTENSION_DECIDED = "the answer about more time"
    CLARIFICATION_ASKED = "the reviewer asks a question"
    CLARIFICATION_ANSWERED = "a question was answered"
    FINDING_SHARED = "the draft finding, and how to reply"
    FINDING_REPLIED = "the organisation replied to the draft finding"
    PUBLISHED = "the finding is published"
    REOPENED = "the assessment was reopened"
    PLAN_DECIDED = "the improvement plan was agreed or returned"
    EVIDENCE_NEEDS_A_CHOICE = "personal data may be in a file you handed in"
    EVIDENCE_REFUSED = "malware was found in a file you handed in"
    RECOMMENDATION_TO_APPROVE = "a draft of a recommendation waits for approval"
    RECOMMENDATION_RETURNED = "a draft of a recommendation was returned"
    RECOMMENDATION_ISSUED = "the Ombudsman made a recommendation to the organisation"
    RESPONSE_TO_SIGN = "an answer to a recommendation waits for your signature"
    RESPONSE_RETURNED = "an answer to a recommendation came back from the executive lead"
    RESPONSE_SIGNED = "a recommendation was answered"
    PROGRESS_REPORTED = "an organisation reported progress on a recommendation"
    COMPLAINANT_ASKED = "three questions to somebody who complained", True, True
    COMPLAINANT_OBJECTED = "somebody who complained says that it did not happen"
    TOKEN_MADE = "a token for another system was made in the officer's name"
    VERDICT_GIVEN = "what the Ombudsman found of a recommendation"
    RECOMMENDATION_REOPENED = "a recommendation was reopened"
    MORE_TIME_ASKED = "an organisation asks for more time for a recommendation"
    MORE_TIME_DECIDED = "the answer about more time for a recommendation"
    RECOMMENDATION_HANDED_OVER = "a recommendation was handed over to you"
    RECOMMENDATION_REWORDED = "the words of a recommendation changed"
    RECOMMENDATION_REPLACED = "a recommendation goes on as another"
    RECOMMENDATION_WITHDRAWN = "a recommendation was withdrawn"
    RECOMMENDATION_TAKEN_OVER = "a recommendation to an organisation that closed goes on with its successor"
    RECOMMENDATION_REMINDER = "a recommendation is due soon, or today"
    RECOMMENDATION_OVERDUE = "a recommendation is overdue"
    EVIDENCE_MISSED = "the day on which evidence was to come has passed"
    LADDER_WAITS = "steps of the ladder wait for an officer, once a day at most"
    LADDER_LETTER = "what an officer wrote about an overdue recommendation"
    PASS_GAINED = "an examination was marked again and is passed"
    PASS_NOT_STANDING = "an examination was marked again and its pass does not stand"
    CERTIFICATE_GIVEN = "somebody earned a certificate"
    CERTIFICATE_ENDS = "a certificate ends in 90, 30 or 7 days"
    CERTIFICATE_DECIDED = "a certificate was suspended, given back or revoked"
    CERTIFICATE_MADE_AGAIN = "a certificate was made again because a key was stolen"
    WORK_MARKED = "a work for a course was marked"
    APPEAL_DECIDED = "the answer to an appeal against marks"
    FILE_DAMAGED = "the weekly check found damaged files"


class Post(enum.Enum):
    """Where a letter is on its way. SENDING is claimed by one worker; FAILED waits for a person."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class OutgoingLetter(Model):
    """One letter to one address. The unique key makes a reminder that is posted twice one letter."""

    __tablename__ = "outgoing_letters"
    id: Mapped[int] = primary_key()
    letter: Mapped[str] = mapped_column(sa.String(40))
    about: Mapped[str] = mapped_column(sa.String(120))
    period: Mapped[str] = mapped_column(sa.String(40), default="")
    to_address: Mapped[str] = mapped_column(sa.String(320))
    to_name: Mapped[str] = mapped_column(sa.String(200))
    facts: Mapped[str] = mapped_column(sa.Text)
    posted_at: Mapped[datetime] = mapped_column(Moment())
    state: Mapped[Post] = mapped_column(one_of(Post, "state"), default=Post.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(Moment())
    claimed_at: Mapped[datetime | None] = mapped_column(Moment())
    sent_at: Mapped[datetime | None] = mapped_column(Moment())
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    __table_args__ = (
        sa.UniqueConstraint("letter", "about", "period", "to_address"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_when_sent"),
        sa.Index("ix_outgoing_letters_waiting", "state", "not_before"),
    )


def post(
    letter: Letter, *, to: str, name: str, about: str, period: str | date = "", facts: dict[str, Any] | None = None
) -> bool:
    """Post a letter within the transaction under way; False if the same letter was posted before.

    `about` and `period` say what the letter is about and which occasion of it this is ("AS-7K2QD", "2026-06-04");
    with the letter and the address they make it unique. `facts` fill the template: text, numbers, days (as text).
    """
    now = clock.now()
    return insert_unless_there(
        OutgoingLetter,
        ("letter", "about", "period", "to_address"),
        letter=letter.name,
        about=about,
        period=str(period),
        to_address=to,
        to_name=name,
        facts=json.dumps(facts or {}, ensure_ascii=False, sort_keys=True),
        posted_at=now,
        state=Post.WAITING,
        attempts=0,
        not_before=now,
        reason="",
    )
