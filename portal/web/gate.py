"""Every view says who may reach it; the application refuses to start otherwise."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Flask, g, redirect, request, url_for
from flask_login import current_user

from portal import policy
from portal.kernel.errors import NotAllowed, NotFound
from portal.policy import Acting, Action
from portal.web import bearing
from portal.web.bearing import Bearer

View = TypeVar("View", bound=Callable[..., Any])
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Gate:
    """Who reaches a view: `action` to read it, `to_change` for unsafe methods; `loader` finds the thing.

    `uploads` says that its form may bring files, as many and as large as portal/files/receiving.py takes. With a `scope` it
    is for other systems alone: who asks is known by a token that has this scope, and never by a cookie."""

    action: Action
    loader: Callable[..., Any] | None
    to_change: Action | None
    second_factor: bool
    uploads: bool = False
    scope: str = ""

    @property
    def for_change(self) -> Action:
        return self.to_change or self.action


def acting() -> Acting:
    """The person whose request this is, or in whose name another system asks; policy.STRANGER when nobody is signed in."""
    bearer: Bearer | None = g.get("bearer")
    return bearer.person if bearer else cast(Acting, current_user._get_current_object())


def gate(
    action: Action,
    loader: Callable[..., Any] | None = None,
    *,
    to_change: Action | None = None,
    second_factor: bool = True,
    uploads: bool = False,
    scope: str = "",
) -> Callable[[View], View]:
    """Let in whoever may do `action` to the thing that `loader` finds, and hand the thing to the view.

    `loader` takes the values of the URL by name and returns the thing or None; the view then takes the thing in
    their place. Nobody signed in is sent to sign in first, whether the thing exists or not. An Ombudsman account
    that has not given its second factor is sent to give it, unless `second_factor` is False. Where `uploads` is True
    this is asked before a body is read, and again after. Where a `scope` is named, other systems are let in by their token,
    and everybody else is answered 401, whether the thing exists or not.
    """
    kept = Gate(action, loader, to_change, second_factor, uploads, scope)
    if uploads and policy.RULES[kept.for_change].anyone:
        raise RuntimeError(f"Only people who are signed in may send files, but anyone may {kept.for_change.name}.")

    def declare(view: View) -> View:
        @functools.wraps(view)
        def guarded(**values: Any) -> Any:
            turned_away, thing = passed(kept, values)
            if turned_away is not None:
                return turned_away
            return view(**values) if loader is None else view(thing)

        guarded.gate = kept  # type: ignore[attr-defined]  # read by refuse_undeclared and the permission grid
        return cast(View, guarded)

    return declare


def passed(kept: Gate, values: dict[str, Any]) -> tuple[Any, Any]:
    """(where to send whoever must first say who they are, or None; the thing that the loader found, if there is one).
    Raises the refusal for whoever may not pass."""
    wanted = kept.for_change if request.method in UNSAFE else kept.action
    if kept.scope and kept.scope not in bearing.identified().scopes:
        raise NotAllowed(f"This token does not have the scope {kept.scope}. Ask the Ombudsman’s administrator for one that has.")
    person = acting()
    if not policy.RULES[wanted].anyone and not kept.scope:
        turned_away = _to_the_door(person, kept)
        if turned_away is not None:
            return turned_away, None
    if kept.loader is None:
        policy.insist(person, wanted)
        return None, None
    thing = kept.loader(**values)
    if thing is None:
        raise NotFound()
    policy.insist(person, wanted, thing)
    return None, thing


def _to_the_door(person: Acting, kept: Gate) -> Any:
    wanted = request.full_path if request.query_string else request.path
    back: dict[str, Any] = {"next": wanted} if request.method == "GET" else {}
    if not person.is_authenticated:
        return redirect(url_for("sign_in.ask", **back), 303)
    if kept.second_factor and person.at_the_ombudsman and person.second_factor_at is None:
        return redirect(url_for("second_factor.give", **back), 303)
    return None


def refuse_undeclared(app: Flask) -> None:
    """Raise if any view has no gate. Called last when the application is put together."""
    bare = [name for name, view in app.view_functions.items() if not hasattr(view, "gate")]
    if bare:
        raise RuntimeError(f"These views do not say who may reach them: {', '.join(sorted(bare))}. Add @gate(…).")
