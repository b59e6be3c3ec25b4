"""A person's own views of the list: saved under a name, opened, deleted, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed
from portal.recommendations.models import SavedView
from portal.recommendations.operations import saving_views
from tests.people import Cast
from tests.recommendations.rows import insert


def test_a_view_is_saved_opened_and_deleted(cast: Cast, browser: Any) -> None:
    one, other = insert(cast, type="payment"), insert(cast)
    ana = browser("ana")
    ana.open("/recommendations?type=payment&state=open&after=2026-01-01_1&nonsense=1")
    ana.click("Save this view")
    assert ana.press("Save this view", status=422, name=" ").errors == ["Enter a name for this view"]
    page = ana.press("Save this view", name="Open payments & more")
    assert "The view was saved." in page.text
    page = ana.click("Open payments & more")
    assert page.address == "/recommendations?type=payment&state=open"
    assert one in page.text
    assert other not in page.text
    ana.open("/recommendations/views")
    page = ana.press("Delete Open payments & more")
    assert "The view was deleted." in page.text
    assert "You saved none yet" in page.text


def test_a_persons_views_are_their_own(cast: Cast, browser: Any) -> None:
    saving_views.save("Payments", {"type": "payment"}, by=cast.ana)
    db.session.commit()
    id = db.session.query(SavedView).one().id
    cora = browser("cora")
    assert "Payments" not in cora.open("/recommendations/views").text
    for one in (id, "99999999999999999999"):
        assert "was deleted" not in cora.send(f"/recommendations/views/{one}/delete", {}).text
    saving_views.save("Payments", {"type": "payment"}, by=cast.cora)
    db.session.commit()
    assert db.session.query(SavedView).count() == 2


@pytest.mark.parametrize(
    ("name", "narrowed", "says"),
    [
        ("\u200b ", {"type": "payment"}, "Enter a name"),
        ("x" * 81, {"type": "payment"}, "80 characters or fewer"),
        ("All", {}, "Narrow the list first"),
        ("Long", {"q": "x" * 1100}, "too long to keep"),
    ],
)
def test_what_cannot_be_saved_is_refused(cast: Cast, name: str, narrowed: dict[str, str], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        saving_views.save(name, narrowed, by=cast.ana)
    assert db.session.query(SavedView).count() == 0


def test_a_name_is_given_once_and_not_for_ever(cast: Cast) -> None:
    saving_views.save("Mine", {"type": "payment"}, by=cast.ana)
    with pytest.raises(Invalid, match="You have a view with this name"):
        saving_views.save(" Mine ", {"type": "apology"}, by=cast.ana)
    assert db.session.query(SavedView).one().narrowed == "type=payment"


def test_nobody_keeps_more_than_fifty(cast: Cast) -> None:
    for number in range(50):
        saving_views.save(f"View {number}", {"type": "payment"}, by=cast.ana)
    with pytest.raises(Invalid, match="Delete one"):
        saving_views.save("One more", {"type": "payment"}, by=cast.ana)


def test_who_may_not_see_the_list_saves_nothing(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        saving_views.save("Mine", {"type": "payment"}, by=cast.priya)
