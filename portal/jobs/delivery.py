"""Letters leave the outbox one at a time: claimed, written, handed to the mail server, stamped."""

from __future__ import annotations

import hashlib
import json
import logging
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from portal import audit
from portal.audit import Event
from portal.config import Settings
from portal.kernel import clock, words
from portal.kernel import db as kernel_db
from portal.kernel.db import at_most, db
from portal.outbox import Letter, OutgoingLetter, Post
from portal.policy import PORTAL

log = logging.getLogger("portal.jobs")

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))  # then a person must look
LEFT_BEHIND = timedelta(minutes=15)  # a letter being sent for longer was left by a worker that is gone
PATIENCE = 30  # seconds to wait for the mail server

_LETTER: Any = OutgoingLetter.__table__
_NEXT: Any = _LETTER.alias("next_letter")
_now: Any = sa.bindparam("now")
_long_ago: Any = sa.bindparam("long_ago")
_WAITING = sa.select(_NEXT.c.id).where(_NEXT.c.state == Post.WAITING, _NEXT.c.not_before <= _now)
_LEFT = sa.select(_NEXT.c.id).where(_NEXT.c.state == Post.SENDING, _NEXT.c.claimed_at < _long_ago)
_ANY = sa.select(sa.or_(_WAITING.exists(), _LEFT.exists()))


def _claiming(one: sa.Select[Any]) -> Any:
    # "=" rather than "in": PostgreSQL then looks, and locks, once. SQLite has one writer anyway.
    chosen = one.order_by(_NEXT.c.not_before, _NEXT.c.id).limit(at_most(1)).with_for_update(skip_locked=True)
    return (
        sa.update(_LETTER)
        .where(_LETTER.c.id == chosen.scalar_subquery())
        .values(state=Post.SENDING, claimed_at=_now, attempts=_LETTER.c.attempts + 1)
        .returning(_LETTER)
    )


_CLAIM_WAITING, _CLAIM_LEFT = _claiming(_WAITING), _claiming(_LEFT)
# Only whoever claimed it may stamp it: another worker may have taken it up since.
_OF_MINE = sa.and_(
    _LETTER.c.id == sa.bindparam("one"),
    _LETTER.c.state == Post.SENDING,
    _LETTER.c.attempts == sa.bindparam("attempt"),
)


class Refused(Exception):
    """The mail server will never take this letter."""


class Later(Exception):
    """The mail server asks for this one letter to be tried again."""


class NoMailServer(Exception):
    """The mail server cannot be reached, or does not take letters from us at all."""


def _about_this_letter(code: int, text: bytes | str) -> Refused | Later:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return (Refused if code >= 500 else Later)(f"{code} {said}")


@dataclass(frozen=True)
class Undelivered:
    """A letter as the record names it; it belongs to the portal's own stream."""

    id: int
    organisation_id: None = None

    def audited_as(self) -> str:
        return f"letter {self.id}"


class Postman:
    """One connection to the mail server, made for the first letter and kept for the next."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.connection: smtplib.SMTP | None = None

    def hand_over(self, message: EmailMessage) -> None:
        """Returns once the mail server has taken the message; raises Refused or NoMailServer."""
        connection = self.connection or self._connected()
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            self.leave()
            raise _about_this_letter(*next(iter(error.recipients.values()))) from None
        except smtplib.SMTPDataError as error:
            self.leave()
            raise _about_this_letter(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError as error:
            self.leave()
            raise Refused(f"the mail server cannot take this address ({error})") from None
        except (OSError, smtplib.SMTPException) as error:
            self.leave()
            raise NoMailServer(f"the mail server did not take a letter from us ({error})") from None

    def _connected(self) -> smtplib.SMTP:
        host, _, port = self.settings.mail_server.rpartition(":")
        try:
            connection = smtplib.SMTP(host, int(port), timeout=PATIENCE)
            if self.settings.mail_starttls:
                connection.starttls(context=ssl.create_default_context())
            if self.settings.mail_user:
                connection.login(self.settings.mail_user, self.settings.mail_password)
        except (OSError, smtplib.SMTPException) as error:
            raise NoMailServer(f"the mail server at {self.settings.mail_server} cannot be used ({error})") from None
        self.connection = connection
        return connection

    def leave(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()


def deliver(app: Flask, *, keep: Callable[[], None], stopping: Callable[[], bool] = lambda: False) -> int:
    """Send every letter that waits, until there is none or `stopping()`; returns how many left.

    `keep` ends a transaction. Without a mail server set, letters wait.
    """
    settings: Settings = app.extensions["settings"]
    if not settings.mail_server or not _any_waiting():
        return 0
    postman, sent = Postman(settings), 0
    try:
        while not stopping():
            row = _claim(keep)
            if row is None:
                break
            try:
                postman.hand_over(written(row, settings))
            except NoMailServer as trouble:
                _put_back(row, str(trouble), keep)
                log.warning("Letters wait: %s", trouble)
                break  # the others would only use up their attempts
            except Refused as trouble:
                _give_up(row, str(trouble), keep)
            except Later as trouble:
                _put_back(row, str(trouble), keep)
            except Exception as fault:  # a letter that cannot be written must not stop the others
                log.exception("Letter %s (%s) could not be written", row.id, row.letter)
                db.session.rollback()
                _put_back(row, f"could not be written: {fault}", keep)
            else:
                _stamp(row, keep)
                sent += 1
    finally:
        postman.leave()
    return sent


def _any_waiting() -> bool:
    """Looks without taking the write lock: most of the time there is nothing."""
    token = kernel_db.writing.set(False)
    try:
        return bool(db.session.scalar(_ANY, _moments()))
    finally:
        db.session.rollback()
        kernel_db.writing.reset(token)


def _moments() -> dict[str, datetime]:
    return {"now": clock.now(), "long_ago": clock.now() - LEFT_BEHIND}


def _claim(keep: Callable[[], None]) -> Any:
    """One letter that is now ours alone, or None. A letter left behind is taken up under the same Message-ID."""
    moments = _moments()
    for statement, values in ((_CLAIM_WAITING, {"now": moments["now"]}), (_CLAIM_LEFT, moments)):
        row = db.session.execute(statement, values).one_or_none()
        if row is not None:
            keep()
            return row
    db.session.rollback()
    return None


def written(row: Any, settings: Settings) -> EmailMessage:
    """The letter as a message. Its Message-ID is the same at every attempt, so that mail stores drop a second copy."""
    template = current_app.jinja_env.get_template(f"letters/{row.letter.lower()}.txt")
    text = template.render(**json.loads(row.facts), name=row.to_name, address=settings.address)
    first, _, body = text.partition("\n")
    subject = first.removeprefix("Subject:")
    if subject == first:
        raise ValueError(f"letters/{row.letter.lower()}.txt does not begin with “Subject:”")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = words.clean_line(subject)
    message["From"] = settings.mail_from
    message["To"] = formataddr((row.to_name, row.to_address))
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id(row, settings)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip("\n") + "\n")
    return message


def message_id(row: Any, settings: Settings) -> str:
    """From the row and the portal's address: another copy of the portal never makes the same one."""
    drawn = f"{settings.address}\n{row.id}\n{row.letter}\n{row.posted_at.isoformat()}\n{row.to_address}"
    host = parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<letter-{row.id}.{hashlib.sha256(drawn.encode()).hexdigest()[:24]}@{host}>"


def _settle(row: Any, **values: Any) -> None:
    statement = sa.update(_LETTER).where(_OF_MINE).values(**values)
    db.session.execute(statement, {"one": row.id, "attempt": row.attempts})


def _kept(row: Any, reason: str) -> dict[str, str]:
    """What stays of a letter that is done with; the server's reason may quote the address."""
    letter = Letter[row.letter]
    forgotten = {"to_address": "", "reason": reason[:3]} if letter.forgets else {}
    return {"reason": reason[:500], **({"facts": "{}"} if letter.secret else {}), **forgotten}


def _stamp(row: Any, keep: Callable[[], None]) -> None:
    _settle(row, state=Post.SENT, sent_at=clock.now(), **_kept(row, ""))
    keep()


def _put_back(row: Any, reason: str, keep: Callable[[], None]) -> None:
    if row.attempts > len(BACK_OFF):
        _give_up(row, reason, keep)
        return
    again = clock.now() + BACK_OFF[row.attempts - 1]
    _settle(row, state=Post.WAITING, claimed_at=None, not_before=again, reason=reason[:500])
    keep()


def _give_up(row: Any, reason: str, keep: Callable[[], None]) -> None:
    _settle(row, state=Post.FAILED, **_kept(row, reason))
    # Only the server's number: what it says may quote the address, and the record is kept for ever.
    number = reason[:3] if reason[:3].isdigit() else "the last attempt failed"
    audit.record(Event.LETTER_NOT_DELIVERED, Undelivered(row.id), by=PORTAL, letter=row.letter, reason=number)
    keep()
    log.error("Letter %s (%s) could not be delivered: %s", row.id, row.letter, number)
