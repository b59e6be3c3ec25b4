"""A file of cases through the page and through the command: looked at first, taken in once, and nothing half done."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from portal import audit
from portal.cli import main
from portal.jobs import sweeping
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import WrongState
from portal.recommendations.lifecycle import DraftState
from portal.recommendations.models import ImportedCases, Recommendation
from portal.recommendations.operations import drafting, waiting
from tests import builders
from tests.browser import Browser, Page
from tests.people import Cast
from tests.recommendations.test_importing import as_csv, as_json, count_of, row

UPLOAD = "/recommendations/import"


def uploaded(officer: Browser, content: bytes, name: str = "cases.csv", *, status: int = 200) -> Page:
    officer.open(UPLOAD)
    return officer.press("See what it would change", status=status, cases=(io.BytesIO(content), name))


def tiles(page: Page) -> list[str]:
    return ["".join(one.itertext()) for box in page.all("ul", class_="portal-tiles") for one in box.iter("{http://www.w3.org/1999/xhtml}span")]


def test_a_file_is_looked_at_and_then_taken_in(cast: Cast, browser: Any) -> None:
    cora = browser("cora")
    cora.open("/drafts")
    cora.click("Import cases")
    page = uploaded(cora, as_csv(row(), row(number=2)))
    assert tiles(page) == ["2", "0", "0", "0"]
    assert "P-1234567, number 2" in page.text
    assert count_of(Recommendation) == 0
    assert "nothing of it is taken in yet" in cora.open(UPLOAD).text
    cora.click("See what it would change, and take it in")
    page = cora.press("Take it in")
    assert "cases.csv: 2 new, 0 changed, 0 unchanged. Another officer approves each draft." in page.text
    assert count_of(Recommendation) == 2
    page = uploaded(cora, as_json(row(severity=5), row(number=2)), "cases.json")
    assert tiles(page) == ["0", "1", "1", "0"]
    assert "Severity of the injustice" in page.text
    cora.press("Take it in")
    page = uploaded(cora, as_json(row(severity=5), row(number=2)), "cases.json")
    assert "There is nothing to take in" in page.text
    assert "Take it in" not in [button.text for button in page.all("button")]
    assert audit.verify() == []


def test_a_refused_line_is_shown_and_nothing_can_be_taken_in(cast: Cast, browser: Any) -> None:
    cora = browser("cora")
    page = uploaded(cora, as_csv(row(), row(number=2, organisation="NOSUCH"), row(number=3, due_on="2020-01-01")))
    assert tiles(page) == ["1", "0", "0", "2"]
    assert "No organisation on the register has the code “NOSUCH”" in page.text
    assert "Take it in" not in [button.text for button in page.all("button")]
    page = cora.send(page.address, {}, status=409)
    assert "Nothing is taken in while a line is refused" in page.text
    assert count_of(Recommendation) == 0


def test_what_was_changed_meanwhile_is_judged_again(cast: Cast, browser: Any) -> None:
    one = builders.a_draft(cast)
    cora = browser("cora")
    uploaded(cora, as_csv(row(severity=5)))
    drafting.send(one, version=one.version, by=builders.a_second_officer(cast))
    db.session.commit()
    page = cora.press("Take it in", status=409)
    assert "waits for approval" in page.text
    assert db.session.query(Recommendation).populate_existing().one().severity == 2


UNREADABLE = [
    (b"", "Choose the file of cases"),
    (b"   ", "The file is empty"),
    (as_csv(row()).decode().encode("utf-16"), "This file is in UTF-16"),
    (as_csv(row(failing="Café")).decode().encode("cp1252"), "Line 2: This line is not in UTF-8"),
    (as_csv(row(), row(number=2, failing="Café")).decode().encode("cp1252"), "Line 3 of the file is not in UTF-8"),
    (as_csv(row(), row(number=2, failing="A null\x00")), "There is a null character on line 3"),
    (as_csv(row(severity=9)), "Line 2, severity: The severity must be from 1 to 6"),
    (b"name,code\nx,y\n", "“name” is not a column that is known"),
]


@pytest.mark.parametrize(("content", "says"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_file_of_which_nothing_can_be_read_is_refused_beside_its_field(cast: Cast, browser: Any, content: bytes, says: str) -> None:
    name = "cases.csv" if content else ""
    page = uploaded(browser("cora"), content, name, status=422)
    assert says in " ".join(page.errors)
    assert count_of(ImportedCases) == 0


def test_a_file_of_too_many_rows_is_refused(cast: Cast, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST", 3)
    page = uploaded(browser("cora"), as_csv(*(row(number=number) for number in range(1, 6))))
    assert "The file has more than 3 recommendations" in page.text


def test_a_file_is_seen_by_nobody_but_whoever_uploaded_it(cast: Cast, browser: Any) -> None:
    builders.a_second_officer(cast)
    address = uploaded(browser("cora"), as_csv(row())).address
    browser("colin").open(address, status=404)
    browser("colin").send(address, {}, status=404)
    for name, status in (("ana", 403), ("ada", 403), ("priya", 403)):
        browser(name).open(UPLOAD, status=status)
    assert browser(None).open(UPLOAD).h1 == "Sign in"


def test_a_newer_upload_takes_the_place_of_the_last_and_a_page_of_it_says_so(cast: Cast, browser: Any) -> None:
    cora = browser("cora")
    old = uploaded(cora, as_csv(row())).address
    uploaded(cora, as_csv(row(number=2)))
    assert count_of(ImportedCases) == 1
    cora.open(old, status=404)


def test_whoever_presses_twice_takes_it_in_once(cast: Cast) -> None:
    reference = waiting.keep(as_csv(row()).decode(), name="cases.csv", by=cast.cora)
    db.session.commit()
    kept = db.session.query(ImportedCases).filter_by(reference=reference).one()
    db.session.expunge(kept)  # as it was read by two requests
    waiting.take_in(kept, by=cast.cora)
    with pytest.raises(WrongState, match="no longer kept"):
        waiting.take_in(kept, by=cast.cora)


def test_what_nobody_took_in_is_swept_away_after_a_week(cast: Cast) -> None:
    waiting.keep(as_csv(row()).decode(), name="cases.csv", by=cast.cora)
    db.session.commit()
    for days, left in ((6, 1), (8, 0)):
        with clock.at(clock.now() + dt.timedelta(days=days)):
            for step in sweeping.sweep():
                step()
            db.session.commit()
        assert count_of(ImportedCases) == left


def test_the_preview_keeps_its_number_of_statements(cast: Cast, browser: Any, queries: Any) -> None:
    cora = browser("cora")
    address = uploaded(cora, as_csv(row())).address
    cora.open(address)
    with queries() as few:
        cora.open(address)
    address = uploaded(cora, as_csv(*(row(number=number) for number in range(1, 900)))).address
    with queries() as many:
        page = cora.open(address)
    assert len(few) == len(many)
    assert "And 699 more." in page.text


# The command.


@pytest.fixture
def portal(own_app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings = own_app.extensions["settings"]
    monkeypatch.setenv("PORTAL_INSTANCE", str(settings.instance))
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database_url)
    Cast.arrive()
    db.session.remove()
    return lambda *typed: CliRunner().invoke(main, [str(one) for one in typed])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_bytes(as_csv(row(), row(number=2)))
    return path


def test_the_command_says_what_would_change_and_then_changes_it(portal: Any, file: Path) -> None:
    told = portal("recommendations", "import", file, "--as", "Cora@example.org", "--dry-run")
    assert (told.exit_code, told.output) == (0, "cases.csv: 2 new, 0 changed, 0 unchanged.\n")
    assert count_of(Recommendation) == 0
    db.session.remove()
    assert portal("recommendations", "import", file, "--as", "cora@example.org").exit_code == 0
    assert set(db.session.scalars(sa.select(Recommendation.state))) == {DraftState.DRAFT}
    assert set(db.session.scalars(sa.select(Recommendation.drafted_by))) == {"Cora Stein"}
    db.session.remove()
    told = portal("recommendations", "import", file, "--as", "cora@example.org")
    assert told.output == "cases.csv: 0 new, 0 changed, 2 unchanged.\n"


def test_the_command_names_each_refused_line_and_fails(portal: Any, file: Path) -> None:
    file.write_bytes(as_csv(row(), row(number=2, organisation="NOSUCH"), row(number=3, severity=9)))
    told = portal("recommendations", "import", file, "--as", "cora@example.org")
    assert told.exit_code == 1
    assert told.output.splitlines() == [
        "cases.csv: nothing was imported, because 2 things are wrong.",
        "  line 3, organisation: No organisation on the register has the code “NOSUCH”. Correct the code.",
        "  line 4, severity: The severity must be from 1 to 6.",
    ]
    assert count_of(Recommendation) == 0


@pytest.mark.parametrize(
    ("email", "says"),
    [("ana@example.org", "Your role does not let you import cases."), ("nobody@example.org", "Nobody here has the address"), ("x", "Nobody here has the address")],
)
def test_the_command_wants_an_officer(portal: Any, file: Path, email: str, says: str) -> None:
    told = portal("recommendations", "import", file, "--as", email)
    assert told.exit_code == 1
    assert says in told.output
    assert count_of(Recommendation) == 0
