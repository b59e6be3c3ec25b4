"""Seed 1,000 and 10,000 bodies, measure each page beside the floor in one run, and write docs/performance.md."""

from __future__ import annotations

import os
import platform
import re
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import sqlalchemy as sa

from bench import learning, measuring, recommending, uploading
from bench.measuring import Client, Operation, Series, Server, percentile, python, served
from bench.seeding import SAVERS, Seeded
from bench.uploading import Crowd
from tests import databases
from tests.browser import form_of

ROOT = Path(__file__).resolve().parent.parent
KEY = "a key for measuring alone"
TIMES = int(os.environ.get("BENCH_TIMES", "100"))
SIZES = tuple(int(size) for size in os.environ.get("BENCH_SIZES", "1000,10000").split(","))
FLOOR_PORT, FIRST_PORT = 8790, 8791
UPLOAD, FEWER_UPLOADS = "hand in 5 MB of evidence", 5


def portal(url: str, instance: Path | None = None) -> Any:
    from portal import create_app
    from portal.config import Settings

    return create_app(Settings(instance=instance or Path(tempfile.gettempdir()), database_url=url, secret_key=KEY, port=FIRST_PORT))


def seeded(url: str, bodies: int) -> dict[str, Any]:
    """In a process of its own: the schema and the rows. Returns Seeded as a dictionary, with cookies for its tokens."""
    from bench.seeding import seed

    app = portal(url)
    with app.app_context():
        databases.migrate()
        made = asdict(seed(bodies))
    made["cookies"] = {token: cookie(app, token) for token in (*made["saver_tokens"], made["reviewer_token"])}
    return made


def cookie(app: Any, token: str) -> str:
    """What a browser sends that is signed in with this token."""
    facts = {"_user_id": token, "_fresh": True, "csrf_token": "0" * 40}
    signed: str = app.session_interface.get_signing_serializer(app).dumps(facts)
    return f"portal-{FIRST_PORT}={signed}"


def counted(url: str, paths: dict[str, tuple[str, str]]) -> dict[str, int]:
    """In a process of its own: how many statements each page sends to the database. `paths`: name -> (path, cookie)."""
    from portal.kernel.db import db

    app = portal(url)
    numbers = {}
    seen: list[str] = []
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_r: seen.append(statement))
    for name, (path, cookie) in paths.items():
        client = app.test_client(use_cookies=False)
        headers = {"Cookie": cookie} if cookie else {}
        client.get(path, headers=headers)
        seen.clear()
        answer = client.get(path if cookie else f"{path}?nobody-asked", headers=headers)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        numbers[name] = len(seen)
        if name == "open an expectation page":
            form = {**form_of(answer.get_data(as_text=True), path, "Save"), "claim": "Counted once, and it can be shown to anybody who asks."}
            seen.clear()
            saved = client.post(path, data=form, headers={**headers, "Sec-Fetch-Site": "same-origin"})
            assert saved.status_code == 303, f"{path} answered {saved.status_code} to a save"
            numbers["save an answer"] = len(seen)
    return numbers


def gunicorn(module: str, port: int) -> list[str]:
    return python("-m", "gunicorn", "-w", "2", "-k", "gthread", "--threads", "4", "--preload", "--no-control-socket",
                  "-b", f"127.0.0.1:{port}", "--log-level", "error", module)


def reading(
    server: Server, path: str, cookie: str = "", *, anew: bool = False, **headers: str
) -> Callable[[int], Callable[[int], None]]:
    """`anew`: under an address that nobody asked for before, so that the page is made and not taken from those kept."""

    def make(which: int) -> Callable[[int], None]:
        client = Client(server.port, cookie)
        wanted = 304 if "If-None-Match" in headers else 200

        def act(number: int) -> None:
            asked = f"{path}?nobody-asked={which}-{number}" if anew else path
            status, body, _ = client.send("GET", asked, **headers)
            assert status == wanted, f"{path} answered {status}: {body[:300]!r}"

        return act

    return make


def floor_save(server: Server) -> Callable[[int], Callable[[int], None]]:
    def make(which: int) -> Callable[[int], None]:
        client = Client(server.port)

        def act(number: int) -> None:
            status, _, headers = client.send("POST", f"/floor/{which + 1}", urlencode({"q1": f"As in round {number}."}))
            assert status == 303
            status, _, _ = client.send("GET", headers["Location"])
            assert status == 200

        return act

    return make


def saving(server: Server, made: Seeded, cookies: dict[str, str]) -> Callable[[int], Callable[[int], None]]:
    """Save an answer and follow the redirect; each client has an assessment of its own."""

    def make(which: int) -> Callable[[int], None]:
        client = Client(server.port, cookies[made.saver_tokens[which]])
        path = f"/assessments/{made.references[which]}/expectations/{made.expectation}"
        status, body, _ = client.send("GET", path)
        assert status == 200, f"{path} answered {status}"
        form = form_of(body.decode(), path, "Save")

        def act(number: int) -> None:
            form["claim"] = f"We changed this in round {number} of client {which}, and the team can show what became better since."
            status, body, headers = client.send("POST", path, urlencode(form))
            assert status == 303, f"{path} answered {status} to a save: {body[:3000]!r}"
            status, body, _ = client.send("GET", headers["Location"])
            assert status == 200
            found = re.search(rb'name="version"[^>]*value="(\d+)"', body)
            assert found, "the page carries no version"
            form["version"] = found[1].decode()

        return act

    return make


def deadline_week(server: Server, made: Seeded, cookies: dict[str, str], times: int = 20) -> tuple[list[float], float]:
    """Fifty people save at once, each their own answer. Returns latencies in ms and the seconds it took."""
    acts = [saving(server, made, cookies)(which) for which in range(SAVERS)]
    taken: list[list[float]] = [[] for _ in acts]
    refused: list[BaseException] = []

    def work(which: int) -> None:
        try:
            taken[which] = measuring.timed(acts[which], times, 50_000)
        except BaseException as error:
            refused.append(error)

    threads = [threading.Thread(target=work, args=(which,)) for which in range(SAVERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise refused[0]
    return [one for part in taken for one in part], time.perf_counter() - began


def main() -> None:
    server_url = databases.postgresql()
    database = _postmaster(server_url)
    with ExitStack() as stack:
        urls, mades = {}, {}
        for size in SIZES:
            urls[size] = stack.enter_context(databases.empty("postgresql", Path()))
            began = time.monotonic()
            facts = measuring.in_a_process(seeded, urls[size], size)
            cookies = facts.pop("cookies")
            mades[size] = (Seeded(**facts), cookies)
            print(f"seeded {size} bodies in {time.monotonic() - began:.0f} seconds", flush=True)
        floor_url = stack.enter_context(databases.empty("postgresql", Path()))
        os.environ["FLOOR_DATABASE_URL"] = floor_url
        measuring.in_a_process(_floor_rows)
        floor = stack.enter_context(served("floor", FLOOR_PORT, gunicorn("bench.floor:application", FLOOR_PORT), {}, database))
        pdf = uploading.a_pdf()
        operations = {
            "floor page": Operation(floor, reading(floor, "/floor/1")),
            "floor save": Operation(floor, floor_save(floor)),
            "floor upload": Operation(floor, uploading.floor_upload(floor, pdf), fewer=FEWER_UPLOADS),
        }
        servers, statements = {}, {}
        instance = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        for place, size in enumerate(SIZES):
            made, cookies = mades[size]
            port = FIRST_PORT + place
            server = stack.enter_context(served(f"portal {size}", port, *_portal_served(urls[size], port, instance), database))
            servers[size] = server
            wanted = pages(made, cookies)
            statements[size] = measuring.in_a_process(counted, urls[size], wanted)
            for name, (path, cookie) in wanted.items():
                operations[f"{name}|{size}"] = Operation(server, reading(server, path, cookie, anew=not cookie))
            operations[f"save an answer|{size}"] = Operation(server, saving(server, made, cookies))
            hand_in = uploading.handing_in(server, made, cookies, pdf)
            operations[f"{UPLOAD}|{size}"] = Operation(server, hand_in, fewer=FEWER_UPLOADS)
            public = f"/organisations/{made.code}"
            stamp = Client(port).send("GET", public)[2].get("ETag", "")
            operations[f"public page, kept for the next visitor|{size}"] = Operation(server, reading(server, public))
            operations[f"public page, unchanged|{size}"] = Operation(server, reading(server, public, **{"If-None-Match": stamp}))
        series = measuring.rounds(operations, TIMES)
        weeks = {size: deadline_week(servers[size], *mades[size]) for size in SIZES}
        largest, (made, cookies) = servers[SIZES[-1]], mades[SIZES[-1]]
        at_once = uploading.crowd(
            largest,
            uploading.handing_in(largest, made, cookies, pdf),
            reading(largest, *pages(made, cookies)["open an expectation page"]),
        )
        memory = {size: servers[size].memory() for size in SIZES}
        floor_memory = floor.memory()
        serve = partial(_portal_served, instance=instance)
        recommendations = recommending.measured(operations["floor page"], stack, serve, TIMES, database)
        floors = {name: operations[name] for name in ("floor page", "floor save")}
        learnt = learning.measured(floors, stack, serve, TIMES, database)
    text = "\n".join([report(series, statements, weeks, at_once, memory, floor_memory), recommendations, learnt])
    (ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")
    print(text)


def _portal_served(url: str, port: int, instance: str) -> tuple[list[str], dict[str, str]]:
    """What starts the portal on a port, and what it is told."""
    environment = {"PORTAL_DATABASE_URL": url, "PORTAL_SECRET_KEY": KEY, "PORTAL_PORT": str(FIRST_PORT), "PORTAL_INSTANCE": instance,
                   "PORTAL_BASE_URL": f"http://localhost:{port}"}  # fmt: skip
    return gunicorn("wsgi:application", port), environment


def _floor_rows() -> None:
    from bench import floor

    floor.prepare()


def pages(made: Seeded, cookies: dict[str, str]) -> dict[str, tuple[str, str]]:
    manager, reviewer = cookies[made.manager_token], cookies[made.reviewer_token]
    reference = made.references[0]
    return {
        "open an expectation page": (f"/assessments/{reference}/expectations/{made.expectation}", manager),
        "a body's task list": (f"/assessments/{reference}", manager),
        "a body's first page": ("/work", manager),
        "the reviewers' queue": ("/reviews", reviewer),
        "the gap register": ("/gaps", reviewer),
        "a body's public page": (f"/organisations/{made.code}", ""),
        "the list of organisations": ("/organisations", ""),
    }


def _postmaster(url: str) -> int:
    """The first process of the PostgreSQL server, whose children serve connections."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        parent = psutil.Process(backend).ppid()
    engine.dispose()
    return parent


TARGETS = {
    "open an expectation page": ("floor page", 2.5),
    "save an answer": ("floor save", 3.0),
    "a body's task list": ("floor page", 3.0),
    "a body's first page": ("floor page", 3.0),
    "the reviewers' queue": ("floor page", 4.0),
    "the gap register": ("floor page", 4.0),
    "a body's public page": ("floor page", 2.0),
    "public page, kept for the next visitor": ("floor page", 2.0),
    "public page, unchanged": ("floor page", 0.6),
    "the list of organisations": ("floor page", 4.0),
    UPLOAD: ("floor upload", 1.6),
}


# Written by hand from a profile, with the commit at which it was taken; measure again when a page changes much.
WHERE = """## Where the time goes

The floor page is a bare Flask application: one row by primary key and a page of twenty questions with four levels each
(25 KB), its template compiled once. Shares below are of the web process, from a profile at commit `e44fcd0`.

- **Expectation page.** Rendering is a third: the layout and the form's macros, each held to the design system's own markup.
  Building the form is a fourteenth. Three statements (the answer with its assessment and period, last year's answer, and
  the evidence pinned to it) and the one that knows the person are a fifth. Whoever only reads is in no transaction, so
  there is neither a begin nor an end of one. The rest is Flask, and asking the policy.
- **Save.** Eight statements: the person, the answer and its assessment held, the change, the count, and the record sealed
  into its chain under a lock. Then the page again. Nothing of it waits for another organisation.
- **First page.** Eight statements, one for each kind of thing that may wait for somebody: two fifths of it.
- **Public page.** Made anew, a third is statements and a quarter is rendering. Each process keeps what it made for visitors
  (2 MB), so that the next one is answered from there for as long as nothing happened.
- **Unchanged public page.** One statement says that nothing happened: a quarter of the answer. The rest is Flask, which the
  floor page has to do as well; this is why 0.6 of a floor page is not reached.
- **Hand in.** The floor upload only reads the body. Ours hashes it as it comes, writes it to disk and waits until the disk
  has it, recognises what it is, and keeps the item, its version, its file and their records in some eighteen statements.
- **Lists** read the same number of rows whatever the number of organisations; what they cost is fifty rows of a table."""


def report(
    series: dict[str, Series],
    statements: dict[int, dict[str, int]],
    weeks: dict[int, tuple[list[float], float]],
    at_once: Crowd,
    memory: dict[int, tuple[float, float]],
    floor_memory: tuple[float, float],
) -> str:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    small, large = SIZES[0], SIZES[-1]
    lines = [
        "# How fast it is",
        "",
        f"Written by `make bench` at commit `{commit}`, Python {platform.python_version()}, {os.cpu_count()} cores, PostgreSQL, gunicorn",
        "with 2 processes of 4 threads. Everything was measured in one run on one machine, in five interleaved rounds of",
        f"{TIMES} requests; web server and database share the cores with the clients, so absolute times mean little and",
        "ratios to the floor (a bare Flask page, save and upload in the same run) mean much. CPU is of web server and database together.",
        "",
        f"| Operation | bodies | CPU ms | × floor | to reach | growth {small:,} → {large:,} | statements | 1 client, median / p95 ms | 8 clients, median / p95 ms |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for name in ("floor page", "floor save", "floor upload"):
        lines.append(_row(name, "–", series[name], 1.0, "–", "–", "1"))
    for name, (floor, target) in TARGETS.items():
        growth = series[f"{name}|{large}"].median_cpu / series[f"{name}|{small}"].median_cpu
        for size in SIZES:
            one = series[f"{name}|{size}"]
            ratio = one.median_cpu / series[floor].median_cpu
            said = f"≤ {target}" + ("" if ratio <= target else " **not reached**")
            grown = f"{growth:.2f}" + (" **over 1.15**" if growth > 1.15 else "") if size == large else ""
            lines.append(_row(name, f"{size:,}", one, ratio, said, grown, str(statements[size].get(name, ""))))
    lines += ["", WHERE, "", "## Deadline week", "", f"{SAVERS} people save at once, each the answer of their own assessment, and see the page again:", ""]
    for size, (taken, seconds) in weeks.items():
        lines.append(
            f"- {size:,} bodies: {len(taken):,} saves in {seconds:.1f} s, none refused, none lost; "
            f"median {statistics.median(taken):.0f} ms, 95th percentile {percentile(taken, 0.95):.0f} ms."
        )
    lines += ["", "## Uploads", "", *at_once.in_words()]
    lines += ["", "## Memory", "", "Two web processes after the whole run, what they share counted once (to reach: ≤ 160 MB). The process that starts",
              "them has a part in what is shared:", ""]  # fmt: skip
    lines += [f"- {size:,} bodies: {two:.0f} MB; with that process {all_three:.0f} MB" for size, (two, all_three) in memory.items()]
    lines += [f"- the floor: {floor_memory[0]:.0f} MB; with that process {floor_memory[1]:.0f} MB", ""]
    return "\n".join(lines)


def _row(name: str, size: str, one: Series, ratio: float, target: str, growth: str, statements: str) -> str:
    return (
        f"| {name} | {size} | {one.median_cpu:.2f} | {ratio:.2f} | {target} | {growth} | {statements} "
        f"| {statistics.median(one.one):.1f} / {percentile(one.one, 0.95):.1f} "
        f"| {statistics.median(one.eight):.1f} / {percentile(one.eight, 0.95):.1f} |"
    )
