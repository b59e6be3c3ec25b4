"""What a governing body should know: the same values as a page and as a PDF that everybody can read."""

from __future__ import annotations

import datetime as dt
import io
import time
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa

from portal.assessments import governing
from portal.assessments.models import Assessment
from portal.assessments.operations import answering, starting
from portal.assessments.queries import governing as queries
from portal.assessments.views.governing import told
from portal.kernel import clock
from portal.kernel import db as kernel_db
from portal.kernel.db import db
from portal.organisations.models import Organisation
from portal.standards import library
from portal.web import printing
from tests import builders
from tests.people import TRUST, Cast

LEVELS = {"NHS-1.1": 1, "NHS-1.3": 2, "NHS-2.1": 4}
HOSTILE = (
    "#panic(\"no\") $x^2$ \\ *b* _i_ `c` <label> @ref [a](b) // no /* no */ #[x] = h\n- list 😀\nשלום עולם مرحبا\n"
    "<script>alert(1)</script> & {{ x }} {% y %} " + "w" * 300
)  # fmt: skip


def the_summary(assessment: Assessment) -> governing.ForTheBoard:
    facts = queries.facts(assessment.reference)
    assert facts is not None
    return told(facts)


def the_pdf(answer: Any) -> pypdf.PdfReader:
    assert answer.mimetype == "application/pdf"
    return pypdf.PdfReader(io.BytesIO(answer.get_data()))


def words_of(pdf: pypdf.PdfReader) -> str:
    return " ".join("".join(page.extract_text() for page in pdf.pages).split())


def tags_of(pdf: pypdf.PdfReader) -> set[str]:
    """The kinds of tags in the tree of the document."""
    found: set[str] = set()
    waiting = [pdf.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, list):
            waiting += one
        elif hasattr(one, "get"):
            if one.get("/S"):
                found.add(one["/S"])
            if "/K" in one and not isinstance(one["/K"], int):
                waiting.append(one["/K"])
    return found


@pytest.fixture
def draft(cast: Cast) -> Assessment:
    return builders.an_answered_assessment(cast, levels=LEVELS)


# The values.


def test_a_draft_says_what_it_comes_to_and_what_falls_short(draft: Assessment) -> None:
    page = the_summary(draft)
    assert page.standing == "This is a draft: the assessment is “in progress”, and nobody has signed it. It is to be handed in by 1 July 2026."
    assert page.answered == "All 25 expectations are answered."
    assert page.outcome == "Not yet meeting"
    assert page.about_outcome == (
        "2 expectations are below target. With a plan that the Ombudsman agrees, the outcome is “Approaching (plan agreed)”. "
        "This is what your own answers come to; a reviewer may find otherwise."
    )
    first, second, *_ = page.pillars
    assert (first.at, first.reach, first.not_answered) == ((1, 1, 5, 0), "5 of 7", 0)
    assert (second.at, second.reach) == ((0, 0, 5, 1), "6 of 6")
    assert [one.code for one in page.weakest] == ["NHS-1.1", "NHS-1.3", "NHS-1.2"]
    assert [(one.code, one.said) for one in page.proposed] == [
        ("NHS-1.1", "Level 1, target 3. This is a duty in law."), ("NHS-1.3", "Level 2, target 3."),
    ]  # fmt: skip
    assert page.proposed[0].actions[0].who == "Head of Patient Experience"
    assert page.proposed[0].actions[0].when == "by 29 September 2026"
    assert (page.gaps, page.signed, page.published) == ((), (), ())
    assert page.compared == "There is no level of last year to compare with."


def test_only_answers_that_were_given_count_and_the_others_are_told(cast: Cast) -> None:
    begun = builders.a_started_assessment(cast)
    assert (the_summary(begun).outcome, the_summary(begun).weakest) == ("Nothing is answered yet", ())
    one = builders.answers_of(begun)[0]
    answering.save(one, version=1, by=cast.priya, level=2)
    db.session.commit()
    page = the_summary(begun)
    assert page.answered == "1 of 25 expectations is answered so far, and only these count here."
    assert (page.pillars[0].at, page.pillars[0].not_answered, page.pillars[0].reach) == ((0, 1, 0, 0), 6, "0 of 1")
    assert (page.pillars[1].at, page.pillars[1].not_answered, page.pillars[1].reach) == ((0, 0, 0, 0), 6, "–")
    assert [one.code for one in page.weakest] == ["NHS-1.1"]


def test_what_waits_for_last_years_answer_does_not_count(cast: Cast) -> None:
    with clock.at(dt.date(2025, 6, 2)):
        builders.a_signed_assessment(cast, period="2024-25", version="0.9", levels={"NHS-1.2": 1})
    carried = builders.a_started_assessment(cast)
    waiting = sum(not one.confirmed for one in builders.answers_of(carried))
    assert waiting > 10
    page = the_summary(carried)
    assert page.answered == f"None of 25 expectations is answered so far. In {waiting}, last year’s answer waits to be confirmed."
    one = builders.answers_of(carried)[1]
    answering.save(one, version=one.version, by=cast.priya, level=3)
    db.session.commit()
    page = the_summary(carried)
    assert page.compared == "1 level went up, 0 went down and 0 stayed the same."
    assert [(one.code, one.said) for one in page.went] == [("NHS-1.2", "Up from level 1 to level 3")]
    assert [one.code for one in page.gaps] == ["NHS-1.2"], "the gap of last year stands until a finding closes it"


def test_once_signed_the_gaps_are_on_the_register_and_told_once(cast: Cast) -> None:
    signed = builders.a_signed_assessment(cast, levels=LEVELS, signing_with={"governing_body_response": "We were too slow."})
    page = the_summary(signed)
    assert page.standing == "It is signed and handed in, and “signed off”."
    assert page.proposed == ()
    assert [one.code for one in page.gaps] == ["NHS-1.1", "NHS-1.3"]
    assert page.about_gaps == "2 gaps are open on the register, with 2 actions planned or under way."
    told = dict(page.signed)
    assert (told["By"], told["On time"], told["Your response"]) == ("Edwin Clarke, Executive lead", "Yes", "We were too slow.")
    assert len(told["Receipt (SHA-256)"]) == 64
    with clock.at(clock.today() + dt.timedelta(200)):
        page = the_summary(signed)
    assert page.about_gaps == "2 gaps are open on the register, with 2 actions planned or under way, of which 2 are overdue."
    assert all(action.overdue for one in page.gaps for action in one.actions)


def test_once_published_the_finding_is_told_and_where_it_differs(cast: Cast) -> None:
    published = builders.a_published_assessment(cast, levels=LEVELS, lowered={"NHS-1.2": 2})
    page = the_summary(published)
    assert page.standing == "It is signed and reviewed, and the finding is published."
    assert dict(page.published) == {"Published": "1 June 2026", "Outcome": page.outcome, "Checked by a reviewer": "Yes"}
    assert page.about_outcome.startswith("This is the outcome as the Ombudsman published it.")
    assert [(one.code, one.said) for one in page.differs] == [("NHS-1.2", "You said level 3; the finding is level 2")]
    assert "NHS-1.2" in {one.code for one in page.gaps}


def test_gaps_under_another_standard_are_left_out(cast: Cast, draft: Assessment) -> None:
    facts = queries.facts(draft.reference)
    assert facts is not None

    class Elsewhere:
        reference, expectation, level, target, opened_on, closed_on, actions = "GP-1", "GOV-1.1", 1, 3, clock.today(), None, ()

    class Missed:
        reference, expectation, level, target, opened_on, closed_on, actions = "GP-2", "", None, None, clock.today(), None, ()

    page = governing.told(facts, [], [Elsewhere(), Missed()], library.latest("NHS"), now=clock.now(), today=clock.today())
    assert [(one.title, one.said) for one in page.gaps] == [("An assessment was not handed in", "Open since 1 June 2026.")]


# The page.


def test_the_page_says_it_and_leads_to_the_pdf_and_to_each_thing(cast: Cast, browser: Any) -> None:
    published = builders.a_published_assessment(cast, levels=LEVELS, lowered={"NHS-1.2": 2})
    edwin = browser("edwin")
    edwin.open(f"/assessments/{published.reference}")
    page = edwin.click("What your governing body should know: a summary, also as a PDF")
    assert page.h1 == "What your governing body should know"
    for text in (
        "Northmoor NHS Foundation Trust, 2025-26", "On target or above", "The weakest three", "Open gaps and the improvement plan",
        "You said level 3; the finding is level 2", "Receipt (SHA-256)",
    ):  # fmt: skip
        assert text in page.text
    links = page.links
    assert links["See the receipt"] == f"/assessments/{published.reference}/receipt"
    assert links["See the whole improvement plan"] == "/organisations/RTX/plan"
    for href in set(links.values()):
        if href.startswith(("/assessments/", "/gaps/")) and not href.endswith(".pdf"):
            edwin.open(href)


def test_the_sign_off_page_leads_to_it(draft: Assessment, browser: Any) -> None:
    edwin = browser("edwin")
    edwin.open(f"/assessments/{draft.reference}/sign-off")
    assert edwin.click("A summary for your governing body, also as a PDF").h1 == "What your governing body should know"


def test_before_it_is_started_there_is_nothing_to_summarise(cast: Cast, browser: Any) -> None:
    unopened = builders.an_open_assessment(cast)
    priya = browser("priya")
    for name in ("summary", "summary.pdf"):
        assert "has not been started" in priya.open(f"/assessments/{unopened.reference}/{name}", status=409).text
    starting.start(unopened, by=cast.priya)
    db.session.commit()
    priya.open(f"/assessments/{unopened.reference}/summary.pdf")


@pytest.mark.parametrize(("who", "status"), [("hal", 200), ("bea", 200), ("connie", 403), ("owen", 403), ("sam", 404)])
def test_whoever_may_read_the_whole_assessment_reads_it(draft: Assessment, browser: Any, who: str, status: int) -> None:
    for name in ("summary", "summary.pdf"):
        browser(who).open(f"/assessments/{draft.reference}/{name}", status=status)


# The PDF.


def test_the_pdf_is_tagged_and_has_a_title_and_a_language(draft: Assessment, browser: Any) -> None:
    answer = browser("edwin").open(f"/assessments/{draft.reference}/summary.pdf").answer
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{draft.reference}-summary.pdf"'
    pdf = the_pdf(answer)
    root: Any = pdf.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "en-GB"
    assert pdf.metadata is not None
    assert pdf.metadata.title == "What your governing body should know: Northmoor NHS Foundation Trust, 2025-26"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    about = pdf.xmp_metadata
    assert about is not None
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert {"/Document", "/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TR", "/TH", "/TD"} <= tags_of(pdf)


def test_the_pdf_says_what_the_page_says(cast: Cast, browser: Any) -> None:
    published = builders.a_published_assessment(cast, levels=LEVELS, lowered={"NHS-1.2": 2})
    text = words_of(the_pdf(browser("edwin").open(f"/assessments/{published.reference}/summary.pdf").answer))
    page = the_summary(published)
    said = [page.outcome, page.standing, page.about_outcome, page.compared, page.about_gaps, *(one.title for one in page.pillars)]
    said += [one.said for one in (*page.weakest, *page.gaps, *page.differs)]
    said += [value for _, value in (*page.signed, *page.published)]
    said += [action.what for one in page.gaps for action in one.actions]
    flat = text.replace(" ", "")
    assert [one for one in said if one.replace(" ", "") not in flat] == []


def test_the_pdf_holds_what_people_wrote_however_hostile(cast: Cast, draft: Assessment, browser: Any) -> None:
    answer = builders.answers_of(draft)[0]
    answering.save(answer, version=answer.version, by=cast.priya, gap=HOSTILE, action="#set page(width: 1pt)\n🩺 हिन्दी", action_owner="$\\#")
    rename = sa.update(Organisation.__table__).where(Organisation.__table__.c.code == TRUST)
    db.session.execute(rename.values(name="Trust #1 & $ons “\\” שלום"))
    db.session.commit()
    page = browser("edwin").open(f"/assessments/{draft.reference}/summary")
    assert "#panic(\"no\") $x^2$ \\ *b*" in page.text
    pdf = the_pdf(browser("edwin").open(f"/assessments/{draft.reference}/summary.pdf").answer)
    text = words_of(pdf)
    for said in (
        "#panic(\"no\") $x^2$ \\ *b* _i_ `c` <label> @ref [a](b) // no /* no */ #[x] = h", "- list 😀", "<script>alert(1)</script> & {{ x }} {% y %}",
        "#set page(width: 1pt)", "[stethoscope] [Devanagari text]", "$\\#", "Signs that these fonts do not have are named in square brackets.",
    ):  # fmt: skip
        assert said in text
    assert all(word in text for word in ("שלום", "עולם"))
    assert any(form in text for form in ("مرحبا", "مرحبا"[::-1]))
    assert text.count("w") >= 300
    assert pdf.metadata is not None
    assert (pdf.metadata.title or "").startswith("What your governing body should know: Trust #1 & $ons “\\”")
    assert all(float(one.mediabox.width) > 590 for one in pdf.pages)


def test_the_same_values_make_the_same_bytes(draft: Assessment, browser: Any) -> None:
    made = []
    for microseconds in (1, 999_999):
        with clock.at(clock.now().replace(microsecond=microseconds)):
            made.append(browser("edwin").open(f"/assessments/{draft.reference}/summary.pdf").answer.get_data())
    assert made[0] == made[1]


def test_a_document_that_cannot_be_set_with_all_signs_is_set_with_fewer(
    draft: Assessment, browser: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, cast: Cast
) -> None:
    """A sign that a font says to have and yet cannot set: the document is printed all the same."""
    answer = builders.answers_of(draft)[0]
    answering.save(answer, version=answer.version, by=cast.priya, gap="A 日 B")
    db.session.commit()
    signs = printing._signs
    monkeypatch.setattr(printing, "_signs", lambda path: signs(path) | {"日"} if "DejaVu" in path.name else signs(path))
    text = words_of(the_pdf(browser("edwin").open(f"/assessments/{draft.reference}/summary.pdf").answer))
    assert "A [CJK text] B" in text
    assert "signs of one font alone" in caplog.text


def test_both_take_four_statements(draft: Assessment, browser: Any, queries: Any) -> None:
    edwin, base = browser("edwin"), f"/assessments/{draft.reference}"
    for name in ("summary", "summary.pdf"):
        with queries() as seen:
            edwin.open(f"{base}/{name}")
        assert len(seen) == 4, seen


def test_a_pdf_is_made_with_no_transaction_under_way(draft: Assessment, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    whole = printing.pdf
    monkeypatch.setattr(printing, "pdf", lambda *given, **rest: seen.append(kernel_db.writing.get()) or whole(*given, **rest))
    browser("edwin").open(f"/assessments/{draft.reference}/summary.pdf")
    assert seen == [False]


def test_a_full_assessment_is_printed_in_well_under_a_second(cast: Cast, draft: Assessment, browser: Any) -> None:
    for one in builders.answers_of(draft):
        full = ("Word " * 400)[:1999]
        answering.save(one, version=one.version, by=cast.priya, level=1, gap=full, action=full, action_owner="Head of Complaints",
                       action_due_on=clock.today() + dt.timedelta(90))  # fmt: skip
    db.session.commit()
    edwin = browser("edwin")
    began = time.process_time()
    pdf = the_pdf(edwin.open(f"/assessments/{draft.reference}/summary.pdf").answer)
    assert time.process_time() - began < 3
    assert len(pdf.pages) > 10
