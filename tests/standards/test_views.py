"""The public pages of the standards."""

import pytest

from portal.standards import diff, library


@pytest.mark.parametrize("id", ["NHS", "GOV", "VEN"])
def test_every_page_of_every_standard_can_be_read(browser, id):
    visitor = browser()
    for standard in library.versions(id):
        at = f"/standards/{id}/{standard.version}"
        page = visitor.open(at)
        assert page.h1 == standard.title
        for one in standard.expectations[:3] + standard.expectations[-1:]:
            assert visitor.open(f"{at}/{one.code}").h1 == one.title
        for kind in standard.kinds:
            assert library.kind(kind).name in visitor.open(f"{at}/for/{kind}").h1


def test_the_newest_version_is_found_without_its_number(browser):
    assert browser().open("/standards/NHS").address == f"/standards/NHS/{library.latest('NHS').version}"


def test_an_older_version_says_so_and_leads_to_the_newest(browser):
    visitor = browser()
    assert "This is version 0.9." in visitor.open("/standards/NHS/0.9").text
    visitor.click("What changed from 0.9 to 1.0")
    assert visitor.page.h1 == "What changed in NHS Complaint Standards"


def test_changed_words_are_marked_in_words_too(browser):
    old, new = library.standard("NHS", "0.9"), library.standard("NHS", "1.0")
    page = browser().open("/standards/NHS/changes/0.9/1.0")
    for one in diff.difference(old, new):
        assert (one.change is diff.Change.UNCHANGED) is (not page.all("section", aria_labelledby=one.code))
    reworded = [one for one in diff.difference(old, new) if one.change is diff.Change.REWORDED]
    assert reworded
    for tag, words in (("ins", "Added: "), ("del", "Taken out: ")):
        marked = page.all("section")[0:] and [one for section in page.all("section") for one in section.iter() if str(one.tag).endswith("}" + tag)]
        assert marked
        assert all("".join(one.itertext()).startswith(words) for one in marked)


@pytest.mark.parametrize(
    "address",
    ["/standards/XYZ", "/standards/NHS/7.7", "/standards/NHS/1.0/NHS-9.9", "/standards/NHS/1.0/for/MD", "/standards/NHS/changes/0.9/9.9"],
)
def test_what_does_not_exist_is_not_found(browser, address):
    browser().open(address, status=404)
