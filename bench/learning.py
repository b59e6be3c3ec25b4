"""What learners, authors and checkers of certificates do, with few learners and with many, beside the floor and in the same run."""

from __future__ import annotations

import os
import re
import statistics
import tempfile
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from bench import measuring
from bench.enrolling import Enrolled
from bench.measuring import Client, Operation, Series, percentile, served
from tests import databases
from tests.browser import form_of

SIZES = tuple(int(size) for size in os.environ.get("BENCH_LEARNERS", "1000,100000").split(","))
ANSWERS_OF_EACH = 20
FIRST_PORT = 8811
MOST_GROWTH = 1.3  # of the median CPU from the fewest to the most
SELDOM = 2  # of what can be done once by each person: how many times fewer than others

OPENS, SAVES, DRAWS, HANDS_IN = "open a lesson", "save an answer in a paper", "draw a paper", "hand a paper in"
TARGETS = {
    OPENS: ("floor page", 2.5),
    SAVES: ("floor save", 3.0),
    DRAWS: ("floor save", 3.0),
    HANDS_IN: ("floor save", 3.0),
    "who is accredited, of 500 people": ("floor page", 3.0),
    "check a certificate": ("floor page", 2.0),
    "a certificate's public page": ("floor page", 2.0),
    "certificates decided about or given last": ("floor page", 4.0),
    "the authors' figures of a course": ("floor page", 4.0),
    "where people stop": ("floor page", 4.0),
    "whether papers are fair": ("floor page", 4.0),
}

Act = Callable[[int], None]
Visitor = Callable[[str], Any]  # of a cookie: something that sends as bench.measuring.Client does


def filled(url: str, learners: int, sitters: int) -> dict[str, Any]:
    """In a process of its own: the schema and the rows. Returns Enrolled as a dictionary, with a cookie for each of its tokens."""
    from bench.comparing import cookie, portal
    from bench.enrolling import enrol

    app = portal(url)
    with app.app_context():
        databases.migrate()
        made = asdict(enrol(learners, ANSWERS_OF_EACH * learners, sitters))
    tokens = [made[f"{name}_token"] for name in ("manager", "reviewer", "author")] + [*made["saver_tokens"], *made["sitter_tokens"]]
    return made | {"cookies": {token: cookie(app, token) for token in tokens}}


def acts(made: Enrolled, cookies: dict[str, str], visitor: Visitor) -> dict[str, Callable[[int], Act]]:
    """What is measured, by its name: for a client's number, what that client does."""
    reader, author = cookies[made.saver_tokens[0]], cookies[made.author_token]
    return {
        OPENS: _opening(visitor, made.lesson, reader),
        SAVES: _saving(visitor, made, cookies),
        DRAWS: _drawing(visitor, made, cookies),
        HANDS_IN: _handing_in(visitor, made, cookies),
        "who is accredited, of 500 people": _opening(visitor, "/organisations/Z1/accreditation", cookies[made.manager_token]),
        "check a certificate": _checking(visitor, made),
        "a certificate's public page": _opening(visitor, made.certificate, ""),
        "certificates decided about or given last": _opening(visitor, "/certificates", cookies[made.reviewer_token]),
        "the authors' figures of a course": _opening(visitor, f"/authoring/{made.draws_in}", author),
        "where people stop": _opening(visitor, f"/authoring/{made.draws_in}/lessons", author),
        "whether papers are fair": _opening(visitor, f"/authoring/{made.draws_in}/fairness", author),
    }


def _opening(visitor: Visitor, path: str, cookie: str) -> Callable[[int], Act]:
    """Nobody asked for a public page under this address before, so that it is made and not taken from those kept."""

    def make(which: int) -> Act:
        client = visitor(cookie)

        def act(number: int) -> None:
            _sent(client, "GET", path if cookie else f"{path}?nobody-asked={which}-{number}", 200)

        return act

    return make


def _saving(visitor: Visitor, made: Enrolled, cookies: dict[str, str]) -> Callable[[int], Act]:
    """Each client has a paper of its own."""

    def make(which: int) -> Act:
        client, path = visitor(cookies[made.saver_tokens[which]]), made.saved[which]
        form = form_of(_sent(client, "GET", path, 200)[0], path, "Save and go on")

        def act(number: int) -> None:
            _follow(client, path, form | {"one": str(number % 2)})

        return act

    return make


def _drawing(visitor: Visitor, made: Enrolled, cookies: dict[str, str]) -> Callable[[int], Act]:
    path, waiting = f"/learning/{made.draws_in}/examination", deque(made.sitter_tokens)

    def make(_which: int) -> Act:
        client = visitor(cookies[made.saver_tokens[0]])
        form = form_of(_sent(client, "GET", path, 200)[0], path, "Start the clock")

        def act(_number: int) -> None:
            client.cookie = cookies[waiting.popleft()]
            assert _follow(client, path, form).endswith("/1")

        return act

    return make


def _handing_in(visitor: Visitor, made: Enrolled, cookies: dict[str, str]) -> Callable[[int], Act]:
    """Every paper is answered and passes, and completes a course."""
    waiting = deque(zip(made.sitter_tokens, made.open, strict=True))

    def make(_which: int) -> Act:
        client = visitor(cookies[made.saver_tokens[0]])
        paper = made.saved[0].rpartition("/")[0]
        form = form_of(_sent(client, "GET", paper, 200)[0], paper, "Hand in")

        def act(_number: int) -> None:
            token, reference = waiting.popleft()
            client.cookie = cookies[token]
            _follow(client, f"/learning/papers/{reference}/hand-in", form)

        return act

    return make


def _checking(visitor: Visitor, made: Enrolled) -> Callable[[int], Act]:
    """Somebody pastes the text of a certificate."""

    def make(_which: int) -> Act:
        client = visitor("")
        text = _sent(client, "GET", f"{made.certificate}.jwt", 200)[0]
        page, headers = _sent(client, "GET", "/check", 200)
        if given := re.match("[^;]+", headers.get("Set-Cookie", "")):
            client.cookie = given[0]
        form = form_of(page, "/check", "Check") | {"text": text}

        def act(_number: int) -> None:
            assert "Valid" in _sent(client, "POST", "/check", 200, form)[0]

        return act

    return make


def _sent(client: Any, method: str, path: str, wanted: int, form: dict[str, str] | None = None) -> tuple[str, dict[str, str]]:
    """What was answered, and its headers."""
    status, body, headers = client.send(method, path, urlencode(form) if form is not None else None)
    assert status == wanted, f"{path} answered {status}: {body[:2000]!r}"
    return body.decode(), headers


def _follow(client: Any, path: str, form: dict[str, str]) -> str:
    """Send a form and open the page that it leads to: its address."""
    where = _sent(client, "POST", path, 303, form)[1]["Location"]
    _sent(client, "GET", where, 200)
    return where


class _Inside:
    """A visitor of an application in the same process."""

    def __init__(self, app: Any, cookie: str) -> None:
        self._client, self.cookie = app.test_client(use_cookies=False), cookie

    def send(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes, dict[str, str]]:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            headers |= {"Content-Type": measuring.FORM, "Sec-Fetch-Site": "same-origin"}
        answer = self._client.open(path, method=method, data=body, headers=headers)
        return answer.status_code, answer.get_data(), dict(answer.headers)


def counted(url: str, facts: dict[str, Any]) -> dict[str, int]:
    """In a process of its own: how many statements each of these sends to the database, the page that follows included."""
    from bench.comparing import portal
    from portal.kernel.db import db

    numbers, seen = {}, list[str]()
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as instance:
        app = portal(url, Path(instance))
        with app.app_context():
            sa.event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_r: seen.append(statement))
        made, cookies = _made(facts)
        for name, make in acts(made, cookies, lambda cookie: _Inside(app, cookie)).items():
            act = make(0)
            act(-1)
            seen.clear()
            act(-2)
            numbers[name] = len(seen)
    return numbers


COUNTED = 2  # of what each person can do once, to count its statements


def _made(facts: dict[str, Any]) -> tuple[Enrolled, dict[str, str]]:
    return Enrolled(**{name: value for name, value in facts.items() if name != "cookies"}), facts["cookies"]


def measured(floors: dict[str, Operation], stack: ExitStack, serve: Any, times: int, database: int) -> str:
    """Fill, serve and measure; the part of docs/performance.md. `serve(url, port)` gives what starts a web server and its surroundings."""
    operations, statements, fills = dict(floors), {}, {}
    for place, size in enumerate(SIZES):
        url = stack.enter_context(databases.empty("postgresql", Path()))
        facts = measuring.in_a_process(filled, url, size, COUNTED + measuring.in_all(times, SELDOM))
        statements[size] = measuring.in_a_process(counted, url, facts)
        made, cookies = _made(facts | {name: facts[name][COUNTED:] for name in ("sitter_tokens", "open")})
        fills[size] = made
        print(f"filled in {size} learners in {made.seconds:.0f} seconds", flush=True)
        command, environment = serve(url, FIRST_PORT + place)
        server = stack.enter_context(served(f"portal with {size} learners", FIRST_PORT + place, command, environment, database))
        for name, make in acts(made, cookies, lambda cookie, port=server.port: Client(port, cookie)).items():
            operations[f"{name}|{size}"] = Operation(server, make, SELDOM if name in (DRAWS, HANDS_IN) else 1)
    return report(measuring.rounds(operations, times), statements, fills)


def report(series: dict[str, Series], statements: dict[int, dict[str, int]], fills: dict[int, Enrolled]) -> str:
    small, large = SIZES[0], SIZES[-1]
    told = " and ".join(f"{size:,} learners with {one.answers:,} answers" for size, one in fills.items())
    lines = [
        "## Learning",
        "",
        f"The same with {told}, in the courses that are published, in the same run as the floor. To reach: the median CPU grows to at",
        f"most {MOST_GROWTH} times, and nothing sends more statements. Saving, drawing and handing in are followed to the page that they lead to,",
        "and that page is in all figures. A paper that is handed in here passes and earns a certificate.",
        "",
        f"| Operation | learners | CPU ms | × floor | to reach | growth {small:,} → {large:,} | statements | 1 client, median / p95 ms "
        "| 8 clients, median / p95 ms |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for name, (floor, target) in TARGETS.items():
        medians = {size: statistics.median(series[f"{name}|{size}"].one) for size in SIZES}
        growth = series[f"{name}|{large}"].median_cpu / series[f"{name}|{small}"].median_cpu
        for size in SIZES:
            one = series[f"{name}|{size}"]
            ratio = one.median_cpu / series[floor].median_cpu
            said = f"≤ {target}" + ("" if ratio <= target else " **not reached**")
            grown = f"{growth:.2f}" + (f" **over {MOST_GROWTH}**" if growth > MOST_GROWTH else "") if size == large else ""
            more = " **more**" if statements[size][name] > statements[small][name] else ""
            lines.append(
                f"| {name} | {size:,} | {one.median_cpu:.2f} | {ratio:.2f} | {said} | {grown} | {statements[size][name]}{more} "
                f"| {medians[size]:.1f} / {percentile(one.one, 0.95):.1f} | {statistics.median(one.eight):.1f} / {percentile(one.eight, 0.95):.1f} |"
            )
    filling = ", ".join(f"{size:,} in {one.seconds:.0f} s" for size, one in fills.items())
    beside = "; ".join(f"{name} {series[name].median_cpu:.2f} ms" for name in ("floor page", "floor save"))
    return "\n".join([*lines, "", f"CPU of the floor in these rounds: {beside}. Filled by COPY: {filling}.", ""])
