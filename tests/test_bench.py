"""What `make bench` measures can still be filled and opened: here with few rows, and nothing is timed.

It measures PostgreSQL, so PostgreSQL is filled, on whichever database the suite runs.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from bench import comparing, learning, measuring, recommending
from bench.filling import Filled
from bench.seeding import SAVERS, Seeded
from tests import databases


def test_recommendations_are_filled_in_and_their_pages_open(tmp_path: Path) -> None:
    with databases.empty("postgresql", tmp_path) as url:
        made = measuring.in_a_process(recommending.filled, url, 300)
        officer, manager = made.pop("cookies")
        wanted = recommending.pages(Filled(**made), officer, manager)
        assert set(measuring.in_a_process(comparing.counted, url, wanted)) >= set(wanted)


def test_bodies_are_seeded_and_their_pages_open(tmp_path: Path) -> None:
    with databases.empty("postgresql", tmp_path) as url:
        made = measuring.in_a_process(comparing.seeded, url, SAVERS + 10)
        wanted = comparing.pages(Seeded(**{one.name: made[one.name] for one in fields(Seeded)}), made["cookies"])
        assert set(measuring.in_a_process(comparing.counted, url, wanted)) >= set(wanted)


def test_learners_are_enrolled_and_do_what_is_measured(tmp_path: Path) -> None:
    with databases.empty("postgresql", tmp_path) as url:
        made = measuring.in_a_process(learning.filled, url, 60, learning.COUNTED)
        assert made["answers"] > 50 * learning.ANSWERS_OF_EACH
        statements = measuring.in_a_process(learning.counted, url, made)
    assert set(statements) == set(learning.TARGETS)
    assert all(statements.values())
