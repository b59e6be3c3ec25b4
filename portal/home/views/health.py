"""Whether this server answers and reaches its database, for a load balancer to ask."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response

from portal.kernel.db import db
from portal.policy import Action
from portal.web.gate import gate

bp = Blueprint("health", __name__)
_NOTHING = sa.text("SELECT 1")


@bp.route("/health")
@gate(Action.READ_PUBLIC_PAGES)
def show() -> Response:
    """200 when sound; a database that is away is answered 503, as on every page."""
    db.session.execute(_NOTHING)
    return Response("sound\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})
