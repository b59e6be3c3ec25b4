"""The Complaint Standards and Accreditation Portal, put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from portal import audit, policy
from portal.accreditation import views as accreditation
from portal.assessments import views as assessments
from portal.config import Settings
from portal.demonstration import views as demonstration
from portal.evidence import views as evidence
from portal.files import models as files  # noqa: F401  # its table belongs to the schema
from portal.gaps import views as gaps
from portal.home import views as home
from portal.jobs import models as jobs  # noqa: F401  # likewise
from portal.kernel import db as kernel_db
from portal.kernel.db import db
from portal.organisations import views as organisations
from portal.organisations.queries import person_of_session
from portal.recommendations import views as recommendations
from portal.standards import library
from portal.standards import views as standards
from portal.web import gate, headers, refusals, templating, transaction, uploads

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings) -> Flask:
    """The application for these settings, with every door, guard and page in place. It changes nothing on disk
    but the folder of the instance and the key that signs cookies."""
    app = Flask("portal", root_path=str(ROOT), instance_path=str(settings.instance.resolve()), static_folder=None)
    app.static_folder = str(ROOT / "static")
    app.config.update(_flask_settings(settings))
    app.extensions["settings"] = settings

    db.init_app(app)
    with app.app_context():
        kernel_db.prepare(db.engine)
        audit.guard()
    Migrate(app, db, directory=str(ROOT / "migrations"), compare_type=True)
    _people(app)
    library.load()

    transaction.one_transaction(app)
    headers.secure(app, settings)
    uploads.admit(app)
    CSRFProtect(app)
    uploads.lay_down(app)
    refusals.answer(app)
    templating.strict(app, settings)

    for domain in (home, organisations, standards, evidence, gaps, assessments, recommendations, accreditation):
        domain.register(app)
    if settings.demonstration:
        demonstration.register(app)
    gate.refuse_undeclared(app)

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # as Flask says to wrap an application
        app.wsgi_app, root=str(ROOT / "static"), prefix="static/", max_age=31_536_000,
        allow_all_origins=False, add_headers_function=headers.static_headers,
    )  # fmt: skip
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # likewise
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    return app


def _flask_settings(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.signing_key(),
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": kernel_db.engine_options(settings.database),
        "SESSION_COOKIE_NAME": f"portal-{settings.port}",  # two copies on one machine do not sign each other out
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_SSL_STRICT": False,  # web/headers.py asks where a form came from, by better signs than the referrer
        "WTF_CSRF_TIME_LIMIT": None,  # a page left open over lunch still saves; the token dies with the session
        "MAX_CONTENT_LENGTH": 8 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 8 * 1024 * 1024,
    }


def _people(app: Flask) -> None:
    people = LoginManager(app)
    people.session_protection = None  # our own session rows are the record of who is signed in where
    people.anonymous_user = lambda: policy.STRANGER
    people.user_loader(person_of_session)
