"""Commands about recommendations, and the tokens of other systems."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import click

from portal.cli.working import InOrder, at_work
from portal.kernel import words
from portal.kernel.db import db, only_reading
from portal.kernel.errors import Refusal
from portal.organisations import addresses
from portal.organisations.queries.people import person_of_address
from portal.policy import PORTAL
from portal.recommendations.importing.reading import read
from portal.recommendations.importing.rows import Read
from portal.recommendations.operations import importing as importing_cases
from portal.recommendations.operations import tokens
from portal.recommendations.queries.tokens import listed as listed_tokens
from portal.recommendations.queries.tokens import token as token_of


@click.group(cls=InOrder)
def recommendations() -> None:
    """What the Ombudsman recommends."""


@recommendations.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="the address of the compliance officer who imports")
@click.option("--dry-run", is_flag=True, help="say what would change, and change nothing")
def recommendations_import(file: Path, email: str, dry_run: bool) -> None:
    """Draft what FILE (CSV or JSON) says of cases: docs/importing.md. A file with a bad line changes nothing."""
    with at_work(), only_reading() if dry_run else nullcontext():
        officer = person_of_address(addresses.folded(email) or "")
        if officer is None:
            raise click.ClickException(f"Nobody here has the address {email}. Write that of a compliance officer.")
        bring = importing_cases.preview if dry_run else importing_cases.take_in
        try:
            outcome = bring(lambda: reading(file), source=file.name, by=officer)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        click.echo(outcome.in_words())
        if outcome.refused:
            sys.exit(1)
        if not dry_run:
            db.session.commit()


def reading(file: Path) -> Iterator[Read]:
    with file.open("rb") as content:
        yield from read(content)


@click.group(cls=InOrder)
def token() -> None:
    """The tokens of other systems: docs/api.md."""


@token.command("make")
@click.argument("name")
@click.option("--for", "email", required=True, help="the address of the compliance officer in whose name it acts")
@click.option("--scope", "scopes", required=True, multiple=True, type=click.Choice(list(tokens.SCOPES)), help="what it may do; may be given twice")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="the last day on which it works, like 2027-03-27")
def token_make(name: str, email: str, scopes: tuple[str, ...], until: datetime) -> None:
    """Make a token for the system NAME, and print it: it is shown this once."""
    with at_work():
        try:
            one, secret = tokens.make(name=name, scopes=scopes, officer=addresses.folded(email) or "", ends_on=until.date(), by=PORTAL)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        db.session.commit()
        click.echo(f"{one.reference} works until {words.day(one.ends_on)}. Copy it now, for nobody can show it again:\n{secret}")


@token.command("list")
def token_list() -> None:
    """Each token, what it may do, in whose name, and until when."""
    with at_work(), only_reading():
        for one in listed_tokens():
            until = "revoked" if one.revoked else f"until {words.day(one.ends_on)}"
            click.echo(f"{one.reference}  {one.name}: {one.scopes}, for {one.person}, {until}")


@token.command("revoke")
@click.argument("reference")
@click.option("--reason", required=True, help="why, for the record")
def token_revoke(reference: str, reason: str) -> None:
    """Revoke the token REFERENCE: from now on whoever shows it is refused."""
    with at_work():
        one = token_of(reference)
        if one is None:
            raise click.ClickException(f"There is no token {reference}. Look for it with: portal token list")
        try:
            tokens.revoke(one, version=one.version, reason=reason, by=PORTAL)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        db.session.commit()
        click.echo(f"{one.reference} is revoked.")
