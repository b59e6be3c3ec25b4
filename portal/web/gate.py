"""Every view says who may reach it; the application refuses to start otherwise."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Flask, redirect, request, url_for
from flask_login import current_user

from portal import policy
from portal.kernel.errors import NotFound
from portal.policy import Acting, Action

View = TypeVar("View", bound=Callable[..., Any])
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Gate:
    """Who reaches a view: `action` to read it, `to_change` for unsafe methods; `loader` finds the thing."""

    action: Action
    loader: Callable[..., Any] | None
    to_change: Action | None
    second_factor: bool

    @property
    def for_change(self) -> Action:
        return self.to_change or self.action


def acting() -> Acting:
    """The person whose request this is; policy.STRANGER when nobody is signed in."""
    return cast(Acting, current_user._get_current_object())


def gate(
    action: Action,
    loader: Callable[..., Any] | None = None,
    *,
    to_change: Action | None = None,
    second_factor: bool = True,
) -> Callable[[View], View]:
    """Let in whoever may do `action` to the thing that `loader` finds, and hand the thing to the view.

    `loader` takes the values of the URL by name and returns the thing or None; the view then takes the thing in
    their place. Nobody signed in is sent to sign in first, whether the thing exists or not. An Ombudsman account
    that has not given its second factor is sent to give it, unless `second_factor` is False.
    """
    kept = Gate(action, loader, to_change, second_factor)

    def declare(view: View) -> View:
        @functools.wraps(view)
        def guarded(**values: Any) -> Any:
            wanted = kept.for_change if request.method in UNSAFE else kept.action
            person = acting()
            rule = policy.RULES[wanted]
            if not rule.anyone:
                turned_away = _to_the_door(person, kept)
                if turned_away is not None:
                    return turned_away
            if loader is None:
                policy.insist(person, wanted)
                return view(**values)
            thing = loader(**values)
            if thing is None:
                raise NotFound()
            policy.insist(person, wanted, thing)
            return view(thing)

        guarded.gate = kept  # type: ignore[attr-defined]  # read by refuse_undeclared and the permission grid
        return cast(View, guarded)

    return declare


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
