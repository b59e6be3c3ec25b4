"""E-mail addresses in the one form they are kept in, and places within this site that may be returned to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from portal.kernel import words

LONGEST = 254  # what SMTP allows between the angle brackets, less the brackets (RFC 5321, errata 1690)
FORMAT = "Enter an email address in the correct format, like name@example.gov.uk"

# Plain ASCII: a letter of another script that looks the same would be a second person under the same name.
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")


def folded(typed: str) -> str | None:
    """The address that `typed` means, in small letters; None if it cannot be one."""
    address = words.clean_line(typed).lower()
    if len(address) > LONGEST or not _ADDRESS.fullmatch(address) or ".." in address:
        return None
    return address


def place_here(wanted: str | None, otherwise: str = "") -> str:
    """`wanted` if it is a path of this site, else `otherwise`.

    Browsers read a backslash as a slash and leave out tabs and newlines, so none of these may stand in it.
    """
    if not wanted or len(wanted) > 500 or _UNSEEN.search(wanted):
        return otherwise
    if not wanted.startswith("/") or wanted.startswith("//"):
        return otherwise
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return otherwise
    return wanted if not parts.scheme and not parts.netloc else otherwise
