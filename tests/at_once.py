"""Pieces of work that begin at the same moment, each in a thread and a transaction of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask

from portal.kernel.db import db


def at_once(app: Flask, *works: Callable[[], object]) -> list[Exception]:
    """Does each and commits it. What was raised, in the order in which it came; whatever raised was rolled back."""
    together, faults = threading.Barrier(len(works), timeout=60), list[Exception]()

    def run(work: Callable[[], object]) -> None:
        with app.app_context():
            try:
                together.wait()
                work()
                db.session.commit()
            except Exception as fault:  # of whatever kind: the test looks at it
                faults.append(fault)
                db.session.rollback()
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults
