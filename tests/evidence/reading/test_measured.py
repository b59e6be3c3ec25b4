"""How much of what was planted is found, and how often something is found where nothing is."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.evidence.reading import Look, look
from tests.evidence.reading import corpus, making
from tests.evidence.reading.corpus import Paper, Plant
from tests.evidence.reading.variants import near_misses

DOC = Path(__file__).resolve().parents[3] / "docs" / "evidence.md"
SEED = 2026


@dataclass
class Measured:
    clean: int
    alarmed: list[tuple[Paper, Look]]
    planted: int
    plants: int
    missed: list[tuple[Paper, Plant]]
    besides: list[str]  # found in planted papers, but not planted there

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.plants

    @property
    def false_alarms(self) -> float:
        return len(self.alarmed) / self.clean


def measure(folder: Path, seed: int) -> Measured:
    clean, planted = corpus.make(folder, seed)
    looks = {paper.path: look(paper.path, paper.kind) for paper in (*clean, *planted)}
    unread = [
        (paper.path.name, paper.kind, looks[paper.path].why)
        for paper in (*clean, *planted)
        if not looks[paper.path].readable
    ]
    assert not unread, unread
    missed: list[tuple[Paper, Plant]] = []
    besides: list[str] = []
    for paper in planted:
        left = Counter({one: one.count for one in looks[paper.path].found})
        for plant in paper.plants:
            hit = next(
                (one for one in left if left[one] and one.kind.name == plant.kind and plant.place in one.place), None
            )
            if hit is None:
                missed.append((paper, plant))
            else:
                left[hit] -= 1
        besides += [f"{paper.path.name}: {one.kind.name} at {one.place}: {one.excerpt}" for one in +left]
    alarmed = [(paper, looks[paper.path]) for paper in clean if looks[paper.path].found]
    return Measured(len(clean), alarmed, len(planted), sum(len(one.plants) for one in planted), missed, besides)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    return measure(tmp_path_factory.mktemp("planted"), SEED)


def test_the_set_is_large_enough_and_half_of_it_clean(measured: Measured) -> None:
    assert measured.clean + measured.planted >= 60
    assert measured.clean >= measured.planted


def test_at_least_95_in_100_plants_are_found(measured: Measured) -> None:
    told = [
        f"{paper.path.name} ({paper.kind}): {plant.kind} at {plant.place}: {plant.text!r}"
        for paper, plant in measured.missed
    ]
    assert measured.recall >= 0.95, "\n".join(told)


def test_at_most_5_in_100_clean_documents_raise_an_alarm(measured: Measured) -> None:
    told = [f"{paper.path.name} ({paper.kind}): {seen.found}" for paper, seen in measured.alarmed]
    assert measured.false_alarms <= 0.05, "\n".join(told)


def test_little_is_found_in_planted_documents_that_was_not_planted(measured: Measured) -> None:
    assert len(measured.besides) <= 0.05 * measured.plants, "\n".join(measured.besides)


def test_the_document_says_what_was_measured(measured: Measured) -> None:
    said = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", DOC.read_text(encoding="utf-8"), re.MULTILINE))
    assert said["Clean documents, full of near misses"] == str(measured.clean)
    assert said["Documents with plants"] == str(measured.planted)
    assert said["Plants in them"] == str(measured.plants)
    assert (
        said["Plants found, of the right kind at the right place"]
        == f"{measured.plants - len(measured.missed)} ({measured.recall:.1%})"
    )
    assert said["Clean documents with a false alarm"] == f"{len(measured.alarmed)} ({measured.false_alarms:.1%})"


def test_a_document_of_twenty_pages_is_read_in_well_under_a_second(tmp_path: Path) -> None:
    rng = random.Random(20)
    lines = [rng.choice(near_misses(rng)) for _ in range(800)]
    path = making.pdf(tmp_path / "document", ["\n".join(lines[start : start + 40]) for start in range(0, 800, 40)])
    look(path, "pdf")  # the libraries are loaded once
    began = time.process_time()
    assert look(path, "pdf").readable
    assert time.process_time() - began < 1
