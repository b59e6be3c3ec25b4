"""An assessor takes the next work, marks it by its rubric, and finishes; what is taken and left goes back by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa
from flask import current_app

from portal import audit
from portal.accreditation import impartial, taking
from portal.accreditation.courses.records import Assignment
from portal.accreditation.lifecycle import Place
from portal.accreditation.models import Appeal, KeptComment, Marking, MarkingSheet, MustNotFound, Work, WorkMark
from portal.accreditation.operations import settling
from portal.accreditation.queries import assessing as queries
from portal.accreditation.queries.assessing import Door, Held, Line
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold, insert_unless_there
from portal.kernel.errors import Both, Incomplete, Invalid, Stale, Step, WrongState
from portal.kernel.working_days import add_working_days
from portal.organisations.models import Person
from portal.policy import PORTAL, Acting, Action, insist

LONGEST = 4000  # characters of a comment, of feedback, and of the words that are quoted
LONGEST_KEPT = 500
MOST_KEPT = 50  # comments for one criterion
WITH_REASON = 2  # a level below this one needs a comment: it says what was missing


@dataclass(frozen=True)
class Marks:
    """What an assessor has written so far: levels and comments by criterion, must-nots by code with the words that show them."""

    levels: Mapping[str, int | None] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, str] = field(default_factory=dict)
    feedback: str = ""


def take(*, by: Acting) -> Marking:
    """Take the next work that this assessor may mark; whoever has one goes on with it.

    One in ten is a work that they marked some weeks ago. Nothing that they are shown tells which."""
    insist(by, Action.MARK)
    hold(db.session.get_one(Person, by.id))  # one at a time, in however many windows
    mine = queries.open_marking(by.id or 0)
    if mine is not None:
        return mine
    lines = queries.lines(by)
    taken = _take_repeat(lines, by) or _take_first_free(lines, by)
    if taken is None:
        raise WrongState("No work waits that you may mark just now.", next_steps=[Step("Back to marking", "/marking")])
    return taken


def _take_repeat(lines: list[Line], by: Acting) -> Marking | None:
    me, (taken, repeats) = by.id or 0, queries.counts(by.id or 0)
    seed = str(current_app.config["SECRET_KEY"])
    if not taking.is_repeat(seed, me, taken, repeats):
        return None
    there = {line.practice.rubric for line in lines if line.door is Door.OPEN}
    mine, together, repeatable = queries.assessor(by), queries.colleagues(), queries.repeatable(me)
    writers = queries.writers({one.learner_id for one in repeatable})
    among = [one for one in repeatable if one.rubric in there and impartial.bar(mine, writers[one.learner_id], colleagues=together) is None]
    if not among:
        return None
    one = taking.chosen(seed, me, repeats, among)
    return _made(db.session.get_one(Work, one.work_id), Place.REPEAT, by, repeat_of_id=one.id)


def _take_first_free(lines: list[Line], by: Acting) -> Marking | None:
    waiting = [one for line in lines if line.door is Door.OPEN for one in line.waiting]
    for one in sorted(waiting, key=lambda one: (one.mark_by, one.id)):
        work = hold(db.session.get_one(Work, one.id))
        place = queries.free_place(work)  # unless another has taken it this moment
        if place is not None:
            return _made(work, place, by)
    return None


def _made(work: Work, place: Place, by: Acting, *, repeat_of_id: int | None = None) -> Marking:
    now = clock.now()
    made = Marking(
        reference=fresh_reference(Marking, "MK"), work_id=work.id, learner_id=work.person_id, assessor_id=by.id, place=place,
        repeat_of_id=repeat_of_id, taken_at=now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    db.session.add(MarkingSheet(marking_id=made.id, feedback="", saved_at=now))
    db.session.flush()
    audit.record(Event.MARKING_TAKEN, made, by=by, work=work.reference, place=place.value)
    return made


def take_appeal(appeal: Appeal, work: Work, *, by: Acting) -> Marking:
    """Take the work of an appeal, to look at it anew; for operations/deciding_appeals.py, which says who may."""
    made = _made(work, Place.APPEAL, by)
    appeal.marking_id = made.id
    db.session.flush()
    audit.record(Event.MARKING_TAKEN, appeal, by=by, work=work.reference, place=made.place.value)
    return made


def save(at: Held, marks: Marks, *, version: int, by: Acting) -> MarkingSheet:
    """Keep a draft over the one that was shown in `version`. Sending again what is kept changes nothing.

    Raises Stale with both texts where another window came first, Invalid where something cannot be kept."""
    insist(by, Action.MARK)
    _check(at.assignment, marks)
    refuse_unless_open(hold(at.marking))
    sheet = hold(at.sheet)
    there = drafted(at.marking.id, sheet)
    changes = _changes(at.assignment, there, marks)
    if not changes:
        return sheet
    if sheet.version != version:
        raise Stale(
            "These marks were changed after you opened them here. What is written here is not saved, so that what you saved there is not lost.",
            fields=changes, version=sheet.version, who=f"you, in another window, at {words.time(sheet.saved_at)}", own=True,
        )  # fmt: skip
    _write(at, marks)
    sheet.feedback, sheet.saved_at = marks.feedback, clock.now()
    db.session.flush()
    return sheet


def _check(assignment: Assignment, marks: Marks) -> None:
    for place, criterion in enumerate(assignment.criteria):
        if marks.levels.get(criterion.title) not in (None, 0, 1, 2, 3, 4):
            raise Invalid(f"level_{place}", f"Choose one of the levels of “{criterion.title}”")
        if len(marks.comments.get(criterion.title, "")) > LONGEST:
            raise Invalid(f"comment_{place}", f"The comment on “{criterion.title}” must be {words.number(LONGEST)} characters or fewer")
    for place, code in enumerate(assignment.must_not):
        if len(marks.found.get(code, "")) > LONGEST:
            raise Invalid(f"quote_{place}", f"The words must be {words.number(LONGEST)} characters or fewer")
    if len(marks.feedback) > LONGEST:
        raise Invalid("feedback", f"Feedback must be {words.number(LONGEST)} characters or fewer")


def refuse_unless_open(one: Marking) -> None:
    if one.finished_at is not None:
        raise WrongState(
            f"You finished this marking at {words.moment(one.finished_at)}, so it cannot be changed.",
            next_steps=[Step("Read it", marking_path(one)), Step("Go on marking", "/marking")],
        )
    if one.put_back_at is not None:
        raise WrongState(
            f"This work went back to the queue at {words.moment(one.put_back_at)}, so nothing more is saved here.",
            next_steps=[Step("Go on marking", "/marking")],
        )


def drafted(marking_id: int, sheet: MarkingSheet) -> Marks:
    """What a marking says so far."""
    marks, found = queries.given(marking_id)
    return Marks(
        {title: one.level for title, one in marks.items()}, {title: one.comment for title, one in marks.items()}, found, sheet.feedback
    )  # fmt: skip


def _changes(assignment: Assignment, there: Marks, typed: Marks) -> list[Both]:
    """Both texts of whatever differs."""
    pairs = []
    for place, criterion in enumerate(assignment.criteria):
        title = criterion.title
        pairs.append(Both(f"{title}: level", _said(there.levels.get(title)), _said(typed.levels.get(title)), f"level_{place}"))
        pairs.append(Both(f"{title}: comment", there.comments.get(title, ""), typed.comments.get(title, ""), f"comment_{place}"))
    for place, (code, rule) in enumerate(assignment.must_not.items()):
        pairs.append(Both(f"Found: {rule}", _found(there, code), _found(typed, code), f"quote_{place}"))
    pairs.append(Both("Feedback on the whole", there.feedback, typed.feedback, "feedback"))
    return [one for one in pairs if one.theirs != one.yours]


def _said(level: int | None) -> str:
    return "" if level is None else f"Level {level}"


def _found(marks: Marks, code: str) -> str:
    return f"Yes: {marks.found[code]}" if code in marks.found else ""


def _write(at: Held, marks: Marks) -> None:
    there, _ = queries.given(at.marking.id)
    for criterion in at.assignment.criteria:
        level, comment = marks.levels.get(criterion.title), marks.comments.get(criterion.title, "")
        one = there.get(criterion.title)
        if one is not None:
            one.level, one.comment = level, comment
        elif level is not None or comment:
            db.session.add(WorkMark(marking_id=at.marking.id, criterion=criterion.title, level=level, comment=comment))
    db.session.execute(sa.delete(MustNotFound).where(MustNotFound.marking_id == at.marking.id))
    for code in at.assignment.must_not:
        if code in marks.found:
            db.session.add(MustNotFound(marking_id=at.marking.id, code=code, quote=marks.found[code]))
    db.session.flush()


def missing(at: Held) -> list[Step]:
    """What a marking lacks before it can be finished, each with the place where it is written."""
    here, lacks = marking_path(at.marking), []
    for place, criterion in enumerate(at.assignment.criteria):
        level = at.levels.get(criterion.title)
        if level is None:
            lacks.append(Step(f"Choose a level for “{criterion.title}”", f"{here}#level_{place}"))
        elif level < WITH_REASON and criterion.title not in at.comments:
            lacks.append(Step(f"Say in a comment on “{criterion.title}” why it has level {level}, and what was missing", f"{here}#comment_{place}"))
    for place, code in enumerate(at.assignment.must_not):
        if code in at.must_nots and not at.must_nots[code]:
            lacks.append(Step(f"Quote the words that show “{at.assignment.must_not[code]}”", f"{here}#quote_{place}"))
        elif code in at.must_nots and _plain(at.must_nots[code]) not in _plain(at.text):
            lacks.append(Step(f"Copy the words that show “{at.assignment.must_not[code]}” from the work: they do not stand in it like that", f"{here}#quote_{place}"))
    return lacks


def _plain(text: str) -> str:
    """Words without what copying changes: line ends, runs of spaces, the shape of quotation marks."""
    return " ".join(text.casefold().translate(_QUOTES).split()).strip("\"' ")


_QUOTES = str.maketrans("“”‘’", "\"\"''")


def finish(at: Held, *, version: int, by: Acting) -> None:
    """Finish a marking as it was shown in `version`, for good; the work is settled with it. A second time changes nothing."""
    insist(by, Action.MARK)
    work = hold(at.work)
    if close(at, version=version, lacks=missing(at), by=by) and at.marking.place is not Place.REPEAT:
        settling.settle(work, by=by)  # a repeat counts for nobody but its assessor


def close(at: Held, *, version: int, lacks: Sequence[Step], by: Acting) -> bool:
    """Give a marking its end, unless it `lacks` something; False where it has its end already."""
    one = hold(at.marking)
    if one.finished_at is not None:
        return False
    refuse_unless_open(one)
    if hold(at.sheet).version != version:
        raise WrongState(
            "You changed the marks in another window after this page was shown, so they were not finished.",
            next_steps=[Step("Look at them again", f"{marking_path(one)}/finish")],
        )
    if lacks:
        raise Incomplete("This marking is not complete yet.", lacks)
    one.finished_at = clock.now()
    db.session.flush()
    audit.record(
        Event.MARKING_FINISHED, one, by=by, work=at.work.reference, place=one.place.value, levels=at.levels, must_nots=sorted(at.must_nots)
    )  # fmt: skip
    return True


def put_back(at: Held, *, by: Acting) -> None:
    """Give a work back to the queue; whoever takes it next begins anew. A second time changes nothing."""
    insist(by, Action.MARK)
    one = hold(at.marking)
    if one.put_back_at is None:
        refuse_unless_open(one)
        _put_back(one, at.work.reference, "put back", by)


def _put_back(one: Marking, reference: str, reason: str, by: Acting) -> None:
    one.put_back_at = clock.now()
    db.session.flush()
    audit.record(Event.MARKING_PUT_BACK, one, by=by, work=reference, reason=reason)
    if one.place is Place.APPEAL:
        appeal = hold(db.session.scalars(sa.select(Appeal).where(Appeal.marking_id == one.id)).one())
        appeal.marking_id = None
        db.session.flush()
        audit.record(Event.MARKING_PUT_BACK, appeal, by=by, work=reference, reason=reason)


def free_left() -> Iterator[Callable[[], int]]:
    """A step for each work that was taken and then left, so that nothing hangs on somebody who fell ill."""
    before = add_working_days(clock.today(), -taking.LEFT_AFTER)
    for id in queries.left_since(clock.start_of_day(before)):
        yield partial(_free, id)


def _free(id: int) -> int:
    one = db.session.scalar(
        sa.select(Marking).where(Marking.id == id, Marking.finished_at.is_(None), Marking.put_back_at.is_(None)).with_for_update()
    )  # fmt: skip
    if one is None:
        return 0
    _put_back(one, db.session.get_one(Work, one.work_id).reference, f"left for {taking.LEFT_AFTER} working days", PORTAL)
    return 1


def keep_comment(at: Held, criterion: str, text: str, *, by: Acting) -> None:
    """Keep a comment on one criterion, to write it again. The same one twice is one."""
    insist(by, Action.MARK)
    text = words.clean(text)
    if not text:
        raise Invalid("", "Write the comment first, then keep it")
    if len(text) > LONGEST_KEPT:
        raise Invalid("", f"A comment that is kept must be {LONGEST_KEPT} characters or fewer")
    there = [one for one in queries.kept(by.id or 0, at.rubric) if one.criterion == criterion]
    if len(there) >= MOST_KEPT:
        raise Invalid("", f"You keep {MOST_KEPT} comments on “{criterion}”. Remove one first")
    insert_unless_there(
        KeptComment, ("assessor_id", "course", "assignment", "criterion", "text"), assessor_id=by.id, course=at.course.id,
        assignment=at.assignment.slug, criterion=criterion, text=text, kept_at=clock.now(),
    )  # fmt: skip


def forget_comment(id: int, *, by: Acting) -> None:
    """Keep a comment of one's own no longer; one that is gone already, or is another's, changes nothing."""
    insist(by, Action.MARK)
    db.session.execute(sa.delete(KeptComment).where(KeptComment.id == id, KeptComment.assessor_id == by.id))


def marking_path(one: Marking) -> str:
    return f"/marking/works/{one.reference}"
