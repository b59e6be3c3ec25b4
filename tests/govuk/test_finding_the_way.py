"""How a page leads on: pages of a list, breadcrumbs, the header and its navigation."""

from tests.govuk.markup import govuk, page, same


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
