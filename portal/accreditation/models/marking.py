"""Works: assignments as one person wrote them, how assessors marked them, and appeals."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.accreditation.lifecycle import AppealState, Bond, Place, WorkState
from portal.audit import Audited
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key


class Work(Audited, Model):
    """What one person wrote for one assignment; `number` 2 and on are written again. The version of the course is fixed when it begins."""

    __tablename__ = "works"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    enrolment_id: Mapped[int] = points_to("enrolments.id", index=False)
    person_id: Mapped[int] = points_to("people.id")
    course: Mapped[str] = mapped_column(sa.String(8))
    course_version_id: Mapped[int] = points_to("course_versions.id")
    assignment: Mapped[str] = mapped_column(sa.String(60))
    number: Mapped[int]  # within the enrolment and the assignment
    state: Mapped[WorkState] = mapped_column(one_of(WorkState, "state"), default=WorkState.WRITING)
    began_at: Mapped[datetime] = mapped_column(Moment())
    handed_in_at: Mapped[datetime | None] = mapped_column(Moment())
    words: Mapped[int | None]  # as they were handed in
    mark_by: Mapped[date | None]
    decided_at: Mapped[datetime | None] = mapped_column(Moment())
    points: Mapped[int | None]  # of 100
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "assignment", "number"),
        sa.Index(
            "uq_works_open", "enrolment_id", "assignment", unique=True,
            sqlite_where=sa.text("decided_at IS NULL"), postgresql_where=sa.text("decided_at IS NULL"),
        ),
        sa.Index(
            "ix_works_to_mark", "mark_by", "id",
            sqlite_where=sa.text("handed_in_at IS NOT NULL AND decided_at IS NULL"),
            postgresql_where=sa.text("handed_in_at IS NOT NULL AND decided_at IS NULL"),
        ),
        sa.CheckConstraint("number >= 1", name="counted_from_one"),
        sa.CheckConstraint("(state = 'being written') = (handed_in_at IS NULL)", name="handed_in_has_a_moment"),
        sa.CheckConstraint("(handed_in_at IS NULL) = (words IS NULL)", name="handed_in_is_counted"),
        sa.CheckConstraint("(handed_in_at IS NULL) = (mark_by IS NULL)", name="handed_in_is_marked_by_a_day"),
        sa.CheckConstraint("(state IN ('passed', 'not passed')) = (decided_at IS NOT NULL)", name="decided_has_a_moment"),
        sa.CheckConstraint("(decided_at IS NULL) = (points IS NULL)", name="decided_has_points"),
        sa.CheckConstraint("points IS NULL OR points BETWEEN 0 AND 100", name="points_of_a_hundred"),
    )  # fmt: skip
    organisation_id = None  # a person's own

    @property
    def passed(self) -> bool:
        return self.state is WorkState.PASSED

    def audited_as(self) -> str:
        return f"work {self.reference}"


class WorkText(Model):
    """The text of a work, apart from it: it is long, and saved often. `seconds` were seen to be spent on it."""

    __tablename__ = "work_texts"
    id: Mapped[int] = primary_key()
    work_id: Mapped[int] = points_to("works.id", index=False, unique=True)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    saved_at: Mapped[datetime] = mapped_column(Moment())
    seconds: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (sa.CheckConstraint("seconds >= 0", name="time_runs_forward"),)


class Marking(Audited, Model):
    """One assessor's marking of one work. Nobody marks a work twice but as a hidden repeat, and nobody marks their own."""

    __tablename__ = "markings"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    work_id: Mapped[int] = points_to("works.id")
    learner_id: Mapped[int] = points_to("people.id", index=False)  # who wrote it
    assessor_id: Mapped[int] = points_to("people.id")
    place: Mapped[Place] = mapped_column(one_of(Place, "place"))
    repeat_of_id: Mapped[int | None] = points_to("markings.id", index=False, nullable=True, unique=True)
    taken_at: Mapped[datetime] = mapped_column(Moment())
    finished_at: Mapped[datetime | None] = mapped_column(Moment())
    put_back_at: Mapped[datetime | None] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index(
            "uq_markings_place", "work_id", "place", unique=True,
            sqlite_where=sa.text("repeat_of_id IS NULL AND put_back_at IS NULL"),
            postgresql_where=sa.text("repeat_of_id IS NULL AND put_back_at IS NULL"),
        ),
        sa.Index(
            "uq_markings_assessor", "work_id", "assessor_id", unique=True,
            sqlite_where=sa.text("repeat_of_id IS NULL AND put_back_at IS NULL"),
            postgresql_where=sa.text("repeat_of_id IS NULL AND put_back_at IS NULL"),
        ),
        sa.Index(  # one at a time; an appeal may lie beside it
            "uq_markings_open", "assessor_id", unique=True,
            sqlite_where=sa.text("finished_at IS NULL AND put_back_at IS NULL AND place <> 'appeal'"),
            postgresql_where=sa.text("finished_at IS NULL AND put_back_at IS NULL AND place <> 'appeal'"),
        ),
        sa.CheckConstraint("assessor_id <> learner_id", name="nobody_marks_their_own"),
        sa.CheckConstraint("(place = 'hidden repeat') = (repeat_of_id IS NOT NULL)", name="repeat_names_the_first"),
        sa.CheckConstraint("finished_at IS NULL OR put_back_at IS NULL", name="finished_or_put_back"),
    )  # fmt: skip
    organisation_id = None

    def audited_as(self) -> str:
        return f"marking {self.reference}"


class MarkingSheet(Model):
    """What an assessor has written so far, apart from the marking: it is saved often. Its `version` is that of the marks too."""

    __tablename__ = "marking_sheets"
    id: Mapped[int] = primary_key()
    marking_id: Mapped[int] = points_to("markings.id", index=False, unique=True)
    feedback: Mapped[str] = mapped_column(sa.Text, default="")
    saved_at: Mapped[datetime] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class WorkMark(Model):
    """The level of a work by one criterion, which is named as the rubric does. None: not chosen yet."""

    __tablename__ = "work_marks"
    id: Mapped[int] = primary_key()
    marking_id: Mapped[int] = points_to("markings.id", index=False)
    criterion: Mapped[str] = mapped_column(sa.String(200))
    level: Mapped[int | None]
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    __table_args__ = (
        sa.UniqueConstraint("marking_id", "criterion"),
        sa.CheckConstraint("level IS NULL OR level BETWEEN 0 AND 4", name="level_of_the_rubric"),
    )


class MustNotFound(Model):
    """Something in a work that must not be, by its code in the assignment, with the words that show it."""

    __tablename__ = "must_nots_found"
    id: Mapped[int] = primary_key()
    marking_id: Mapped[int] = points_to("markings.id", index=False)
    code: Mapped[str] = mapped_column(sa.String(60))
    quote: Mapped[str] = mapped_column(sa.Text)
    __table_args__ = (sa.UniqueConstraint("marking_id", "code"),)


class PracticeMarking(Model):
    """A script that was marked beforehand, as an assessor marked it: `levels` in the order of the rubric ("2,3,1"), `must_nots` by code."""

    __tablename__ = "practice_markings"
    id: Mapped[int] = primary_key()
    assessor_id: Mapped[int] = points_to("people.id", index=False)
    course_version_id: Mapped[int] = points_to("course_versions.id")
    assignment: Mapped[str] = mapped_column(sa.String(60))
    round: Mapped[int]
    script: Mapped[str] = mapped_column(sa.String(60))
    levels: Mapped[str] = mapped_column(sa.String(60))
    must_nots: Mapped[str] = mapped_column(sa.String(200), default="")
    agreed: Mapped[bool]
    marked_at: Mapped[datetime] = mapped_column(Moment())
    __table_args__ = (
        sa.UniqueConstraint("assessor_id", "course_version_id", "assignment", "round", "script", name="uq_practice_markings_once"),
        sa.CheckConstraint("round >= 1", name="counted_from_one"),
        sa.CheckConstraint("levels <> ''", name="says_levels"),
    )


class KeptComment(Model):
    """A comment that an assessor keeps for one criterion, to write it again."""

    __tablename__ = "kept_comments"
    id: Mapped[int] = primary_key()
    assessor_id: Mapped[int] = points_to("people.id", index=False)
    course: Mapped[str] = mapped_column(sa.String(8))
    assignment: Mapped[str] = mapped_column(sa.String(60))
    criterion: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.String(500))
    kept_at: Mapped[datetime] = mapped_column(Moment())
    __table_args__ = (
        sa.UniqueConstraint("assessor_id", "course", "assignment", "criterion", "text", name="uq_kept_comments_once"),
        sa.CheckConstraint("text <> ''", name="says_something"),
    )


class Appeal(Audited, Model):
    """A learner asks that somebody else looks at the marks of a work, once. Whoever decides has a marking of it of their own."""

    __tablename__ = "appeals"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    work_id: Mapped[int] = points_to("works.id", index=False, unique=True)
    work_reference: Mapped[str] = mapped_column(sa.String(12))
    state: Mapped[AppealState] = mapped_column(one_of(AppealState, "state"), default=AppealState.ASKED)
    grounds: Mapped[str] = mapped_column(sa.Text)
    asked_at: Mapped[datetime] = mapped_column(Moment())
    decide_by: Mapped[date]
    points_before: Mapped[int]
    passed_before: Mapped[bool]
    marking_id: Mapped[int | None] = points_to("markings.id", index=False, nullable=True, unique=True)  # of whoever has taken it
    decided_at: Mapped[datetime | None] = mapped_column(Moment())
    reasons: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index(
            "ix_appeals_to_decide", "decide_by", "id",
            sqlite_where=sa.text("decided_at IS NULL"), postgresql_where=sa.text("decided_at IS NULL"),
        ),
        sa.CheckConstraint("grounds <> ''", name="says_why"),
        sa.CheckConstraint("points_before BETWEEN 0 AND 100", name="points_of_a_hundred"),
        sa.CheckConstraint("(state = 'waiting for a decision') = (decided_at IS NULL)", name="decided_has_a_moment"),
        sa.CheckConstraint("(decided_at IS NULL) = (reasons = '')", name="decided_has_reasons"),
        sa.CheckConstraint("decided_at IS NULL OR marking_id IS NOT NULL", name="decided_by_somebody"),
    )  # fmt: skip
    organisation_id = None

    def audited_as(self) -> str:
        return f"work {self.work_reference}"


class Tie(Audited, Model):
    """An assessor said that they do not mark the work of somebody, and what they are to them."""

    __tablename__ = "ties"
    id: Mapped[int] = primary_key()
    assessor_id: Mapped[int] = points_to("people.id", index=False)
    person_id: Mapped[int] = points_to("people.id")
    bond: Mapped[Bond] = mapped_column(one_of(Bond, "bond"))
    declared_at: Mapped[datetime] = mapped_column(Moment())
    ended_at: Mapped[datetime | None] = mapped_column(Moment())
    __table_args__ = (
        sa.Index(
            "uq_ties_open", "assessor_id", "person_id", unique=True,
            sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.CheckConstraint("assessor_id <> person_id", name="to_somebody_else"),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= declared_at", name="ends_after_it_began"),
    )  # fmt: skip
    organisation_id = None

    def audited_as(self) -> str:
        return f"ties of person {self.assessor_id}"
