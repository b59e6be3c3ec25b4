"""People who learn, brought to a state by the operations themselves."""

from __future__ import annotations

import tempfile
from pathlib import Path

import sqlalchemy as sa

from portal import audit
from portal.accreditation.courses.records import CHOSEN, Question, QuestionKind
from portal.accreditation.lifecycle import AttemptKind, Place
from portal.accreditation.models import (
    Attempt,
    AttemptItem,
    CourseVersion,
    Marking,
    MarkingSheet,
    MustNotFound,
    Remark,
    RemarkedPaper,
    Work,
    WorkMark,
)
from portal.accreditation.operations import examining, learning, publishing, settling, walking, writing
from portal.accreditation.queries import certificates, works
from portal.accreditation.queries import examining as papers
from portal.accreditation.queries import learning as queries
from portal.accreditation.settling import Given
from portal.kernel import clock
from portal.kernel.db import db, fresh_reference
from portal.policy import Acting
from tests.accreditation.a_course import files, whole
from tests.people import Cast


def laid_down(folder: Path, changed: dict[str, bytes]) -> Path:
    """Files in a folder that is called as the course is."""
    for path, data in changed.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def published(cast: Cast, changed: dict[str, bytes] | None = None, note: str = "The first version.") -> CourseVersion:
    """The small course, published by its author."""
    with tempfile.TemporaryDirectory() as folder:
        made = publishing.publish(laid_down(Path(folder) / "T1", changed or files()), note, by=cast.wren)
    db.session.commit()
    return made


def begun(by: Acting, course: str = "T1") -> queries.Studied:
    """The course, begun by this person."""
    there = queries.studied(by.id or 0, course)
    assert there is not None
    learning.begin(there.version, by=by)
    db.session.commit()
    return studied(by, course)


def studied(by: Acting, course: str = "T1") -> queries.Studied:
    found = queries.begun(by.id or 0, course)
    assert found is not None
    return found


def read(by: Acting, *lessons: str) -> queries.Studied:
    """These lessons, or all, read to their end."""
    at = studied(by)
    for lesson in at.course.lessons:
        if lessons and lesson.slug not in lessons:
            continue
        module, _, name = lesson.slug.partition("/")
        for page in range(1, len(lesson.pages) + 2):
            opened = queries.opened(by.id or 0, "T1", module, name, page)
            assert opened is not None
            if opened.is_check:
                learning.answer(opened, [0], None, by=by)
            else:
                learning.turn(opened, None, by=by)
            db.session.commit()
    return studied(by)


def a_paper(by: Acting, kind: AttemptKind = AttemptKind.EXAMINATION) -> papers.Sitting:
    """A paper that was just begun; its lessons are read first if they must be."""
    at = papers.examined(by.id or 0, "T1")
    if at is None:
        begun(by)
    if kind is AttemptKind.EXAMINATION:
        read(by)
    at = papers.examined(by.id or 0, "T1")
    assert at is not None
    one = examining.begin(at, kind, by=by)
    db.session.commit()
    return sitting(by, one)


def sitting(by: Acting, one: Attempt) -> papers.Sitting:
    found = papers.sitting(by.id or 0, one.reference)
    assert found is not None
    return found


def right_answer(question: Question, item: AttemptItem) -> str:
    """The right answer, as it is stored."""
    if question.kind in CHOSEN:
        return ",".join(str(place) for place, option in enumerate(question.options) if option.right)
    if question.kind is QuestionKind.DATE:
        assert question.rule is not None
        assert item.starts_on is not None
        return question.rule.of(item.starts_on).isoformat()
    if question.kind is QuestionKind.MATCH:
        return ",".join(f"{place}:{question.sides.index(option.goes_with)}" for place, option in enumerate(question.options))
    if question.kind is QuestionKind.ORDER:
        return ",".join(f"{place}:{place}" for place in range(len(question.options)))
    return next(option.text for option in question.options if option.right)


def answered(by: Acting, at: papers.Sitting, wrong: int = 0) -> papers.Sitting:
    """Every question answered, the first `wrong` of them by nothing at all."""
    for item in at.items[wrong:]:
        examining.save(papers.Asked(at, item), right_answer(at.question(item), item), by=by)
    db.session.commit()
    return sitting(by, at.attempt)


def handed_in(by: Acting, wrong: int = 0) -> papers.Sitting:
    """An examination that is over, with so many questions left out."""
    at = answered(by, a_paper(by), wrong)
    examining.hand_in(at, by=by)
    db.session.commit()
    return sitting(by, at.attempt)


def a_doubtful_paper(by: Acting) -> Attempt:
    """A paper that was passed, and that another marking would not pass."""
    one = handed_in(by).attempt
    assert one.correct is not None
    made = Remark(
        reference=fresh_reference(Remark, "RM"), course=one.course, course_version_id=one.course_version_id, because="A key was wrong",
        made_at=clock.now(), made_by="Wren Atkins",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    db.session.add(
        RemarkedPaper(
            remark_id=made.id, attempt_id=one.id, correct_before=one.correct, critical_before=0, passed_before=True, correct_after=0,
            critical_after=0, passed_after=False,
        )
    )  # fmt: skip
    audit.record(
        audit.Event.PAPERS_REMARKED, made, by=by, version="1.0.0", because=made.because, papers=[one.reference], gained=[], waiting=[one.reference]
    )
    db.session.commit()
    return one


A_TEXT = "Dear Ms Bell, I am sorry that nobody rang you. " * 25  # 250 words


def assigned(by: Acting) -> works.Assigned:
    """The assignment of the small course, which is begun if it must be."""
    if queries.begun(by.id or 0, "T1") is None:
        begun(by)
    found = works.assigned(by.id or 0, "T1", "a-reply")
    assert found is not None
    return found


def a_draft(by: Acting, text: str = A_TEXT) -> works.Assigned:
    """A work that is being written."""
    at = assigned(by)
    writing.save(at, text, number=at.open.number if at.open else 1, version=at.written.version if at.written else 0, by=by)
    db.session.commit()
    return assigned(by)


def a_work(by: Acting, text: str = A_TEXT) -> Work:
    """A work that is handed in."""
    at = a_draft(by, text)
    assert at.open is not None
    assert at.written is not None
    one = writing.hand_in(at, number=at.open.number, version=at.written.version, confirmed=True, by=by)
    db.session.commit()
    return one


def sat_again(by: Acting) -> None:
    """The examination of a renewal, passed."""
    at = papers.examined(by.id or 0, "T1")
    assert at is not None
    one = examining.begin(at, AttemptKind.EXAMINATION, by=by)
    db.session.commit()
    examining.hand_in(answered(by, sitting(by, one)), by=by)
    db.session.commit()


def walked_to_the_end(by: Acting) -> None:
    """The conversation, walked on its best path."""
    for choice in (None, 0, 0):
        at = queries.walked(by.id or 0, "T1", "at-the-desk")
        assert at is not None
        if choice is None:
            walking.begin(at, by=by)
        else:
            assert at.walk is not None
            walking.choose(at, len(walking.steps(at.scenario, at.walk.path)), choice, by=by)
        db.session.commit()


def certified(cast: Cast, by: Acting) -> certificates.Held:
    """The whole course, passed alone: its certificate."""
    if queries.studied(by.id or 0, "T1") is None:
        published(cast, whole())
    handed_in(by)
    return certificates.held_by(by.id or 0)[0]


PLACES = (Place.FIRST, Place.SECOND, Place.THIRD)


def a_marking(one: Work, by: Acting, place: Place, given: Given) -> int:
    """A marking that is finished, as an assessor leaves it; nothing is settled or recorded by it."""
    now, table = clock.now(), Marking.__table__
    id = db.session.scalar(sa.insert(table).returning(table.c.id), [{
        "reference": fresh_reference(Marking, "MK"), "work_id": one.id, "learner_id": one.person_id, "assessor_id": by.id, "place": place,
        "taken_at": now, "finished_at": now, "version": 1,
    }])  # fmt: skip
    assert id is not None
    db.session.add(MarkingSheet(marking_id=id, feedback=f"The {place.value} of all.", saved_at=now))
    db.session.add_all(WorkMark(marking_id=id, criterion=title, level=level, comment=f"{place.value}: {title} {level}") for title, level in given.levels.items())
    db.session.add_all(MustNotFound(marking_id=id, code=code, quote="I am sorry") for code in given.must_nots)
    db.session.flush()
    return int(id)


def levels(*given: int, found: tuple[str, ...] = ()) -> Given:
    """Levels in the order of the small course's rubric, and must-nots that were found."""
    return Given(dict(zip(("Answers every point", "Tone"), given, strict=True)), frozenset(found))


def marked(one: Work, *given: Given, by: tuple[Acting, ...]) -> Work:
    """A work with so many markings, settled with each."""
    there = len([said for said in works.judgements(one.id) if said.place in PLACES])
    for place, said, assessor in zip(PLACES[there:], given, by, strict=False):
        a_marking(one, assessor, place, said)
        settling.settle(one, by=assessor)
        db.session.commit()
    return one
