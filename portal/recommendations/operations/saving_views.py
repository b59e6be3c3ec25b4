"""Somebody gives a name to a way of narrowing the list, and takes it away again. It changes nothing for anybody else."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from portal.kernel import words
from portal.kernel.db import db, insert_unless_there
from portal.kernel.errors import Invalid
from portal.policy import Acting, Action, insist
from portal.recommendations.models import SavedView
from portal.recommendations.queries.saved_views import saved_views

MOST = 50
LONGEST_NAME = 80
LONGEST = 1000  # characters of the query


def save(name: str, narrowed: Mapping[str, str], *, by: Acting) -> None:
    """Save a view of the list under a name that the person has not given to another."""
    insist(by, Action.SEE_RECOMMENDATIONS)
    name, query = words.clean_line(name), urlencode(narrowed)
    if not name:
        raise Invalid("name", "Enter a name for this view")
    if len(name) > LONGEST_NAME:
        raise Invalid("name", f"The name must be {LONGEST_NAME} characters or fewer")
    if not query:
        raise Invalid("name", "Narrow the list first: a view of everything is the list itself")
    if len(query) > LONGEST:
        raise Invalid("name", "What the list is narrowed to is too long to keep. Search for fewer words")
    if len(saved_views(by.id)) >= MOST:
        raise Invalid("name", f"You have {MOST} views. Delete one that you do not need first")
    if not insert_unless_there(SavedView, ("person_id", "name"), person_id=by.id, name=name, narrowed=query):
        raise Invalid("name", "You have a view with this name. Choose another name, or delete that one first")


def forget(one: SavedView, *, by: Acting) -> None:
    insist(by, Action.SEE_RECOMMENDATIONS)
    assert one.person_id == by.id  # queries/saved_views.py finds nobody else's
    db.session.delete(one)
