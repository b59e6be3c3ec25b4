"""What anybody may read of the courses, and that no question or key is ever among it."""

from __future__ import annotations

from typing import Any

import pytest

from portal import ROOT
from portal.accreditation.courses import reading
from portal.accreditation.coverage import coverage
from portal.accreditation.operations import publishing
from portal.kernel.db import db
from portal.standards import library
from tests.accreditation.a_course import files
from tests.accreditation.learners import published
from tests.browser import said
from tests.people import Cast


def test_a_visitor_reads_what_a_course_teaches_and_how_it_is_examined(cast: Cast, browser: Any) -> None:
    published(cast)
    visitor = browser()
    visitor.open("/")
    page = visitor.click("Courses")
    assert "It cannot be earned yet" in page.text
    page = visitor.click("A small course")
    for told in ("Recognise a complaint", "One, 5 minutes", "At the desk", "A paper of 6 questions in 30 minutes", "passed with 80% right",
                 "Where the facts come from", "this is a test", "is marked by 2 assessors"):  # fmt: skip
        assert told in page.text
    heard = next(href for words, href in page.links.items() if words.startswith("NHS-2.3 "))
    assert visitor.open(heard).h1
    visitor.open("/courses/t1")
    visitor.open("/courses/T9", status=404)


def test_coverage_counts_lessons_and_questions_of_every_expectation(cast: Cast, browser: Any) -> None:
    course = reading.course(files(), "T1")
    found = coverage(library.latest("NHS"), [course])
    assert len(found.expectations) == len(library.latest("NHS").expectations)
    by = {one.code: one for one in found.expectations}
    for code in ("NHS-2.3", "NHS-2.4", "NHS-1.1"):
        asked = sum(code in one.expectations for one in course.questions.values())
        assert by[code].examined == asked
        assert by[code].questions == ({"T1": asked} if asked else {})
    assert by["NHS-2.3"].lessons == 2
    assert found.examined == 2
    published(cast)
    page = browser().open("/courses/coverage")
    assert "2 of" in page.text
    assert "Not yet" in page.text
    rows = {said(row).split()[0]: said(row) for row in page.all("tr")}
    assert rows["NHS-2.3"].endswith("Yes")


def test_without_a_course_the_pages_say_so(browser: Any) -> None:
    visitor = browser()
    assert "No course has been published yet" in visitor.open("/courses").text
    assert "No course has been published yet" in visitor.open("/courses/coverage").text


@pytest.mark.parametrize("who", [None, "hal", "wren"])
def test_no_question_answer_or_key_is_on_a_public_page(cast: Cast, browser: Any, who: str | None) -> None:
    for name in ("C1", "C3"):
        publishing.publish(ROOT / "courses" / name, "The first version.", by=cast.wren)
    db.session.commit()
    reader = browser(who)
    for name in ("C1", "C3"):
        course = reading.course(reading.files_of(ROOT / "courses" / name), name)
        text = "".join(reader.open(path).text for path in ("/courses", f"/courses/{name}", "/courses/coverage"))
        checks = [lesson.check for lesson in course.lessons if lesson.check]
        for one in [*course.questions.values(), *checks]:
            asked = " ".join(one.text.split())
            assert asked[:60] not in text, one.id
            assert not one.id or f"{one.id} " not in text
            for option in one.options:
                assert len(option.text) < 25 or option.text not in text
                assert not option.reason or option.reason not in text


@pytest.mark.parametrize("path", ["/courses", "/courses/T1", "/courses/coverage"])
def test_a_public_page_costs_few_statements_and_is_not_made_twice(cast: Cast, browser: Any, queries: Any, path: str) -> None:
    published(cast)
    visitor = browser()
    visitor.open(path)
    with queries() as seen:
        answer = visitor.open(path).answer
    assert len(seen) <= 3
    assert visitor.client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
