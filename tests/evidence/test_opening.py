"""Opened: only by those who may, each time on record for the Ombudsman, and a PDF at its page."""

from __future__ import annotations

import datetime as dt

import pytest

from portal import audit
from portal.audit import Event
from portal.evidence import reading
from portal.evidence.operations import withdrawing
from portal.evidence.views import pages
from portal.kernel import clock
from portal.kernel.db import db
from tests import builders
from tests.evidence.papers import a_pdf

POLICY = a_pdf("Our complaints policy.", "Everybody is told how to complain.")


@pytest.fixture
def signed(cast, monkeypatch, app):
    """Released, and pinned into something that was handed in; unscanned files may be seen here."""
    _unscanned_may_be_seen(monkeypatch, app)
    assessment = builders.a_signed_assessment(cast)
    item = builders.released(builders.an_item(cast, name="Our policy (2026).pdf", content=POLICY))
    builders.a_pin(cast, f"{assessment.reference}/NHS-1.1", item, page=2, where="first line")
    return item


def _unscanned_may_be_seen(monkeypatch, app):
    settings = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", type(settings)(**{**vars(settings), "show_unscanned": "yes"}))


def opened(item):
    return [(one.by_name, one.facts) for one in audit.trail(item.organisation_id, item.audited_as()) if one.event is Event.EVIDENCE_OPENED]


def test_the_organisations_own_people_download_it(signed, browser):
    priya = browser("priya")
    page = priya.open(f"/evidence/{signed.reference}")
    link = next(href for text, href in page.links.items() if text.startswith("Download"))
    answer = priya.client.get(link)
    assert (answer.status_code, answer.get_data()) == (200, POLICY)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Our policy (2026).pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert opened(signed) == []


def test_every_download_by_the_ombudsman_is_on_record(signed, browser, cast):
    owen = browser("owen", follow=False)
    here = f"/evidence/{signed.reference}/versions/1"
    owen.open(f"{here}/file", status=303)  # no record, no file
    assert owen.page.answer.headers["Location"].endswith(f"/evidence/{signed.reference}")
    owen.open(f"/evidence/{signed.reference}")
    owen.press("Download version 1", status=303)
    owen.open(f"{here}/file")
    assert owen.page.answer.get_data() == POLICY
    assert opened(signed) == [("Owen Hughes", {"number": 1})]
    browser("rosa", follow=False).open(f"{here}/file", status=303)  # the record of another is not theirs
    with clock.at(clock.now() + dt.timedelta(minutes=6)):
        owen.open(f"{here}/file", status=303)
    owen.open(f"/evidence/{signed.reference}")
    owen.press("Download version 1", status=303)
    assert len(opened(signed)) == 2
    assert "Evidence opened by the Ombudsman" in browser("priya").open(f"/evidence/{signed.reference}").text


def test_part_of_a_file_is_given(signed, browser):
    answer = browser("priya").client.get(f"/evidence/{signed.reference}/versions/1/file", headers={"Range": "bytes=0-7"})
    assert (answer.status_code, answer.get_data()) == (206, b"%PDF-1.4")


def test_where_unscanned_files_may_not_be_seen_nobody_opens_it(cast, browser):
    item = builders.released(builders.an_item(cast, name="policy.pdf", content=POLICY))
    priya = browser("priya")
    page = priya.open(f"/evidence/{item.reference}")
    assert "No malware scanner has looked at this file" in page.text
    assert not [text for text in page.links if text.startswith("Download")]
    for rest in ("/file", "/pages/1", "/pages/1.png"):
        priya.open(f"/evidence/{item.reference}/versions/1{rest}", status=409)
    priya.send(f"/evidence/{item.reference}/versions/1/open", {}, status=409)


def test_the_ombudsman_sees_what_was_handed_in_and_nothing_else(signed, cast, browser):
    draft = builders.an_item(cast, title="Draft")
    builders.a_pin(cast, f"{builders.a_started_assessment(cast, period='2024-25').reference}/NHS-1.1", builders.released(draft))
    builders.a_replacement(cast, signed, move_pins=False)
    page = browser("owen").open(f"/evidence/{signed.reference}")
    assert "Versions" not in page.text
    assert "What happened" not in page.text
    assert "NHS-1.1" in page.text
    owen = browser("owen")
    owen.open(f"/evidence/{draft.reference}", status=404)
    owen.open(f"/evidence/{signed.reference}/versions/2/file", status=404)
    browser("cora").open(f"/evidence/{signed.reference}")
    browser("ana").open(f"/evidence/{signed.reference}")
    browser("ada").open(f"/evidence/{signed.reference}", status=403)
    browser("sam").open(f"/evidence/{signed.reference}", status=404)


def test_the_ombudsman_is_not_led_to_what_is_the_organisations_alone(signed, browser):
    links = browser("owen").open(f"/evidence/{signed.reference}").links
    assert not [address for address in links.values() if address.startswith("/assessments/")]


def test_a_choice_that_comes_after_the_signature_says_what_it_costs(cast, browser):
    assessment = builders.a_signed_assessment(cast)
    item = builders.an_item(cast, name="letter.pdf", content=a_pdf("Born 12 March 1961"))
    builders.a_pin(cast, f"{assessment.reference}/NHS-1.1", item)
    builders.the_worker_is_done()
    for page in ("personal-data", "replace"):
        assert "which is handed in and cannot be changed now" in browser("priya").open(f"/evidence/{item.reference}/{page}").text


def test_what_was_not_released_is_not_the_ombudsmans_to_see_though_it_was_signed(cast, browser):
    assessment = builders.a_signed_assessment(cast)
    item = builders.an_item(cast)
    builders.a_pin(cast, f"{assessment.reference}/NHS-1.1", item)
    browser("owen").open(f"/evidence/{item.reference}", status=404)
    builders.released(item)
    browser("owen").open(f"/evidence/{item.reference}")


def test_what_is_withdrawn_after_it_was_handed_in_can_still_be_read(signed, cast, browser):
    withdrawing.withdraw(signed, version=signed.version, reason="There is a newer one.", by=cast.priya)
    db.session.commit()
    browser("owen").open(f"/evidence/{signed.reference}")


def test_a_pin_opens_a_pdf_at_its_page_with_its_words(signed, browser):
    owen = browser("owen")
    page = owen.open(f"/evidence/{signed.reference}/versions/1/pages/2")
    assert page.h1 == "Page 2 of Complaints policy"
    assert "Everybody is told how to complain." in page.text
    assert "Our complaints policy." not in page.text
    assert "First line is pinned to NHS-1.1" in page.text
    (image,) = page.all("img")
    answer = owen.client.get(image.get("src"))
    assert (answer.status_code, answer.mimetype, answer.get_data()[:4]) == (200, "image/png", b"\x89PNG")
    again = owen.client.get(image.get("src"), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert opened(signed) == []


def test_pages_are_leafed_through(signed, browser):
    priya = browser("priya")
    page = priya.open(f"/evidence/{signed.reference}/versions/1/pages/1")
    assert "Page 1 of 2" in page.text
    (onward, _) = page.all("a", rel="next")
    assert onward.get("href").endswith("/pages/2")
    assert not page.all("a", rel="prev")
    page = priya.open(f"/evidence/{signed.reference}/versions/1/pages/7")
    assert "The file ends on page 2." in page.text
    assert page.all("a", rel="prev")[0].get("href").endswith("/pages/2")
    assert "Download the file" in page.links
    assert page.links["Download the file"].endswith("/file#page=7")
    priya.open(f"/evidence/{signed.reference}/versions/1/pages/7.png", status=404)
    for none in ("pages/0", "pages/10000"):
        priya.open(f"/evidence/{signed.reference}/versions/1/{none}", status=404)


def test_what_has_no_pages_has_none(cast, browser, monkeypatch, app):
    _unscanned_may_be_seen(monkeypatch, app)
    item = builders.released(builders.an_item(cast))
    browser("priya").open(f"/evidence/{item.reference}/versions/1/pages/1", status=404)
    browser("priya").open(f"/evidence/{item.reference}/versions/1/file")
    link = builders.an_item(cast, link="https://example.org")
    browser("priya").open(f"/evidence/{link.reference}/versions/1/file", status=404)


def test_a_pdf_that_cannot_be_read_says_so_and_can_be_downloaded(cast, browser, monkeypatch, app):
    _unscanned_may_be_seen(monkeypatch, app)
    item = builders.released(builders.an_item(cast, name="broken.pdf", content=POLICY))

    def broken(*_args, **_more):
        raise reading.Unreadable("It is damaged.")

    monkeypatch.setattr(reading, "page_words", broken)
    page = browser("priya").open(f"/evidence/{item.reference}/versions/1/pages/1")
    assert "This page cannot be shown. It is damaged." in page.text


def test_nobody_waits_for_ever_for_their_turn_to_read(signed, browser, monkeypatch):
    monkeypatch.setattr(pages, "PATIENCE", 0)
    for _ in range(2):
        assert pages.AT_ONCE.acquire(timeout=1)
    try:
        page = browser("priya").open(f"/evidence/{signed.reference}/versions/1/pages/1", status=429)
        assert "Try again in a minute, or download the file." in page.text
    finally:
        pages.AT_ONCE.release(2)
    browser("priya").open(f"/evidence/{signed.reference}/versions/1/pages/1")
