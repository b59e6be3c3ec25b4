"""The refusals: every way in which the portal says no, each with what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """Something the person can do next: the words of a link and where it leads (None: words alone)."""

    text: str
    href: str | None = None


class Refusal(Exception):
    """A refusal that becomes a page. `message` is for the person, in plain words."""

    status = 422

    def __init__(self, message: str = "", *, next_steps: Sequence[Step] = ()) -> None:
        super().__init__(message or type(self).__name__)
        self.message = message
        self.next_steps = tuple(next_steps)


class NotAllowed(Refusal):
    """The person belongs here, but their role may not do this."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or none that this person may know of: the two are told alike."""

    status = 404


class WrongState(Refusal):
    """The thing cannot do that from where it is now; `message` says where it is."""

    status = 409


class Incomplete(Refusal):
    """Something is missing first; `missing` links to each missing thing."""

    status = 422

    def __init__(self, message: str, missing: Sequence[Step]) -> None:
        super().__init__(message, next_steps=missing)
        self.missing = tuple(missing)


class Invalid(Refusal):
    """A value that the form's shape let through but a rule does not; `field` names the form field it belongs to."""

    status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class TooMany(Refusal):
    """Too many attempts; `message` says when to try again."""

    status = 429


class TooLarge(Refusal):
    """More than is taken at a time; `message` says how much that is."""

    status = 413


class NoRoom(Refusal):
    """The disk is full: nothing of what was sent could be kept."""

    status = 507


class Away(Refusal):
    """Something that this needs (the store of files) does not answer. It is tried again later, or by somebody else."""

    status = 503


@dataclass(frozen=True)
class Both:
    """One field of a collision: what is stored now and what was typed."""

    label: str
    theirs: str
    yours: str
    name: str


class Stale(Refusal):
    """Somebody changed it after this page was made. Nothing typed is lost: both texts are shown and can be kept.

    `fields` holds both texts, `version` the version stored now, `who` the person who changed it and when,
    `own` that it was the same person, in another window.
    The page offers the typed text again in a form that carries `version`.
    """

    status = 409

    def __init__(self, message: str, *, fields: Sequence[Both], version: int, who: str = "", own: bool = False) -> None:
        super().__init__(message)
        self.fields = tuple(fields)
        self.version = version
        self.who = who
        self.own = own
