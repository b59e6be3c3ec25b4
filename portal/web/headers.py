"""Security headers, and the second lock beside the CSRF token: the origin of every change."""

from __future__ import annotations

from urllib.parse import urlsplit
from wsgiref.headers import Headers

from flask import Flask, Response, g, request

from portal.config import Settings
from portal.kernel.errors import NotAllowed, NotFound, Step
from portal.web.gate import UNSAFE, acting

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def secure(app: Flask, settings: Settings) -> None:
    """Send the headers with every answer; refuse a change that another site's page sent."""

    @app.before_request
    def _readable() -> None:
        if "\x00" in request.path:  # no name, code or reference holds one, and PostgreSQL takes none
            raise NotFound()

    @app.before_request
    def _same_origin() -> None:
        if request.method in UNSAFE and _foreign(settings):
            raise NotAllowed(
                "This form was sent from another website, so nothing was changed.",
                next_steps=[Step("Go to the start page and try again from there", "/")],
            )

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if settings.secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if "Cache-Control" not in response.headers:
            # What a signed-in person saw must not come back by the back button once they have signed out.
            response.headers["Cache-Control"] = "no-store" if _signed_in() else "private, no-cache"
        return response


def _foreign(settings: Settings) -> bool:
    """Whether another site's page sent this request, by what its browser says of where it comes from.

    The portal's own origin is the address it was given, or the one that this request names: behind a proxy that is
    not told of (PORTAL_PROXIES) the request names http, while the browser rightly says https.
    """
    if request.headers.get("Sec-Fetch-Site") not in (None, "same-origin", "none"):
        return True
    own = {origin_of(settings.address), request.host_url.rstrip("/")}
    said = request.headers.get("Origin")
    if said is None and "Sec-Fetch-Site" not in request.headers and request.referrer:
        said = origin_of(request.referrer)  # old browsers say no more than this
    return said is not None and said not in own


def origin_of(address: str) -> str:
    """The scheme, host and port of an address, as a browser writes them in Origin."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "null"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = port is None or (parts.scheme, port) in (("http", 80), ("https", 443))
    return f"{parts.scheme}://{host}" + ("" if usual else f":{port}")


def _signed_in() -> bool:
    """Whether the page was made for a person; not asked of the database where nothing asked before."""
    return "_login_user" in g and acting().is_authenticated


def static_headers(headers: Headers, _path: str, _url: str) -> None:
    """WhiteNoise answers for static files by itself, before the headers above are added."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
