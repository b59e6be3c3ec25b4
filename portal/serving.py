"""Serving: the web server, the worker beside it, and whether this installation is sound."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from gunicorn.app.base import BaseApplication

from portal import ROOT, audit
from portal.accreditation.operations import issuing, publishing
from portal.config import Settings
from portal.demonstration import building
from portal.files import soundness as files_soundness
from portal.kernel.db import db
from portal.organisations.operations import importing
from portal.standards import library
from portal.warming import warm

COURSES = ROOT / "courses"
MENDED_SQLITE = (3, 51, 3)  # older ones may corrupt a write-ahead log when a checkpoint races with a commit


class Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with our settings, in this process and its children."""

    def __init__(self, app: Flask, settings: Settings, on_ready: Callable[[], None]) -> None:
        self.app, self.settings, self.on_ready = app, settings, on_ready
        super().__init__()

    def load_config(self) -> None:
        chosen: dict[str, Any] = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": self.settings.workers,
            "threads": self.settings.threads,
            "worker_class": "gthread",
            "preload_app": True,  # shared pages of memory, counted once
            "control_socket_disable": True,
            "graceful_timeout": 30,
            "timeout": 60,
            "keepalive": 15,
            "accesslog": None,
            "loglevel": "warning",
            # Which forwarded headers are believed is decided in one place, ProxyFix with PORTAL_PROXIES.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "when_ready": lambda _server: self.on_ready(),
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        warm(self.app)
        return self.app


def prepare(app: Flask) -> list[str]:
    """Schema, register and, where asked for, the demonstration; safe to do again. Returns what to tell people."""
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        told = []
        if settings.demonstration:  # first, for it puts the register in place on a day before its first year
            told.append(building.build_if_empty())
            db.session.commit()
            told.append(f"Demonstration people to sign in as, at {settings.address}/demonstration:")
            told += [f"  {line}" for line in building.to_begin_with()]
        told.append(importing.load_shipped().in_words())
        told.append(publishing.load_shipped(COURSES).in_words())
        db.session.commit()
        issuing.ring().signer()  # the first key is made at the first start
        db.session.remove()
        db.engine.dispose()
    return told


def run_everything(make: Callable[[], Flask]) -> None:
    """Prepare, then serve the web and work beside it until stopped; the two end together."""
    began = time.monotonic()
    app = make()
    for line in _prepared_elsewhere(make):
        print(line, flush=True)
    worker = subprocess.Popen([sys.executable, "-m", "portal", "work"])
    here = os.getpid()
    try:
        serve(app, since=began)
    finally:
        if os.getpid() == here:  # web processes are forks that leave by the same way, and it is not theirs to end
            worker.terminate()
            worker.wait()


def _prepared_elsewhere(make: Callable[[], Flask]) -> list[str]:
    """In a process of its own: what speaks to a bucket, and what sets documents, has threads, which do not survive a fork, and web
    processes are forks of this one."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere:
        return elsewhere.submit(_prepared, make).result()


def _prepared(make: Callable[[], Flask]) -> list[str]:
    return prepare(make())


def serve(app: Flask, *, since: float | None = None) -> None:
    """The web server, until it is stopped."""
    settings: Settings = app.extensions["settings"]

    def ready() -> None:
        took = "" if since is None else f" (ready in {time.monotonic() - since:.0f} seconds)"
        print(f"\nThe portal is at {settings.address}{took}", flush=True)
        print("Stop it with Ctrl-C.", flush=True)

    Gunicorn(app, settings, ready).run()


def soundness(app: Flask) -> tuple[list[str], bool]:
    """Lines that say what was looked at, and whether all of it is sound."""
    findings = [_database(), _schema(), _standards(), _record(), *files_soundness.soundness()]
    return [f"{'sound' if sound else 'NOT SOUND'}: {line}" for line, sound in findings], all(s for _, s in findings)


def _database() -> tuple[str, bool]:
    version = db.session.scalar(sa.text("select sqlite_version()" if _on_sqlite() else "show server_version"))
    if not _on_sqlite():
        return f"PostgreSQL {version}", True
    mended = tuple(int(part) for part in str(version).split(".")) >= MENDED_SQLITE
    advice = "" if mended else "; install pysqlite3 or use PostgreSQL: this version can damage its write-ahead log"
    return f"SQLite {version} (the standard library's is {sqlite3.sqlite_version}){advice}", mended


def _on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _schema() -> tuple[str, bool]:
    newest = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    here = MigrationContext.configure(db.session.connection()).get_current_revision()
    return f"schema {here or 'empty'}, newest {newest}" + ("" if here == newest else ": run portal migrate"), here == newest


def _standards() -> tuple[str, bool]:
    faults = library.check()
    return f"standards: {len(faults)} faults" + "".join(f"\n  {fault}" for fault in faults), not faults


def _record() -> tuple[str, bool]:
    faults = audit.verify()
    return f"record: {len(faults)} broken chains", not faults
