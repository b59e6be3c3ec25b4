"""What the tests need beside Python packages, found on this machine or installed with a word about it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class CannotBeHad(SystemExit):
    """The tests cannot go on without it; the message says what to install by hand."""


def chromium() -> str:
    """The path of a Chromium: PORTAL_TEST_CHROMIUM, one on this machine, or one installed now."""
    found = _found()
    if found:
        return found
    print("The browser journeys need Chromium, which is not on this machine. Installing it …", flush=True)
    for install in (_from_debian, _from_playwright):
        install()
        found = _found()
        if found:
            print(f"Chromium is at {found}.", flush=True)
            return found
    raise CannotBeHad(
        "Chromium could not be installed. Install it by hand (on Debian and Ubuntu, as root: apt-get install chromium), "
        "or name one that is there: PORTAL_TEST_CHROMIUM=/path/to/chromium make test"
    )


def _found() -> str | None:
    named = os.environ.get("PORTAL_TEST_CHROMIUM")
    if named:
        if not Path(named).exists():
            raise CannotBeHad(f"PORTAL_TEST_CHROMIUM names {named}, which is not there.")
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    homes = [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
        for home in homes:
            for path in sorted(home.glob(pattern), reverse=True):
                return str(path)
    return None


def _from_debian() -> None:
    """As root, or with sudo that asks for no password."""
    if shutil.which("apt-get") is None:
        return
    before = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if before and (shutil.which("sudo") is None or subprocess.run([*before, "true"], capture_output=True).returncode):
        return
    print("  with apt-get install chromium", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run([*before, "apt-get", "-qq", *words], env=quiet, stdout=subprocess.DEVNULL, check=False)


def _from_playwright() -> None:
    print("  with playwright install chromium", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
