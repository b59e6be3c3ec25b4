"""Settings: every setting of the portal, typed, explained and checked when it starts."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

SHORTEST_KEY = 16  # characters: a shorter key could be guessed from one cookie


class SettingsError(Exception):
    """A setting that cannot be used; the message names it, says why, and what to write instead."""


def setting(default: Any, explain: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"explain": explain, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """Read from PORTAL_<NAME> in the environment; a secret may be given as a file in PORTAL_<NAME>_FILE."""

    instance: Path = setting(Path("instance"), "folder that holds the database, the files and the secret key")
    host: str = setting("127.0.0.1", "address the web server listens on")
    port: int = setting(8000, "port the web server listens on")
    base_url: str = setting("", "address people use, as in letters; empty means http://localhost and the port")
    database_url: str = setting("", "PostgreSQL or SQLite address; empty means a SQLite file in the instance folder", secret=True)
    secret_key: str = setting("", "signs cookies; empty means one is made and kept in the instance folder", secret=True)
    demonstration: bool = setting(False, "invented facts, and a page that signs you in as any demonstration person")
    mail_server: str = setting("", "host:port of the mail server; empty means letters wait in the outbox")
    mail_from: str = setting("complaint-standards@localhost", "address that letters come from")
    mail_user: str = setting("", "user name at the mail server, if it wants one")
    mail_password: str = setting("", "password at the mail server", secret=True)
    mail_starttls: bool = setting(False, "switch to an encrypted connection with the mail server before sending")
    file_store: str = setting("", "where what was handed in is kept: empty means files/ in the instance folder, or s3://bucket/prefix")
    s3_endpoint: str = setting("", "address of the S3-compatible server, for example https://s3.example.org; empty means Amazon's")
    s3_region: str = setting("us-east-1", "region of the bucket, if the server has regions")
    s3_key: str = setting("", "access key at the S3-compatible server", secret=True)
    s3_secret: str = setting("", "secret key at the S3-compatible server", secret=True)
    scanner: str = setting("", "clamd, which looks for malware: path of its socket, or host:port; empty means nothing is scanned")
    show_unscanned: str = setting("", "yes or no: whether files that nothing scanned may be seen; empty means only in the demonstration")
    evidence_years: int = setting(6, "years for which withdrawn evidence is kept; what was signed with it is kept for good")
    mark_colleagues: bool = setting(True, "whether assessors may mark the work of people who act for an organisation that they act for themselves")
    workers: int = setting(2, "web server processes")
    threads: int = setting(4, "threads in each web server process")
    proxies: int = setting(0, "how many trusted reverse proxies stand in front (their forwarded headers are believed)")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from PORTAL_* names. Raises SettingsError for an unknown name or a value of the wrong kind.

        PORTAL_TEST_* names belong to the test suite and are left alone.
        """
        environ = os.environ if environ is None else environ
        known = {f"PORTAL_{one.name.upper()}": one for one in fields(cls)}
        values: dict[str, Any] = {}
        for name, text in environ.items():
            if not name.startswith("PORTAL_") or name.startswith("PORTAL_TEST_"):
                continue
            plain = name.removesuffix("_FILE")
            if name not in known and plain in known and known[plain].metadata["secret"]:
                name, text = plain, _text_of(name, text)
            if name not in known:
                raise SettingsError(f"{name} is not a setting. The settings are: {', '.join(sorted(known))}.")
            one = known[name]
            values[one.name] = _typed(name, text, type(one.default))
        return cls(**values)

    def __post_init__(self) -> None:
        if not 0 < self.port < 65536:
            raise SettingsError(f"PORTAL_PORT is {self.port}; a port is a number from 1 to 65535.")
        if self.secret_key and len(self.secret_key) < SHORTEST_KEY:
            raise SettingsError(f"PORTAL_SECRET_KEY is too short; write at least {SHORTEST_KEY} random characters.")
        if self.demonstration and self.mail_server:
            raise SettingsError("PORTAL_DEMONSTRATION lets anybody sign in as anybody, so it sends no letters: leave PORTAL_MAIL_SERVER empty.")
        if self.database_url and not self.database_url.startswith(("sqlite:///", "postgresql")):
            raise SettingsError("PORTAL_DATABASE_URL must begin with postgresql:// or sqlite:///.")
        if self.mail_server and not self.mail_server.rpartition(":")[2].isdigit():
            raise SettingsError(f"PORTAL_MAIL_SERVER is {self.mail_server!r}; write host:port, for example mail:25.")

        if not 1 <= self.evidence_years <= 100:
            raise SettingsError(f"PORTAL_EVIDENCE_YEARS is {self.evidence_years}; write a number of years from 1 to 100.")
        self._check_files()

    def _check_files(self) -> None:
        scheme, _, rest = self.file_store.partition("://")
        if self.file_store and (scheme != "s3" or not rest.partition("/")[0]):
            raise SettingsError(f"PORTAL_FILE_STORE is {self.file_store!r}; write s3://bucket or s3://bucket/prefix, or leave it empty.")
        if self.s3_endpoint and not self.s3_endpoint.startswith(("http://", "https://")):
            raise SettingsError(f"PORTAL_S3_ENDPOINT is {self.s3_endpoint!r}; write its whole address, beginning with https://.")
        if bool(self.s3_key) != bool(self.s3_secret):
            raise SettingsError("PORTAL_S3_KEY and PORTAL_S3_SECRET belong together: set both, or neither.")
        if self.scanner and not self.scanner.startswith("/") and not self.scanner.rpartition(":")[2].isdigit():
            raise SettingsError(f"PORTAL_SCANNER is {self.scanner!r}; write the path of clamd's socket, or host:port.")
        if self.show_unscanned not in ("", "yes", "no"):
            raise SettingsError(f"PORTAL_SHOW_UNSCANNED is {self.show_unscanned!r}; write yes or no.")

    @property
    def unscanned_may_be_seen(self) -> bool:
        """Whether a file that no scanner looked at may be seen; what waits for a scanner never may."""
        return self.show_unscanned == "yes" or (self.demonstration and not self.show_unscanned)

    @property
    def address(self) -> str:
        """The portal's public address, without a slash at its end."""
        return (self.base_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether people reach the portal over https, so that cookies may insist on it."""
        return self.address.startswith("https://")

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database, with the driver named."""
        url = self.database_url or f"sqlite:///{(self.instance / 'portal.sqlite').resolve()}"
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    def signing_key(self) -> str:
        """The secret key; made once and kept readable by its owner only when none is set."""
        if self.secret_key:
            return self.secret_key
        kept = self.instance / "secret-key"
        # Whoever else has an account on this machine reads neither the key nor the database beside it.
        self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not kept.exists():
            _put_whole(kept, secrets.token_urlsafe(48))
        key = kept.read_text().strip()
        if len(key) < SHORTEST_KEY:
            raise SettingsError(f"{kept} holds no key. Delete it, and a new one is made: everybody signs in again.")
        return key


def _put_whole(path: Path, text: str) -> None:
    """Write a file that only its owner reads, unless it is there. Of two processes at once one writes it, and neither
    ever sees half of it: the name is given to a file that is whole already."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")  # made with mode 600
    with os.fdopen(handle, "w") as file:
        file.write(text)
    with contextlib.suppress(FileExistsError):
        os.link(unfinished, path)
    os.unlink(unfinished)


def _text_of(name: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise SettingsError(f"{name} names a file that cannot be read: {error.strerror}.") from None


def _typed(name: str, text: str, kind: type[Any]) -> Any:
    if kind is bool:
        if text.lower() not in {"yes", "no", "true", "false", "1", "0"}:
            raise SettingsError(f"{name} is {text!r}; write yes or no.")
        return text.lower() in {"yes", "true", "1"}
    if kind is int:
        if not text.isdigit():
            raise SettingsError(f"{name} is {text!r}; write a whole number.")
        return int(text)
    return Path(text) if issubclass(kind, Path) else text


def explained(settings: Settings) -> str:
    """Each setting with its meaning and value, for people; a secret shows only whether it is set."""
    lines = []
    for one in fields(settings):
        value = getattr(settings, one.name)
        shown = ("set" if value else "not set") if one.metadata["secret"] else (value if value != "" else "not set")
        lines.append(f"PORTAL_{one.name.upper()} = {shown}\n    {one.metadata['explain']}")
    return "\n".join(lines)
