"""Second-factor codes: which step a code belongs to, recovery codes, and the picture an app reads."""

from __future__ import annotations

import base64
import hmac
import io
import secrets
from datetime import datetime

import pyotp
import segno

from portal.kernel.references import SYMBOLS, hashed

STEP = 30  # seconds a code stands, as every authenticator app has it
RECOVERY_CODES = 10
ISSUER = "Complaint standards"


def typed(code: str) -> str:
    """A code as it is compared: people type spaces, dashes and small letters."""
    return "".join(letter for letter in code if letter.isalnum()).upper()


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step that `code` belongs to, out of now and one on either side; None if it is wrong."""
    now = int(at.timestamp()) // STEP
    generator = pyotp.HOTP(secret)
    given = typed(code).encode("utf-8", "replace")
    # Each is compared, so that the time taken tells nothing.
    right = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(generator.at(step).encode(), given)]
    return right[0] if right else None


def secret_from(key: str, about: str) -> str:
    """A secret that only the holder of `key` can compute from `about`: it need not be kept until it is confirmed."""
    drawn = hmac.new(key.encode(), f"second factor\n{about}".encode(), "sha256").digest()
    return base64.b32encode(drawn[:20]).decode()


def recovery_codes() -> list[str]:
    """Ten fresh codes, to be shown once."""
    return ["-".join(_four() for _ in range(3)) for _ in range(RECOVERY_CODES)]


def _four() -> str:
    return "".join(secrets.choice(SYMBOLS) for _ in range(4))


def recovery_hash(reference: str, code: str) -> str:
    """What is kept of a recovery code; the person's reference in it makes each person's codes a search of their own."""
    return hashed(f"{reference}\n{typed(code)}")


def picture(secret: str, email: str) -> str:
    """The QR code for an authenticator app, as the address of an image."""
    code = segno.make(pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER), error="m")
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", scale=5, border=4, light="#fff", xmldecl=False)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()


def in_fours(secret: str) -> str:
    """The secret as a person types it into an app."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
