"""What authors see: figures of first attempts alone, where people stop, and questions that are unfair to a group."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import math
import random
import time
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accreditation import fairness, figures
from portal.accreditation.fairness import Group, Stratum
from portal.accreditation.figures import Sums
from portal.accreditation.lifecycle import AttemptKind, AttemptState
from portal.accreditation.models import Attempt, AttemptItem, CourseVersion, Enrolment
from portal.accreditation.operations import counting
from portal.accreditation.queries import catalogue, examining
from portal.accreditation.queries import figures as queries
from portal.kernel import clock, words
from portal.kernel.db import db
from portal.organisations.models import Person
from tests.accreditation.a_course import COURSE, files
from tests.accreditation.learners import begun, handed_in, published, read
from tests.people import Cast

QUESTIONS = [f"one-{number}" for number in range(1, 21)]
BIASED = "one-7"
NUMBERS = itertools.count(1)


def sat(version: CourseVersion, papers: list[tuple[dict[str, int], int]], *, number: int = 1, kind: AttemptKind = AttemptKind.EXAMINATION) -> None:
    """Papers that are over, each by a person of its own: what was right (1) or not (0) of each question, and the extra time in per cent."""
    people = [{"reference": f"PE-{next(NUMBERS):07}", "email": f"somebody-{next(NUMBERS)}@example.org", "name": "Somebody", "added_at": clock.now(), "totp_last_step": 0, "version": 1}
              for _ in papers]  # fmt: skip
    db.session.execute(sa.insert(Person.__table__), people)
    ids = dict(db.session.execute(sa.select(Person.reference, Person.id)).all())
    began = clock.now() - dt.timedelta(days=1)
    enrolled = [{"person_id": ids[one["reference"]], "course": "T1", "course_version_id": version.id, "cycle": 1, "began_at": began} for one in people]
    db.session.execute(sa.insert(Enrolment.__table__), enrolled)
    enrolments = dict(db.session.execute(sa.select(Enrolment.person_id, Enrolment.id)).all())
    rows = []
    for one, (answers, extra) in zip(people, papers, strict=True):
        right = sum(answers.values())
        minutes = 30 * (100 + extra) // 100
        rows.append({
            "reference": f"PA-{next(NUMBERS):07}", "enrolment_id": enrolments[ids[one["reference"]]], "person_id": ids[one["reference"]], "course": "T1",
            "course_version_id": version.id, "kind": kind, "number": number, "state": AttemptState.HANDED_IN, "seed": 1, "extra": extra,
            "began_at": began, "deadline_at": began + dt.timedelta(minutes=minutes), "ended_at": began + dt.timedelta(minutes=minutes // 2),
            "asked": len(answers), "correct": right, "critical": 0, "passed": right * 10 >= 8 * len(answers), "version": 1,
        })  # fmt: skip
    db.session.execute(sa.insert(Attempt.__table__), rows)
    attempts = dict(db.session.execute(sa.select(Attempt.reference, Attempt.id)).all())
    items = [
        {"attempt_id": attempts[row["reference"]], "position": place, "question": question, "offered": "0,1,2", "starts_on": None,
         "answer": "1", "answered_at": began, "late": False, "correct": bool(right), "critical": False}
        for row, (answers, _) in zip(rows, papers, strict=True)
        for place, (question, right) in enumerate(answers.items(), start=1)
    ]  # fmt: skip
    db.session.execute(sa.insert(AttemptItem.__table__), items)
    db.session.commit()


def counted() -> None:
    """The night is over."""
    for step in counting.count_all():
        step()
    db.session.commit()


def synthetic(chance: random.Random, people: int, *, biased: str = "", by: float = 0.35) -> list[tuple[dict[str, int], int]]:
    """Answers of people of unlike ability to questions of unlike difficulty; `biased` is harder for whoever has more time."""
    made = []
    for number in range(people):
        extra = 25 if number % 3 == 0 else 0
        ability = chance.gauss(0, 1)
        answers = {}
        for place, question in enumerate(QUESTIONS):
            likely = 1 / (1 + math.exp(-(ability + 0.8 - place / 10)))
            if question == biased and extra:
                likely = max(0.02, likely - by)
            answers[question] = int(chance.random() < likely)
        made.append((answers, extra))
    return made


def correlation(first: list[float], second: list[float]) -> float:
    """Pearson's, as books write it."""
    one, other = sum(first) / len(first), sum(second) / len(second)
    along = sum((a - one) * (b - other) for a, b in zip(first, second, strict=True))
    return along / math.sqrt(sum((a - one) ** 2 for a in first) * sum((b - other) ** 2 for b in second))


def test_figures_equal_those_reckoned_by_the_book(cast: Cast) -> None:
    version = published(cast)
    papers = synthetic(random.Random(1), 90)
    sat(version, papers)
    course = catalogue.content(version)
    found = {one.question.id: one for one in figures.figures(course.questions.values(), queries.of_questions(course))}
    for question in QUESTIONS:
        of = found[question]
        said = [answers[question] for answers, _ in papers]
        rest = [(sum(answers.values()) - answers[question]) / (len(answers) - 1) for answers, _ in papers]
        assert (of.sums.n, of.sums.issued) == (90, 90)
        assert of.facility == pytest.approx(sum(said) / 90)
        assert of.correlation == pytest.approx(correlation(said, rest))
    assert found["one-30"].sums == Sums()


def test_only_first_examinations_count_and_every_paper_is_exposure(cast: Cast) -> None:
    version = published(cast)
    answers = dict.fromkeys(QUESTIONS, 1) | {"one-1": 0}
    sat(version, [(answers, 0)] * 30)
    sat(version, [(dict.fromkeys(QUESTIONS, 1), 0)] * 7, number=2)
    sat(version, [(dict.fromkeys(QUESTIONS, 1), 0)] * 5, kind=AttemptKind.PRE_TEST)
    of = queries.of_questions(catalogue.content(version))["one-1"]
    assert (of.n, of.right, of.issued) == (30, 0, 42)


def test_papers_are_drawn_by_what_the_newest_ones_asked(cast: Cast) -> None:
    version = published(cast)
    sat(version, [(dict.fromkeys(QUESTIONS[:4], 1), 0)] * 3)
    assert examining.exposed(version.id) == dict.fromkeys(QUESTIONS[:4], 3)
    sat(version, [(dict.fromkeys(QUESTIONS[4:7], 1), 0)] * (examining.NEWEST - 1))
    assert examining.exposed(version.id) == dict.fromkeys(QUESTIONS[4:7], examining.NEWEST - 1) | dict.fromkeys(QUESTIONS[:4], 1)


def test_a_question_that_was_changed_begins_anew_and_the_others_go_on(cast: Cast) -> None:
    old = published(cast)
    sat(old, [(dict.fromkeys(QUESTIONS, 1), 0)] * 3)
    changed = files(**{"course.yaml": COURSE.replace("1.0.0", "1.1.0")})
    changed["questions/choosing.md"] = changed["questions/choosing.md"].replace(b"What do you do in case 2?", b"What do you do first in case 2?")
    new = published(cast, changed)
    sat(new, [(dict.fromkeys(QUESTIONS, 1), 0)] * 4)
    found = queries.of_questions(catalogue.content(new))
    assert found["one-1"].n == 7
    assert found["one-2"].n == 4


@pytest.mark.parametrize(("n", "shown"), [(29, False), (30, True)])
def test_nothing_is_shown_of_fewer_than_thirty(n: int, shown: bool) -> None:
    of = Sums(n, n, n // 2, 0, n * 0.5, n * 0.3, n * 0.28)
    assert (figures.facility(of) is not None) is shown
    assert (figures.correlation(of) is not None) is shown
    assert figures.correlation(Sums(30, 30, 30, 0, 15, 8, 15)) is None  # everybody was right: nothing goes along with it


@pytest.mark.parametrize(
    ("right", "along", "look"),
    [(0.5, -0.1, "check the key"), (0.97, 0.3, "Nearly everybody"), (0.2, 0.3, "Few are right"), (0.5, 0.05, "hardly tells"), (0.5, 0.3, ""), (None, None, "")],
)
def test_what_to_look_at(right: float | None, along: float | None, look: str) -> None:
    assert look in figures._look(right, along)
    assert bool(look) is bool(figures._look(right, along))


def test_pages_show_what_the_night_counted_of_words_that_still_stand(cast: Cast, browser: Any) -> None:
    old = published(cast)
    sat(old, synthetic(random.Random(7), 40))
    counted()
    before = queries.kept(catalogue.content(old))
    assert before is not None
    assert before.sums == queries.of_questions(catalogue.content(old))
    assert list(before.groups) == queries.groups(catalogue.content(old))
    sat(old, synthetic(random.Random(8), 10))
    page = browser("wren").open("/authoring/T1")
    assert "Counted on" in page.text
    assert queries.kept(catalogue.content(old)) == before  # what came since waits for the next night
    changed = files(**{"course.yaml": COURSE.replace("1.0.0", "1.1.0")})
    changed["questions/choosing.md"] = changed["questions/choosing.md"].replace(b"What do you do in case 2?", b"What do you do first in case 2?")
    new = catalogue.content(published(cast, changed))
    now = queries.kept(new)
    assert now is not None
    assert set(before.sums) - set(now.sums) == {"one-2"}
    counted()
    again = queries.kept(new)
    assert again is not None
    assert again.sums["one-1"].n == 50
    assert "one-2" not in again.sums


# Fairness.


def judged(papers: list[tuple[dict[str, int], int]]) -> dict[str, fairness.Compared | None]:
    counted: dict[tuple[str, tuple[int, int], bool], list[int]] = {}
    for answers, extra in papers:
        for question, right in answers.items():
            counted.setdefault((question, (sum(answers.values()), len(answers)), extra > 0), []).append(right)
    return {
        question: fairness.compared(question, [Stratum(score, adjusted, len(said), sum(said)) for (of, score, adjusted), said in counted.items() if of == question])
        for question in QUESTIONS
    }


def test_a_planted_question_is_found_and_fair_ones_are_not() -> None:
    found, wrongly, held = 0, 0, 0
    for seed in range(40):
        planted = judged(synthetic(random.Random(seed), 900, biased=BIASED))[BIASED]
        assert planted is not None
        found += planted.stands_out
        fair = judged(synthetic(random.Random(1000 + seed), 900))
        held += len(fair)
        wrongly += sum(one is not None and one.stands_out for one in fair.values())
    assert found == 40
    assert wrongly / held <= 0.01, f"{wrongly} of {held} fair questions were listed"


def test_a_small_group_is_not_compared() -> None:
    few = [Stratum((5, 10), False, 400, 200), Stratum((5, 10), True, 29, 2)]
    assert fairness.compared("q", few) is None
    enough = fairness.compared("q", [few[0], Stratum((5, 10), True, 30, 2)])
    assert enough is not None
    assert enough.stands_out
    assert fairness.compared("q", [Stratum((5, 10), False, 99, 50), Stratum((6, 10), True, 99, 50)]) is None  # no score in common


@pytest.mark.parametrize(("without", "adjusted", "told"), [(10, 10, True), (10, 9, False), (9, 10, False), (500, 0, False)])
def test_if_one_group_is_small_neither_is_shown(without: int, adjusted: int, told: bool) -> None:
    groups = [Group(False, without, 5, 600, 1200), Group(True, adjusted, 2, 600, 1200)]
    assert (fairness.shown(groups) is not None) is told


def test_the_fairness_page_lists_the_planted_question_alone(cast: Cast, browser: Any) -> None:
    version = published(cast)
    sat(version, synthetic(random.Random(3), 900, biased=BIASED))
    counted()
    page = browser("ana").open("/authoring/T1/fairness")
    rows = [row for row in page.all("tr") if BIASED in "".join(row.itertext())]
    assert len(rows) == 1
    assert "less often" in "".join(rows[0].itertext())
    listed = {question for question in QUESTIONS if any(f"{question}" in "".join(cell.itertext()).split() for cell in page.all("span", class_="govuk-hint"))}
    assert listed == {BIASED}
    assert "With more time" in page.text
    assert "300" in page.text


def test_the_fairness_page_hides_small_groups(cast: Cast, browser: Any) -> None:
    version = published(cast)
    sat(version, [(dict.fromkeys(QUESTIONS, 1), 25)] * 9 + [(dict.fromkeys(QUESTIONS, 1), 0)] * 60)
    counted()
    page = browser("wren").open("/authoring/T1/fairness")
    assert "Nothing is shown of either" in page.text
    assert "100%" not in page.text
    assert "No question has been asked 30 times in each group yet" in page.text


# Pages.


def test_an_author_sees_how_questions_do_sorts_them_and_downloads_them(cast: Cast, browser: Any) -> None:
    version = published(cast)
    sat(version, synthetic(random.Random(5), 60))
    counted()
    wren = browser("wren")
    wren.open("/learning")
    wren.click("Courses and their questions")
    page = wren.open("/authoring/T1")
    assert "too few" in page.text  # those that nobody was asked
    page = wren.click("Sort by: Facility")
    heads = [one for one in page.all("th") if one.get("aria-sort")]
    assert len(heads) == 1
    figure = [float("".join(cell.itertext())) for cell in page.all("td") if cell.get("data-label") == "Facility" and "too" not in "".join(cell.itertext())]
    assert len(figure) == 20
    assert figure == sorted(figure)
    wren.open("/authoring/T1?sort=nonsense")
    text = wren.open("/authoring/T1/questions.csv").answer.get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == len(catalogue.content(version).questions)
    mine = next(row for row in rows if row["Id"] == "one-1")
    assert (mine["First answers"], mine["Counted at"]) == ("60", words.moment(clock.now()))
    assert 0 < float(mine["Facility"]) < 1
    assert next(row for row in rows if row["Id"] == "one-30")["Facility"] == ""


def test_pages_of_a_course_that_nobody_has_begun_say_so(cast: Cast, browser: Any) -> None:
    wren = browser("wren")
    assert "No course has been published yet" in wren.open("/authoring").text
    published(cast)
    assert "has not been counted yet" in wren.open("/authoring/T1").text
    text = wren.open("/authoring/T1/questions.csv").answer.get_data(as_text=True)
    assert {(row["First answers"], row["Times issued"], row["Counted at"]) for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))} == {("", "", "")}
    counted()
    assert "Nobody has finished an examination in this course yet" in wren.open("/authoring/T1").text
    assert "Nobody has begun this course yet" in wren.open("/authoring/T1/lessons").text
    wren.open("/authoring/T9", status=404)


def test_where_people_stop(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.priya)
    begun(cast.hal)
    read(cast.hal, "01-first/01-one")
    handed_in(cast.connie)
    counted()
    page = browser("ana").open("/authoring/T1/lessons")
    cells = [" ".join("".join(cell.itertext()).split()) for cell in page.all("td")]
    assert cells == ["2", "2", "0", "66%", "1", "1", "0", "33%"]


@pytest.mark.parametrize("path", ["/authoring/T1", "/authoring/T1/lessons", "/authoring/T1/fairness", "/authoring/T1/questions.csv"])
def test_a_page_costs_the_same_however_many_have_answered(cast: Cast, browser: Any, queries: Any, path: str) -> None:
    version = published(cast)
    catalogue.content(version)  # each process reads the files of a version once
    counts = []
    for many in (1, 40):
        sat(version, synthetic(random.Random(many), many))
        counted()
        wren = browser("wren")
        with queries() as seen:
            wren.open(path)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 8


@pytest.mark.slow
def test_a_hundred_thousand_answers_are_summed_in_moments(cast: Cast, browser: Any) -> None:
    version = published(cast)
    sat(version, synthetic(random.Random(9), 5_000))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AttemptItem)) == 100_000
    began = time.process_time()
    counted()
    took = time.process_time() - began
    print(f"{took * 1000:.0f} ms with 100,000 answers")
    assert took < 5
    assert "5,000" in browser("wren").open("/authoring/T1").text
