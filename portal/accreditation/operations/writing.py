"""An assignment is written, checked for what says who somebody is, and handed in. Two windows at once lose nothing."""

from __future__ import annotations

from portal import audit
from portal.accreditation import identities, works
from portal.accreditation.identities import Identity, Writer
from portal.accreditation.lifecycle import WORK, WorkState, WorkVerb
from portal.accreditation.models import Work, WorkText
from portal.accreditation.operations import learning
from portal.accreditation.queries import works as queries
from portal.accreditation.queries.works import Assigned
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Both, Incomplete, Invalid, Stale, Step, WrongState
from portal.policy import Acting, Action, insist


def save(at: Assigned, text: str, *, number: int, version: int, by: Acting) -> WorkText:
    """Keep the text of work `number` over the one that was shown in `version` (0: there was none). The first saving begins the work.

    Raises Stale with both texts where another window saved first. Sending again what is kept already changes nothing."""
    insist(by, Action.LEARN)
    typed = words.clean(text)
    if len(typed) > works.LONGEST:
        raise Invalid("text", f"Your text must be {words.number(works.LONGEST)} characters or fewer. It has {words.number(len(typed))}")
    there = _held(at)
    if there.open is None and not there.works and number == 1:
        return _begun(there, typed, by)
    if there.open is None or there.open.number != number or there.written is None:
        raise _moved_on(there, "What you typed just now was not added.")
    written = there.written
    if written.text == typed:
        return written
    if written.version != version:
        raise Stale(
            "Your text was changed after you opened it here. What is written here is not saved, so that what you saved there is not lost.",
            fields=[Both("Your text", written.text, typed, "text")], version=written.version,
            who=f"you, in another window at {words.time(written.saved_at)} on {words.day(written.saved_at)}", own=True,
        )  # fmt: skip
    now = clock.now()
    written.seconds += max(0, min(works.LONGEST_PAUSE, round((now - written.saved_at).total_seconds())))
    written.text, written.saved_at = typed, now
    db.session.flush()
    return written


def begin_again(at: Assigned, *, by: Acting) -> None:
    """Begin another work with the text of the last, which was not passed. Whoever has one open goes on with it."""
    insist(by, Action.LEARN)
    there = _held(at)
    if there.open is not None:
        return
    if there.newest is None or there.passed or there.waiting:
        raise _moved_on(there, "So there is nothing to write again.")
    if there.opens_at is not None:
        raise WrongState(
            f"You can write it again from {words.moment(there.opens_at)}. Until then, read what the assessors say.",
            next_steps=[Step("Read your last work and its marks", work_path(there.newest))],
        )
    _begun(there, there.text, by)


def _begun(at: Assigned, text: str, by: Acting) -> WorkText:
    now = clock.now()
    one = Work(
        reference=fresh_reference(Work, "WK"), enrolment_id=at.studied.begun.id, person_id=by.id, course=at.studied.course.id,
        course_version_id=at.studied.version.id, assignment=at.assignment.slug, number=len(at.works) + 1, began_at=now,
    )  # fmt: skip
    db.session.add(one)
    db.session.flush()
    written = WorkText(work_id=one.id, text=text, saved_at=now)
    db.session.add(written)
    db.session.flush()
    audit.record(Event.WORK_BEGUN, one, by=by, course=one.course, assignment=one.assignment, number=one.number)
    return written


def looked_through(at: Assigned, by: Acting) -> list[Identity]:
    """What in the text may say who somebody is."""
    writer = Writer(by.name, by.email, tuple(dict.fromkeys(post.organisation for post in by.posts)))
    return identities.found(at.text, writer, given=(at.assignment.task, at.assignment.case))


def hand_in(at: Assigned, *, number: int, version: int, confirmed: bool, by: Acting) -> Work:
    """Hand in work `number` with its text as it was looked through in `version`. A second time changes nothing.

    `confirmed`: whatever was found in it says nothing about a real person."""
    insist(by, Action.LEARN)
    there = _held(at)
    one = next((work for work in there.works if work.number == number), None)
    if one is not None and one.handed_in_at is not None:
        return one
    if one is None or there.written is None or there.passed:
        raise _moved_on(there, "Nothing was handed in.")
    if there.written.version != version:
        raise WrongState(
            "You changed your text in another window after this page had looked through it. Nothing was handed in.",
            next_steps=[Step("Look through the text as it is now", f"{path(there)}/hand-in")],
        )
    many = works.count(there.text)
    if refused := wrong_length(there, many):
        raise Incomplete(f"{refused} Nothing was handed in.", [Step("Go on writing", path(there))])
    found = looked_through(there, by)
    if found and not confirmed:
        raise Invalid("confirmed", "Change these words, or confirm that they say nothing about a real person")
    WORK.move(one, WorkVerb.HAND_IN)
    one.handed_in_at = clock.now()
    one.words, one.mark_by = many, works.marked_by(one.handed_in_at)
    minutes, seen = there.assignment.minutes, round(there.written.seconds / 60)
    learning.count(there.studied, f"assignment {one.assignment}", there.assignment.title, claimed=minutes, observed=min(minutes * 2, seen), by=by)
    audit.record(
        Event.WORK_HANDED_IN, one, by=by, course=one.course, assignment=one.assignment, number=one.number, words=many, confirmed=len(found),
        mark_by=one.mark_by,
    )  # fmt: skip
    return one


def wrong_length(at: Assigned, many: int) -> str:
    """Why a text of so many words cannot be handed in; nothing where it can."""
    fewest, most = at.assignment.words
    if fewest <= many <= most:
        return ""
    asked = f"The assignment asks for {words.number(fewest)} to {words.number(most)}."
    return f"Your text is too {'short' if many < fewest else 'long'}: it has {words.count(many, 'word', 'words')}. {asked}"


def _held(at: Assigned) -> Assigned:
    """The works as they are now; whoever else writes for this enrolment waits."""
    hold(at.studied.begun)
    return queries.of_enrolment(at.studied, at.assignment)


def _moved_on(at: Assigned, so: str) -> WrongState:
    """Why the page that was shown is no longer how it is, and what came of what was typed there."""
    one = at.open or at.passed or at.newest
    if one is None:
        return WrongState(f"You have not begun this assignment. {so}", next_steps=[Step("Begin to write", path(at))])
    if one.handed_in_at is None:
        return WrongState(f"You have begun to write this again in another window. {so}", next_steps=[Step("Go on writing", path(at))])
    state = "passed this assignment" if one.state is WorkState.PASSED else f"handed this in on {words.moment(one.handed_in_at)}"
    return WrongState(f"You have {state}. {so}", next_steps=[Step("Read your work", work_path(one))])


def path(at: Assigned) -> str:
    return f"/learning/{at.studied.course.id}/assignments/{at.assignment.slug}"


def work_path(one: Work) -> str:
    return f"/learning/works/{one.reference}"
