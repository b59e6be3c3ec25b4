"""What `make test` runs, in this order; a part can be named: python -m tests.everything lint types sqlite."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping

from tests import machinery

PYTHON = sys.executable


def run(*command: str, **environment: str) -> None:
    """Run one command and stop everything if it fails."""
    outcome = subprocess.run([PYTHON, "-m", *command], env={**os.environ, **environment}, check=False)
    if outcome.returncode:
        sys.exit(outcome.returncode)


def lint() -> None:
    run("ruff", "check", ".")
    run("codespell_lib", ".")


def types() -> None:
    run("mypy")


def floors() -> None:
    outcome = subprocess.run(
        [PYTHON, "-c", "from importlinter.cli import lint_imports_command as check; check()", "--no-cache"], check=False
    )
    if outcome.returncode:
        sys.exit(outcome.returncode)


def sqlite() -> None:
    machinery.try_to_have(machinery.clamd, machinery.swift)
    run("pytest", "-q", "-m", "not browser", PORTAL_TEST_DATABASE="sqlite")


def postgresql() -> None:
    machinery.try_to_have(machinery.clamd, machinery.swift)
    run("pytest", "-q", "-m", "not browser", PORTAL_TEST_DATABASE="postgresql")


def browser() -> None:
    run("pytest", "-q", "-m", "browser", PORTAL_TEST_DATABASE="sqlite", PORTAL_TEST_CHROMIUM=machinery.chromium())


PARTS = {
    "lint": (lint, "lint and spelling"),
    "types": (types, "types"),
    "floors": (floors, "floors: who may import whom"),
    "sqlite": (sqlite, "the suite on SQLite"),
    "postgresql": (postgresql, "the suite on PostgreSQL"),
    "browser": (browser, "journeys in a real Chromium"),
}


def main(wanted: list[str], environment: Mapping[str, str] = os.environ) -> None:
    # What people set for the portal they run must not reach the tests.
    for name in [name for name in environment if name.startswith("PORTAL_") and not name.startswith("PORTAL_TEST_")]:
        del os.environ[name]
    if not wanted or "browser" in wanted:
        machinery.chromium()  # first, so that what cannot be had is said at once
    for name in wanted or PARTS:
        part, words = PARTS[name]
        print(f"\n— {words}", flush=True)
        began = time.monotonic()
        part()
        print(f"— {words}: {time.monotonic() - began:.0f} seconds", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
