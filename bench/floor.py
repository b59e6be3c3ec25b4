"""The floor: the least that a Flask application can do for the same kind of page, on the same server and database."""

from __future__ import annotations

import os

import sqlalchemy as sa
from flask import Flask, redirect, render_template, request
from jinja2 import DictLoader

PAGE = """<!DOCTYPE html>
<html lang="en" class="govuk-template">
<head><meta charset="utf-8"><title>{{ row.name }}</title><link rel="stylesheet" href="/static/page.css"></head>
<body class="govuk-template__body"><main class="govuk-main-wrapper"><h1 class="govuk-heading-l">{{ row.name }}</h1>
<form method="post" action="/floor/{{ row.id }}">
{% for number in range(1, 21) %}
<div class="govuk-form-group"><fieldset class="govuk-fieldset" aria-describedby="hint-{{ number }}">
<legend class="govuk-fieldset__legend govuk-fieldset__legend--m">Question {{ number }} of {{ row.name }}</legend>
<div class="govuk-hint" id="hint-{{ number }}">What is asked here, and why, in one sentence that a reader can follow.</div>
{% for level in levels %}
<div class="govuk-radios__item"><input class="govuk-radios__input" type="radio" id="q{{ number }}-{{ level }}" name="level{{ number }}" value="{{ level }}">
<label class="govuk-label govuk-radios__label" for="q{{ number }}-{{ level }}">Level {{ level }}</label></div>
{% endfor %}
</fieldset>
<label class="govuk-label" for="q{{ number }}">What is true here?</label>
<textarea class="govuk-textarea" id="q{{ number }}" name="q{{ number }}" rows="4">{{ row.words }}</textarea></div>
{% endfor %}
<button type="submit" class="govuk-button">Save</button></form></main></body></html>"""

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
    return render_template("floor.html", row=row, levels=(1, 2, 3, 4))


@application.post("/floor/<int:number>")
def write(number: int):
    with engine.begin() as connection:
        connection.execute(WRITE, {"one": number, "text": request.form["q1"]})
    return redirect(f"/floor/{number}", 303)


@application.post("/floor/upload")
def upload():
    return str(len(request.files["files"].read()))


def prepare() -> None:
    """Make the floor's table with a thousand rows."""
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(rows), [{"id": n, "name": f"Body {n}", "words": "As before."} for n in range(1, 1001)])
    engine.dispose()
