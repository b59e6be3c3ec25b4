"""References that people quote (AS-7K2HDX), and secret tokens that only machines see."""

import re
import secrets
import unicodedata
from collections.abc import Callable
from hashlib import sha256

# No vowels, so that no reference spells a word, and no two symbols that look alike. They are 23, a prime, so that the
# weighted sum below notices every single wrong symbol and any two that changed places.
SYMBOLS = "23456789CDFHJKMNPQRTWXY"
LOOK_ALIKES = str.maketrans("BGSZ", "8652")
LENGTH = 7  # six drawn at random, then the check symbol: 148,035,889 references for each prefix
LONGEST_TYPED = 40

_PREFIX = re.compile(r"[A-Z]{2,4}")
_SEPARATORS = re.compile("[\\s._\u00b7\u2010-\u2015\u2212-]+")


def new(prefix: str, choose: Callable[[str], str] = secrets.choice) -> str:
    """A fresh reference such as `AS-7K2HDX`; whether it is already in use is for the caller to see.

    `choose` draws one symbol; the demonstration draws from a seed, so that it is the same each time.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"a prefix is two to four capital letters, not {prefix!r}")
    drawn = "".join(choose(SYMBOLS) for _ in range(LENGTH - 1))
    return f"{prefix}-{drawn}{_check_symbol(drawn)}"


def normalise(typed: str) -> str | None:
    """The reference that `typed` means, or None if it cannot be one.

    Case, spaces and the kind of dash do not matter, and B, G, S and Z are read as 8, 6, 5 and 2. A reference with one
    wrong symbol or two in each other's place is refused, never taken for another.
    """
    if len(typed) > LONGEST_TYPED:
        return None
    text = _SEPARATORS.sub("-", unicodedata.normalize("NFKC", typed).upper()).strip("-")
    prefix, dash, body = text.partition("-")
    if not dash:
        prefix, body = text[:-LENGTH], text[-LENGTH:]
    body = body.replace("-", "").translate(LOOK_ALIKES)
    if not _PREFIX.fullmatch(prefix) or not _sound(body):
        return None
    return f"{prefix}-{body}"


def secret_token() -> str:
    """A token of 256 random bits that is safe in a URL; hand it over once and keep only `hashed(token)`."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is stored instead of a secret token; plain SHA-256 is enough, for a random token cannot be guessed."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _sound(body: str) -> bool:
    known = len(body) == LENGTH and all(symbol in SYMBOLS for symbol in body)
    return known and _check_symbol(body[:-1]) == body[-1]


def _check_symbol(drawn: str) -> str:
    """The symbol that brings the sum of position times value to a multiple of 23, itself counted once."""
    total = sum(weight * SYMBOLS.index(symbol) for weight, symbol in enumerate(drawn, start=2))
    return SYMBOLS[-total % len(SYMBOLS)]
