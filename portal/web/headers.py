"""Security headers, and the second lock beside the CSRF token: the origin of every change."""

from __future__ import annotations

from flask import Flask, Response, request

from portal.config import Settings
from portal.kernel.errors import NotAllowed, Step
from portal.web.gate import UNSAFE

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
    def _same_origin() -> None:
        if request.method not in UNSAFE:
            return
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        foreign = site not in (None, "same-origin", "none") or (origin is not None and origin != request.host_url.rstrip("/"))
        if foreign:
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
            response.headers["Cache-Control"] = "private, no-cache"
        return response
