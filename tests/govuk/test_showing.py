"""What a page shows: tags, panels, notices, lists, cards, tables."""

import re
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from tests.govuk.markup import fixture, govuk, page, same


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
