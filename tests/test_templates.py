"""Every template compiles, knows every filter it names, and a letter begins with its subject."""

from pathlib import Path

import pytest

from portal.outbox import Letter

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ALL)
def test_a_template_compiles(app, name):
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("letter", Letter, ids=lambda letter: letter.name)
def test_every_letter_has_a_text_that_begins_with_its_subject(letter):
    text = (TEMPLATES / "letters" / f"{letter.name.lower()}.txt").read_text(encoding="utf-8")
    subject, blank, body = text.partition("\n\n")
    assert subject.startswith("Subject: ")
    assert blank
    assert body.strip()
