"""A published course is kept word for word; what changes needs a version that says how much."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from portal import audit
from portal.accreditation.courses import reading
from portal.accreditation.models import CourseFile, CourseVersion
from portal.accreditation.operations import publishing
from portal.accreditation.queries import catalogue
from portal.kernel.content import ContentError
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed
from tests.accreditation.a_course import COURSE, broken, files
from tests.accreditation.learners import laid_down, published
from tests.people import Cast


def test_a_course_is_published_once_and_read_back_word_for_word(cast: Cast) -> None:
    one = published(cast)
    assert published(cast).id == one.id
    assert db.session.query(CourseVersion).count() == 1
    assert catalogue.files(one.id) == files()
    assert catalogue.content(one).sha256 == one.sha256 == reading.course(files(), "T1").sha256
    assert audit.verify() == []


def test_only_authors_publish(cast: Cast, tmp_path: Path) -> None:
    for name in ("priya", "owen", "ada"):
        with pytest.raises(NotAllowed):
            publishing.publish(laid_down(tmp_path / "T1", files()), "New", by=getattr(cast, name))


@pytest.mark.parametrize(
    ("changed", "least"),
    [
        (broken("course.yaml", "pass_mark: 80", "pass_mark: 75"), "2.0.0"),
        (broken("course.yaml", "valid_months: 36", "valid_months: 24"), "2.0.0"),
        (broken("questions/choosing.md", "- [ ] The first thing that is wrong in case 1\n  : It is wrong because it comes too early.\n- [x] The right thing to do",
                "- [x] The right thing to do now\n  : It is right, too.\n- [ ] The right thing to do"), "1.1.0"),
        (broken("01-first/01-one.md", "## The second idea", "## Another idea\n\nSome words.\n\n## The second idea"), "1.1.0"),
        (broken("scenarios/at-the-desk.md", "(+1) -> it-is-well", "(+2) -> it-is-well"), "1.1.0"),
        (broken("assignments/a-reply.md", "weight: 60", "weight: 50") | {}, ""),
        (broken("questions/choosing.md", "What case 1 teaches.", "What case number 1 teaches."), "1.0.1"),
    ],
)  # fmt: skip
def test_a_change_needs_a_version_that_says_how_much_changed(cast: Cast, changed: dict[str, bytes], least: str) -> None:
    published(cast)
    if not least:
        with pytest.raises(ContentError):
            published(cast, changed)
        return
    with pytest.raises(Invalid, match=f'write version: "{least}" or higher'):
        published(cast, changed)
    db.session.rollback()
    again = changed | {"course.yaml": changed["course.yaml"].replace(b'version: "1.0.0"', f'version: "{least}"'.encode())}
    assert published(cast, again).version == least
    assert [one.version for one in catalogue.versions("T1")] == [least, "1.0.0"]
    assert catalogue.newest()["T1"].version == least


@pytest.mark.parametrize(("note", "says"), [(" ", "Say in one line what is new"), ("x" * 501, "500 characters or fewer")])
def test_what_is_new_is_said(cast: Cast, note: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        published(cast, note=note)


def test_the_folder_and_the_course_agree(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="The folder is called T2 and the course T1"):
        publishing.publish(laid_down(tmp_path / "T2", files()), "New", by=cast.wren)


def test_what_ships_is_published_where_it_is_as_it_was_released(cast: Cast, tmp_path: Path) -> None:
    folder = laid_down(tmp_path / "T1", files())
    assert publishing.load_shipped(tmp_path).in_words() == "Every course on disk is published already."  # nothing was released yet
    publishing.publish(folder, "The first version.", by=cast.wren)
    db.session.execute(sa.delete(CourseFile))
    db.session.execute(sa.delete(CourseVersion))
    loaded = publishing.load_shipped(tmp_path)
    assert loaded.in_words() == "Published T1 1.0.0."
    assert publishing.load_shipped(tmp_path).published == ()


def test_a_broken_course_on_disk_leaves_the_published_one_in_use(cast: Cast, tmp_path: Path) -> None:
    folder = laid_down(tmp_path / "T1", files())
    one = publishing.publish(folder, "The first version.", by=cast.wren)
    (folder / "releases.yaml").write_text((folder / "releases.yaml").read_text() + "  - version: 1\n")
    assert "is missing" in publishing.load_shipped(tmp_path).in_words()
    (folder / "releases.yaml").unlink()
    publishing.releases.add(folder, "1.0.1", "0" * 64, one.published_at.date(), "Not what is there.")
    loaded = publishing.load_shipped(tmp_path)
    assert "was changed after its newest release. Publish it: portal course publish T1" in loaded.in_words()
    laid_down(folder, {"course.yaml": COURSE.replace("pass_mark: 80", "pass_mark: none").encode()})
    assert "must be a whole number" in publishing.load_shipped(tmp_path).in_words()
    assert catalogue.newest()["T1"].id == one.id
    assert catalogue.content(one).title == "A small course"


def test_files_that_were_changed_by_hand_are_not_used(cast: Cast) -> None:
    one = published(cast)
    catalogue._content.cache_clear()
    db.session.execute(sa.update(CourseFile).where(CourseFile.path == "sources.md").values(content=b"# Other\n"))
    with pytest.raises(RuntimeError, match="are not as they were published"):
        catalogue.content(one)
