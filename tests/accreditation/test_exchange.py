"""Questions of other systems: every item is imported or refused, with its line; what is exported comes back the same."""

from __future__ import annotations

import dataclasses
import io
import re
import stat
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from portal import ROOT
from portal.accreditation.courses import questions, reading, written
from portal.accreditation.courses.records import Course, Option, Question, QuestionKind
from portal.accreditation.exchange import as_gift, bank, hypertext
from portal.accreditation.exchange.drafts import Draft, Notes, Report
from portal.accreditation.exchange.reading import read
from portal.cli import main
from portal.kernel.errors import Invalid
from tests.accreditation.a_course import files

K = QuestionKind


def brought(text: str | bytes) -> Report:
    report = read(text.encode() if isinstance(text, str) else text)
    assert len(report.items) == len(report.drafts) + len(report.refused)
    assert len({one.id for one in report.drafts}) == len(report.drafts)
    return report


def one(text: str) -> Draft:
    report = brought(text)
    assert [str(item) for item in report.noted] == []
    (draft,) = report.drafts
    return draft


def told(text: str | bytes) -> str:
    return " ".join(brought(text).in_words())


def shape(draft: Draft) -> tuple[Any, ...]:
    return draft.kind, [(option.text, option.right, option.reason) for option in draft.options]


# The examples of Moodle's documentation of GIFT.

EXAMPLES: list[tuple[str, QuestionKind, list[tuple[str, bool, str]]]] = [
    ("Who's buried in Grant's tomb?{=Grant ~no one ~Napoleon ~Churchill ~Mother Teresa}", K.ONE,
     [("Grant", True, ""), ("no one", False, ""), ("Napoleon", False, ""), ("Churchill", False, ""), ("Mother Teresa", False, "")]),
    ("Two plus two equals {=four =4}.", K.SHORT, [("four", True, ""), ("4", True, "")]),
    ("Grant was buried in a tomb in New York City.{T}", K.TRUE_FALSE, [("True", True, ""), ("False", False, "")]),
    ("The sun rises in the west.{FALSE#No, in the east.#Right.}", K.TRUE_FALSE, [("True", False, "No, in the east."), ("False", True, "Right.")]),
    ("When was Ulysses S. Grant born?{#1822:5}", K.NUMBER, [("1817 to 1827", True, "")]),
    ("What is the value of pi (to 3 decimal places)? {#3.141..3.142}.", K.NUMBER, [("3.141 to 3.142", True, "")]),
    ("What is half of one?{#0,5}", K.NUMBER, [("0.5", True, "")]),
    ("Which are even? { ~%50%Two#Yes ~%50%Four ~%-100%Three#Odd ~%-100%Five }", K.MANY,
     [("Two", True, "Yes"), ("Four", True, ""), ("Three", False, "Odd"), ("Five", False, "")]),
    ("Which answer equals 5? {\n~ \\= 2 + 2\n= \\= 2 + 3\n~ \\= 2 + 4 }", K.ONE, [("= 2 + 2", False, ""), ("= 2 + 3", True, ""), ("= 2 + 4", False, "")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "options"), EXAMPLES)
def test_gift_is_read_as_moodle_documents_it(text: str, kind: QuestionKind, options: list[tuple[str, bool, str]]) -> None:
    assert shape(one(text)) == (kind, options)


def test_a_missing_word_leaves_a_gap() -> None:
    draft = one("Mahatma Gandhi's birthday is an Indian holiday on {~15th ~3rd =2nd} of October.")
    assert draft.text == "Mahatma Gandhi's birthday is an Indian holiday on … of October."
    assert one("The sky is {=blue ~green ~red}.").text == "The sky is …."


def test_pairs_strays_titles_formats_and_general_feedback() -> None:
    draft = one("::Capitals:: [html]<p>Match <b>these</b>.</p>{=Italy -> Rome =Japan -> Tokyo =India -> New Delhi = -> Oslo ####All are large.}")
    assert draft.kind is K.MATCH
    assert [(pair.text, pair.goes_with) for pair in draft.options] == [("Italy", "Rome"), ("Japan", "Tokyo"), ("India", "New Delhi")]
    assert (draft.strays, draft.title, draft.text, draft.lesson, draft.id) == (("Oslo",), "Capitals", "Match **these**.", "All are large.", "capitals")
    assert one("[markdown]::Title:: Some *words*\\n\\nand more{T}").text == "Some *words*\n\nand more"
    assert one("[plain]Some *words* and # {T}").text == "Some \\*words\\* and #"


def test_comments_and_categories_are_no_items_and_lines_are_counted() -> None:
    report = brought("// a comment\n\n$CATEGORY: a/b\n\n// about it\nOne?{T}\n\n\nTwo?{=a ~b ~c}\n\nA lesson that nobody closed.\n")
    assert [(item.line, item.what_became) for item in report.items] == [(6, "imported"), (9, "imported"), (11, "refused")]


REFUSED = [
    ("A text by itself.", "It has no answers in { }"),
    ("Question?{\n=a\n\n~b\n}", "opened with { and never closed"),
    ("Question?{\n=a\n\n~b\n}", "closed with } and never opened"),
    ("Say why.{}", "write it as an assignment".replace("write", "Write")),
    ("How many?{#many}", "“many” is not a number"),
    ("How many?{#9..3}", "“9..3” is not a number"),
    ("How many?{#1e999999}", "“1e999999” is not a number"),
    ("Which?{~a ~b ~c}", "No answer in it is right"),
    ("Which?{a ~b}", "begin with neither = nor ~"),
    ("One{=a ~b} two {=c}", "more braces than one pair"),
    ("Pairs?{=a -> b =c -> }", "half a pair"),
    ("{=a ~b ~c}", "It asks nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_what_cannot_be_a_question_is_refused_and_says_what_to_do(text: str, says: str) -> None:
    report = brought(text)
    assert report.refused
    assert says in " ".join(report.in_words())


WARNED = [
    ("Which?{~%50%a ~%40%b ~%-100%c}", "Its weights make 90 and not 100"),
    ("Which?{=a ~%50%b ~c}", "“b” gives part of the marks"),
    ("Which?{=a =b ~c}", "Several of its answers are right, each alone"),
    ("Which?{=a ~b}", "fewer than three answers"),
    ("Which?{=a ~a ~b}", "Two of its answers say the same"),
    ("Who?{=%100%me =%50%mi =m*}", "“m*” stands for more than one wording and was left out"),
    ("How many?{#=3 =*#No}", "What is said to every other number was left out"),
    ("Pairs?{=a -> b =c -> d}", "It has 2 pairs. A question here has 3 to 8"),
    ("[html]<p>See <img src\\=\"@@PLUGINFILE@@/a%20b.png\" alt\\=\"A line\"> here</p>{T}", "A picture was left out (a%20b.png)"),
    ("[markdown]See [this](http\\://a.example){T}", "does not begin with https://"),
    ("Is cafe\u0301 French?{T}", "accents as letters of their own"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), WARNED)
def test_what_is_doubtful_is_imported_with_a_warning(text: str, says: str) -> None:
    report = brought(text)
    assert len(report.warned) == len(report.items) == 1
    assert says in " ".join(report.in_words())


def test_html_is_sanitised_and_never_reaches_a_draft() -> None:
    draft = one(
        "[html]<h2 onclick\\=\"x()\">Look</h2><script>alert(1)</script><blockquote>Said</blockquote><p>1 &lt; 2 &amp; <a href\\=\"javascript\\:x\">go</a>"
        "</p><iframe src\\=\"x\"></iframe>{=<b>yes</b> ~no<script>x</script> ~maybe}"
    )
    text = bank.written([draft])
    assert "script" not in text
    assert "iframe" not in text
    assert "javascript" not in text
    assert "**Look**" in draft.text
    assert [option.text for option in draft.options] == ["yes", "no", "maybe"]


@pytest.mark.parametrize("line", ["## Not a question", "# Title", "> A quotation", "- [x] Not an answer", "- a -> b", "::: note"])
def test_text_that_looks_like_our_own_marks_stays_text(line: str) -> None:
    kind = "{=a -> b =c -> d =e -> f}" if "->" in line else "{=a ~b ~c}"
    draft = one(f"[markdown]Before\\n{line.replace('#', chr(92) + '#').replace(':', chr(92) + ':')}\\nAfter{kind}")
    (again,) = filled([draft])
    assert len(again.options) == 3
    assert "After" in again.text


# Bad input, as it comes.


def test_windows_lines_and_a_byte_order_mark_make_no_difference() -> None:
    text = "::One::Question?{\n=a\n~b\n~c\n}\n\nTwo?{T}\n"
    plain = brought(text)
    for data in (text.replace("\n", "\r\n").encode("utf-8-sig"), text.replace("\n", "\r").encode()):
        assert [dataclasses.replace(item) for item in brought(data).items] == list(plain.items)


def test_bytes_of_latin_1_refuse_the_item_that_holds_them() -> None:
    report = brought("Caf\xe9?{T}".encode("latin-1") + b"\n\nTea?{T}\n")
    assert [item.what_became for item in report.items] == ["refused", "imported"]
    assert "not in UTF-8" in report.items[0].notes[0]


@pytest.mark.parametrize("data", [b"\x7fELF\x00\x01\x02", "Q?{T}".encode("utf-16"), b"\x89PNG\r\n\x1a\n\x00", b"GIF89a\x00"])
def test_a_file_that_is_no_text_is_refused_whole(data: bytes) -> None:
    with pytest.raises(Invalid, match="no text in UTF-8"):
        read(data)


@pytest.mark.parametrize("data", [b"", b"\n\n// only a comment\n", b"$CATEGORY: x\n", b"\xef\xbb\xbf"])
def test_a_file_without_a_question_says_so(data: bytes) -> None:
    with pytest.raises(Invalid, match="no question in the file"):
        read(data)


def test_moodle_xml_and_what_is_too_large_are_refused() -> None:
    with pytest.raises(Invalid, match="XML that is not read here"):
        read(b'<?xml version="1.0"?><quiz></quiz>')
    with pytest.raises(Invalid, match="larger than 8 MB"):
        read(b"a" * 8_000_001)


def test_ten_thousand_questions_are_read_in_moments() -> None:
    data = "\n\n".join(f"::The same title::Question {number}?{{=a#Yes ~b#No ~c}}" for number in range(10_000))
    began = time.perf_counter()
    report = brought(data)
    text = bank.written(report.drafts)
    assert time.perf_counter() - began < 20
    assert len(report.drafts) == 10_000
    assert text.count("\n## ") == 10_000


@pytest.mark.parametrize(
    "text",
    ["\n" * 4_000_000 + "Q?{T}", "[" * 2_000_000 + "{T}", "![" * 1_000_000, "[markdown]" + "[" * 19_000 + "{T}", "<p " * 2_000_000 + "{T}", "<p " * 6_000 + "{T}",
     "{" * 3_000_000, "::" * 2_000_000, "Q?{" + "=a" * 9_000 + "}", "A. " * 1_000_000 + "\nANSWER: A\n", "\\" * 3_000_000, "// \n" * 1_000_000 + "Q{T}"],
    ids=lambda text: f"{text[:10]!r} × {len(text)}",
)  # fmt: skip
def test_what_is_made_to_take_long_does_not(text: str) -> None:
    began = time.perf_counter()
    brought(text)
    assert time.perf_counter() - began < 10


def test_html_of_many_layers_is_refused_and_not_a_fault_of_ours() -> None:
    report = brought("[html]" + "<ul><li>" * 2_000 + "deep{T}")
    assert "layers deep" in " ".join(report.in_words())
    deep = "<material>" * 20_000 + "</material>" * 20_000
    assert brought(interop(an_item(), f'<item ident="z" title="z">{deep}</item>')).refused


# Whatever comes: in = imported + refused, and nothing breaks.


@given(st.text(alphabet=st.sampled_from(list("ab{}=~#:%\\->T\n[]/$ *0.5<p>&;e\u0301\udc80")), max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        report = brought(text.encode("utf-8", "surrogateescape"))
    except Invalid:
        return
    filled(report.drafts)


_PIECES = ["<p>", "</p>", "<ul>", "<li>", "</li>", "</ul>", "<h2>", "</h2>", "<blockquote>", "</blockquote>", "<table><tr><td>", "</td></tr></table>", "<pre>", "</pre>",
           "# a", "## b", "- [x] c", "> d", "1. e", "- f -> g", "\n", "\n\n", "words", "&lt;p&gt;", ":::", "  : h", "outcome: i", "<br>", "<img src='x.png'>", "<b>", "</b>"]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join), st.sampled_from(["plain", "html", "markdown"]))
def test_no_text_of_a_question_becomes_anything_else(text: str, form: str) -> None:
    asked = {"html": hypertext.to_markdown, "markdown": hypertext.from_markdown}.get(form, lambda said, _: hypertext.from_plain(said))(text, Notes())
    if asked:
        options = (Option("a", "", right=True), Option("b", ""), Option("c", ""))
        filled([Draft("Title", K.ONE, asked, options, id="title")])
        filled([Draft("Title", K.MATCH, asked, tuple(Option(one.text, "", right=True, goes_with=one.text * 2) for one in options), id="title")])


def filled(drafts: list[Draft]) -> list[Question]:
    """The drafts as our own reader reads them, once what only an author can say is said."""
    text = re.sub(r"^outcome:$", "outcome: settle", bank.written(drafts), flags=re.MULTILINE)
    text = re.sub(r"^expectations:$", "expectations: NHS-2.3", text, flags=re.MULTILINE)
    text = re.sub(r"^difficulty:$", "difficulty: 1", text, flags=re.MULTILINE)
    source = written.opened("draft", text.encode())
    every = frozenset({"NHS-2.3", "NHS-2.4", *(code for one in drafts for code in one.expectations)})
    made = questions.bank(source, "t", dict.fromkeys({"settle", *(one.outcome for one in drafts if one.outcome)}, every))
    assert [(one.id, one.title, one.kind, one.text) for one in made] == [(one.id, one.title, one.kind, one.text) for one in drafts]
    assert [[option.text for option in one.options] for one in made] == [[option.text for option in one.options] for one in drafts]
    assert [[option.right for option in one.options] for one in made] == [[option.right for option in one.options] for one in drafts]
    return made


def test_a_draft_cannot_be_published_before_an_author_has_finished_it() -> None:
    source = written.opened("draft", bank.written(brought("Which?{=a ~b ~c}").drafts).encode())
    questions.bank(source, "t", {"settle": frozenset({"NHS-2.3"})})
    said = " ".join(map(str, source.faults))
    for lacks in ("has no outcome", "has no expectations", "has no difficulty", "has no reason", "does not say what it teaches"):
        assert lacks in said


# Export, and back again.


def same(question: Question, draft: Draft) -> None:
    """What GIFT can say: everything but the reasons of pairs."""
    for name in ("id", "title", "kind", "text", "lesson", "outcome", "expectations", "strays"):
        assert getattr(draft, name) == getattr(question, name)
    assert draft.difficulty == str(question.difficulty)
    kept = question.kind is not K.MATCH
    assert list(draft.options) == [dataclasses.replace(option, reason=option.reason if kept else "") for option in question.options]


def every_course() -> list[Course]:
    shipped = [reading.course(reading.files_of(path), path.name) for path in sorted((ROOT / "courses").iterdir()) if path.is_dir()]
    return [reading.course(files(), "T1"), *shipped]


@pytest.mark.parametrize("course", every_course(), ids=lambda course: course.id)
def test_the_bank_of_a_course_comes_back_as_it_went(course: Course) -> None:
    report = brought(as_gift.written(course))
    assert report.noted == []
    can = [one for one in course.questions.values() if one.kind not in as_gift.NOT_SAID]
    assert len(report.drafts) == len(can)
    by = {one.id: one for one in report.drafts}
    for question in can:
        same(question, by[question.id])


_WORD = st.text(alphabet=st.sampled_from(list("abXY09 ~=#{}:\\%.,'!?é“”*/$[]&;()+n")), min_size=1, max_size=25).map(lambda text: " ".join(text.split())).filter(
    lambda text: text and not text.startswith(("%", "[")) and not re.search(r"\{#|&\w+;|\(critical\)$|^[.\s]*$", text)
)  # fmt: skip


@st.composite
def a_question(draw: Any) -> Question:
    kind = draw(st.sampled_from([K.ONE, K.MANY, K.TRUE_FALSE, K.NUMBER, K.SHORT, K.MATCH]))
    several = draw(st.lists(_WORD, min_size=3, max_size=8, unique_by=str.casefold))
    if kind is K.TRUE_FALSE:
        right = draw(st.booleans())
        options = (Option("True", "a", right=right), Option("False", "b", right=not right))
    elif kind is K.NUMBER:
        low = draw(st.integers(-999, 999))
        options = (Option(f"{low} to {low + 5}", "x", right=True), Option(f"{low + 9}.5", "y"))
    elif kind is K.MATCH:
        options = tuple(Option(f"L{number}", "", right=True, goes_with=word) for number, word in enumerate(several))
    elif kind is K.SHORT:
        options = tuple(Option(word, "r", right=number < 2) for number, word in enumerate(word.replace("*", "-") for word in several))
    else:
        rights = 1 if kind is K.ONE else draw(st.integers(2, len(several) - 1))
        options = tuple(Option(word, draw(_WORD), right=number < rights, critical=number == len(several) - 1) for number, word in enumerate(several))
    text = "Ask: " + draw(_WORD) + draw(st.sampled_from(["", "\n\nMore, and // more.", "\nA line"]))
    return Question("an-id", draw(_WORD), "t", kind, "settle", ("NHS-2.3",), draw(st.integers(1, 3)), text, options, draw(_WORD))


@given(a_question())
def test_whatever_gift_can_say_comes_back_as_it_went(question: Question) -> None:
    (item,) = brought("\n".join(as_gift.question(question))).items
    assert item.draft is not None, item.notes
    draft = item.draft
    assert (draft.kind, draft.outcome, draft.expectations, draft.difficulty) == (question.kind, "settle", ("NHS-2.3",), str(question.difficulty))
    assert draft.title == question.title
    assert draft.text == question.text
    assert draft.lesson == question.lesson
    assert list(draft.options) == list(question.options)


# Aiken.

AIKEN = "What is first?\nA. Listening\nB) Writing\nC. Leaving\nANSWER: A\n\nIs this right?\nA. Yes\nB. No\nD. Maybe\nANSWER: C\n\nNo answer here\nA. One\nB. Two\n\nNext one?\nA. True\nB. False\nANSWER: B\n"


def test_aiken_is_read_and_each_item_counted() -> None:
    report = brought(AIKEN)
    assert report.format == "Aiken"
    assert [(item.line, item.what_became) for item in report.items] == [(1, "imported"), (7, "refused"), (13, "refused"), (17, "imported")]
    assert shape(report.drafts[0]) == (K.ONE, [("Listening", True, ""), ("Writing", False, ""), ("Leaving", False, "")])
    assert report.drafts[1].kind is K.TRUE_FALSE
    assert "ANSWER says C, and there is no such answer. The answers are A, B and D." in told(AIKEN)
    assert "Nothing says which of its answers is right" in told(AIKEN)


# QTI 1.2.

ITEM = """<item ident="{ident}" title="{title}"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{kind}</fieldentry>
</qtimetadatafield></qtimetadata></itemmetadata><presentation><material><mattext texttype="text/html">&lt;p&gt;What is &lt;b&gt;first&lt;/b&gt;?&lt;img src="$IMS-CC-FILEBASE$/x.png"&gt;&lt;/p&gt;</mattext></material>
<response_lid ident="r1" rcardinality="{cardinality}"><render_choice>
<response_label ident="a"><material><mattext texttype="text/plain">Listening</mattext></material></response_label>
<response_label ident="b"><material><mattext>Writing</mattext></material></response_label>
<response_label ident="c"><material><mattext>Leaving</mattext></material></response_label></render_choice></response_lid></presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>
<respcondition continue="Yes"><conditionvar><varequal respident="r1">b</varequal></conditionvar><displayfeedback feedbacktype="Response" linkrefid="b_fb"/></respcondition>
<respcondition continue="No"><conditionvar>{key}</conditionvar><setvar action="https://example.org/Set" varname="SCORE">100</setvar></respcondition></resprocessing>
<itemfeedback ident="b_fb"><flow_mat><material><mattext texttype="text/html">&lt;p&gt;Later.&lt;/p&gt;</mattext></material></flow_mat></itemfeedback></item>
"""
ONE_KEY = '<varequal respident="r1">a</varequal>'
MANY_KEY = '<and><varequal respident="r1">a</varequal><varequal respident="r1">b</varequal><not><varequal respident="r1">c</varequal></not></and>'


def an_item(ident: str = "i1", label: str = "cc_profile", kind: str = "cc.multiple_choice.v0p1", cardinality: str = "Single", key: str = ONE_KEY) -> str:
    return ITEM.format(ident=ident, title="First things", label=label, kind=kind, cardinality=cardinality, key=key)


def interop(*items: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="x"><section ident="s">\n{"".join(items)}</section></assessment></questestinterop>'


def packed(**members: str | bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return held.getvalue()


def test_a_cartridge_is_read_with_its_reasons_pictures_and_lines() -> None:
    many = an_item("i2", "question_type", "multiple_answers_question", "Multiple", MANY_KEY)
    essay = an_item("i3", "question_type", "essay_question")
    match = an_item("i4", "question_type", "matching_question")
    report = brought(packed(imsmanifest="<manifest/>", g1__assessment_qti=interop(an_item(), many, essay, match), copy=interop(an_item())))
    assert report.twice == 1
    assert [item.what_became for item in report.items] == ["imported with a warning", "imported with a warning", "refused", "refused"]
    assert [item.line for item in report.items] == [3, 13, 23, 33]
    assert "A picture was left out (x.png)" in report.items[0].notes[0]
    assert shape(report.drafts[0]) == (K.ONE, [("Listening", True, ""), ("Writing", False, "Later."), ("Leaving", False, "")])
    assert shape(report.drafts[1]) == (K.MANY, [("Listening", True, ""), ("Writing", True, "Later."), ("Leaving", False, "")])
    assert report.drafts[0].text == "What is **first**?"
    filled(report.drafts)


def test_an_item_without_a_key_or_of_another_qti_is_refused() -> None:
    assert "Nothing in it says which answer is right" in told(interop(an_item(key='<varequal respident="r1">z</varequal>')))
    newer = packed(item='<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="q" title="New"/>')
    assert "QTI 2 or 3, which is not read here" in told(newer)


def test_xml_that_would_do_harm_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + interop(an_item()).partition("?>")[2]
    assert "damaged, or holds what no file of questions needs" in told(packed(x='<?xml version="1.0"?>' + bomb))
    assert "damaged" in told(packed(x=interop(an_item())[:-40]))


def garbled(way: int) -> bytes:
    """An archive packed in this way, whose packed bytes are not what its list says."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", way) as archive:
        archive.writestr("a.xml", "<questestinterop/>" * 200)
    data = bytearray(held.getvalue())
    for place in range(data.index(b"a.xml") + 14, data.index(b"a.xml") + 27):
        data[place] ^= 0x5A
    return bytes(data)


def test_an_archive_that_would_do_harm_is_refused_whole() -> None:
    good = interop(an_item())
    with pytest.raises(Invalid, match="made to do harm"):
        read(packed(bomb=b"\x00" * 9_000_000))
    with pytest.raises(Invalid, match="leads out of it"):
        read(packed(**{"..__..__etc__x": good}))
    with pytest.raises(Invalid, match="leads out of it"):
        read(packed(**{"__etc__x": good}))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        link = zipfile.ZipInfo("link.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Invalid, match="a link to another place"):
        read(held.getvalue())
    with pytest.raises(Invalid, match="damaged"):
        read(packed(x=good)[:-60])
    for way in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with pytest.raises(Invalid, match="damaged"):
            read(garbled(way))
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(5_001):
            archive.writestr(f"{number}.txt", "")
    with pytest.raises(Invalid, match="more than 5,000 files"):
        read(many.getvalue())
    with pytest.raises(Invalid, match="no question in the file"):
        read(packed(imsmanifest="<manifest/>"))


# By command.


def test_the_command_writes_a_new_file_and_never_into_a_bank(tmp_path: Path) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.md"
    source.write_text("Which?{=a ~b ~c}\n\nA text.\n")
    run = CliRunner().invoke(main, ["course", "import", str(source), "--to", str(target)])
    assert run.exit_code == 0, run.output
    assert "2 items in the file (GIFT): 1 imported, 0 of them with a warning, and 1 refused." in run.output
    assert "line 3: “A text.” refused: It has no answers" in run.output
    assert "- [x] a" in target.read_text()
    assert "is there already" in CliRunner().invoke(main, ["course", "import", str(source), "--to", str(target)]).output
    (tmp_path / "C9" / "questions").mkdir(parents=True)
    (tmp_path / "C9" / "course.yaml").write_text("")
    live = tmp_path / "C9" / "questions" / "new.md"
    run = CliRunner().invoke(main, ["course", "import", str(source), "--to", str(live)])
    assert run.exit_code == 1
    assert "would stand in the bank of a course" in run.output
    assert not live.exists()
    source.write_text("A text.\n")
    assert CliRunner().invoke(main, ["course", "import", str(source), "--to", str(tmp_path / "none.md")]).exit_code == 1
    assert not (tmp_path / "none.md").exists()


def test_the_command_prints_a_bank_as_gift() -> None:
    run = CliRunner().invoke(main, ["course", "export", "C1"])
    assert run.exit_code == 0
    assert run.output.startswith("// C1 ")
    assert CliRunner().invoke(main, ["course", "export", "C99"]).exit_code == 1


# By page.


def test_an_author_brings_in_a_file_and_carries_the_draft_away(browser: Any) -> None:
    wren = browser("wren")
    wren.open("/authoring/import")
    assert wren.press("Read the file", status=422).errors == ["Choose the file of questions"]
    page = wren.send("/authoring/import", {"questions": (io.BytesIO(b"Which?{=a ~b ~c}\n\nA text.\n"), "q.txt")}, content_type="multipart/form-data")
    assert "2 items in the file (GIFT): 1 imported" in page.text
    assert "It has no answers in { }" in page.text
    assert "- [x] a" in page.text
    draft = wren.press("Download the draft")
    assert draft.answer.headers["Content-Disposition"] == 'attachment; filename="draft-bank.md"'
    assert draft.answer.get_data(as_text=True).startswith("# A draft bank\n\n## Which? {#which}\n")
    wren.open("/authoring/import")
    page = wren.send("/authoring/import", {"questions": (io.BytesIO(b"\x00\x01"), "q.bin")}, content_type="multipart/form-data", status=422)
    assert "no text in UTF-8" in page.errors[0]
    wren.open("/authoring/import")
    data = "\n\n".join(f"Q{number}{{T}}" for number in range(501)).encode()
    page = wren.send("/authoring/import", {"questions": (io.BytesIO(data), "q.txt")}, content_type="multipart/form-data", status=422)
    assert "holds 501 items, and this page takes 500 at a time" in page.errors[0]
    wren.open("/authoring/import")
    page = wren.send("/authoring/import", {"questions": (io.BytesIO(b"A text.\n"), "q.txt")}, content_type="multipart/form-data")
    assert "there is no draft" in page.text
