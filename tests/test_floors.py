"""What the house forbids itself: drawers without a name, commits outside two files, states set by hand."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PINS = [ROOT / f"requirements{part}.txt" for part in ("", "-dev", "-swift")]
PYTHON = sorted(path for path in (ROOT / "portal").rglob("*.py"))
FORBIDDEN = {"common", "util", "utils", "helper", "helpers", "manager", "misc", "data", "info", "handler", "core"}


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_in_its_first_line_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_no_file_or_folder_is_a_drawer():
    names = {part.removesuffix(".py") for path in PYTHON for part in path.relative_to(ROOT).parts}
    assert not names & FORBIDDEN


def test_the_transaction_ends_in_few_known_places():
    ends = {str(path.relative_to(ROOT)) for path in PYTHON if re.search(r"\.commit\(", path.read_text())}
    assert ends <= {
        "portal/web/transaction.py",  # a request
        "portal/jobs/runner.py",  # a job
        *(f"portal/cli/{name}.py" for name in ("__init__", "organisations", "recommendations", "courses", "certificates")),  # a command typed by a person
        "portal/serving.py",  # setting up, before anybody is served
        "portal/demonstration/building.py",  # the register, which stands before the years are told
    }


def test_only_a_lifecycle_sets_a_state():
    setting = re.compile(r"\.state = (?!=)")
    found = {str(path.relative_to(ROOT)) for path in PYTHON if setting.search(path.read_text())}
    assert found <= {"portal/kernel/lifecycle.py"}


def test_only_the_clock_reads_the_time():
    reading = re.compile(r"datetime\.now\(|date\.today\(|time\.time\(|utcnow\(")
    found = {str(path.relative_to(ROOT)) for path in PYTHON if reading.search(path.read_text())}
    assert found <= {"portal/kernel/clock.py"}


def test_the_pins_name_no_address():
    for path in PINS:
        assert not re.search(r"://|--index-url|--extra-index-url|--find-links", path.read_text())


def test_no_path_of_a_machine_is_in_the_repository():
    homes = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+|opt)/")
    for path in tracked("Makefile", ".ci/*", "*.toml", "*.md", "*.py", "*.html", "*.yaml"):
        if path != Path(__file__):
            assert not homes.search(path.read_text(encoding="utf-8")), path


def test_every_pin_has_a_hash():
    for path in PINS:
        pins = [block for block in re.split(r"\n(?=\S)", path.read_text()) if "==" in block]
        assert pins
        assert all("--hash=sha256:" in block for block in pins)
