"""What a load balancer asks: one statement, 200 while the database answers and 503 while it does not."""

import pytest
import sqlalchemy as sa

from portal.kernel.db import db


def test_a_sound_server_says_so_with_one_statement_and_for_nobody_to_keep(browser, queries):
    with queries() as seen:
        answer = browser().client.get("/health")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "sound\n", "text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert len(seen) == 1


def test_a_server_without_its_database_says_so(browser, monkeypatch: pytest.MonkeyPatch):
    def away(*_, **__):
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("the database is away"))

    client = browser().client
    monkeypatch.setattr(db.session, "execute", away)
    assert client.get("/health").status_code == 503
