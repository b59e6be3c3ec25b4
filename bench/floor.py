"""The floor: the least that a Flask application can do for the same kind of page, on the same server and database."""

from __future__ import annotations

import os

import sqlalchemy as sa
from flask import Flask, redirect, render_template, request
from jinja2 import DictLoader

PAGE = """<!DOCTYPE html><html lang="en"><head><title>{{ row.name }}</title></head><body><h1>{{ row.name }}</h1>
<form method="post" action="/floor/{{ row.id }}">
{% for number in range(1, 21) %}<div class="question"><label for="q{{ number }}">Question {{ number }} of {{ row.name }}</label>
<p class="hint">What is asked here, and why, in one sentence that a reader can follow.</p>
<textarea id="q{{ number }}" name="q{{ number }}" rows="4">{{ row.words }}</textarea></div>
{% endfor %}<button type="submit">Save</button></form></body></html>"""

engine = sa.create_engine(os.environ["FLOOR_DATABASE_URL"], pool_pre_ping=True, pool_size=8)
metadata = sa.MetaData()
rows = sa.Table(
    "floor", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text), sa.Column("words", sa.Text)
)
READ = sa.select(rows).where(rows.c.id == sa.bindparam("one"))
WRITE = sa.update(rows).where(rows.c.id == sa.bindparam("one")).values(words=sa.bindparam("text"))

application = Flask(__name__)
application.jinja_loader = DictLoader({"floor.html": PAGE})  # compiled once, as a file would be


@application.get("/floor/<int:number>")
def read(number: int) -> str:
    with engine.connect() as connection:
        row = connection.execute(READ, {"one": number}).one()
    return render_template("floor.html", row=row)


@application.post("/floor/<int:number>")
def write(number: int):
    with engine.begin() as connection:
        connection.execute(WRITE, {"one": number, "text": request.form["q1"]})
    return redirect(f"/floor/{number}", 303)


def prepare() -> None:
    """Make the floor's table with a thousand rows."""
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(rows), [{"id": n, "name": f"Body {n}", "words": "As before."} for n in range(1, 1001)])
    engine.dispose()
