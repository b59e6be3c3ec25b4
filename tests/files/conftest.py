"""A portal with a database of its own, and a door through which files come in."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, jsonify, request
from werkzeug.test import TestResponse

from portal.files import receiving, serving, stores
from portal.files.models import StoredFile
from portal.kernel.db import db
from portal.organisations.queries import organisation
from portal.policy import Action
from portal.web.gate import gate
from tests.people import Cast

DOOR, ITS_DOOR = "/trial/hand-in", "/trial/organisations/{}/hand-in"


@gate(Action.USE_OWN_ACCOUNT, uploads=True)
def hand_in() -> Any:
    """Keeps what came in `files`, and answers with what became of each."""
    answers = []
    for one in receiving.incoming("files"):
        try:
            stored = receiving.keep(one)
        except receiving.Unfit as unfit:
            answers.append({"name": one.name, "unfit": unfit.message})
        else:
            answers.append({"name": one.name, "id": stored.id, "sha256": stored.sha256, "state": stored.state.value})
    if "stumble" in request.form:
        raise RuntimeError("the view stumbled")
    return jsonify(answers), 422 if "refuse" in request.form else 200


@gate(Action.MANAGE_PEOPLE, lambda code: organisation(code), uploads=True)
def hand_in_for(_organisation: Any) -> Any:
    return jsonify([one.sha256 for one in receiving.incoming("files")])


@gate(Action.USE_OWN_ACCOUNT)
def plain_form() -> Any:
    return "taken"


@gate(Action.USE_OWN_ACCOUNT)
def give(number: int) -> Any:
    return serving.answer(db.session.get_one(StoredFile, number), request.args.get("name", "report.txt"))


class Sender:
    """Somebody who is signed in and sends files, as a browser does."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client = app.test_client()
        if token:
            with self.client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = token, True
        page = self.client.get("/account/name" if token else "/sign-in").get_data(as_text=True)
        self.csrf = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]

    def send(self, *files: tuple[str, bytes], to: str = DOOR, token: str | None = None, **typed: str) -> TestResponse:
        body, kind = self.body(*files, token=token, **typed)
        headers = {"Sec-Fetch-Site": "same-origin"}
        return self.client.post(to, input_stream=io.BytesIO(body), content_length=len(body), content_type=kind, headers=headers)

    def body(self, *files: tuple[str, bytes], token: str | None = None, **typed: str) -> tuple[bytes, str]:
        """The bytes of such a request, and their type."""
        fields = {"csrf_token": self.csrf if token is None else token, **typed}
        parts = [f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
        parts += [
            f'--edge\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode() + content + b"\r\n"
            for name, content in files
        ]
        return b"".join([*parts, b"--edge--\r\n"]), "multipart/form-data; boundary=edge"


def open_a_door(app: Flask) -> None:
    for address, view in ((DOOR, hand_in), (ITS_DOOR.format("<code>"), hand_in_for), ("/trial/plain", plain_form)):
        app.add_url_rule(address, view.__name__, view, methods=["GET", "POST"])
    app.add_url_rule("/trial/files/<int:number>", "give", give)


@pytest.fixture
def door(own_app: Flask) -> Flask:
    open_a_door(own_app)
    return own_app


@pytest.fixture
def people(door: Flask) -> Cast:
    return Cast.arrive()


@pytest.fixture
def sender(door: Flask, people: Cast) -> Sender:
    return Sender(door, people.sign_in("priya"))


@pytest.fixture
def set_up(own_app: Flask) -> Any:
    """Changes settings of the portal at hand."""

    def change(**changed: Any) -> None:
        own_app.extensions["settings"] = dataclasses.replace(own_app.extensions["settings"], **changed)
        own_app.extensions.pop("files.store", None)

    return change


@pytest.fixture
def kept(own_app: Flask, tmp_path: Path) -> Iterator[Any]:
    """Keeps a content, committed, as a command would; gives its row."""

    def keep(content: bytes, name: str = "report.txt") -> StoredFile:
        path = tmp_path / "brought"
        path.write_bytes(content)
        with receiving.clearing():
            stored = receiving.keep(receiving.bring(path, name))
            db.session.commit()
        return detached([stored])[0]

    return keep


def in_store() -> list[str]:
    return list(stores.store().names())


def on_the_way() -> list[Path]:
    return list(stores.incoming_folder().iterdir())


def rows() -> list[StoredFile]:
    db.session.rollback()
    db.session.expire_all()
    return detached(db.session.query(StoredFile).order_by(StoredFile.id).all())


def detached(found: list[StoredFile]) -> list[StoredFile]:
    """Rows as they are now, without a transaction that would keep workers waiting."""
    for one in found:
        db.session.refresh(one)
        db.session.expunge(one)
    db.session.rollback()
    return found
