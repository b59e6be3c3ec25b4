"""Documentation that is generated is compared; links in what is written lead somewhere."""

import re
from pathlib import Path

import pytest

from portal.documents import GENERATED

DOCS = Path(__file__).resolve().parent.parent / "docs"
WRITTEN = sorted([*DOCS.rglob("*.md"), DOCS.parent / "README.md"])


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_document_says_what_the_code_says(name):
    assert (DOCS / name).read_text(encoding="utf-8") == GENERATED[name](), "run: make docs"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_links_within_the_documents_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
