"""The pages that only the demonstration has: be one of its people, read its letters, see a second-factor code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyotp
from flask import Blueprint, Flask, current_app, redirect, request

from portal.demonstration import queries
from portal.jobs import delivery
from portal.kernel import clock
from portal.kernel.words import clean_line
from portal.organisations.models import Person
from portal.organisations.operations import signing_in
from portal.organisations.views.sign_in import FIRST_PAGE, browser_named, start
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("demonstration", __name__)

LONGEST_SEARCH = 100


@bp.route("/demonstration")
@gate(Action.SIGN_IN)
def people() -> Any:
    typed = clean_line(request.args.get("q", ""))[:LONGEST_SEARCH]
    found, more = queries.people(typed, request.args.get("after", type=int)) if typed else ([], None)
    return page(
        "demonstration/people.html",
        fragment="demonstration/_found.html",
        featured=queries.featured(),
        typed=typed,
        found=found,
        more=more,
    )


@bp.route("/demonstration/people/<reference>", methods=["POST"])
@gate(Action.SIGN_IN, queries.person)
def be(person: Person) -> Any:
    start(signing_in.begin_session(person.id, browser=browser_named(), second_factor=True))
    return redirect(FIRST_PAGE, 303)


@dataclass(frozen=True)
class Readable:
    """A letter as its recipient would read it."""

    id: int
    to: str
    subject: str
    body: str
    posted_at: datetime
    state: str


@bp.route("/demonstration/letters")
@gate(Action.SIGN_IN)
def letters() -> Any:
    rows, more = queries.letters(request.args.get("before", type=int))
    return page("demonstration/letters.html", letters=[_readable(row) for row in rows], more=more)


def _readable(row: Any) -> Readable:
    """As it is sent; once a letter with a secret has left, its facts are gone and only its kind can be told."""
    message = delivery.written(row, current_app.extensions["settings"]) if row.facts != "{}" else None
    subject = message["Subject"] if message else row.letter.replace("_", " ").capitalize()
    body = message.get_content() if message else "This letter was sent, and what it said was secret."
    return Readable(row.id, f"{row.to_name} <{row.to_address}>", subject, body, row.posted_at, row.state.value)


@bp.route("/demonstration/code")
@gate(Action.USE_OWN_ACCOUNT, second_factor=False)
def code() -> Any:
    return page("demonstration/code.html", code=code_now())


def code_now() -> str:
    """What the signed-in person's app would show now; nothing for somebody without a second factor."""
    person = acting()
    secret = queries.secret(person.id) if person.id is not None else None
    return pyotp.TOTP(secret).at(clock.now()) if secret else ""


def register(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["demonstration_code"] = code_now
