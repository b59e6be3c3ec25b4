"""The keys that sign credentials: files beside the database, never in it. Public keys stay for ever, private ones until the next."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from portal.kernel import clock
from portal.kernel.errors import NotFound, WrongState

BITS = 2048
NAME = re.compile(r"\d{4}-[a-z]{1,3}")


@dataclass(frozen=True)
class Key:
    """A public key as it is kept. It signs from `made_on` until `retired_on`; `stolen_on` is from when somebody else may have had it."""

    name: str  # "2026-a"
    jwk: Mapping[str, str]
    made_on: str
    retired_on: str = ""
    stolen_on: str = ""

    @property
    def days(self) -> tuple[date, date | None, date | None]:
        """When it was made, retired and, if it was, stolen."""
        made, retired, stolen = (date.fromisoformat(one) if one else None for one in (self.made_on, self.retired_on, self.stolen_on))
        assert made is not None
        return made, retired, stolen


class Signer(Protocol):
    """What signs: a file now, a key service in time. The private key never leaves it."""

    @property
    def name(self) -> str: ...

    def sign(self, what: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256, so that the same bytes have the same signature."""
        ...


@dataclass(frozen=True)
class FileSigner:
    """Signs with a private key in a file that its owner alone reads."""

    name: str
    path: Path

    def sign(self, what: bytes) -> bytes:
        return _private(self.path, self.path.stat().st_mtime_ns).sign(what, padding.PKCS1v15(), hashes.SHA256())


@lru_cache(maxsize=8)
def _private(path: Path, _changed: int) -> rsa.RSAPrivateKey:
    made = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(made, rsa.RSAPrivateKey):
        raise RuntimeError(f"{path} holds no RSA key.")
    return made


@dataclass(frozen=True)
class KeyRing:
    """Every key that this portal has signed with."""

    folder: Path

    def all(self) -> list[Key]:
        """Oldest first."""
        if not self.folder.is_dir():
            return []
        read = [Key(**json.loads(path.read_text(encoding="utf-8"))) for path in self.folder.glob("*.json") if NAME.fullmatch(path.stem)]
        return sorted(read, key=lambda key: (key.name[:4], len(key.name), key.name))

    def key(self, name: str) -> Key | None:
        return next((key for key in self.all() if key.name == name), None)

    def signer(self) -> Signer:
        """The key in use; one is made where there is none yet."""
        now = [key for key in self.all() if not key.retired_on]
        key = now[-1] if now else self._make(clock.today())
        return FileSigner(key.name, self.folder / f"{key.name}.pem")

    def rotate(self) -> Key:
        """Make a new key, and let go of the private half of the one before."""
        before = [key for key in self.all() if not key.retired_on]
        made = self._make(clock.today())
        for key in before:
            self._keep(replace(key, retired_on=clock.today().isoformat()))
            (self.folder / f"{key.name}.pem").unlink(missing_ok=True)
        return made

    def stolen(self, name: str, since: date) -> Key:
        """Say in public that a key was stolen, and stop signing with it."""
        key = self.key(name)
        if key is None:
            raise NotFound(f"There is no key {name}.")
        if key.stolen_on:
            raise WrongState(f"Key {name} is known to be stolen since {key.stolen_on}.")
        if not key.retired_on:
            self.rotate()
        self._keep(replace(key, retired_on=key.retired_on or clock.today().isoformat(), stolen_on=since.isoformat()))
        return key

    def _make(self, today: date) -> Key:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
        pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        numbers = private.public_key().public_numbers()
        taken = {key.name for key in self.all()}
        name = next(one for one in (f"{today.year}-{letters}" for letters in _letters()) if one not in taken)
        jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "n": _number(numbers.n), "e": _number(numbers.e)}
        # The private half goes first: whoever sees the public one can sign. Of two processes at once, one makes it.
        if _put_new(self.folder / f"{name}.pem", pem):
            self._keep(Key(name, jwk, today.isoformat()))
        made = self.key(name)
        if made is None:
            raise WrongState("A key is being made at this moment. Try again.")
        return made

    def _keep(self, key: Key) -> None:
        handle, unfinished = tempfile.mkstemp(dir=self.folder, prefix=".unfinished-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(key), file, indent=2)
        os.replace(unfinished, self.folder / f"{key.name}.json")


def _letters() -> list[str]:
    one = [chr(ord("a") + number) for number in range(26)]
    return [*one, *(first + second for first in one for second in one)]


def _number(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def _put_new(path: Path, content: bytes) -> bool:
    """Write a file whole, readable by its owner alone, unless it is there."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")  # made with mode 600
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    made = False
    with contextlib.suppress(FileExistsError):
        os.link(unfinished, path)
        made = True
    os.unlink(unfinished)
    return made
