"""What every walk does: choose, type, and read where links lead."""

from __future__ import annotations

import re
from typing import Any

from tests import servers


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


def sign(one: Any, words: str) -> None:
    """Declare and give the code that the page shows. A code is good once: one that was given already is waited for to change."""
    shown = one.page.locator("#code_hint strong").inner_text()
    _sign(one, words, shown)
    if one.page.locator(".govuk-error-summary").count():
        servers.until(lambda: _newest_code(one) != shown)
        _sign(one, words, _newest_code(one))


def _sign(one: Any, words: str, code: str) -> None:
    choose(one, declared="y")
    fill(one, code=code)
    one.press(words)


def _newest_code(one: Any) -> str:
    (code,) = re.findall(r">(\d{6})<", one.context.request.get(f"{one.address}/demonstration/code").text())
    return str(code)
