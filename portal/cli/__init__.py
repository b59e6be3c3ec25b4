"""Commands for people: `portal --help` reads like a table of contents."""

from __future__ import annotations

import sys

import click
from flask_migrate import upgrade

from portal import ROOT, serving
from portal.cli import certificates, courses, keeping, organisations, recommendations, standards
from portal.cli.working import InOrder, at_work, the_app
from portal.config import Settings, explained
from portal.demonstration import building
from portal.documents import write_all
from portal.jobs import runner
from portal.kernel.db import db, only_reading


@click.group(cls=InOrder)
def main() -> None:
    """The Complaint Standards and Accreditation Portal.

    Settings come from PORTAL_… in the environment: `portal settings` explains each.
    """


@main.command()
def run() -> None:
    """Set everything up and serve: schema, register, demonstration, web server and worker together."""
    serving.run_everything(the_app)


@main.command()
def serve() -> None:
    """The web server alone."""
    serving.serve(the_app())


@main.command()
def work() -> None:
    """The worker alone: opens and closes periods, reminds, sends letters."""
    runner.work(the_app())


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    with at_work():
        upgrade(directory=str(ROOT / "migrations"))
    click.echo("The database has the newest schema.")


for group in (
    organisations.register, organisations.person, recommendations.recommendations, recommendations.token, standards.standard, courses.course,
    certificates.attempt, certificates.key, certificates.certificate, keeping.record, keeping.files, keeping.jobs,
):  # fmt: skip
    main.add_command(group)


@main.command()
def demonstration() -> None:
    """Fill an empty database with the invented demonstration."""
    with at_work():
        click.echo(building.build_if_empty())
        db.session.commit()


@main.command()
def check() -> None:
    """Say whether this installation is sound: settings, database, schema, standards, record, files."""
    with at_work() as app, only_reading():
        lines, sound = serving.soundness(app)
    click.echo("\n".join(lines))
    sys.exit(0 if sound else 1)


@main.command()
def settings() -> None:
    """Every setting, what it means, and its value here (secrets are not shown)."""
    click.echo(explained(Settings.from_env()))


@main.command()
def docs() -> None:
    """Write again the documents that are generated from the code."""
    for path in write_all(ROOT / "docs"):
        click.echo(path)
