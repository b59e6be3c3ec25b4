"""Pages about recommendations with few and with many of them, beside the floor and in the same run."""

from __future__ import annotations

import os
import statistics
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import measuring
from bench.filling import Filled
from bench.measuring import Operation, Series, Server, percentile, served
from tests import databases

SIZES = tuple(int(size) for size in os.environ.get("BENCH_RECOMMENDATIONS", "2500,250000").split(","))
REPORTS_OF_EACH = 4
FIRST_PORT = 8801
MOST_GROWTH = 1.3  # of the median from the fewest to the most
MUST_NOT_GROW = ("the officers' board", "a filtered list")


def pages(filled: Filled, officer: str, manager: str) -> dict[str, tuple[str, str]]:
    """Name -> (path, cookie)."""
    return {
        "the officers' board": ("/recommendations/board", officer),
        "the list": ("/recommendations", officer),
        "a filtered list": ("/recommendations?type=apology&state=complied-on-time", officer),
        "a list of what was late": ("/recommendations?type=payment&state=complied-late", officer),
        "a body's list": (f"/organisations/{filled.code}/recommendations", manager),
        "one recommendation": (f"/recommendations/{filled.reference}", officer),
    }


def filled(url: str, recommendations: int) -> dict[str, Any]:
    """In a process of its own: the schema and the rows. Returns Filled as a dictionary, with cookies for its tokens."""
    from bench.comparing import cookie, portal
    from bench.filling import fill

    app = portal(url)
    with app.app_context():
        databases.migrate()
        made = asdict(fill(recommendations, REPORTS_OF_EACH * recommendations))
    return made | {"cookies": [cookie(app, made[token]) for token in ("officer_token", "manager_token")]}


def measured(floor: Operation, stack: ExitStack, serve: Any, times: int, database: int) -> str:
    """Fill, serve and measure; the part of docs/performance.md. `serve(url, port)` gives what starts a web server and its surroundings."""
    operations, statements, fills = {"floor page": floor}, {}, {}
    for place, size in enumerate(SIZES):
        url = stack.enter_context(databases.empty("postgresql", Path()))
        facts = measuring.in_a_process(filled, url, size)
        officer, manager = facts.pop("cookies")
        fills[size] = Filled(**facts)
        print(f"filled in {size} recommendations in {fills[size].seconds:.0f} seconds", flush=True)
        port = FIRST_PORT + place
        command, environment = serve(url, port)
        server = stack.enter_context(served(f"portal with {size} recommendations", port, command, environment, database))
        statements[size] = _counted(url, pages(fills[size], officer, manager))
        operations |= _operations(server, pages(fills[size], officer, manager), size)
    return report(measuring.rounds(operations, times), statements, fills)


def _counted(url: str, wanted: dict[str, tuple[str, str]]) -> dict[str, int]:
    from bench.comparing import counted

    return dict(measuring.in_a_process(counted, url, wanted))


def _operations(server: Server, wanted: dict[str, tuple[str, str]], size: int) -> dict[str, Operation]:
    from bench.comparing import reading

    return {f"{name}|{size}": Operation(server, reading(server, path, cookie)) for name, (path, cookie) in wanted.items()}


def report(series: dict[str, Series], statements: dict[int, dict[str, int]], fills: dict[int, Filled]) -> str:
    small, large = SIZES[0], SIZES[-1]
    told = " and ".join(f"{size:,} recommendations with {one.reports:,} reports of progress" for size, one in fills.items())
    lines = [
        "## Recommendations",
        "",
        f"The same pages with {told}, made to the same number of bodies, in the same run as the floor page. To reach: the median of the",
        f"officers' board and of a filtered list grows to at most {MOST_GROWTH} times, and no page sends more statements.",
        "",
        f"| Page | recommendations | CPU ms | × floor | growth of the median {small:,} → {large:,} | statements | 1 client, median / p95 ms "
        "| 8 clients, median / p95 ms |",
        "| --- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for name in dict.fromkeys(key.partition("|")[0] for key in series if "|" in key):
        medians = {size: statistics.median(series[f"{name}|{size}"].one) for size in SIZES}
        growth = medians[large] / medians[small]
        for size in SIZES:
            one = series[f"{name}|{size}"]
            over = f" **over {MOST_GROWTH}**" if name in MUST_NOT_GROW and growth > MOST_GROWTH else ""
            more = " **more**" if statements[size][name] > statements[small][name] else ""
            lines.append(
                f"| {name} | {size:,} | {one.median_cpu:.2f} | {one.median_cpu / series['floor page'].median_cpu:.2f} "
                f"| {f'{growth:.2f}{over}' if size == large else ''} | {statements[size][name]}{more} "
                f"| {medians[size]:.1f} / {percentile(one.one, 0.95):.1f} "
                f"| {statistics.median(one.eight):.1f} / {percentile(one.eight, 0.95):.1f} |"
            )
    filling = ", ".join(f"{size:,} in {one.seconds:.0f} s" for size, one in fills.items())
    return "\n".join([*lines, "", f"Filled by COPY: {filling}.", ""])
