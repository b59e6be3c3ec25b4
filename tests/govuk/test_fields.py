"""Each kind of field emits the markup that GOV.UK Frontend shows, with its hint, its error and what was typed."""

import html5lib
import pytest
from markupsafe import Markup
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from tests.govuk.markup import (
    NATIONALITIES,
    OPTIONS,
    YES_NO,
    a_date,
    a_field,
    choices,
    fixture,
    govuk,
    page,
    same,
    tree,
)

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
