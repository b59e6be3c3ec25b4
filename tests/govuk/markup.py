"""What the macros of templates/govuk.html emit, beside what GOV.UK Frontend's own fixtures show."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree.ElementTree import Element

import html5lib
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from wtforms import Form
from wtforms.fields.choices import SelectChoice

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests/vendor/govuk-frontend"

environment = Environment(loader=FileSystemLoader(ROOT / "templates"), undefined=StrictUndefined, autoescape=True)
govuk = environment.get_template("govuk.html").module
environment.globals["govuk"] = govuk


def fixture(component, name):
    return json.loads((FIXTURES / f"{component}.json").read_text())[name]


def page(source, **values):
    return environment.from_string(source).render(**values)


def tree(markup):
    """What a browser makes of the markup, with white space as it is shown rather than as it is written."""

    def words(text):
        return re.sub(r"\s+", " ", text or "").strip()

    def plain(element: Element):
        inside, tail = [words(element.text)], []
        for child in element:
            inside += [plain(child), words(child.tail)]
        attributes = dict(element.attrib)
        attributes["class"] = " ".join(sorted(attributes.get("class", "").split()))
        return (element.tag, sorted(attributes.items()), [part for part in inside + tail if part])

    return plain(html5lib.parseFragment(str(markup), namespaceHTMLElements=False))


def same(markup, component, name, *changes):
    expected = fixture(component, name)
    for before, after in changes:
        assert before in expected, f"{component} / {name} no longer contains {before!r}"
        expected = expected.replace(before, after)
    assert tree(markup) == tree(expected)


def a_field(kind, name, label, *, data=None, errors=(), hint="", **settings):
    form = type("AForm", (Form,), {name: kind(label, description=hint, **settings)})(data={name: data})
    form[name].errors = list(errors)
    return form[name]


def choices(*pairs):
    return [SelectChoice(value, label) for value, label in pairs]


YES_NO = choices(("yes", "Yes"), ("no", "No"))
NATIONALITIES = choices(("british", "British"), ("irish", "Irish"), ("other", "Citizen of another country"))
OPTIONS = choices(*((str(n), f"GOV.UK frontend option {n}") for n in (1, 2, 3)))


def a_date(identity, errors=(), hint="For example, 31 3 1980", typed=("", "", "")):
    day, month, year = typed
    return SimpleNamespace(
        id=identity, name=identity, type="DateField", label=SimpleNamespace(text="What is your date of birth?"),
        description=hint, errors=list(errors), day=day, month=month, year=year,
    )  # fmt: skip
