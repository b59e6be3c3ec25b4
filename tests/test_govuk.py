"""The macros of templates/govuk.html emit the markup that GOV.UK Frontend's own fixtures show."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree.ElementTree import Element

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    FileField,
    Form,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

ROOT = Path(__file__).resolve().parents[1]
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


# Forms


CARD_HINT = "It’s on your National Insurance card, benefit letter, payslip or P60. For example, ‘QQ 12 34 56 C’."


def test_an_input_with_nothing_but_a_label():
    same(govuk.input(a_field(StringField, "test-name", "National Insurance number")), "input", "default")


def test_an_input_takes_its_hint_from_the_field_or_from_the_page():
    name, label, identity = "test-name-2", "National insurance number", "input-with-hint-text"
    same(govuk.input(a_field(StringField, name, label, id=identity, hint=CARD_HINT)), "input", "with hint text")
    same(govuk.input(a_field(StringField, name, label, id=identity), hint=CARD_HINT), "input", "with hint text")


def test_an_input_with_an_error_is_described_by_hint_and_error():
    errors = ["Enter a National Insurance number in the correct format"]
    field = a_field(StringField, "with-error-hint", "National insurance number", hint=CARD_HINT, errors=errors)
    same(govuk.input(field), "input", "with error and hint")


def test_an_input_may_be_the_heading_of_its_page():
    field = a_field(StringField, "test-name", "National Insurance number", id="input-with-page-heading")
    same(govuk.input(field, size="l", heading=True), "input", "with label as page heading")


def test_an_input_between_prefix_and_suffix():
    field = a_field(StringField, "cost", "Cost per item, in pounds", id="input-with-prefix-suffix")
    same(govuk.input(field, prefix="£", suffix="per item"), "input", "with prefix and suffix")


def test_an_email_field_keeps_its_type_and_a_whole_number_is_typed_as_text():
    assert 'type="email"' in govuk.input(a_field(EmailField, "email", "Email address"))
    number = govuk.input(a_field(IntegerField, "days", "Days", data=0), width=3)
    assert 'type="text"' in number
    assert 'inputmode="numeric"' in number
    assert 'value="0"' in number


def test_a_textarea():
    same(govuk.textarea(a_field(TextAreaField, "more-detail", "Can you provide more detail?")), "textarea", "default")


def test_what_was_typed_in_a_textarea_comes_back_to_the_letter():
    typed = "\n  first line\n</textarea><script>"
    field = a_field(TextAreaField, "reason", "Reason", data=typed)
    shown = html5lib.parseFragment(govuk.textarea(field), namespaceHTMLElements=False).find(".//textarea")
    assert shown.text == typed
    assert len(shown) == 0


def test_a_textarea_that_counts():
    field = a_field(TextAreaField, "more-detail", "Can you provide more detail?")
    same(govuk.textarea(field, maxlength=10), "character-count", "default")


def test_a_textarea_that_counts_with_hint_and_error():
    hint = "Don't include personal or financial information, eg your National Insurance number or credit card details."
    field = a_field(
        TextAreaField, "with-error", "Can you provide more detail?", hint=hint, errors=["Please provide more detail"]
    )
    same(govuk.textarea(field, maxlength=10), "character-count", "with hint and error")


def test_radios():
    field = a_field(RadioField, "example-default", "Have you changed your name?", choices=YES_NO)
    same(govuk.radios(field), "radios", "default")


def test_radios_with_hint_and_error():
    field = a_field(
        RadioField, "example-error-message-hint", "Have you changed your name?", choices=YES_NO, errors=["Please select an option"],
        hint="This includes changing your last name or spelling your name differently.",
    )  # fmt: skip
    same(govuk.radios(field), "radios", "with hint and error message")


def test_the_radio_that_was_chosen_is_checked():
    field = a_field(
        RadioField,
        "example",
        "Have you changed your name?",
        choices=YES_NO,
        data="no",
        errors=["Please select an option"],
    )
    same(govuk.radios(field), "radios", "with fieldset and error message")


def test_radios_side_by_side():
    assert "govuk-radios govuk-radios--inline" in govuk.radios(
        a_field(RadioField, "x", "X", choices=YES_NO), inline=True
    )


def test_radios_with_a_hint_for_each_choice_and_a_heading():
    hints = {
        "gateway": "You’ll have a user ID if you’ve registered for Self Assessment or filed a tax return online before.",
        "verify": "You’ll have an account if you’ve already proved your identity with either Barclays, CitizenSafe, "
        "Digidentity, Experian, Post Office, Royal Mail or SecureIdentity.",
    }
    pairs = choices(("gateway", "Sign in with Government Gateway"), ("verify", "Sign in with GOV.UK Verify"))
    field = a_field(RadioField, "gov", "How do you want to sign in?", choices=pairs)
    numbered = [
        (f'"{old}{end}"', f'"{new}{end}"')
        for old, new in (("gateway", "gov"), ("verify", "gov-2"))
        for end in ("", "-item-hint")
    ]
    with_values = [('value="gov"', 'value="gateway"'), ('value="gov-2"', 'value="verify"')]
    same(
        govuk.radios(field, hints=hints, size="l", heading=True),
        "radios",
        "with hints on items",
        *numbered,
        *with_values,
    )


def test_a_radio_may_reveal_a_question():
    field = a_field(
        RadioField, "how", "How?", choices=choices(("email", "Email"), ("text", "Text message")), data="text"
    )
    shown = govuk.radios(field, conditional={"email": Markup("<p>Which?</p>"), "text": Markup("<p>Where?</p>")})
    assert (
        '<div class="govuk-radios__conditional govuk-radios__conditional--hidden" id="conditional-how"><p>Which?</p></div>'
        in shown
    )
    assert '<div class="govuk-radios__conditional" id="conditional-how-2"><p>Where?</p></div>' in shown
    assert 'data-aria-controls="conditional-how-2"' in shown


def test_checkboxes():
    field = a_field(SelectMultipleField, "nationality", "What is your nationality?", choices=NATIONALITIES)
    same(govuk.checkboxes(field), "checkboxes", "default")


def test_the_checkboxes_that_were_ticked_are_checked():
    field = a_field(
        SelectMultipleField,
        "nationality",
        "What is your nationality?",
        choices=NATIONALITIES,
        data=["british", "other"],
    )
    assert [
        box.get("value")
        for box in html5lib.parseFragment(govuk.checkboxes(field), namespaceHTMLElements=False).findall(
            ".//input[@checked]"
        )
    ] == ["british", "other"]


def test_one_checkbox_with_error_and_hint():
    field = a_field(
        BooleanField, "t-and-c", "I agree to the terms and conditions", hint="Read them first", errors=["Tick to agree"]
    )
    assert tree(govuk.checkbox(field, value="yes")) == tree(
        """<div class="govuk-form-group govuk-form-group--error">
        <p id="t-and-c-error" class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> Tick to agree</p>
        <div class="govuk-checkboxes" data-module="govuk-checkboxes"><div class="govuk-checkboxes__item">
        <input class="govuk-checkboxes__input" id="t-and-c" name="t-and-c" type="checkbox" value="yes" aria-describedby="t-and-c-error t-and-c-item-hint">
        <label class="govuk-label govuk-checkboxes__label" for="t-and-c">I agree to the terms and conditions</label>
        <div id="t-and-c-item-hint" class="govuk-hint govuk-checkboxes__hint">Read them first</div></div></div></div>"""
    )


def test_one_checkbox_alone():
    field = a_field(BooleanField, "t-and-c", "I agree to the terms and conditions")
    same(
        govuk.checkbox(field, value="yes"), "checkboxes", "with single option set 'aria-describedby' on input, and describedBy",
        (' aria-describedby="test-target-element t-and-c-hint"', ""), ("Please accept the terms and conditions", ""),
        ('<div id="t-and-c-hint" class="govuk-hint">', ""), ("</div>\n  <div class=\"govuk-checkboxes\"", "<div class=\"govuk-checkboxes\""),
    )  # fmt: skip


def test_a_select():
    field = a_field(SelectField, "select-1", "Label text goes here", choices=OPTIONS, data="2")
    same(govuk.select(field), "select", "with selected value", (" disabled", ""))


def test_a_select_with_hint_and_error():
    field = a_field(
        SelectField,
        "select-2",
        "Label text goes here",
        choices=OPTIONS,
        hint="Hint text goes here",
        errors=["Error message goes here"],
    )
    same(govuk.select(field), "select", "with hint text and error message")


def a_date(identity, errors=(), hint="For example, 31 3 1980", typed=("", "", "")):
    day, month, year = typed
    return SimpleNamespace(
        id=identity, name=identity, type="DateField", label=SimpleNamespace(text="What is your date of birth?"),
        description=hint, errors=list(errors), day=day, month=month, year=year,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("identity", "errors", "name"),
    [("dob", [], "default"), ("dob-errors", ["Error message goes here"], "with error message and hint")],
)
def test_a_date_in_three_boxes(identity, errors, name):
    prefixed = [(f'name="{part}"', f'name="{identity}-{part}"') for part in ("day", "month", "year")]
    same(govuk.date_input(a_date(identity, errors)), "date-input", name, *prefixed)


def test_a_date_gives_back_what_was_typed():
    shown = govuk.date_input(a_date("on", typed=("31", "", "twenty")))
    assert 'value="31"' in shown
    assert 'value="twenty"' in shown
    assert shown.count("value=") == 2


def test_a_file_upload():
    same(govuk.file_upload(a_field(FileField, "file-upload-1", "Upload a file")), "file-upload", "default")
    wrong = a_field(FileField, "file-upload-with-error", "Upload a file", errors=["Error message"])
    same(govuk.file_upload(wrong), "file-upload", "error")


def test_a_fieldset():
    assert tree(page("{% call govuk.fieldset('What is your address?') %}{% endcall %}")) == tree(
        fixture("fieldset", "default")
    )


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


# Content


@pytest.mark.parametrize(
    ("name", "text", "colour"),
    [
        ("default", "Alpha", None), ("grey", "Grey", "grey"), ("green", "Green", "green"), ("turquoise", "Teal", "teal"),
        ("purple", "Purple", "purple"), ("pink", "Magenta", "magenta"), ("red", "Red", "red"), ("orange", "Orange", "orange"),
        ("yellow", "Yellow", "yellow"),
    ],
)  # fmt: skip
def test_tags(name, text, colour):
    same(govuk.tag(text, colour), "tag", name)


def test_a_panel():
    body = Markup("Your reference number<br><strong>HDJ2123F</strong>")
    same(govuk.panel("Application complete", body), "panel", "default")
    same(govuk.panel("Application complete"), "panel", "title with no body text")


def test_notification_banners():
    same(govuk.notification_banner("This publication was withdrawn on 7 March 2014."), "notification-banner", "default")
    same(
        govuk.notification_banner("Email sent to example@email.com", success=True),
        "notification-banner",
        "with type as success",
    )


def test_inset_text_and_warning_text():
    text = (
        "It can take up to 8 weeks to register a lasting power of attorney if there are no mistakes in the application."
    )
    same(govuk.inset_text(text), "inset-text", "default")
    same(govuk.warning_text("You can be fined up to £5,000 if you don’t register."), "warning-text", "default")


def test_details():
    text = re.search(r'details__text">\s*(.*?)\s*</div>', fixture("details", "default"), re.S).group(1)
    same(
        page("{% call govuk.details('Help with nationality') %}{{ text }}{% endcall %}", text=text),
        "details",
        "default",
    )


def test_a_summary_list_with_actions_on_some_rows():
    contact = Markup(re.findall(r'value">\s*(.*?)\s*</dd>', fixture("summary-list", "with some actions"), re.S)[2])
    rows = [
        ("Name", "Firstname Lastname", [("Edit", "#", "name"), ("Delete", "#", "name")]),
        ("Date of birth", "13/08/1980"),
        ("Contact information", contact),
    ]
    same(govuk.summary_list(rows), "summary-list", "with some actions")


def test_a_summary_card():
    rows = [("Name", "Firstname Lastname"), ("Date of birth", "13/08/1980")]
    same(
        govuk.summary_list(rows, card="Undergraduate teaching assistant"),
        "summary-list",
        "as a summary card with a text header",
    )


def test_a_task_list_takes_records_or_mappings():
    items = [
        {"title": "Company Directors", "href": "#", "status": "Completed"},
        {"title": "Registered company details", "href": "#", "status": "Not started", "colour": "teal"},
        SimpleNamespace(
            title="Business plan", href="#", status="Review", colour="magenta",
            hint="Ensure the plan covers objectives, strategies, sales, marketing and financial forecasts.",
        ),
        {"title": "Documentation", "href": "#", "status": "In progress", "colour": "blue"},
        {"title": "Charitable status", "href": "#", "status": "Error", "colour": "red"},
        {"title": "Payment", "status": "Cannot start yet", "waiting": True, "hint": "It will cost between £15 and £75"},
    ]  # fmt: skip
    same(govuk.task_list(items), "task-list", "with hint text and additional states")


@pytest.mark.parametrize("percent", [-5, 0, 37.5, 250])
def test_a_bar_stays_within_its_track(percent):
    width = re.search(r'value" width="([\d.]+)%"', govuk.bar(percent)).group(1)
    assert float(width) == min(max(percent, 0), 100)


def test_a_wide_table_scrolls_in_a_region_with_a_name():
    region = page("{% call govuk.table_region('Gaps by pillar') %}<table></table>{% endcall %}")
    assert 'role="region" aria-label="Gaps by pillar" tabindex="0"' in region


# Finding the way


def test_pagination_by_key():
    same(govuk.pagination("/previous", "/next"), "pagination", "with prev and next only")
    same(govuk.pagination(previous="/previous"), "pagination", "with previous only")
    assert govuk.pagination() == ""


def test_pagination_with_labels():
    same(
        govuk.pagination("/previous", "/next", "Paying VAT and duty", "Registering an imported vehicle"), "pagination",
        "with prev and next only and labels", ("Previous page", 'Previous<span class="govuk-visually-hidden"> page</span>'),
        ("Next page", 'Next<span class="govuk-visually-hidden"> page</span>'),
    )  # fmt: skip


def test_breadcrumbs_back_link_and_skip_link():
    trail = [("Home", "/"), ("Section", "/section"), ("Sub-section", "/section/sub-section")]
    same(
        govuk.breadcrumbs([*trail, ("Sub Sub-section", "/section/sub-section/sub-sub-section")]),
        "breadcrumbs",
        "default",
    )
    same(govuk.back_link("#"), "back-link", "default")
    same(govuk.skip_link("#test-target-element"), "skip-link", "default")


def test_the_header_has_a_name_and_no_crown():
    same(govuk.header("My cool service"), "generic-header", "default")


def test_a_phase_banner():
    source = """{% call govuk.phase_banner("Alpha") %}
    This is a new service - your <a href="#" class="govuk-link">feedback</a> will help us to improve it.{% endcall %}"""
    same(page(source), "phase-banner", "default")


def test_navigation_with_the_current_page():
    items = [(f"Navigation item {n}", f"#/{n}", n == 2) for n in (1, 2, 3, 4)]
    same(govuk.service_navigation(items), "service-navigation", "with navigation with a current item")


def test_navigation_may_end_with_something_of_our_own():
    shown = page("{% call govuk.service_navigation([]) %}<div>[end]</div>{% endcall %}")
    same(
        shown, "service-navigation", "with slotted content", ("<div>[start]</div>", ""), ("<li>[navigation start]</li>", ""),
        ("<li>[navigation end]</li>", ""), ('<ul class="govuk-service-navigation__list" id="navigation" >', ""), ("</ul>", ""),
        ('<nav aria-label="Menu" class="govuk-service-navigation__wrapper">', ""), ("</nav>", ""),
    )  # fmt: skip
