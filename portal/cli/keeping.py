"""Commands of whoever keeps the portal: its record, its files and its jobs."""

from __future__ import annotations

import sys

import click

from portal import audit
from portal.accreditation.queries.posts import broken as broken_figures
from portal.assessments.operations.receipts import verify_snapshots
from portal.cli.working import InOrder, at_work, the_app
from portal.jobs import runner, schedule
from portal.kernel import words
from portal.kernel.db import only_reading
from portal.kernel.errors import Away


@click.group(cls=InOrder)
def record() -> None:
    """The record of what happened."""


@record.command("verify")
def record_verify() -> None:
    """Recompute every chain, every receipt and every published figure, and name the first record that was altered by hand."""
    with at_work(), only_reading():
        broken = audit.verify()
        for fault in broken:
            click.echo(f"Stream {fault.organisation_id}, record {fault.sequence}: {fault.why}.")
        receipts = verify_snapshots()
        for receipt in receipts:
            click.echo(str(receipt))
        figures = list(broken_figures())
        for figure in figures:
            click.echo(figure)
        if broken or receipts or figures:
            sys.exit(1)
        click.echo("Every record and every receipt is as it was written.")


@click.group(cls=InOrder)
def files() -> None:
    """What was handed in."""


@files.command("verify")
def files_verify() -> None:
    """Hash every stored file again now, and name each that is altered or missing."""
    with at_work() as app:
        try:
            checked, damaged = runner.verify_files(app)
        except Away:
            raise click.ClickException("The store of files does not answer; the log has what it said.") from None
    for one in damaged:
        click.echo(one)
    if damaged:
        sys.exit(1)
    click.echo(f"{words.count(checked, 'stored file was', 'stored files were').capitalize()} hashed again: all as received.")


@click.group(cls=InOrder)
def jobs() -> None:
    """What the portal does by itself."""


@jobs.command("list")
def jobs_list() -> None:
    """Each job, when it runs and why."""
    for job in schedule.JOBS:
        click.echo(f"{job.name:<24} {job.when:<28} {job.why}")
    for errand in schedule.ERRANDS:
        click.echo(f"{errand.name:<24} {f'every {schedule.ERRANDS_EVERY.seconds} seconds':<28} {errand.why}")


@jobs.command("run")
@click.argument("name")
def jobs_run(name: str) -> None:
    """Run the job NAME now; every job may be run twice."""
    try:
        click.echo(f"{name}: {runner.run_job(the_app(), name)}")
    except LookupError as error:
        raise click.ClickException(str(error.args[0])) from None
