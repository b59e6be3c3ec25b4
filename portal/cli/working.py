"""How a command gets at the portal, and how a group lists its commands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from portal import create_app
from portal.config import Settings, SettingsError
from portal.kernel.db import db


class InOrder(click.Group):
    """A group that lists its commands in the order in which they are written here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def the_app() -> Flask:
    os.umask(0o077)  # the database, its log and uploads are for the account that runs the portal alone
    try:
        return create_app(Settings.from_env())
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def at_work() -> Iterator[Flask]:
    """The application, with its connections to the database closed at the end."""
    app = the_app()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
