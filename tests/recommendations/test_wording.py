"""The drafting aid by a table: for each rule the words that it underlines, and what it leaves alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.recommendations.wording import RULES, VAGUE, Draft, Remark, read, segments

DUE = date(2026, 6, 4)

REMARKED = [
    ("vague", "The Trust should consider apologising to Mrs A.", ["consider"]),
    ("vague", "The Practice should review as appropriate its policy on home visits.", ["review as appropriate"]),
    ("vague", "The Department should, where possible, pay Mr B the arrears.", ["where possible"]),
    ("vague", "The Trust should take all reasonable steps to prevent this.", ["take all reasonable steps"]),
    ("vague", "The Trust should ensure that lessons are learned.", ["ensure that lessons are learned"]),
    ("vague", "The Trust should ensure that wards are staffed at night.", ["ensure"]),
    ("vague", "The Practice should look into why the referral was lost.", ["look into"]),
    ("vague", "Dr B should reflect on the consultation of 3 March.", ["reflect on"]),
    ("vague", "The Agency shall endeavour to answer its post.", ["endeavour"]),
    ("vague", "The Trust should write to Mrs A as soon as possible.", ["as soon as possible"]),
    ("vague", "The Department should decide the claim in due course.", ["in due course"]),
    ("vague", "The Practice should answer complaints in a timely manner.", ["in a timely manner"]),
    ("vague", "The Trust should improve its records and raise awareness of sepsis.", ["improve", "raise awareness"]),
    ("vague", "The Practice should remind all reception staff of the rules.", ["remind all reception staff"]),
    ("vague", "The Trust should apologise for failing to consider her allergies, and consider a payment.", ["consider"]),
    ("vague", "The Council should give nurses appropriate training.", ["appropriate training"]),
    ("vague", "The Trust should keep its falls policy under review.", ["keep its falls policy under review"]),
    ("vague", "The Trust should take\n  steps.", ["take\n  steps"]),
    ("bundled", "The Trust should apologise and pay Mrs A £500.", ["and pay"]),
    ("bundled", "The Practice should pay Mr B £250 and apologise to him.", ["and apologise"]),
    ("bundled", "The Trust should write to Mrs A and should retrain the ward’s staff.", ["should retrain"]),
    ("bundled", "The Trust should apologise to Mrs A. It should also pay her £250.", ["should also pay"]),
    ("bundled", "The Trust should write to Mrs A.\n\nThe Practice must refund her charges.", ["must refund"]),
    ("bundled", "The Department should (a) pay Mr B’s arrears; (b) apologise to him; (c) train its officers.",
     ["(b) apologise", "(c) train"]),
    ("bundled", "The Trust should:\n1. write to Mrs A\n2. pay her £100", ["2. pay"]),
    ("bundled", "The Trust should:\n• write to Mrs A\n• rewrite its leaflet", ["• rewrite"]),
    ("bundled", "We recommend that the Trust writes to Mrs A to apologise, and that it should pay her £300.", ["should pay"]),
    ("bundled", "The Practice should amend its policy and then train all receptionists.", ["and then train"]),
    ("bundled", "(a) The Trust should write to Mrs A. (b) The Trust should pay her £50.", ["(b) The", "should pay"]),
    ("bundled", "HMRC should write to Mr B and make a further payment of £200.", ["and make a further payment"]),
    ("undated", "The Trust should write to Mrs A to apologise.", [""]),
    ("undated", "The Department should pay Mr B £500 as soon as possible.", [""]),
    ("undated", "The Practice should apologise for the mistake of 4 June 2024.", [""]),
    ("undated", "The Trust should apologise to Mrs A, who waited more than 18 weeks.", [""]),
    ("undated", "The Agency should publish its new leaflet by and by.  \n", [""]),
    ("undated", "The Practice should write to the patients seen by Dr B on 3 May 2024.", [""]),
    ("no-test", "Within four weeks the Trust should write to Mrs A to apologise.", [""]),
    ("no-test", "The Practice should pay Mr B £250 by 4 June 2026.", [""]),
    ("no-test", "The Trust should train its ward staff within three months.", [""]),
    ("no-test", "The Trust should apologise for not sending Mrs A a copy of her records.", [""]),
    ("no-test", "The Department should change its policy so that callers are called back within 30 minutes of ringing.", [""]),
    ("no-test", "Within six weeks the Department should make its decision again in the light of our report to Parliament.", [""]),
    ("no-test", "The Practice should provide training to its receptionists within three months.", [""]),
    ("no-actor", "The discharge policy should be reviewed.", ["should be reviewed"]),
    ("no-actor", "The discharge policy should be rewritten by 4 June 2026.", ["should be rewritten"]),
    ("no-actor", "Within four weeks Mrs A should be paid £500.", ["should be paid"]),
    ("no-actor", "There should be an audit of 50 records.", ["should be"]),
    ("no-actor", "Apologise to Mrs A within four weeks for the Trust’s delay.", [""]),
    ("no-actor", "A letter of apology to Mrs A.", [""]),
    ("no-actor", "All staff must also be properly trained by the end of June 2026.", ["must also be properly trained"]),
    ("no-actor", "The Trust should write to Mrs A. The leaflet should be replaced.", ["should be replaced"]),
    ("names-a-person", "The Trust should write to Mrs Smith.", ["Mrs Smith"]),
    ("names-a-person", "Dr. Jones’s practice should apologise to Mr B.", ["Dr. Jones"]),
    ("names-a-person", "The Practice should write to Mr J Okafor-O’Neill and Ms Lee.", ["Mr J Okafor-O’Neill", "Ms Lee"]),
    ("names-a-person", "The Trust should apologise to MRS PATEL WITHIN FOUR WEEKS.", ["MRS PATEL"]),
    ("names-a-person", "the trust should write to mrs o'hara", ["mrs o'hara"]),
    ("names-a-person", "Professor Mary Evans should meet Mrs A.", ["Professor Mary Evans"]),
    ("names-a-person", "The Trust should tell Nurse Élise Brown and Miss A Clarke.", ["Nurse Élise Brown", "Miss A Clarke"]),
    ("names-a-person", "The Trust should write to Mr A.B. Grey and Dr S. Patel.", ["Mr A.B. Grey", "Dr S. Patel"]),
]  # fmt: skip

LEFT_ALONE = [
    ("vague", "The Department should reconsider Mr B’s claim."),
    ("vague", "The Trust should apologise to Mrs A for failing to consider her allergies in a timely manner."),
    ("vague", "The Council should arrange a fresh panel to consider Mrs A’s appeal."),
    ("vague", "The Practice should apologise for its delay in looking into her complaint and for not reflecting on it."),
    ("vague", "The Trust should take the steps set out in paragraph 12."),
    ("vague", "The Trust should send us its improvement plan."),
    ("vague", "The Practice should review the records of the last 20 patients referred for an urgent scan."),
    ("vague", "The Trust should send Mrs A a reminder with an appropriate adult present."),
    ("bundled", "The Trust should write to Mrs A to apologise, and send us a copy of the letter."),
    ("bundled", "The Trust should write to Mrs A to acknowledge its failings and apologise for them."),
    ("bundled", "The Trust should apologise to Mrs A. It should send us a copy of the letter."),
    ("bundled", "The Trust should write an action plan. The plan should be signed by the matron and should say who does what."),
    ("bundled", "The Practice should write guidance on what nurses should do and when they should do it."),
    ("bundled", "The Trust should send us a plan that says (a) what will change; (b) who will do it; (c) by when."),
    ("bundled", "The Department should review and amend its policy on pay and conditions."),
    ("bundled", "The Trust should follow section 4(a) and section 4(b) of its policy (2024)."),
    ("bundled", "The Practice should write down how it will change its rota and train its staff."),
    ("bundled", "The Trust should audit 50 records. The findings should be shared with us."),
    ("bundled", "The Trust should:\n- write to Mrs A\n- send us a copy of the letter"),
    ("bundled", "Apologise to Mrs A."),
    ("undated", "Within four weeks the Trust should write to Mrs A."),
    ("undated", "The Trust should write to Mrs A by 4 June 2026."),
    ("undated", "The Trust should write to Mrs A by the end of June 2026."),
    ("undated", "The Department should pay Mr B no later than Friday 5th June 2026."),
    ("undated", "The Practice should pay Mr B WITHIN 20 WORKING DAYS of our report."),
    ("undated", "The Practice should train its staff in the next three months."),
    ("undated", "Two months from the date of this report the Trust should send us its plan."),
    ("undated", "The Trust should pay Mrs A before 04/06/2026."),
    ("undated", "The Trust should pay Mrs A within\none calendar month."),
    ("no-test", "The Trust should apologise to Mrs A, and send us a copy of the letter."),
    ("no-test", "The Trust should pay Mr B £500 and provide the Ombudsman with a receipt."),
    ("no-test", "The Practice should confirm in writing that its staff were trained."),
    ("no-test", "The Department should PUBLISH its new policy."),
    ("no-test", "The Department should look at each claim again, reporting to us every three months."),
    ("no-test", "The board should report to its members by 4 June 2026."),
    ("no-test", "The Trust should train its staff, with an audit showing that nine in ten records are complete."),
    ("no-test", "The Practice should discuss the case, and send the minutes to us."),
    ("no-test", "The Trust should train its nurses. As evidence we ask for the attendance list."),
    ("no-actor", "The Trust should write to Mrs A."),
    ("no-actor", "The discharge policy should be rewritten by the matron by 4 June 2026."),
    ("no-actor", "Northfield Surgery should apologise to Mr B."),
    ("no-actor", "We recommend that the Department pays Mr B £500."),
    ("no-actor", "The Practice to write to Mrs A within four weeks."),
    ("no-actor", "The Trust should write to Mrs A. The letter should be sent within four weeks."),
    ("no-actor", "The Trust, within four weeks, should write a policy that says that each bag should be searched."),
    ("no-actor", "The Trust should audit 50 records. The findings should be shared with us by 4 June 2026."),
    ("no-actor", "DWP must pay Mr B £90."),
    ("names-a-person", "The Trust should write to Mrs A and Mr B."),
    ("names-a-person", "The Trust should write to Mrs A. Within four weeks it should pay Mr B’s costs."),
    ("names-a-person", "The Trust should write to Mrs A. Managers at the Trust should meet Mr B. Evidence is to be sent to us."),
    ("names-a-person", "The Practice should write to Mr and Mrs A, and to Mr B's daughter Ms C."),
    ("names-a-person", "THE TRUST SHOULD WRITE TO MRS A AND TO DR B."),
    ("names-a-person", "The chief executive should sign the letter."),
    ("names-a-person", "The Trust should tell reception staff not to miss the calls of a doctor or nurse in charge."),
    ("names-a-person", "The Practice should ask Nurse Practitioner and Matron posts to be filled."),
    ("names-a-person", "The Department should publish the misses and drop Mrs A’s charge."),
]  # fmt: skip

MODELS = {
    "an apology": "Within four weeks the Trust should write to Mrs A to apologise for the delay in diagnosing her broken hip and "
    "for the pain that this caused her, and send us a copy of the letter.",
    "a payment": "The Department should pay Mr B £750 for the distress that its mistake caused him, and send us proof of the payment.",
    "a decision made again": "The Agency should make its decision on Mr B’s claim again, by an officer who has not dealt with it "
    "before, and send us a copy of the letter that tells him the result and the reasons.",
    "an action plan": "The Trust should send us an action plan that says what it will do so that scans are reported within two days, "
    "who will do it, by when, and how it will check that it works.",
    "a change of policy": "The Practice should change its policy on home visits so that a doctor speaks to every patient who asks for "
    "one on the same day, and publish the new policy on its website.",
    "training": "The Trust should train every nurse on ward 4 in reading fluid charts, and send us the attendance list and the "
    "material that was used.",
    "other cases": "The Department should review the 40 claims that it refused for the same reason between 1 April and 30 June 2025, "
    "and report to us on what it found in each of them.",
}  # fmt: skip


def words(rule: str, text: str, due_on: date | None = None) -> list[str]:
    """What `rule` underlines."""
    return [text[one.start : one.end] for one in read(Draft(text, due_on)) if one.rule == rule]


@pytest.mark.parametrize(("rule", "text", "underlined"), REMARKED)
def test_a_rule_underlines(rule: str, text: str, underlined: list[str]) -> None:
    assert words(rule, text) == underlined


@pytest.mark.parametrize(("rule", "text"), LEFT_ALONE)
def test_a_rule_leaves_alone(rule: str, text: str) -> None:
    assert words(rule, text) == []


@pytest.mark.parametrize("kind", MODELS)
def test_a_model_is_not_remarked_on(kind: str) -> None:
    assert read(Draft(MODELS[kind], DUE)) == ()


def test_every_rule_is_tried_often_enough() -> None:
    for rule in RULES:
        assert sum(row[0] == rule.key for row in REMARKED) >= 6
        assert sum(row[0] == rule.key for row in LEFT_ALONE) >= 6
    assert len({rule.key for rule in RULES}) == len(RULES) == 6
    assert all(rule.reason.endswith(".") and not rule.title.endswith(".") for rule in RULES)


def test_a_day_that_the_page_gives_is_a_date() -> None:
    text = "The Trust should write to Mrs A to apologise."
    assert words("undated", text) == [""]
    assert words("undated", text, DUE) == []


@pytest.mark.parametrize(
    ("rule", "text", "change"),
    # Some signs are told by their capitals alone: the acronym of a body, and a name after "Nurse" or "Miss".
    [(rule, text, str.upper) for rule, text, _ in REMARKED if rule not in ("no-actor", "names-a-person")]
    + [(rule, text, str.lower) for rule, text, _ in REMARKED if rule != "names-a-person"],
)
def test_case_makes_no_difference(rule: str, text: str, change: Callable[[str], str]) -> None:
    assert [one.casefold() for one in words(rule, change(text))] == [one.casefold() for one in words(rule, text)]


@pytest.mark.parametrize("text", [text for _, text, _ in REMARKED] + [text for _, text in LEFT_ALONE])
def test_straight_and_curly_quotes_are_read_alike(text: str) -> None:
    curly, straight = (text.replace("'", "’"), text.replace("’", "'"))
    assert [(one.rule, one.start, one.end) for one in read(Draft(curly))] == [
        (one.rule, one.start, one.end) for one in read(Draft(straight))
    ]


def test_each_remark_says_what_to_do_instead_in_one_sentence() -> None:
    assert all(says.endswith(".") and says.count(". ") == 0 and ":" in says for _, says in VAGUE)
    told = {one.says for _, text, _ in REMARKED for one in read(Draft(text))}
    assert all(says.endswith(".") and ":" in says for says in told)
    assert "“consider” asks for a thought, not an action: say what is to be done." in told
    assert "“take steps” leaves the action open: say which, one by one." in told, "however the words were spaced"


def test_what_is_missing_is_told_at_the_end_of_the_words() -> None:
    text = "Write to Mrs A.  \n"
    assert [(one.rule, one.start, one.end) for one in read(Draft(text))] == [
        ("undated", 15, 15), ("no-test", 15, 15), ("no-actor", 15, 15)
    ]  # fmt: skip


def test_no_words_no_remarks() -> None:
    assert read(Draft("")) == read(Draft(" \n\t ")) == ()
    assert segments("", ()) == ()


def test_pieces_carry_every_rule_that_applies() -> None:
    text = "abcdef"
    remarks = [Remark("names-a-person", 1, 4, ""), Remark("vague", 3, 5, ""), Remark("undated", 6, 6, "")]
    assert segments(text, remarks) == (
        ("a", ()), ("bc", ("names-a-person",)), ("d", ("vague", "names-a-person")), ("e", ("vague",)), ("f", ())
    )  # fmt: skip
    assert segments(text, ()) == ((text, ()),)
    assert segments(text, [Remark("vague", 0, 6, "")]) == ((text, ("vague",)),)


PHRASES = [word for _, text, _ in REMARKED for word in text.split(" ")]
drafts = st.builds(
    Draft,
    st.text(max_size=200) | st.lists(st.sampled_from(PHRASES) | st.text(max_size=3), max_size=40).map(" ".join),
    st.none() | st.just(DUE),
)


@given(drafts)
def test_any_text_can_be_read_and_put_together_again(draft: Draft) -> None:
    remarks, text = read(draft), draft.text
    pieces = segments(text, remarks)
    assert "".join(piece for piece, _ in pieces) == text
    assert all(piece for piece, _ in pieces)
    assert all(0 <= one.start <= one.end <= len(text) for one in remarks)
    assert [one.start for one in remarks] == sorted(one.start for one in remarks)
    for rule in RULES:
        mine = [one for one in remarks if one.rule == rule.key]
        assert all(before.end <= after.start for before, after in pairwise(mine))
        underlined = "".join(piece for piece, keys in pieces if rule.key in keys)
        assert underlined == "".join(text[one.start : one.end] for one in mine)


HOSTILE = [
    "should and ", "review ", "(a) ", "(a) pay ", "and pay the ", "a ", "a", " ", "\n", ", ", ". ", "#", "by ", "by the end of ", "1. a\n",
    "for not ", "failing to ", "Mrs A ", "Mrs A.", "Mrs A-", "Dr ", "consider ", "take all ", "remind a ", "send a ", "the ", "there should be ",
    "should be made ", "and should be made ", "recommend a ", "within ", "keep a ", "how and pay the ", "report a ", "’", "be ", "A’", "- - ",
]  # fmt: skip


@pytest.mark.parametrize("again", HOSTILE)
def test_a_hundred_thousand_characters_are_read_in_no_time(again: str) -> None:
    text = (again * 100_000)[:100_000]
    taken = []
    for _ in range(3):
        began = time.process_time()
        segments(text, read(Draft(text)))
        taken.append(time.process_time() - began)
        if taken[-1] < 2:
            break
    assert min(taken) < 2
