"""The worker as it is served: told to stop, it finishes the letter at hand and goes."""

import dataclasses
import multiprocessing
import os
import signal
import threading
import time

import pytest

from portal import create_app, outbox
from portal.jobs import runner
from portal.kernel.db import db
from portal.outbox import Letter, OutgoingLetter, Post
from tests.jobs.mailbox import a_mail_server
from tests.jobs.test_delivery import FACTS


def as_served(settings):
    runner.work(create_app(settings))


@pytest.mark.slow
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_stop_finishes_the_letter_at_hand(own_app, told):
    for number in range(3):
        outbox.post(Letter.PERIOD_OPENED, to=f"m{number}@example.org", name="Manager", about="AS-1", facts=FACTS)
    db.session.commit()
    db.session.remove()
    first = threading.Event()
    with a_mail_server() as mailbox:

        def slowly():
            first.set()
            time.sleep(0.5)  # the worker is told to stop while it waits for our answer

        mailbox.on_arrival = slowly
        settings = dataclasses.replace(own_app.extensions["settings"], mail_server=mailbox.address)
        forked = multiprocessing.get_context("forkserver")
        forked.set_forkserver_preload(["tests.jobs.a_month"])
        worker = forked.Process(target=as_served, args=(settings,), daemon=True)
        worker.start()
        assert first.wait(60)
        os.kill(worker.pid, told)
        worker.join(30)
        assert worker.exitcode == 0
        worker.close()
    states = [one.state for one in db.session.query(OutgoingLetter).order_by(OutgoingLetter.id)]
    assert states == [Post.SENT, Post.WAITING, Post.WAITING]
    assert len(mailbox.arrived) == 1
