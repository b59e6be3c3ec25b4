"""Warming: what every web process would make for itself is made once, before they are forked, and stays shared."""

from __future__ import annotations

import gc

from flask import Flask

from portal.standards import library


def warm(app: Flask) -> None:
    """Compile the pages and read the standards. From here on the collector leaves all of it alone: it would write to
    each object as it counts, and a page of memory that is written to is no longer shared."""
    with app.app_context():
        for name in app.jinja_env.list_templates(extensions=["html"]):
            app.jinja_env.get_template(name)
        library.load()
    gc.collect()
    gc.freeze()
