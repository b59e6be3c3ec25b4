"""Course files: those that ship are without fault, and each thing that can be wrong is told by file, line and remedy."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from portal import ROOT
from portal.accreditation.courses import checking, dating, reading
from portal.accreditation.courses.records import QuestionKind
from portal.kernel.content import ContentError
from tests.accreditation.a_course import COURSE, LESSON, OTHERS, SVG, broken, files

COURSES = ROOT / "courses"


def told(changed: dict[str, bytes]) -> list[str]:
    return [str(fault) for fault in reading.checked(changed, "T1").faults]


def warned(changed: dict[str, bytes]) -> list[str]:
    read = reading.checked(changed, "T1")
    assert not read.faults, read.faults
    return [str(fault) for fault in read.warnings]


def test_the_courses_that_ship_have_neither_fault_nor_warning() -> None:
    found = checking.check(COURSES)
    assert found.faults == ()
    assert {fault.file for fault in found.warnings} <= {"awards.yaml"}  # awards wait for courses that are not written yet
    assert found.courses


def test_a_sound_course_is_read_whole() -> None:
    read = reading.checked(files(), "T1")
    assert read.faults == ()
    course = read.course
    assert course is not None
    assert [lesson.slug for lesson in course.lessons] == ["01-first/01-one", "01-first/02-two"]
    assert [len(lesson.pages) for lesson in course.lessons] == [2, 2]
    assert {one.kind for one in course.questions.values()} == set(QuestionKind)
    one = course.questions["one-1"]
    assert [(option.right, option.critical) for option in one.options] == [(False, False), (True, False), (False, True)]
    assert one.options[2].text == "Read another person's letter to them"
    assert course.questions["pairs"].sides == ("The grievance procedure", "The coroner", "The complaints team", "The police")
    assert [option.text for option in course.questions["steps"].options] == ["Listen", "Agree", "Act"]
    assert course.scenarios[0].best == 3
    assert [criterion.weight for criterion in course.assignments[0].criteria] == [60, 40]
    assert [mark.level for mark in course.assignments[0].scripts[0].marks] == [2, 3]


C, L, Q, E, S, A, M = (
    "course.yaml", "01-first/01-one.md", "questions/choosing.md", "questions/others.md", "scenarios/at-the-desk.md",
    "assignments/a-reply.md", "assignments/a-reply/a.md",
)  # fmt: skip
WRONG: list[tuple[str, str, str, str]] = [
    # what course.yaml says
    (C, "pass_mark: 80", "pass_mark: eighty", "T1/course.yaml:33: paper.pass_mark: must be a whole number in figures, for example 3"),
    (C, "valid_months: 36", "valid_months: 36\nvalid_months: 12", "T1/course.yaml:11: valid_months: is there twice (first on line 10). Keep one of them"),
    (C, "audience: Everyone\n", "", "audience: is missing. Add a line “audience: …” here"),
    (C, "expectations: [NHS-2.3]", "expectations: [NHS-9.9]", "outcomes.1.expectations: NHS-9.9 is not an expectation of a published standard"),
    (C, "file: others", "file: choosing", "topics: choosing stands here 2 times; each has a name of its own"),
    (C, "needs: [paper]", "needs: [exam]", "is “exam”, but must be one of"),
    (C, "  - file: others\n    title: Others\n", "", "T1/questions/others.md: belongs to nothing in course.yaml. Name it there, or take it away"),
    (C, "  - file: others\n", "  - file: nothing\n", "names a topic whose file questions/nothing.md does not exist. Write it, or take the topic out"),
    (C, "  - file: at-the-desk\n", "  - file: nowhere\n", "names a scenario whose file scenarios/nowhere.md does not exist. Write it, or take it out"),
    (C, "  - file: a-reply\n", "  - file: no-reply\n", "names an assignment whose file assignments/no-reply.md does not exist. Write it, or take it out"),
    (C, "  - folder: 01-first\n", "  - folder: 02-second\n", "the module 02-second has no lesson. Put files such as 01-its-name.md into its folder"),
    # lessons
    (L, "# One\n", "One\n", "has no heading. Begin the file with one line “# …”"),
    (L, "# One\n", "Before\n# One\n", "T1/01-first/01-one.md:1: stands before the heading. Begin the file with one line “# …”"),
    (L, "## The second idea", "# The second idea", "is a second heading of the first level. Write ## for what belongs to the file's own heading"),
    (L, "minutes: 5", "minutes: 50", "T1/01-first/01-one.md:2: “minutes” is “50”. Write a whole number from 5 to 10, for example minutes: 6"),
    (L, "minutes: 5\n", "", "“One” has no minutes. Add a line below its heading: minutes: 6"),
    (L, "minutes: 5", "minuts: 5", "“minuts” is not a name known here. Did you mean “minutes”?"),
    (L, "minutes: 5", "minutes: 5\nminutes: 6", "“minutes” stands here twice (first on line 2). Keep one of them"),
    (L, "outcome: recognise", "outcome: recognize", "the outcome “recognize” does not exist. Did you mean “recognise”? Known: recognise, settle"),
    (L, "### A smaller heading", "#### A smaller heading", "heading jumps from level 2 to level 4. Use level 3"),
    (L, "![A line from hearing to doing]", "![]", "the picture line.svg has no description. Write ![what it shows](../images/line.svg)"),
    (L, "../images/line.svg", "../images/lines.svg", "the picture images/lines.svg does not exist. Put it into images/ as SVG or PNG. There is images/line.svg."),
    (L, "../images/line.svg", "../../../line.svg", "does not exist. Put it into images/"),
    (L, "[page about complaints]", "[click here]", "the link “click here” does not say where it leads. Use the name of the page"),
    (L, "https://example.org", "http://example.org", "does not begin with https://. Write the whole address"),
    (L, "Why this matters.", "Why <b>this</b> matters.", "holds HTML (<b>). Say it in Markdown"),
    (L, "::: good\n\"Tell me, and I write it down.\"\n:::\n", "", "opens a box “poor” that has no “good” after it. Put what would be good straight after it"),
    (L, "::: poor\n", "::: bad\n", "“bad” is not a box. Boxes: exchange, letter, poor, good, tomorrow, note"),
    (L, "\"Put it in writing.\"\n:::\n", "\"Put it in writing.\"\n", "opens a box within the box of line"),
    (L, "::: poor\n", "", "closes a box that was not opened. Open it with a line such as “::: exchange”"),
    (L, "\"Tell me, and I write it down.\"\n", "", "opens a box with nothing in it. Write in it, or take it out"),
    (L, "\"Tell me, and I write it down.\"\n:::\n\n## The second idea\n\n### A smaller heading", "\n\n## The second idea", "opens a box that is never closed. Add a line “:::” after it"),
    (L, "## Check yourself", "## Check", "does not end with a question. Add “## Check yourself” and one question below it"),
    (L, "## The second idea\n\n### A smaller heading\n", "", "has fewer than two pages. Begin each with a heading of the second level, one idea a page"),
    (L, "## The second idea", "## Nothing\n\n## The second idea", "is a page with nothing on it. Write its idea, or take the heading out"),
    (L, "- [x] Listen", "- [ ] Listen", "none of the answers is marked right. Put [x] in front of at least one"),
    (L, "Why this", "Why\u200b this", "holds an invisible character (U+200B). Delete it"),
    (L, "Why this", "Why cafe\u0301 this", "has an accent as a letter of its own. Type the word anew, so that letter and accent are one"),
    (L, "Why this matters.\n", "Why this matters.\r\n", "ends its lines in the way of Windows. Save the file with line ends LF"),
    # questions
    (Q, "- [x] The right thing to do", "- [ ] The right thing to do", "T1/questions/choosing.md:10: none of the answers is marked right. Put [x] in front of at least one"),
    (Q, "{#one-2}", "{#one-1}", "the id one-1 is already used in questions/choosing.md, line 3. Ids must be different"),
    (Q, " {#one-1}", "", "“Question 1” has no id. Add one after the heading, for example {#question-1}"),
    (Q, "{#one-1}", "{#One_1}", "the id “One_1” must be small letters, figures and hyphens, for example one-1"),
    (Q, "difficulty: 1", "difficulty: 4", "“difficulty” is “4”. Write a whole number from 1 to 3, for example difficulty: 2"),
    (Q, "expectations: NHS-2.3\n", "expectations: NHS-2.4\n", "NHS-2.4 is not among the expectations of the outcome recognise. Those are NHS-2.3"),
    (Q, "outcome: recognise\n", "", "“Question 1” has no outcome. Add a line below its heading: outcome: recognise"),
    (Q, "  : It is right.\n", "", "T1/questions/choosing.md:12: has no reason. Add a line below it, indented: “  : …”"),
    (Q, "> What case 1 teaches.\n", "", "“Question 1” does not say what it teaches. Add a line at its end: > …"),
    (Q, "What do you do in case 1?\n", "", "“Question 1” asks nothing. Write the question below the names, after an empty line"),
    (Q, "- [ ] The first thing that is wrong in case 1\n  : It is wrong because it comes too early.\n", "", "offers fewer than three answers. Add one that a half-informed colleague would choose"),
    (Q, "The first thing that is wrong in case 1", "The right thing to do.", "says the same as the answer on line"),
    (Q, "The first thing that is wrong in case 1", "All of the above", "“All of the above” tells who reads cleverly, not who knows. Write out what you mean, or take it out"),
    (Q, "- [x] The right thing to do", "- [x] The right thing to do (critical)", "is marked (critical), which only a wrong answer to be chosen can be"),
    (Q, "- [x] The right", "- [y] The right", "begins with [y]. Write [x] if it is right and [ ] if it is wrong"),
    (Q, "> What case 1 teaches.", "A line of text\n\n> What case 1 teaches.", "stands after the answers. Move it above them, indent it if it belongs to a reason, or begin it with >"),
    (Q, "# Choosing\n", "# Choosing\n\nA line of text\n", "stands before the first question. Begin each question with a line “## … {#its-id}”"),
    (E, "- [ ] Neither of the two together", "- [x] Neither of the two together", "every answer is marked right. Leave [ ] in front of those that are wrong"),
    (E, "type: number", "type: figure", "the type “figure” does not exist."),
    (E, "- [x] 3\n", "- [x] three\n", "“three” is not a number. Write it in figures, or as a range: “19 to 21”"),
    (E, "- [x] an advocate\n  : Yes.\n- [x] advocate\n  : Yes.\n", "", "“A word” has no answer that is right. Add one: “- [x] …”"),
    (E, "rule: 3 working days after {start}", "rule: three days later", "“three days later” is not a rule. Write a number, then days, working days or months"),
    (E, "start: 2026-12-21 to 2027-01-04", "start: Christmas", "“Christmas” is not a day, or two with “to” between them."),
    (E, "It arrives on {start}. By when?", "By when?", "“A day” never says when the time begins. Write {start} where the day belongs"),
    (E, "- [ ] 3 days after {start}", "- [x] 3 days after {start}", "marks a day as right, which the rule does. Only wrong days that can be foreseen stand here"),
    (E, "- [ ] 3 days after {start}", "- [ ] in three days", "“in three days” is not a rule. Write a number"),
    (E, "type: short", "type: short\nrule: 3 days after {start}", "“rule” belongs to questions about a date. Add “type: date”, or take the line out"),
    (E, "- Death -> The coroner\n  : It was sudden.\n", "", "“Pairs” has 2 pairs. Write 3 to 8"),
    (E, "- Pay -> The grievance procedure", "- Pay ->", "is half a pair. Write what goes with it after ->"),
    (E, "- -> The police", "- -> The coroner", "“The coroner” already goes with something. A further side fits nothing"),
    (E, "2. Agree", "5. Agree", "is numbered 5 and stands in place 2. Number the steps 1, 2, 3 in the right order"),
    (E, "2. Agree\n   : Second.\n3. Act\n   : Third.\n", "", "“Steps” has 1 steps. Write 3 to 8"),
    # scenarios
    (S, "-> he-sits\n", "-> he-sitz\n", "leads to the part “he-sitz” does not exist. Did you mean “he-sits”?"),
    (S, "start: he-comes", "start: he-came", "the part “he-came” does not exist. Did you mean “he-comes”?"),
    (S, "## it-is-well (ending)", "## it-is-well", "“it-is-well” offers no choice. Add some, or write “## it-is-well (ending)”"),
    (S, "## he-sits\n", "## he-sits (ending)\n", "“he-sits” is an ending and offers a choice. Take (ending) out of its heading, or take the choice out"),
    (S, "(+2) ->", "(2) ->", "is not a choice. End it with its points and where it leads: “(+2) -> name-of-a-part”, with (+1), (0) or (critical)"),
    (S, "  : complainant: I was heard.\n", "", "does not say what the complainant thinks then. Add a line below it: “  : complainant: …”"),
    (S, "  : complainant: I was heard.\n", "  : I was heard.\n", "does not say whose view it is. Begin it with “  : complainant: ” or “  : colleague: ”"),
    (S, "(+1) -> it-is-well", "(+1) -> he-leaves", "no choice leads to “it-is-well”. Let one lead there, or take the part out"),
    (S, "(+1) -> it-is-well", "(+1) -> he-comes", "the choices go round in a circle: he-comes -> he-sits -> he-comes. Let one of them lead on, so that it ends"),
    (S, "## it-is-well (ending)\n", "## he-leaves (ending)\n", "the part “he-leaves” stands here twice (first on line"),
    (S, "He was heard, and he knows what happens next.\n", "", "the part “it-is-well” says nothing. Write what happens, and why it ended so"),
    (S, "## he-comes", "## He comes", "“He comes” must be small letters, figures and hyphens, for choices lead to it by this name"),
    (S, "- Say nothing (0) -> he-leaves\n  : complainant: That was all.\n  : colleague: We could have asked.\n", "", "“he-sits” offers one choice only, which is none. Add another"),
    (S, "setting: nhs", "setting: hospital", "the setting “hospital” does not exist."),
    # assignments and their scripts
    (A, "weight: 60", "weight: 50", "the weights make 90. Change them so that they make 100"),
    (A, "4: Kind and clear\n", "", "“Tone” does not say what level 4 looks like. Add a line “4: …”"),
    (A, "weight: 40\n", "", "“Tone” has no weight. Add a line below its heading: weight: 25"),
    (A, "### Tone\noutcome: settle\nexpectations: NHS-2.3\n", "### Tone\noutcome: settle\n", "“Tone” has no expectations. Add a line below its heading: expectations:"),
    (A, "length: 200 to 400 words", "length: short", "“short” is not a length. Write it as length: 700 to 900 words"),
    (A, "## Checklist\n\n- I have answered each point\n", "", "has no part “Checklist”. Add a heading “## Checklist” and write it below"),
    (A, "- I have answered each point\n", "", "the checklist is empty. Write its lines as “- I have …”"),
    (A, "- blame: Blames the person", "- Blames the person", "must be “- code: what must not be done”, the code in small letters with hyphens"),
    (M, "### Tone: 3", "### Tone", "has no level. Write the criterion, a colon and 0 to 4: “### Tone and plain words: 3”"),
    (M, "### Tone: 3", "### Voice: 3", "the criterion “Voice” does not exist."),
    (M, "\"I am sorry\" is kind.\n", "", "does not say why. Quote the words of the reply that show the level"),
    (M, "Dear Ms Bell, I am sorry.\n", "", "holds no reply. Write the whole reply below the heading"),
    ("images/line.svg", "<path", "<script>x()</script><path", "holds something that runs or fetches. A drawing is only lines, shapes and words"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "old", "new", "message"), WRONG)
def test_what_is_wrong_is_told_by_file_and_line(path: str, old: str, new: str, message: str) -> None:
    assert any(message in fault for fault in told(broken(path, old, new))), told(broken(path, old, new))


ONLY_RECOGNISE = files()["questions/choosing.md"].decode().replace("outcome: settle", "outcome: recognise").replace("expectations: NHS-2.4", "expectations: NHS-2.3")


def without(*paths: str) -> dict[str, bytes]:
    return {path: data for path, data in files().items() if path not in paths}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (without("course.yaml"), "T1: has no course.yaml. Every course begins with one"),
        (without("sources.md"), "T1: has no sources.md. Say in it where each fact comes from"),
        (without("assignments/a-reply/e.md"), "has 4 marked scripts. Assessors practise on 5: put them into a-reply/"),
        (without("01-first/02-two.md"), "no lesson teaches the outcome “settle”. Name it in a lesson, or take it out"),
        (files(**{"questions/choosing.md": "# Choosing\n"}), "holds no question. Add one, or take the topic out of course.yaml"),
        (files(**{"questions/choosing.md": "# Choosing\n"}), "the bank has 7 questions. Write 33 more: a course has at least 40"),
        (files(**{"course.yaml": COURSE.replace("questions_per_outcome: 3", "questions_per_outcome: 5"), "questions/choosing.md": ONLY_RECOGNISE}),
         "a paper draws 5 questions of each outcome, and “settle” has 3. Add 2, or draw fewer"),
        (files(**{"01-first/three.md": LESSON}), "must be called two figures, a hyphen and a name in small letters"),
        (files(**{"images/A line.svg": SVG}), "must be called in small letters, figures and hyphens, and end with .svg or .png"),
        (files() | {"course.yaml": COURSE.encode("utf-16")}, "T1/course.yaml: is not UTF-8 text. Save the file as UTF-8"),
        (files() | {"questions/others.md": OTHERS.encode() + b"\xff"}, "is not UTF-8 text. Save the file as UTF-8"),
    ],
)
def test_what_is_missing_or_strange_is_told(changed: dict[str, bytes], message: str) -> None:
    assert any(message in fault for fault in told(changed)), told(changed)


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (C, "minutes: 100", "minutes: 300", "minutes says 300, and its parts make 78. Change one of them"),
        (C, "cpd_minutes: 100", "cpd_minutes: 200", "cpd_minutes says 200, and the course takes 100. Say in notes.md why they differ"),
        (C, "questions_per_outcome: 3", "questions_per_outcome: 8", "times one paper. Aim for 3 times, so that a second attempt is different"),
        (L, "minutes: 5", "minutes: 10", "minutes at the pace of a learner and says 10. Change one of them"),
        (Q, "What do you do in case 1?", "What do you NOT do in case 1?", "hangs on the word NOT, which people read over. Ask the other way round"),
        (E, "expectations: NHS-2.3", "expectations: NHS-2.3", ""),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_a_warning(path: str, old: str, new: str, message: str) -> None:
    found = warned(broken(path, old, new))
    assert any(message in warning for warning in found) or not message, found


def test_right_answers_that_are_the_longest_are_a_warning() -> None:
    longer = files()["questions/choosing.md"].decode().replace("The right thing to do", "The right thing to do, which is much longer than all the others here")
    assert any("the right answer is the longest" in warning for warning in warned(files(**{"questions/choosing.md": longer})))


def test_an_expectation_that_is_hardly_examined_is_a_warning() -> None:
    fewer = COURSE.replace("expectations: [NHS-2.3]", "expectations: [NHS-2.3, NHS-2.1]")
    assert "T1/questions: NHS-2.1 is examined by 0 questions. Aim for 3" in warned(files(**{"course.yaml": fewer}))


def test_a_link_out_of_the_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").symlink_to("/etc/hostname")
    (tmp_path / "huge.md").write_bytes(b"x" * (reading.MOST_BYTES + 1))
    with pytest.raises(ContentError) as refused:
        reading.files_of(tmp_path)
    assert [fault.message for fault in refused.value.faults] == ["is a link to another place. Put the file itself here", "is larger than 5 MB. Make it smaller"]


def laid_down(folder: Path, changed: dict[str, bytes]) -> None:
    for path, data in changed.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def test_anybody_can_make_the_hash_again_with_common_tools(tmp_path: Path) -> None:
    laid_down(tmp_path, files())
    (tmp_path / "releases.yaml").write_text("releases: of no account\n")
    command = "find . -type f ! -name releases.yaml -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum"
    made = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()[0]
    assert reading.course(reading.files_of(tmp_path), "T1").sha256 == made
    assert command in (ROOT / "docs" / "writing-courses.md").read_text(encoding="utf-8")


def test_one_changed_letter_makes_another_hash() -> None:
    before = reading.course(files(), "T1").sha256
    assert len(before) == len(hashlib.sha256().hexdigest())
    assert reading.course(broken(Q, "What case 1 teaches.", "What case 1 teaches!"), "T1").sha256 != before


@pytest.mark.parametrize(
    ("said", "start", "day"),
    [
        ("3 working days after {start}", "2026-12-24", "2026-12-31"),
        ("12 months after {start}", "2028-02-29", "2029-02-28"),
        ("6 months after {start}, or the next working day", "2026-06-26", "2026-12-29"),
        ("10 days before {start}", "2027-03-05", "2027-02-23"),
        ("1 working day after {start}", "2027-03-25", "2027-03-30"),
    ],
)
def test_dates_are_computed_by_the_rules_of_the_portal_itself(said: str, start: str, day: str) -> None:
    rule, between = dating.rule(said), dating.days(start)
    assert rule is not None
    assert between is not None
    assert rule.of(between[0]).isoformat() == day


@pytest.mark.parametrize("said", ["", "three days after {start}", "0 days after {start}", "3 days", "3 weeks after {start}", "3 days after start", "-3 days after {start}"])
def test_what_is_no_rule_is_none(said: str) -> None:
    assert dating.rule(said) is None


@pytest.mark.parametrize("said", ["", "2026-13-01", "2026-12-31 to 2026-01-01", "1900-01-01", "today"])
def test_what_are_no_days_are_none(said: str) -> None:
    assert dating.days(said) is None
