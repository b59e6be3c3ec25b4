"""A browser for the tests that knows the house style and holds every answer to it."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import html5lib
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HTML = "{http://www.w3.org/1999/xhtml}"


class Page:
    """One answer, parsed. `page.h1`, `page.text`, `page.links`, `page.form(...)`, `page.errors`."""

    def __init__(self, answer: TestResponse, address: str) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.address = address
        self.is_html = answer.mimetype == "text/html"
        self.tree = html5lib.parse(answer.get_data(as_text=True)) if self.is_html else None

    def all(self, tag: str, **attributes: str) -> list[Any]:
        """Every element of this tag with these attributes (class_ matches one class)."""
        found = self.tree.iter(HTML + tag) if self.tree is not None else ()
        return [one for one in found if all(_has(one, name, value) for name, value in attributes.items())]

    @property
    def text(self) -> str:
        body = self.all("body")
        return said(body[0]) if body else self.answer.get_data(as_text=True)

    @property
    def h1(self) -> str:
        return said(self.all("h1")[0])

    @property
    def links(self) -> dict[str, str]:
        """Where each link leads, by its words."""
        return {said(link): link.get("href", "") for link in self.all("a")}

    @property
    def errors(self) -> list[str]:
        """What the error summary says."""
        return [said(item) for box in self.all("div", class_="govuk-error-summary") for item in box.iter(HTML + "li")]

    def form(self, button: str) -> dict[str, Any]:
        """The form with this button: its action, method and the values it would send if nobody typed."""
        for form in self.all("form"):
            buttons = [one for one in form.iter(HTML + "button") if said(one) == button]
            if buttons:
                values = _values(form)
                if buttons[0].get("name"):
                    values[buttons[0].get("name")] = buttons[0].get("value", "")
                return {"action": form.get("action"), "method": form.get("method", "get").lower(), "values": values}
        raise AssertionError(f"no form with the button {button!r} on {self.address}: {[said(b) for b in self.all('button')]}")


class Browser:
    """Follows links and sends forms as a person would; `htmx=True` sends them as htmx does."""

    def __init__(self, app: Flask, token: str | None, *, htmx: bool = False, follow: bool = True) -> None:
        self.client: FlaskClient = app.test_client()
        self.htmx = htmx
        self.follow = follow
        self.page: Page | None = None
        if token:
            with self.client.session_transaction() as session:
                session["_user_id"] = token
                session["_fresh"] = True

    def open(self, address: str, *, status: int = 200, **options: Any) -> Page:
        _forget_the_last_request()
        return self._seen(self.client.get(address, follow_redirects=self.follow, **options), address, status)

    def click(self, link: str, *, status: int = 200) -> Page:
        assert self.page is not None
        links = self.page.links
        assert link in links, f"no link {link!r} on {self.page.address}: {sorted(links)}"
        return self.open(urljoin(self.page.address, links[link]), status=status)

    def press(self, button: str, *, status: int = 200, **typed: Any) -> Page:
        """Press a button of the page at hand with these values typed over what the form holds."""
        assert self.page is not None
        form = self.page.form(button)
        address = urljoin(self.page.address, form["action"])
        values = {**form["values"], **typed}
        if form["method"] == "get":
            return self.open(address, query_string=values, status=status)
        return self.send(address, values, status=status)

    def send(self, address: str, values: dict[str, Any], *, status: int = 200, **options: Any) -> Page:
        """POST values as they are; the token of the page at hand comes with them unless they name one."""
        if "csrf_token" not in values:
            values = {"csrf_token": self.token(), **values}
        headers = {"Sec-Fetch-Site": "same-origin", **options.pop("headers", {})}
        if self.htmx:
            headers["HX-Request"] = "true"
        _forget_the_last_request()
        answer = self.client.post(address, data=values, headers=headers, follow_redirects=self.follow, **options)
        return self._seen(answer, address, status)

    def token(self) -> str:
        """The CSRF token of the page at hand, or of the accessibility page when there is none."""
        for page in (self.page, None):
            page = page or self.open("/accessibility")
            metas = [one.get("content") for one in page.all("meta") if one.get("name") == "csrf-token"]
            fields = [one.get("value") for one in page.all("input") if one.get("name") == "csrf_token"]
            if metas or fields:
                return (metas + fields)[0]
        return ""

    def _seen(self, answer: TestResponse, address: str, status: int) -> Page:
        if answer.request is not None:
            address = answer.request.path + (f"?{answer.request.query_string.decode()}" if answer.request.query_string else "")
        page = Page(answer, address)
        assert page.status == status, f"{address} answered {page.status}, not {status}: {page.text[:1500]}"
        if (page.is_html and page.status < 300) or page.status >= 400:
            in_house_style(page, whole=answer.get_data(as_text=True).lstrip().lower().startswith("<!doctype"))
        self.page = page
        return page


def form_of(html: str, address: str, button: str) -> dict[str, str]:
    """What the form with this button would send if nobody typed; of a page that came over a socket."""

    class Answer:
        status_code, mimetype = 200, "text/html"

        def get_data(self, as_text: bool = True) -> str:
            return html

    answer: Any = Answer()  # it has the little of a response that Page reads
    values = Page(answer, address).form(button)["values"]
    return {name: value[0] if isinstance(value, list) else str(value) for name, value in values.items()}


def _forget_the_last_request() -> None:
    """The tests hold one application context open, so what a request keeps in `g` (who is signed in, whether its
    token was good) would be there for the next one."""
    for name in list(g) if has_app_context() else ():
        g.pop(name)


def in_house_style(page: Page, *, whole: bool = True) -> None:
    """What every page keeps: one h1 that begins the title, no id twice, a label on each control, an action on
    each form, 422 where an error summary shows, a link of each error to its field, nothing inline."""
    if not page.is_html:
        return
    where = page.address
    ids = Counter(one.get("id") for one in page.tree.iter() if isinstance(one.tag, str) and one.get("id"))
    assert not [name for name, times in ids.items() if times > 1], f"{where}: ids twice: {[n for n, t in ids.items() if t > 1]}"
    for form in page.all("form"):
        assert form.get("action") is not None, f"{where}: a form without an action"
    labelled = {label.get("for") for label in page.all("label")}
    for tag in ("input", "select", "textarea"):
        for control in page.all(tag):
            if control.get("type") in ("hidden", "submit", "button"):
                continue
            assert control.get("id") in labelled or control.get("aria-label") or control.get("aria-labelledby"), (
                f"{where}: {tag} {control.get('name')} has no label"
            )
    for one in page.tree.iter():
        if isinstance(one.tag, str):
            assert one.get("style") is None, f"{where}: an inline style on {one.tag}"
            assert not [name for name in one.attrib if name.startswith(("on", "hx-on"))], f"{where}: inline script on {one.tag}"
    for script in page.all("script"):
        assert script.get("src"), f"{where}: an inline script"
    if page.errors:
        assert page.status == 422, f"{where}: errors show but the status is {page.status}"
        for box in page.all("div", class_="govuk-error-summary"):
            for link in box.iter(HTML + "a"):
                target = link.get("href", "")
                assert not target.startswith("#") or target[1:] in ids, f"{where}: an error leads to {target}, which is not there"
    if whole:
        headings = page.all("h1")
        assert len(headings) == 1, f"{where}: {len(headings)} h1"
        title = said(page.all("title")[0])
        assert title.removeprefix("Error: ").startswith(said(headings[0])), f"{where}: the title {title!r} does not begin with {said(headings[0])!r}"


def said(element: Any) -> str:
    """The words of an element as a person reads them."""
    return " ".join("".join(element.itertext()).split())


def _has(element: Any, name: str, value: str) -> bool:
    if name == "class_":
        return value in element.get("class", "").split()
    return element.get(name.replace("_", "-")) == value


def _values(form: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for control in form.iter():
        name = control.get("name") if isinstance(control.tag, str) else None
        if not name or control.get("disabled") is not None:
            continue
        if control.tag == HTML + "input":
            kind = control.get("type", "text")
            if kind in ("radio", "checkbox"):
                if control.get("checked") is not None:
                    values.setdefault(name, []).append(control.get("value", "on"))
            elif kind not in ("submit", "button", "file"):
                values[name] = control.get("value", "")
        elif control.tag == HTML + "textarea":
            values[name] = "".join(control.itertext()).removeprefix("\n")
        elif control.tag == HTML + "select":
            chosen = [one for one in control.iter(HTML + "option") if one.get("selected") is not None]
            options = chosen or list(control.iter(HTML + "option"))[:1]
            values[name] = options[0].get("value", said(options[0])) if options else ""
    action = urlsplit(form.get("action") or "")
    return {**dict(parse_qsl(action.query)), **values} if form.get("method", "get").lower() == "get" else values
