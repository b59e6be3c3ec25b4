"""The standards to read: all of them, one version, one expectation, one kind's profile, and what changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for

from portal.kernel.errors import NotFound
from portal.policy import Action
from portal.standards import diff, library
from portal.standards.records import Standard
from portal.web.freshness import unless_unchanged
from portal.web.gate import gate
from portal.web.pages import page

bp = Blueprint("standards", __name__, url_prefix="/standards")


def _published(id: str, version: str) -> Standard:
    """A draft is not for the public: it answers as if it did not exist."""
    standard = library.standard(id, version)
    if not standard.published:
        raise NotFound(f"There is no standard {id} version {version}.")
    return standard


@bp.route("")
@gate(Action.READ_PUBLIC_PAGES)
def index() -> Any:
    texts = library.load()
    newest = [texts.versions(id)[-1] for id in texts.standards if texts.versions(id)]

    def make() -> Any:
        return page("standards/index.html", newest=newest, kinds=texts.kinds)

    return unless_unchanged(make, *(standard.sha256 for standard in newest))


@bp.route("/<id>")
@gate(Action.READ_PUBLIC_PAGES)
def standard(id: str) -> Any:
    newest = library.latest(id)
    return redirect(url_for("standards.version", id=id, version=newest.version), 302)


@bp.route("/<id>/<version>")
@gate(Action.READ_PUBLIC_PAGES)
def version(id: str, version: str) -> Any:
    shown = _published(id, version)
    versions = library.versions(id)

    def make() -> Any:
        kinds = [library.kind(code) for code in shown.kinds]
        return page("standards/standard.html", standard=shown, versions=versions, kinds=kinds)

    return unless_unchanged(make, shown.sha256, len(versions))


@bp.route("/<id>/<version>/<code>")
@gate(Action.READ_PUBLIC_PAGES)
def expectation(id: str, version: str, code: str) -> Any:
    shown = _published(id, version)
    asked = shown.expectation(code)
    place = shown.expectations.index(asked)

    def make() -> Any:
        return page(
            "standards/expectation.html",
            standard=shown,
            expectation=asked,
            pillar=shown.pillar(asked.pillar),
            kinds=library.load().kinds,
            principles=library.load().principles,
            my_expectations=library.load().my_expectations,
            before=shown.expectations[place - 1] if place else None,
            after=shown.expectations[place + 1] if place + 1 < len(shown.expectations) else None,
        )

    return unless_unchanged(make, shown.sha256, code)


@bp.route("/<id>/<version>/for/<kind>")
@gate(Action.READ_PUBLIC_PAGES)
def profile(id: str, version: str, kind: str) -> Any:
    shown = _published(id, version)
    asked = shown.profile(kind)

    def make() -> Any:
        return page("standards/profile.html", standard=shown, profile=asked, kind=library.kind(kind))

    return unless_unchanged(make, shown.sha256, kind)


@bp.route("/<id>/changes/<old>/<new>")
@gate(Action.READ_PUBLIC_PAGES)
def changes(id: str, old: str, new: str) -> Any:
    before, after = _published(id, old), _published(id, new)

    def make() -> Any:
        found = diff.difference(before, after)
        return page(
            "standards/changes.html",
            old=before,
            new=after,
            changes=[one for one in found if one.change is not diff.Change.UNCHANGED],
            unchanged=sum(one.change is diff.Change.UNCHANGED for one in found),
            kinds=library.load().kinds,
        )

    return unless_unchanged(make, before.sha256, after.sha256)
