"""Commands about organisations and the people who act for them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from portal.cli.working import InOrder, at_work
from portal.kernel import words
from portal.kernel.db import db
from portal.kernel.errors import Refusal
from portal.organisations import addresses
from portal.organisations.operations import importing, memberships
from portal.organisations.queries import organisation as by_code
from portal.policy import PORTAL, Role


@click.group(cls=InOrder)
def register() -> None:
    """The register of organisations."""


@register.command("load")
def register_load() -> None:
    """Put the organisations that ship with the portal on the register; those already there stay as they are."""
    with at_work():
        click.echo(importing.load_shipped().in_words())
        db.session.commit()


@register.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", help="the kind of every organisation in a file that does not say, for example G for GP practices")
@click.option("--preview", is_flag=True, help="say what would change, and change nothing")
def register_import(file: Path, kind: str | None, preview: bool) -> None:
    """Read FILE (ODS as published, or our CSV) into the register. A file with a bad row changes nothing."""
    with at_work():
        outcome = importing.import_file(file.read_bytes(), kind=kind, source=file.name)
        click.echo(outcome.in_words())
        if outcome.faults:
            sys.exit(1)
        if not preview:
            db.session.commit()


@click.group(cls=InOrder)
def person() -> None:
    """The people who act for organisations. All but the first are invited on the pages of their organisation."""


@person.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([one.value for one in Role]), help="what they will do")
@click.option("--organisation", "code", required=True, help="its code on the register; phso is the Ombudsman's")
def person_add(email: str, name: str, role: str, code: str) -> None:
    """Give somebody a role without an invitation: the first administrator, whom nobody is there to invite."""
    folded, called = addresses.folded(email), words.clean_line(name)
    if folded is None or not called:
        raise click.ClickException("Write an email address and then a name, like: owner@example.org 'Ada Jones'")
    with at_work() as app:
        body = by_code(code)
        if body is None:
            raise click.ClickException(f"No organisation has the code {code}. Is the register loaded (portal register load)?")
        try:
            memberships.take_on(body, email=folded, name=called, roles=[Role(role)], by=PORTAL)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        db.session.commit()
        click.echo(f"{folded} is {role} at {body.name}. They sign in at {app.extensions['settings'].address}/sign-in")
