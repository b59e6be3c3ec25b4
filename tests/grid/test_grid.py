"""Every door for every kind of person: what the book says of it is what happens, by GET and by POST.

The expectation of each cell is computed from the gate that the view declares and from policy.py, and KEY_CELLS says
some of them once more by hand. A route that is not in SAMPLES fails with a sentence that says what to add.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask, g
from werkzeug.routing import Rule

from portal import policy
from portal.kernel.db import db
from portal.web.gate import Gate, acting
from tests.grid.samples import CONFLICTED, EVERYBODY, LEFT, NOT_REFUSED, ONE_FACTOR, SAMPLES, VISITOR, Sample, World


@dataclass
class Cell:
    """One person at one door."""

    rule: Rule
    method: str
    who: str
    values: Sample

    def __str__(self) -> str:
        return f"{self.who}: {self.method} {self.rule.rule} {self.values or ''}"


OUTCOMES = {303: "to sign in or prove who they are", 401: "401", 403: "403", 404: "404", 200: "let in"}


@contextmanager
def undone(world: World) -> Iterator[None]:
    """Whatever happens in here is as if it had not been. The savepoint is released as well, or each cell would stand within
    the one before it and PostgreSQL run out of locks."""
    db.session.remove()
    world.connection.exec_driver_sql("SAVEPOINT cell")
    try:
        yield
    finally:
        db.session.remove()
        world.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT cell")
        world.connection.exec_driver_sql("RELEASE SAVEPOINT cell")


def wanted(world: World, cell: Cell) -> int:
    """What the book says: 200 stands for let in, 303 for sent to the door."""
    gate: Gate = vars(world.app.view_functions[cell.rule.endpoint])["gate"]
    action = gate.action if cell.method == "GET" else gate.for_change
    if gate.scope:
        return 401  # a token alone opens it, and nobody of the grid has one: tests/recommendations/test_api.py
    if policy.RULES[action].anyone:
        return 200
    with undone(world), world.app.test_request_context(address(world, cell), method=cell.method, headers={"Cookie": world.cookies[cell.who]}):
        vars(g._get_current_object()).clear()
        person = acting()
        thing = gate.loader(**cell.values) if gate.loader else None
        if not person.is_authenticated or (gate.second_factor and person.at_the_ombudsman and person.second_factor_at is None):
            return 303
        if gate.loader and thing is None:
            return 404
        if policy.may(person, action, thing):
            return 200
        return 403 if thing is None or person.knows_of(thing.organisation_id) else 404


def address(world: World, cell: Cell) -> str:
    with world.app.test_request_context():
        return world.app.url_for(cell.rule.endpoint, **cell.values)


def knock(world: World, cell: Cell) -> tuple[int, str, bool]:
    """(status, where it leads, whether the record grew) of a request that is undone afterwards."""
    with undone(world):
        before = _records(world)
        client = world.app.test_client(use_cookies=False)
        headers = {"Cookie": world.cookies[cell.who], "Sec-Fetch-Site": "same-origin"}
        typed = {"csrf_token": world.tokens[cell.who]} if cell.method != "GET" else None
        answer = client.open(address(world, cell), method=cell.method, headers=headers, data=typed)
        return answer.status_code, answer.headers.get("Location", ""), _records(world) != before


def _records(world: World) -> int:
    return world.connection.exec_driver_sql("SELECT count(*) FROM audit_records").scalar_one()


def doors(world: World, method: str) -> Iterator[tuple[Rule, Sample]]:
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda one: one.rule):
        if method in (rule.methods or ()):
            for values in samples_of(world, rule):
                yield rule, values


def samples_of(world: World, rule: Rule) -> list[Sample]:
    if rule.rule in SAMPLES:
        return SAMPLES[rule.rule](world)
    assert not rule.arguments, (
        f"The grid does not know what {rule.rule} may lead to: add a line to SAMPLES in tests/grid/samples.py that names "
        f"{', '.join(sorted(rule.arguments))} of a thing in a state in which this page is of use."
    )
    return [{}]


def faults_of(world: World, who: str, method: str) -> list[str]:
    faults = []
    for rule, values in doors(world, method):
        cell = Cell(rule, method, who, values)
        expected = wanted(world, cell)
        status, leads_to, changed = knock(world, cell)
        if expected == 200:
            right = status in NOT_REFUSED and not leads_to.startswith(("/sign-in?", "/second-factor?"))
        else:
            right = status == expected and not changed
            right = right and (expected != 303 or leads_to.startswith(("/sign-in", "/second-factor")))
        if method == "GET" and changed:
            faults.append(f"{cell}: a GET changed something")
        if not right:
            faults.append(f"{cell}: the book says {OUTCOMES[expected]}, but the answer was {status} {leads_to}")
    return faults


@pytest.mark.parametrize("who", EVERYBODY)
def test_reading_obeys_the_book(world: World, who: str) -> None:
    assert faults_of(world, who, "GET") == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_changing_obeys_the_book_and_whoever_is_refused_changes_nothing(world: World, who: str) -> None:
    assert faults_of(world, who, "POST") == []


def test_every_route_answers_only_to_get_and_post(demonstration: Flask) -> None:
    """So that the two tests above have seen every way in."""
    for rule in demonstration.url_map.iter_rules():
        assert set(rule.methods or ()) <= {"GET", "HEAD", "OPTIONS", "POST"}, rule.rule


def test_samples_are_kept_for_routes_that_exist(demonstration: Flask) -> None:
    gone = set(SAMPLES) - {rule.rule for rule in demonstration.url_map.iter_rules()}
    assert not gone, f"take these out of SAMPLES in tests/grid/samples.py: {sorted(gone)}"


# The cells that matter most, written by hand: they hold even if gates and rules were both changed by mistake.

ANSWER, ANOTHER = "/assessments/{in progress}/expectations/NHS-1.1", "/assessments/{in progress}/expectations/NHS-1.2"
KEY_CELLS = [
    (VISITOR, "GET", ANSWER, 303),
    (VISITOR, "POST", ANSWER, 303),
    ("sam", "GET", ANSWER, 404),
    ("sam", "POST", ANSWER, 404),
    ("nadia", "POST", "/assessments/{sent}/sign-off", 404),
    (LEFT, "GET", ANSWER, 404),
    (LEFT, "POST", "/assessments/{in progress}/send", 404),
    ("hal", "GET", ANSWER, 200),
    ("hal", "POST", ANSWER, 403),
    ("edwin", "POST", ANSWER, 403),
    ("priya", "POST", "/assessments/{sent}/sign-off", 403),
    ("connie", "GET", ANSWER, 200),
    ("connie", "GET", ANOTHER, 403),
    ("connie", "POST", ANOTHER, 403),
    ("bea", "GET", "/organisations/RTX/people/invite", 200),
    ("priya", "GET", "/organisations/RTX/people/invite", 403),
    ("owen", "POST", ANSWER, 403),
    ("owen", "GET", ANSWER, 403),
    ("ana", "GET", "/assessments/{sent}", 403),
    ("cora", "GET", "/assessments/{signed}/sign-off", 403),
    ("ana", "GET", "/assessments/{in progress}/history", 403),
    ("ana", "GET", "/reviews/{sent}", 404),
    ("ana", "GET", "/reviews/{in progress}/history", 404),
    ("ana", "GET", "/reviews/{sent}/receipt", 404),
    ("ana", "GET", "/reviews/{signed}/history", 200),
    ("cora", "GET", "/assessments/{in progress}/extension", 200),
    ("cora", "POST", "/assessments/{in progress}/extension", 403),
    ("owen", "GET", "/reviews/{under review}/second/NHS-1.1", 403),
    ("rosa", "GET", "/reviews/{under review}/second/NHS-1.1", 200),
    (CONFLICTED, "GET", "/reviews/{under review}", 403),
    (CONFLICTED, "POST", "/reviews/{signed}/claim", 403),
    (CONFLICTED, "POST", "/reviews/{shared}/publish", 403),
    (ONE_FACTOR, "GET", "/reviews", 303),
    (ONE_FACTOR, "POST", "/reviews/{shared}/publish", 303),
    ("priya", "GET", "/reviews/{under review}", 403),
    ("sam", "GET", "/reviews/{under review}", 404),
    ("connie", "GET", "/assessments/{in progress}/workbook.xlsx", 200),
    ("connie", "GET", "/assessments/{signed}/workbook.xlsx", 403),
    ("sam", "GET", "/assessments/{in progress}/workbook.xlsx", 404),
    ("edwin", "POST", "/assessments/{in progress}/workbook", 403),
    ("connie", "GET", "/assessments/{in progress}/summary.pdf", 403),
    ("sam", "GET", "/assessments/{in progress}/summary.pdf", 404),
    ("owen", "GET", "/assessments/{in progress}/summary", 403),
    ("priya", "GET", "/gaps", 403),
    ("cora", "GET", "/gaps", 200),
    ("cora", "POST", "/reviews/{shared}/publish", 403),
    ("wren", "GET", "/gaps", 403),
    ("wren", "GET", "/authoring/T1/questions.gift", 200),
    ("ana", "GET", "/authoring/T1", 200),
    ("ana", "GET", "/authoring/T1/questions.gift", 403),
    ("ana", "GET", "/authoring/import", 403),
    ("priya", "GET", "/authoring/T1/questions.gift", 404),
    (VISITOR, "GET", "/authoring/T1/questions.gift", 303),
    (VISITOR, "GET", "/courses/T1", 200),
    ("mark", "GET", "/marking/works/{marking}", 200),
    ("ana", "GET", "/marking/works/{marking}", 404),
    ("priya", "GET", "/marking/works/{marking}", 404),  # whose work it is
    ("hal", "GET", "/learning/works/{work}", 200),
    ("priya", "GET", "/learning/works/{work}", 404),
    ("mark", "GET", "/learning/works/{work}", 404),
    ("mark", "GET", "/marking/appeals/{appeal}", 200),
    ("ada", "GET", "/marking/appeals/{appeal}", 403),
    ("hal", "GET", "/marking/appeals/{appeal}", 404),
    ("wren", "GET", "/marking", 403),
    ("hal", "POST", "/marking/take", 403),
    ("ana", "GET", "/marking/agreement", 200),
    ("mark", "GET", "/marking/agreement", 200),
    ("hal", "GET", "/marking/agreement", 403),
    ("ada", "GET", "/periods", 200),
    ("owen", "GET", "/periods", 403),
    (VISITOR, "GET", "/organisations/RTX", 200),
    (VISITOR, "GET", "/evidence/{evidence}/versions/1/file", 303),
    ("sam", "GET", "/evidence/{evidence}", 404),
    ("sam", "GET", "/evidence/{signed evidence}/versions/1/file", 404),
    ("sam", "POST", "/evidence/{evidence}/replace", 404),
    ("hal", "GET", "/evidence/{evidence}", 200),
    ("hal", "POST", "/evidence/{evidence}/replace", 403),
    ("connie", "GET", "/evidence/{evidence}", 403),
    ("connie", "GET", "/evidence/{contributed evidence}", 200),
    ("connie", "POST", "/evidence/{contributed evidence}/change", 422),
    ("connie", "GET", "/organisations/RTX/evidence/hand-in", 403),
    ("owen", "GET", "/evidence/{evidence}", 404),  # the library is the organisation's own until it is handed in
    ("owen", "GET", "/evidence/{evidence}/versions/1/file", 404),
    ("owen", "GET", "/evidence/{signed evidence}", 200),
    ("owen", "GET", "/evidence/{signed evidence}/versions/1/pages/1", 200),
    ("owen", "GET", "/evidence/{signed evidence}/versions/1/file", 303),  # to the button that says on record that it is opened
    ("owen", "POST", "/evidence/{signed evidence}/versions/1/open", 303),
    ("owen", "GET", "/evidence/{signed evidence}/versions/2/file", 404),  # not the version that was handed in
    ("owen", "GET", "/evidence/{withdrawn evidence}", 404),
    ("owen", "GET", "/organisations/RTX/evidence", 403),
    ("ada", "GET", "/evidence/{signed evidence}", 403),
    (CONFLICTED, "GET", "/evidence/{signed evidence}", 403),
    (CONFLICTED, "GET", "/evidence/{signed evidence}/versions/1/pages/1.png", 403),
    (ONE_FACTOR, "GET", "/evidence/{signed evidence}", 303),
    ("cora", "GET", "/recommendations/{answered}/decide", 200),
    ("ana", "GET", "/recommendations/{answered}/decide", 200),
    ("ana", "POST", "/recommendations/{answered}/decide", 403),
    ("priya", "GET", "/recommendations/{answered}/decide", 403),
    ("sam", "GET", "/recommendations/{answered}/decide", 404),
    (CONFLICTED, "GET", "/recommendations/{answered}/decide", 403),
    ("priya", "GET", "/recommendations/{answered}/contacts", 403),
    ("priya", "GET", "/recommendations/{answered}/more-time", 200),
    ("priya", "POST", "/recommendations/{answered}/more-time/give", 403),
    ("hal", "POST", "/recommendations/{answered}/more-time", 403),
    ("sam", "GET", "/recommendations/{answered}/more-time", 404),
    (VISITOR, "GET", "/recommendations/{issued}/wordings", 200),
    ("priya", "GET", "/recommendations/{issued}/split", 403),
    ("sam", "GET", "/recommendations/{issued}/split", 404),
    ("cora", "GET", "/recommendations/{issued}/split", 200),
    ("priya", "GET", "/recommendations/{answered}/order", 200),
    ("cora", "POST", "/recommendations/{answered}/order", 403),
]


@pytest.mark.parametrize(("who", "method", "path", "status"), KEY_CELLS)
def test_the_cells_that_matter_most(world: World, who: str, method: str, path: str, status: int) -> None:
    address = re.sub(r"\{([^}]+)\}", lambda found: world.at[found.group(1)], path)
    rule, values = world.app.url_map.bind("localhost").match(address, method=method, return_rule=True)
    assert knock(world, Cell(rule, method, who, values))[0] == status
