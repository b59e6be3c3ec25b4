"""What every walk does: choose, type, and read where links lead."""

from __future__ import annotations

from typing import Any


def choose(one: Any, **values: str) -> None:
    """Radios and checkboxes by name and value."""
    for name, value in values.items():
        one.page.locator(f"input[name={name}][value='{value}']").check()


def fill(one: Any, **values: str) -> None:
    for name, value in values.items():
        one.page.locator(f"[name='{name}']").fill(value)


def links(one: Any, inside: str) -> list[str]:
    """Where the links of the page lead that have this in their address."""
    found = one.page.locator(f"main a[href*='{inside}']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return [address for address in found if address]
