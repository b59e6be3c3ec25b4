"""Documentation that is generated is compared; links in what is written lead somewhere."""

import re
from pathlib import Path

import pytest

from portal.cli import main
from portal.documents import GENERATED

DOCS = Path(__file__).resolve().parent.parent / "docs"
WRITTEN = sorted([*DOCS.rglob("*.md"), DOCS.parent / "README.md"])


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_document_says_what_the_code_says(name):
    assert (DOCS / name).read_text(encoding="utf-8") == GENERATED[name](), "run: make docs"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_links_within_the_documents_lead_somewhere(path):
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)  # not the examples
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose):
        assert (path.parent / target).exists(), target


def commands(group, before=""):
    for name, command in group.commands.items():
        yield from commands(command, f"{before}{name} ") if hasattr(command, "commands") else [f"{before}{name}"]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_commands_in_the_documents_exist(path):
    there = set(commands(main)) | {name.partition(" ")[0] for name in commands(main)}
    for line in re.findall(r"^portal [a-z].*|`portal [a-z][^`]*`", path.read_text(encoding="utf-8"), re.MULTILINE):
        first, second, *_ = [*line.strip("`").removeprefix("portal ").split(), ""]
        assert first in there, line
        if first not in main.commands or hasattr(main.commands[first], "commands"):
            assert not second or f"{first} {second}" in there, line
