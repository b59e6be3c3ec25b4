"""Whoever has begun nothing that counts goes on in the newest version of the same major, with what they have read."""

from __future__ import annotations

from portal import audit
from portal.accreditation.lifecycle import AttemptKind
from portal.accreditation.operations import walking
from portal.accreditation.queries import learning as queries
from portal.kernel.db import db
from tests.accreditation.a_course import broken, files
from tests.accreditation.learners import a_draft, a_paper, begun, published, read, studied
from tests.people import Cast


def newer(version: str, changed: dict[str, bytes] | None = None) -> dict[str, bytes]:
    made = changed or broken("questions/choosing.md", "What case 1 teaches.", "What case number 1 teaches.")
    return made | {"course.yaml": made["course.yaml"].replace(b'version: "1.0.0"', f'version: "{version}"'.encode())}


def test_a_newer_version_is_followed_and_what_was_read_stays_read(cast: Cast) -> None:
    published(cast)
    begun(cast.hal)
    before = read(cast.hal, "01-first/01-one")
    published(cast, newer("1.0.1"))
    after = studied(cast.hal)
    assert after.version.version == "1.0.1"
    assert after.lessons_left == before.lessons_left
    assert audit.verify() == []


def test_a_page_that_is_no_longer_there_is_not_gone_on_at(cast: Cast) -> None:
    published(cast, broken("01-first/01-one.md", "## The second idea", "## Another idea\n\nSome words.\n\n## The second idea"))
    begun(cast.hal)
    reading = read(cast.hal, "01-first/01-one")
    lesson = reading.course.lessons[0]
    one = reading.read[lesson.slug]
    one.finished_at, one.page, one.furthest = None, 4, 4
    db.session.commit()
    published(cast, newer("1.1.0", files()))
    after = studied(cast.hal)
    assert after.page_of(after.course.lessons[0]) == 3
    assert after.course.lessons[0] in read(cast.hal, "01-first/01-one").course.lessons


def test_a_lesson_that_is_new_is_still_to_be_read(cast: Cast) -> None:
    more = files()
    more["01-first/09-new.md"] = more["01-first/01-one.md"]
    published(cast)
    begun(cast.hal)
    assert read(cast.hal).begun.learnt_at is not None
    published(cast, newer("1.1.0", more))
    after = studied(cast.hal)
    assert [one.slug for one in after.lessons_left] == ["01-first/09-new"]
    assert after.begun.learnt_at is None


def test_a_paper_or_a_scenario_or_a_work_or_another_major_pins_the_version(cast: Cast) -> None:
    published(cast)
    a_paper(cast.hal, AttemptKind.PRE_TEST)
    begun(cast.priya)
    walked = queries.walked(cast.priya.id or 0, "T1", "at-the-desk")
    assert walked is not None
    walking.begin(walked, by=cast.priya)
    db.session.commit()
    begun(cast.bea)
    a_draft(cast.connie)
    published(cast, newer("1.0.1"))
    assert [studied(one).version.version for one in (cast.hal, cast.priya, cast.connie, cast.bea)] == ["1.0.0", "1.0.0", "1.0.0", "1.0.1"]
    published(cast, newer("2.0.0", broken("course.yaml", "valid_months: 36", "valid_months: 24")))
    assert studied(cast.bea).version.version == "1.0.1"
