"""What the Ombudsman recommended to one organisation, from the draft to the end of what was promised about it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key
from portal.recommendations.lifecycle import Acceptance, Delivery, DraftState

CASE = 40  # characters of a case's reference
WORDS = 4000  # characters of each text
NOTE = 2000


class Recommendation(Audited, Model):
    """One thing recommended to one organisation. What a case recommends to several organisations is several of these.

    Its reference and its public address stay for ever. `text` is the organisation's to read, `public_text` everybody's.
    """

    __tablename__ = "recommendations"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    case_reference: Mapped[str] = mapped_column(sa.String(CASE))  # as the case system calls it
    number: Mapped[int]  # which of the case's
    type: Mapped[str] = mapped_column(sa.String(20))  # a code of texts/types.yaml
    severity: Mapped[int]  # of the injustice, 1 to 6 as the Ombudsman's scale has it
    failing: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    public_text: Mapped[str] = mapped_column(sa.Text)
    due_on: Mapped[date]
    overruled_why: Mapped[str] = mapped_column(sa.Text, default="")  # why it is worded so, whatever the drafting aid says
    state: Mapped[DraftState] = mapped_column(one_of(DraftState, "state"), default=DraftState.DRAFT)
    acceptance: Mapped[Acceptance] = mapped_column(one_of(Acceptance, "acceptance"), default=Acceptance.AWAITING)
    delivery: Mapped[Delivery] = mapped_column(one_of(Delivery, "delivery"), default=Delivery.NOT_DUE)
    drafted_by_id: Mapped[int] = points_to("people.id", index=False)
    drafted_by: Mapped[str] = mapped_column(sa.String(200))
    drafted_at: Mapped[datetime] = mapped_column(Moment())
    sent_at: Mapped[datetime | None] = mapped_column(Moment())
    returned_why: Mapped[str] = mapped_column(sa.Text, default="")
    approved_by_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    approved_by: Mapped[str] = mapped_column(sa.String(200), default="")
    issued_at: Mapped[datetime | None] = mapped_column(Moment())
    issued_on: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("case_reference", "number"),
        sa.Index("ix_recommendations_organisation", "organisation_id", "state", "due_on", "id"),
        sa.Index("ix_recommendations_state", "state", "due_on", "id"),
        sa.CheckConstraint("number >= 1", name="counted_from_one"),
        sa.CheckConstraint("severity BETWEEN 1 AND 6", name="severity_on_the_scale"),
        sa.CheckConstraint("case_reference <> '' AND failing <> '' AND text <> '' AND public_text <> ''", name="says_something"),
        sa.CheckConstraint("(state = 'issued') = (issued_at IS NOT NULL)", name="issued_says_when"),
        sa.CheckConstraint("(issued_at IS NULL) = (issued_on IS NULL)", name="issued_has_a_day"),
        sa.CheckConstraint("(state = 'issued') = (approved_by <> '')", name="issued_says_by_whom"),
        sa.CheckConstraint("(approved_by_id IS NULL) = (approved_by = '')", name="approver_is_whole"),
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> drafted_by_id", name="nobody_approves_their_own"),
        sa.CheckConstraint("state <> 'awaiting approval' OR sent_at IS NOT NULL", name="waiting_was_sent"),
        sa.CheckConstraint(
            "state = 'issued' OR (acceptance = 'awaiting response' AND delivery = 'not due')", name="answered_once_issued"
        ),
        sa.CheckConstraint("issued_on IS NULL OR due_on > issued_on", name="due_after_issue"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.reference}"
