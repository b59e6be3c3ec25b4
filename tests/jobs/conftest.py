"""A mail server, and the portal told of it."""

import dataclasses

import pytest

from tests.jobs.mailbox import a_mail_server


@pytest.fixture
def mailbox(app, monkeypatch):
    with a_mail_server() as mailbox:
        settings = dataclasses.replace(app.extensions["settings"], mail_server=mailbox.address)
        monkeypatch.setitem(app.extensions, "settings", settings)
        yield mailbox
