"""A worker of its own process that works through simulated days; the test that started it moves the clock."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

from portal import create_app
from portal.config import Settings
from portal.jobs import runner
from portal.kernel import clock
from portal.standards import library

library.load()  # read once, in the process that the workers are forked from


def work_through(settings: Settings, folder: Path, number: int) -> None:
    """Do everything that is due whenever the clock in `folder` moves on, and say so, until the file `over` is there."""
    app = create_app(settings)
    seen = ""
    while not (folder / "over").exists():
        moment = (folder / "clock").read_text()
        if moment == seen:
            time.sleep(0.002)
            continue
        with clock.at(dt.datetime.fromisoformat(moment)):
            runner.tick(app)
            runner.send_letters(app)
        said = folder / f"said-{number}"
        said.write_text(moment)
        said.rename(folder / f"done-{number}")
        seen = moment
