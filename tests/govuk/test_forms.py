"""Errors lead to their fields, forms carry their token, and buttons are of their kind."""

import html5lib
import pytest
from wtforms import FieldList, Form, HiddenField, RadioField, StringField

from tests.govuk.markup import YES_NO, a_date, govuk, page, same, tree


class Wrong(Form):
    """A form with one of each kind of field that an error can be linked to."""

    name = StringField("Name")
    level = RadioField("Level", choices=YES_NO)
    links = FieldList(StringField("Link"), min_entries=2)
    version = HiddenField()


def a_wrong_form():
    form = Wrong(data={"version": "3"})
    form.name.errors = ["Enter your name"]
    form.level.errors = ["Choose a level"]
    form.links[1].errors = ["Enter a link"]
    form.links.errors = [["Enter a link"]]
    form.form_errors.append("Somebody else has answered")
    return form


def test_every_error_is_linked_to_its_field():
    summary = html5lib.parseFragment(govuk.errors(a_wrong_form()), namespaceHTMLElements=False)
    items = [
        (item.find("a").get("href") if item.find("a") is not None else None, "".join(item.itertext()))
        for item in summary.iter("li")
    ]
    assert items == [
        (None, "Somebody else has answered"),
        ("#name", "Enter your name"),
        ("#level", "Choose a level"),
        ("#links-1", "Enter a link"),
    ]


def test_an_error_in_a_date_leads_to_its_first_box():
    class OneDate:
        errors, form_errors = {"due": ["Enter a date"]}, ()

        def __iter__(self):
            return iter([a_date("due", ["Enter a date"])])

    assert 'href="#due-day"' in govuk.errors(OneDate())


def test_no_summary_without_errors():
    assert govuk.errors(Wrong()) == ""


def test_the_error_summary_looks_as_it_should():
    items = [
        ("The date your passport was issued must be in the past", "#example-error-1"),
        ("Enter a postcode, like AA1 1AA", "#example-error-2"),
    ]
    same(govuk.error_summary(items), "error-summary", "default")


def test_a_form_posts_with_its_token_and_without_the_browser_checking():
    class Guarded(Wrong):
        csrf_token = HiddenField()

    source = "{% call govuk.form('/answers?a=1&b=2', form, attributes={'hx-post': '/answers', 'hx-target': '#answer'}) %}{{ govuk.hidden(form.version) }}{% endcall %}"
    assert tree(page(source, form=Guarded(data={"csrf_token": "t<k", "version": "3"}))) == tree(
        '<form action="/answers?a=1&amp;b=2" method="post" novalidate hx-post="/answers" hx-target="#answer">'
        '<input type="hidden" name="csrf_token" value="t&lt;k"><input type="hidden" name="version" value="3"></form>'
    )


def test_a_lone_button_is_given_its_token_and_a_search_needs_none():
    assert 'name="csrf_token" value="abc"' in page("{% call govuk.form('/sign-out', csrf='abc') %}{% endcall %}")
    assert "csrf_token" not in page("{% call govuk.form('/gaps', method='get') %}{% endcall %}")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"text": "Save and continue"}, "default"),
        ({"text": "Secondary button", "kind": "secondary", "name": "secondary"}, "secondary"),
        ({"text": "Warning button", "kind": "warning", "name": "Warning"}, "warning"),
        ({"text": "Link button", "href": "/"}, "link"),
        ({"text": "Submit", "value": "start"}, "value"),
        (
            {"text": "Submit", "attributes": {"aria-controls": "test-target-element", "data-tracking-dimension": 123}},
            "attributes",
        ),
        ({"text": "Submit", "once": True}, "prevent double click"),
    ],
)
def test_buttons(arguments, name):
    same(govuk.button(**arguments), "button", name)
