"""Commands: the first administrator of an installation that has nobody yet, and whether all of it is sound."""

import os

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from portal import ROOT, audit
from portal.accreditation.queries.catalogue import versions
from portal.audit import Event
from portal.cli import main
from portal.kernel.db import db
from portal.organisations.models import Membership, Person
from portal.organisations.operations import signing_in
from portal.organisations.queries import organisation
from portal.outbox import Letter
from portal.policy import STRANGER, Role
from tests.organisations.letters import letters

FIRST = ("person", "add", " Boss@Example.ORG ", "Ada  Jones", "--role", "administrator", "--organisation", "phso")


@pytest.fixture
def portal(own_app, monkeypatch):
    """`portal("person", "add", …)` types that command on an installation whose register is empty."""
    settings = own_app.extensions["settings"]
    monkeypatch.setenv("PORTAL_INSTANCE", str(settings.instance))
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PORTAL_BASE_URL", "https://standards.example.org")
    before = os.umask(0o022)  # commands set their own for the whole process
    yield lambda *typed: CliRunner().invoke(main, typed)
    os.umask(before)


def test_the_first_administrator_is_added_recorded_and_can_sign_in(portal, own_app):
    assert portal("register", "load").exit_code == 0
    told = portal(*FIRST)
    assert told.exit_code == 0, told.output
    assert told.output.startswith("boss@example.org is administrator at ")
    assert told.output.endswith(" They sign in at https://standards.example.org/sign-in\n")
    ombudsman = organisation("phso")
    both = sa.select(Person, Membership).join(Membership, Membership.person_id == Person.id)
    person, membership = db.session.execute(both).one()
    assert (person.name, membership.role, membership.organisation_id) == ("Ada Jones", Role.ADMINISTRATOR, ombudsman.id)
    assert Event.MEMBERSHIP_BEGAN in [one.event for one in audit.trail(ombudsman.id)]
    signing_in.ask("boss@example.org", network="192.0.2.1", by=STRANGER)
    assert letters(Letter.SIGN_IN_LINK, "boss@example.org")
    assert audit.verify() == []


def test_adding_somebody_twice_changes_nothing(portal):
    portal("register", "load")
    assert portal(*FIRST).exit_code == portal(*FIRST).exit_code == 0
    assert [db.session.scalar(sa.select(sa.func.count()).select_from(one)) for one in (Person, Membership)] == [1, 1]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("no address", "Ada", "administrator", "phso"), "Write an email address and then a name"),
        (("a@example.org", " ", "administrator", "phso"), "Write an email address and then a name"),
        (("a@example.org", "Ada", "king", "phso"), "'king' is not one of"),
        (("a@example.org", "Ada", "administrator", "nobody"), "No organisation has the code nobody"),
    ],
)
def test_what_cannot_be_added_is_said_and_nothing_changes(portal, typed, said):
    email, name, role, code = typed
    told = portal("person", "add", email, name, "--role", role, "--organisation", code)
    assert told.exit_code != 0
    assert said in told.output
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(Person))


def test_a_role_of_the_ombudsman_is_given_nowhere_else(portal):
    portal("register", "load")
    told = portal("person", "add", "a@example.org", "Ada", "--role", "administrator", "--organisation", "RRK")
    assert told.exit_code == 1
    assert "cannot be given" in told.output


def test_what_is_sound_is_said_while_somebody_else_writes(portal, own_app):
    portal("register", "load")
    with db.engine.begin() as writing:
        writing.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        newest = (ROOT / "migrations" / "HEAD").read_text().strip()
        writing.execute(sa.text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest})
    with db.engine.begin() as somebody:
        somebody.execute(sa.text("UPDATE organisations SET version = version WHERE code = 'phso'"))
        told, verified = portal("check"), portal("record", "verify")
    _library, *rest = [line.partition(":")[0] for line in told.output.splitlines()]  # which SQLite there is, is the platform's
    assert rest == ["sound"] * 5, told.output
    assert verified.exit_code == 0
    assert verified.output == "Every record and every receipt is as it was written.\n"


def test_a_schema_that_is_not_the_newest_is_not_sound(portal):
    told = portal("check")
    assert told.exit_code == 1
    assert "NOT SOUND: schema empty" in told.output
    assert "run portal migrate" in told.output


def test_keys_are_listed_rotated_and_named_as_stolen(portal, own_app, tmp_path):
    assert "No key has been made" in portal("key", "list").output
    assert portal("key", "rotate").exit_code == portal("key", "rotate").exit_code == 0
    first, second = portal("key", "list").output.splitlines()
    assert ("in use until" in first, second.endswith("in use")) == (True, True)
    name = second.split()[0]
    told = portal("key", "stolen", name, "--since", "2026-05-20")
    assert told.exit_code == 0, told.output
    assert "No certificates were made again" in told.output
    assert "stolen from 20 May 2026 on" in portal("key", "list").output
    assert "is known to be stolen" in portal("key", "stolen", name, "--since", "2026-05-20").output
    assert "There is no key" in portal("key", "stolen", "1999-a", "--since", "2026-05-20").output
    (tmp_path / "note.txt").write_text("eyJ")
    checked = portal("certificate", "check", str(tmp_path / "note.txt"))
    assert (checked.exit_code, checked.output.partition(":")[0]) == (1, "unknown")


def test_papers_are_marked_again_only_by_a_version_that_is_there_and_only_when_told(portal):
    portal("course", "load")
    newest = versions("C1")[0].version
    db.session.rollback()  # the command writes, and waits for nobody
    told = portal("course", "remark", "c1", newest, "--because", "A key was wrong")
    assert told.output == "No papers are affected.\nNothing was changed. To mark them again, add --now.\n"
    told = portal("course", "remark", "C1", newest, "--because", "A key was wrong", "--now")
    assert told.output == "No papers are affected.\nNothing was to be marked again.\n"
    assert "There is no published version 9.9.9 of C1." in portal("course", "remark", "C1", "9.9.9", "--because", "x").output
