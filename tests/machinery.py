"""What the tests need beside Python packages, found on this machine or installed with a word about it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SWIFT = ROOT / "requirements-swift.txt"
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
    named = _named("PORTAL_TEST_CHROMIUM")
    if named:
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


def in_continuous_integration() -> bool:
    """Where a test that cannot run is a failure and not a skip."""
    return bool(os.environ.get("CI"))


@cache
def clamd() -> str:
    """The path of clamd, the scanner of ClamAV: PORTAL_TEST_CLAMD, one on this machine, or one installed now."""
    found = _named("PORTAL_TEST_CLAMD") or _clamd_here()
    if found:
        return found
    print("The tests of the malware scanner need clamd, which is not on this machine. Installing it …", flush=True)
    _from_debian("clamav-daemon")
    found = _clamd_here()
    if found is None:
        raise CannotBeHad(
            "clamd could not be installed. Install it by hand (on Debian and Ubuntu, as root: apt-get install clamav-daemon), "
            "or name one that is there: PORTAL_TEST_CLAMD=/path/to/clamd make test"
        )
    print(f"clamd is at {found}.", flush=True)
    return found


def _clamd_here() -> str | None:
    return shutil.which("clamd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


@cache
def swift() -> str:
    """A Python that has OpenStack Swift, the S3-compatible server of the tests: PORTAL_TEST_SWIFT, or one whose
    environment, beside the packages of the tests, is made now."""
    named = _named("PORTAL_TEST_SWIFT")
    if named:
        return named
    folder = Path(sys.prefix) / "swift"
    python, made_from = folder / "bin" / "python", folder / "made-from.txt"
    if made_from.exists() and made_from.read_bytes() == SWIFT.read_bytes():
        return str(python)
    print("The tests of the S3 store need OpenStack Swift, which is not here. Installing it …", flush=True)
    try:
        venv.create(folder, clear=True, with_pip=True, symlinks=True)
        quiet = ["-q", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([python, "-m", "pip", "install", *quiet, "-r", SWIFT], check=True, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotBeHad(
            f"OpenStack Swift could not be installed ({error}). Install it by hand into an environment of its own "
            f"(pip install -r {SWIFT.name}) and name its Python: PORTAL_TEST_SWIFT=/path/to/python make test"
        ) from None
    made_from.write_bytes(SWIFT.read_bytes())
    print(f"OpenStack Swift is in {folder}.", flush=True)
    return str(python)


def try_to_have(*machines: Callable[[], str]) -> None:
    """Install what is missing before the tests begin, where its words can be read. What cannot be had is said again
    by the tests that need it: there it is a skip with its reason, or in continuous integration a failure."""
    for machine in machines:
        try:
            machine()
        except CannotBeHad as why:
            if in_continuous_integration():
                raise
            print(why, flush=True)


def _named(variable: str) -> str | None:
    named = os.environ.get(variable)
    if named and not Path(named).exists():
        raise CannotBeHad(f"{variable} names {named}, which is not there.")
    return named


def _from_debian(package: str = "chromium") -> None:
    """As root, or with sudo that asks for no password."""
    if shutil.which("apt-get") is None:
        return
    before = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if before and (shutil.which("sudo") is None or subprocess.run([*before, "true"], capture_output=True).returncode):
        return
    print(f"  with apt-get install {package}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
        subprocess.run([*before, "apt-get", "-qq", *words], env=quiet, stdout=subprocess.DEVNULL, check=False)


def _from_playwright() -> None:
    print("  with playwright install chromium", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
