"""A real mail server for the tests, and behind it a mailbox that, as mail stores do, keeps one copy of a Message-ID."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """`stored` by Message-ID; `arrived` names every copy that was taken, also the second ones."""

    def __init__(self) -> None:
        self.stored: dict[str, EmailMessage] = {}
        self.arrived: list[str] = []
        self.refuse: dict[str, str] = {}  # address: what the server answers instead of taking it
        self.on_arrival: Callable[[], None] = lambda: None  # called before the sender hears that it was taken
        self.address = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.arrived.append(message["Message-ID"])
        self.stored.setdefault(message["Message-ID"], message)
        self.on_arrival()
        return "250 taken"

    @property
    def copies(self) -> int:
        """How many copies came that were there already."""
        return len(self.arrived) - len(self.stored)

    def to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.stored.values() if address in one["To"]]


@contextmanager
def a_mail_server() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    mailbox.address = f"127.0.0.1:{port}"
    try:
        yield mailbox
    finally:
        controller.stop()
