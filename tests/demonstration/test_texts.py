"""The demonstration's texts are complete, of a sensible length, never said twice and readable by the content reader."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

TEXTS = Path(__file__).resolve().parents[2] / "portal" / "demonstration" / "texts"
PILLARS = {"NHS-1": 7, "NHS-2": 6, "NHS-3": 6, "NHS-4": 6, "GOV-1": 7, "GOV-2": 6, "GOV-3": 6, "GOV-4": 6}
CODES = [f"{pillar}.{number}" for pillar, count in PILLARS.items() for number in range(1, count + 1)]
BELOW_TARGET = ("1", "2")
PLACEHOLDERS = {"due", "body", "person", "amount", "organisation", "month", "percent", "number", "proof_day"}
REVIEW_COUNTS = {
    "clarifications": 20,
    "return_comments": 12,
    "right_of_reply": 12,
    "extensions": 10,
    "conflicts": 6,
    "governing_body_responses": 12,
    "plan_return_reasons": 10,
    "progress_notes": 30,
    "withdrawn_reasons": 4,
}


def read(name):
    return yaml.safe_load((TEXTS / f"{name}.yaml").read_text(encoding="utf-8"))


def strings(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    else:
        yield value


def sentences(text):
    return len(re.findall(r"[.?!](?=\s|$)", text))


@pytest.fixture(scope="module")
def expectations():
    return {code: entry for pillar in PILLARS for code, entry in read(pillar.lower()).items()}


def names_given_twice(node):
    if isinstance(node, yaml.MappingNode):
        times = Counter(name.value for name, _ in node.value)
        yield from (name for name, count in times.items() if count > 1)
        for _, inner in node.value:
            yield from names_given_twice(inner)
    elif isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            yield from names_given_twice(inner)


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.yaml")), ids=lambda path: path.name)
def test_a_file_is_plain_yaml_without_alias_tag_or_a_name_given_twice(path):
    text = path.read_text(encoding="utf-8")
    for event in yaml.parse(text):
        assert not isinstance(event, yaml.AliasEvent)
        assert getattr(event, "anchor", None) is None
        assert getattr(event, "tag", None) is None
    assert list(names_given_twice(yaml.compose(text))) == []


def test_a_name_given_twice_is_noticed():
    assert list(names_given_twice(yaml.compose("a: {b: 1, b: 2}"))) == ["b"]


def test_every_expectation_has_texts(expectations):
    assert sorted(expectations) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_an_expectation_has_every_variant_for_every_level(expectations, code):
    levels = expectations[code]["levels"]
    assert sorted(levels) == ["1", "2", "3", "4"]
    for number, level in levels.items():
        below = number in BELOW_TARGET
        assert set(level) == {"claims", "proofs", "gaps", "actions"} if below else {"claims", "proofs"}
        assert [len(level["claims"]), len(level["proofs"])] == [3, 2]
        assert all(sentences(claim) == 2 and 60 <= len(claim) <= 360 for claim in level["claims"])
        assert all(sentences(proof) == 1 and "{proof_day}" in proof and len(proof) <= 160 for proof in level["proofs"])
        if below:
            assert [len(level["gaps"]), len(level["actions"])] == [2, 2]
            assert all(sentences(gap) == 1 and len(gap) <= 160 for gap in level["gaps"])
            for action in level["actions"]:
                assert set(action) == {"what", "owner"}
                assert sentences(action["what"]) == 1
                assert action["what"][0].isupper()
                assert 20 <= len(action["what"]) <= 160
                assert 4 <= len(action["owner"]) <= 60


@pytest.mark.parametrize("code", [code for code in CODES if code.startswith("NHS")])
def test_a_practice_has_a_short_claim_for_its_first_three_levels(expectations, code):
    light = expectations[code]["light"]
    assert sorted(light) == ["1", "2", "3"]
    assert all(sentences(claim) == 2 and 50 <= len(claim) <= 260 for claim in light.values())


def test_nothing_is_said_twice(expectations):
    said = Counter()
    for entry in expectations.values():
        said.update(entry.get("light", {}).values())
        for level in entry["levels"].values():
            said.update(text for kind in ("claims", "proofs", "gaps") for text in level.get(kind, []))
            said.update(action["what"] for action in level.get("actions", []))
    said.update(text for principle in read("venice").values() for text in strings(principle))
    assert [text for text, times in said.items() if times > 1] == []


def test_first_sentences_differ_within_a_level(expectations):
    for entry in expectations.values():
        for level in entry["levels"].values():
            assert len({" ".join(claim.split()[:4]) for claim in level["claims"]}) == 3


def test_only_known_placeholders_are_used():
    for path in TEXTS.glob("*.yaml"):
        used = set(re.findall(r"\{(\w*)", "\n".join(map(str, strings(yaml.safe_load(path.read_text()))))))
        assert used <= PLACEHOLDERS, path.name
    assert set(read("placeholders")) == PLACEHOLDERS


def test_percent_stands_only_where_a_range_is_given(expectations):
    ranges = read("placeholders")["percent"]
    for entry in expectations.values():
        for number, level in entry["levels"].items():
            if any("{percent}" in str(text) for text in strings(level)):
                assert number in ranges


def test_reviews_have_every_list_in_full():
    reviewers = read("reviewers")
    assert {kind: len(texts) for kind, texts in reviewers["views"].items()} == dict.fromkeys(
        ("agree", "lower", "higher", "cannot_tell"), 12
    )
    assert {level: len(texts) for level, texts in reviewers["reliability"].items()} == dict.fromkeys(
        ("high", "moderate", "low"), 8
    )
    assert {name: len(reviewers[name]) for name in REVIEW_COUNTS} == REVIEW_COUNTS
    assert {extension["outcome"] for extension in reviewers["extensions"]} == {"granted", "refused"}
    longer = [text for text in strings(reviewers) if text not in ("granted", "refused")]
    assert all(15 <= len(text) <= 320 for text in longer)
    reasons = [text for texts in (*reviewers["views"].values(), *reviewers["reliability"].values()) for text in texts]
    assert len(set(reasons)) == len(reasons)


def test_people_have_enough_names_and_a_title_for_every_role():
    people = read("people")
    assert (len(set(people["first_names"])), len(set(people["surnames"]))) == (300, 400)
    assert all(isinstance(name, str) and name[0].isupper() for name in people["first_names"] + people["surnames"])
    roles = {"complaints_manager", "contributor", "executive_lead", "body_administrator", "handler"}
    assert {sector: set(titles) for sector, titles in people["job_titles"].items()} == {
        "nhs": roles,
        "government": roles,
        "practice": roles - {"body_administrator"},
    }
    titles = list(strings(people["job_titles"]))
    assert len(titles) == len(set(titles)) == 75


def test_the_ombudsmans_own_assessment_has_a_claim_and_proof_for_each_principle():
    venice = read("venice")
    assert sorted(venice) == list(range(1, 26))
    for principle in venice.values():
        assert sorted(principle) == ["2", "3"]
        for level in principle.values():
            assert sentences(level["claim"]) == 2
            assert "{proof_day}" in level["proof"]
