"""The script of docs/record.md finds what the verifier finds, without any of the portal's code."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from portal import ROOT, audit, create_app
from portal.assessments.operations import receipts
from portal.config import Settings
from portal.kernel.db import db
from tests import databases
from tests.builders import a_signed_assessment
from tests.people import Cast

WHOLE = "Every record and every receipt is as it was written.\n"


@pytest.fixture
def copy(tmp_path):
    """The file of a SQLite database in which one assessment was signed, and its reference."""
    with databases.empty("sqlite", tmp_path) as url:
        app = create_app(Settings(instance=tmp_path / "instance", database_url=url, base_url="http://localhost"))
        with app.app_context():
            databases.migrate()
            reference = a_signed_assessment(Cast.arrive(), levels={"NHS-1.1": 1}).reference
            assert not audit.verify()
            assert not receipts.verify_snapshots()
            db.session.remove()
            db.engine.dispose()
        yield tmp_path / "test.sqlite", reference


def said_of(path: Path) -> str:
    script = (ROOT / "docs/record.md").read_text().partition("```python\n")[2].partition("```")[0]
    ran = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    return ran.stdout


def test_it_finds_nothing_wrong_and_then_what_was_altered(copy):
    path, reference = copy
    assert said_of(path) == WHOLE
    with sqlite3.connect(path) as there:
        there.execute("UPDATE snapshots SET content = replace(content, '\"level\":1', '\"level\":4')")
    assert said_of(path) == f"receipt 1 of {reference}\n"
    with sqlite3.connect(path) as there:
        stream, last = there.execute("SELECT organisation_id, max(sequence) FROM audit_records WHERE organisation_id > 0 GROUP BY 1").fetchone()
        there.execute("UPDATE audit_records SET by_name = 'Somebody' WHERE organisation_id = ? AND sequence = 2", (stream,))
        there.execute("DELETE FROM audit_records WHERE organisation_id = ? AND sequence = ?", (stream, last))
    assert said_of(path).splitlines()[:2] == [f"stream {stream}, record 2", f"the end of stream {stream}"]
    there.close()
