"""Commands about the complaint standards."""

from __future__ import annotations

import sys

import click

from portal.cli.working import InOrder
from portal.standards import library


@click.group(cls=InOrder)
def standard() -> None:
    """The complaint standards."""


@standard.command("check")
def standard_check() -> None:
    """Read every standard and say, by file and line, what is wrong and what to write instead."""
    faults = library.check()
    for fault in faults:
        click.echo(str(fault))
    if faults:
        sys.exit(1)
    click.echo("Every standard can be read, and every published one is as it was published.")


@standard.command("publish")
@click.argument("id")
@click.argument("version")
def standard_publish(id: str, version: str) -> None:
    """Lock version VERSION of the standard ID: assessments may use it from now on, and it can never change."""
    library.publish(id, version)
    click.echo(f"{id} {version} is published.")
