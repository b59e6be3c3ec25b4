"""What is vendored is what was recorded, and nothing in it is reserved for services on gov.uk."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "line", [line for line in (ROOT / "static/vendored.txt").read_text().splitlines() if not line.startswith("#")]
)
def test_what_is_vendored_is_what_was_recorded(line):
    path, _, published, shipped = line.split("; ")
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == shipped
    if "govuk-frontend.min" not in path:
        assert shipped == published, "only GOV.UK Frontend is altered"


def test_nothing_reserved_for_gov_uk_is_shipped():
    for path in (found for found in (ROOT / "static").rglob("*") if found.is_file()):
        if path.name == "check-certificate.py":
            continue  # our own, for whoever checks a certificate without our software
        assert path.suffix in {".css", ".js", ".txt", ""}, f"{path} is neither a style, a script nor a licence"
    for path in (ROOT / "static/govuk/6.6.0").glob("*.min.*"):
        text = path.read_text()
        assert not re.search(
            r"GDS Transport|@font-face|crest|footer__crown|logotype|logo-dot|url\(|sourceMappingURL", text
        )
